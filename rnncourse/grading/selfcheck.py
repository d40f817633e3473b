"""The graders for oneself: the same checks on public inputs, in a notebook.

>>> from rnncourse.grading.selfcheck import check
>>> check(rnn_step, "02-recurrent-networks")  # doctest: +SKIP
rnn_step: public checks passed (3 of 3)
"""

from collections.abc import Callable, Mapping
from typing import Any

from rnncourse.grading import judge, values
from rnncourse.grading.assignment import Assignment, load
from rnncourse.grading.marks import Mark
from rnncourse.grading.seeds import PUBLIC, common_seeds, set_seeds, student_seeds
from rnncourse.grading.session import Outcome

PASSED = "public checks passed"  # never "all tests passed": other inputs decide a mark


class _Here:
    """Calls functions of this very process: one's own code needs no walls."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = functions
        self.cells = {name: Outcome() for name in functions}

    def call(
        self, function: str, inputs: dict, *, through: str | None = None, seed: int = 0
    ) -> Outcome:
        answer = self._functions[function]
        set_seeds(seed)
        try:
            if through is None:
                value = answer(**inputs)
            else:
                scope: dict[str, Any] = {}
                exec(compile(through, "<grader>", "exec"), scope)
                value = next(f for n, f in scope.items() if n != "__builtins__")(answer, **inputs)
            return Outcome(value=values.decode(*values.encode(value)))
        except Exception as error:  # one's own function may fail in any way
            return Outcome(error=type(error).__name__, message=f"{type(error).__name__}: {error}")


def check(answer: Callable[..., Any], assignment: str = ".") -> None:
    """Check a function of yours, and print what is found.

    Parameters
    ----------
    answer : callable
        The function, under the name that the exercise gives it.
    assignment : str
        The assignment's folder or name; the notebook's own folder if not given.

    Raises
    ------
    ValueError
        If the assignment has no exercise of that name.
    """
    source = load(assignment)
    names = [e.function for e in source.exercises]
    name = getattr(answer, "__name__", repr(answer))
    if name not in names:
        raise ValueError(f"answer is {name}; expected one of {names}")
    print(describe(_mark(source, name, answer)))


def _mark(source: Assignment, name: str, answer: Callable[..., Any]) -> Mark:
    seeds = student_seeds(PUBLIC, "self", source)
    common = common_seeds(PUBLIC, source)
    exercise = next(e for e in source.exercises if e.function == name)
    return judge.Judgement(source, exercise, _Here({name: answer}), seeds, common).mark({})


def describe(mark: Mark) -> str:
    """Return what a self-learner reads about one exercise."""
    passed = sum(not wrong for wrong in mark.cases.values())
    if mark.state == "correct":
        return f"{mark.function}: {PASSED} ({passed} of {len(mark.cases)})"
    if mark.state == "not attempted":
        return f"{mark.function}: not attempted"
    lines = [f"{mark.function}: {passed} of {len(mark.cases)} public checks pass"]
    lines += [f"  {fault}" for fault in mark.faults()]
    return "\n".join(lines + ([f"  hint: {mark.hint}"] if mark.hint else []))
