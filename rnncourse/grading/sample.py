"""A made-up class, for trying the system before students depend on it."""

import ast
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rnncourse.grading import release
from rnncourse.grading.assignment import Assignment

_NAMES = ("ada", "alan", "barbara", "claude", "donald", "edsger", "emmy", "frances", "grace",
          "hedy", "john", "katherine", "kurt", "leslie", "margaret", "niklaus", "radia", "sofya",
          "tony", "vera")  # fmt: skip


def write_class(
    assignment: Assignment, root: Path, students: int = 20, seed: int = 0, *, accidents: bool = True
) -> list[str]:
    """Hand in ``students`` submissions below ``root`` and return their names.

    Right answers, typical mistakes, answers left out, and with ``accidents`` in
    every twenty one cell that does not parse, one endless loop, one damaged file.
    """
    rng = np.random.default_rng(seed)
    names = []
    for number, name in enumerate(itertools.islice(_students(), students)):
        answers = _answers(assignment, rng)
        last = assignment.exercises[-1].function
        if accidents and number % 20 == 7:
            answers[last] = answers[last].rstrip() + "\n    return (\n"
        elif accidents and number % 20 == 11:
            answers[last] += "\n\nwhile True:\n    pass\n"
        text = json.dumps(release.with_answers(assignment, answers), indent=1)
        path = root / "submitted" / name / assignment.name / f"{assignment.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            text[: len(text) // 2] if accidents and number % 20 == 15 else text, encoding="utf-8"
        )
        names.append(name)
    return names


def _students() -> Iterator[str]:
    yield from _NAMES
    for number in itertools.count(2):
        yield from (f"{name}{number}" for name in _NAMES)


def _answers(assignment: Assignment, rng: np.random.Generator) -> dict[str, str]:
    """Choose an answer to each exercise; a cell keeps the last one chosen for it."""
    answers: dict[str, str] = {}
    for function, solution in assignment.solutions.items():
        right = ["", *(a.source for a in assignment.alternatives(function))]
        wrong = [m.source for m in assignment.mistakes(function)] or right
        fate = rng.random()
        if fate < 0.9:  # the rest leave this one out
            chosen = str(rng.choice(right if fate < 0.6 else wrong))
            answers[function] = _replaced(solution, function, chosen) if chosen else solution
    return answers


def _replaced(cell: str, function: str, chosen: str) -> str:
    """Return a cell with one of its functions written in another way."""
    tree = ast.parse(cell)
    (definition,) = ast.parse(chosen).body
    tree.body = [definition if getattr(n, "name", "") == function else n for n in tree.body]
    return ast.unparse(tree)
