"""The vocabulary of ``grader.py`` and ``mistakes.py``.

``grader.py`` says how an exercise is judged. The right answers come from the
solution cells of the instructor's notebook, on inputs drawn for each student;
no expected value is written down::

    def inputs(rng, B=3, D=2, H=4):
        return {"x": rng.normal(size=(B, D)), "W": rng.normal(size=(H, D))}


    project = Exercise(
        "project", cases=[Case("three rows", inputs), Case("one row", partial(inputs, B=1))]
    )

``mistakes.py`` holds other answers, each a function that could stand in the
answer cell, under any name::

    @mistake("project", hint="Rows are examples: multiply by the transpose of `W`.")
    def not_transposed(x, W):
        return x @ W


    @alternative("project")
    def einsum(x, W):
        return np.einsum("bd,hd->bh", x, W)

Such a function may use the names of the notebook's setup cells, of earlier
exercises and of its own answer cell, and nothing else of its module.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    Attributes
    ----------
    name : str
        What the feedback calls it: "a batch of one".
    make : callable
        ``make(rng)`` gives the keyword arguments; everything random, sizes
        and parameters of the task included, comes from the NumPy generator.
    weight : float
        Share of the exercise's points, relative to the other cases.
    """

    name: str
    make: Callable[[np.random.Generator], Inputs]
    weight: float = 1.0


@dataclass(frozen=True)
class Exercise:
    """A function that students write, and how it is judged.

    Its answer cell is the solution cell that defines it, its points are those
    of the test cells that follow: the notebook is the one place for both.

    Attributes
    ----------
    function : str
        Name of the function.
    cases : sequence of Case
        Calls; points are shared among them by weight.
    rtol, atol : float
        Numbers agree within ``atol + rtol * |expected|``.
    through : callable, optional
        ``through(answer, **inputs)`` uses the student's function in another
        way than by calling it once; what it returns is compared. It runs
        beside the student's code, so it must import what it uses and must
        not know the answer.
    parts : sequence of str
        What the parts of a tuple that ``through`` returns are called in feedback.
    judge : callable, optional
        ``judge(expected, got, inputs)`` gives None or what is wrong, for
        answers of which several are right; it runs outside.
    uses : sequence of str
        Earlier functions that this one calls. An answer that is right given
        the student's own earlier functions gets ``follow_through`` marks.
    follow_through : float
        Share of the points for that.
    weight : float
        Share of the test cells' points, where one answer cell asks for
        several functions.
    """

    function: str
    cases: Sequence[Case]
    rtol: float = 1e-6
    atol: float = 1e-8
    through: Callable[..., Any] | None = None
    parts: Sequence[str] = ()
    judge: Callable[[Any, Any, Inputs], str | None] | None = None
    uses: Sequence[str] = ()
    follow_through: float = 1.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        names = [case.name for case in self.cases]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"cases of {self.function} are {names}; expected distinct names")

    def through_source(self) -> str | None:
        """Return the source of ``through``, as it is sent into the sandbox."""
        return None if self.through is None else source_of(self.through)[1]


@dataclass(frozen=True)
class Answer:
    """Another answer to an exercise: a mistake to recognise, or one that is right.

    Attributes
    ----------
    function : str
        The exercise.
    name : str
        Short name of this answer.
    source : str
        A cell that defines ``function``; empty for a named cluster.
    hint : str
        What a student is told whose answers agree with this one; empty if right.
    cluster : str
        The code of a cluster of unmatched answers that this names instead.
    """

    function: str
    name: str
    source: str
    hint: str = ""
    cluster: str = ""

    @property
    def right(self) -> bool:
        """Whether this answer must pass."""
        return not self.hint


@dataclass(frozen=True)
class Survivor:
    """A mutant that passes, named as ``rnncourse audit`` names it, and why it may.

    Attributes
    ----------
    function, mutant, why : str
    right : bool
        Whether it is one more right answer, where several are (``judge``); it
        is then listed and not counted. Otherwise it is a fault that the grader
        does not notice, and counts.
    """

    function: str
    mutant: str
    why: str
    right: bool = False


def mistake(function: str, *, hint: str) -> Callable[[Callable[..., Any]], Answer]:
    """Declare the decorated function a typical mistake in the exercise ``function``."""
    if not hint:
        raise ValueError(f"hint of a mistake in {function} is empty; expected what to look at")
    return lambda code: _answer(function, code, hint)


def alternative(function: str) -> Callable[[Callable[..., Any]], Answer]:
    """Declare the decorated function another right answer to the exercise ``function``."""
    return lambda code: _answer(function, code, "")


def named_cluster(function: str, cluster: str, name: str, hint: str) -> Answer:
    """Give a name and a hint to a cluster of wrong answers that ``grade`` reported."""
    return Answer(function, name, "", hint, cluster)


def _answer(function: str, code: Callable[..., Any], hint: str) -> Answer:
    name, source = source_of(code, rename=function)
    return Answer(function, name.strip("_").replace("_", " "), source, hint)


def source_of(code: Callable[..., Any], rename: str | None = None) -> tuple[str, str]:
    """Return name and source of a function, without decorators, perhaps renamed."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise TypeError(f"{code!r} is not defined by `def`")
    name = definition.name
    definition.decorator_list = []
    definition.name = rename or name
    if definition.body and ast.get_docstring(definition) and len(definition.body) > 1:
        del definition.body[0]
    return name, ast.unparse(tree)


def draw(exercise: Exercise, seed: bytes) -> Mapping[str, Inputs]:
    """Make the inputs of all cases from ``seed``, always the same."""
    drawn = {}
    for number, case in enumerate(exercise.cases):
        rng = np.random.default_rng([number, *seed])
        drawn[case.name] = case.make(rng)
    return drawn
