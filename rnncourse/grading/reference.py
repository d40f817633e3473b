"""The instructor's own answers, run here: the solution's values, the mistakes'."""

import ast
import contextlib
import functools
import io
import threading
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnncourse.grading import values
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.exercise import Exercise, draw
from rnncourse.grading.seeds import legacy, set_seeds
from rnncourse.grading.session import Outcome

# Seeds, warnings and stdout belong to the process: one trusted run at a time.
_TRUSTED = threading.RLock()


def trusted(
    assignment: Assignment,
    exercise: Exercise,
    source: str,
    seed: bytes,
    own: Mapping[str, Callable[..., Any]] | None = None,
) -> dict[str, Outcome]:
    """Run an answer of the instructor's here, on the inputs that ``seed`` gives.

    All other functions are the solutions', except where ``own`` replaces them.
    """
    outcomes = {}
    with _TRUSTED, warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        names = dict(_prepared(tuple(assignment.setup)))
        earlier = dict.fromkeys(
            solution
            for function, solution in assignment.solutions.items()
            if assignment.cells[function] != assignment.cells[exercise.function]
        )
        for cell in [*earlier, assignment.solutions[exercise.function], source]:
            exec(compile(cell, "<answer>", "exec"), names)
        names.update(own or {})
        answer = names[exercise.function]
        for case, inputs in draw(exercise, seed).items():
            set_seeds(legacy(seed))
            try:
                with np.errstate(all="ignore"):
                    value = (
                        exercise.through(answer, **inputs) if exercise.through else answer(**inputs)
                    )
                outcomes[case] = Outcome(value=values.decode(*values.encode(value)))
            except Exception as error:  # a mistake may fail in any way
                outcomes[case] = Outcome(error=type(error).__name__, message=str(error))
    return outcomes


@functools.lru_cache(maxsize=4)
def _prepared(setup: tuple[str, ...]) -> dict[str, Any]:
    """Return what the setup cells define; they run once."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(setup):
        exec(compile(cell, f"<setup {number + 1}>", "exec"), names)
    return names


def parameters(source: str, function: str) -> list[str]:
    """Return the names of a function's positional parameters."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return [a.arg for a in node.args.posonlyargs + node.args.args]
    return []
