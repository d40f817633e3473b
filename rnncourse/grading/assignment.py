"""An assignment: one folder that is the source of everything else.

``NN-topic.ipynb`` (the instructor's notebook in nbgrader's format, with
solutions), ``grader.py`` and ``mistakes.py`` are written by hand. The student's
notebook, the setup, the right answers and the points are derived from them.
"""

import ast
import functools
import hashlib
import linecache
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from rnncourse.grading import cells as notebook_cells
from rnncourse.grading.exercise import Answer, Exercise, Survivor

COURSE = Path(__file__).resolve().parents[2] / "notebooks" / "exercises"


@dataclass(frozen=True)
class Assignment:
    """What the folder says.

    Attributes
    ----------
    name : str
        ``02-recurrent-networks``.
    exercises : list of Exercise
        In the notebook's order.
    solutions : dict of str to str
        Source of each exercise's answer cell.
    cells : dict of str to str
        Name (nbgrader's ``grade_id``) of each exercise's answer cell.
    tests : dict of str to dict
        Name and points of the test cells of each exercise; of its share of
        them, where several exercises have one answer cell.
    setup : list of str
        The code cells before the first answer cell, run before any answer.
    answers : list of Answer
        Mistakes, alternatives and named clusters.
    survivors : list of Survivor
        Mutants that may pass the audit.
    digest : str
        Changes when anything does that could change a mark or a hint.
    """

    name: str
    exercises: list[Exercise]
    solutions: dict[str, str]
    cells: dict[str, str]
    tests: dict[str, dict[str, float]]
    setup: list[str]
    answers: list[Answer]
    survivors: list[Survivor]
    digest: str
    files: dict[str, bytes] = field(repr=False)

    def points(self, function: str) -> float:
        """Return the points of an exercise: the sum of its test cells'."""
        return sum(self.tests[function].values())

    def mistakes(self, function: str) -> list[Answer]:
        """Return the mistakes declared for an exercise, named clusters excluded."""
        return [a for a in self.answers if a.function == function and not a.right and a.source]

    def alternatives(self, function: str) -> list[Answer]:
        """Return the other right answers to an exercise."""
        return [a for a in self.answers if a.function == function and a.right]

    def with_answer(self, function: str, source: str) -> dict[str, str]:
        """Return the solutions with one function replaced, as a student's answers.

        What ``source`` defines replaces the solution's definition in its cell.
        """
        cell = self.solutions[function] + "\n\n\n" + source
        return {
            f: cell if self.cells[f] == self.cells[function] else solution
            for f, solution in self.solutions.items()
        }

    def preload(self) -> list[str]:
        """Return the modules that the setup imports: loaded once, before any student's code."""
        found = set()
        for source in self.setup:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module)
        return sorted(found)


def find(name: str) -> Path:
    """Return the folder of an assignment, given as a path or as a name in the course.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    for folder in (Path(name), COURSE / name):
        if (folder / "grader.py").is_file():
            return folder.resolve()
    known = sorted(p.parent.name for p in COURSE.glob("*/grader.py"))
    raise FileNotFoundError(
        f"no assignment {name!r}: expected a folder with grader.py, or one of {', '.join(known)}"
    )


def load(folder: str | Path) -> Assignment:
    """Read an assignment from its folder (see :func:`find`)."""
    folder = find(str(folder))
    notebook = folder / f"{folder.name}.ipynb"
    files = {"notebook": notebook.read_bytes(), "grader": (folder / "grader.py").read_bytes()}
    mistakes = folder / "mistakes.py"
    files["mistakes"] = mistakes.read_bytes() if mistakes.exists() else b""
    return from_files(folder.name, **files)


@functools.lru_cache(maxsize=8)
def from_files(name: str, notebook: bytes, grader: bytes, mistakes: bytes) -> Assignment:
    """Make an assignment from the contents of its files, as a remote worker does.

    Raises
    ------
    ValueError
        If the files do not fit together; the message says where.
    """
    cells = notebook_cells.read(notebook)
    declared = _collect(f"{name}/grader.py", grader, Exercise)
    answers = _collect(f"{name}/mistakes.py", mistakes, Answer)
    if not declared:
        raise ValueError(f"{name}/grader.py declares no Exercise")
    solution_cells = [
        i for i, c in enumerate(cells) if c.marked("solution") and not c.marked("grade")
    ]
    place: dict[str, int] = {}
    for exercise in declared:
        found = [
            i
            for i in solution_cells
            if exercise.function in notebook_cells.defined(cells[i].source)
        ]
        if len(found) != 1:
            raise ValueError(
                f"{name}: {exercise.function} is defined in {len(found)} solution cells; expected 1"
            )
        place[exercise.function] = found[0]
    tests = {}
    for function, start in place.items():
        end = next((i for i in solution_cells if i > start), len(cells))
        graded = [c for c in cells[start:end] if c.marked("grade") and c.kind == "code"]
        share = _share(declared, place, function)
        tests[function] = {c.name: share * float(c.nbgrader["points"]) for c in graded}
        if sum(tests[function].values()) <= 0:
            raise ValueError(f"{name}: no test cell with points follows {function}")
    for answer in answers:
        if answer.function not in place:
            raise ValueError(f"{name}/mistakes.py: {answer.name!r} is for an unknown exercise")
    ordered = sorted(declared, key=lambda e: place[e.function])
    first = min(place.values())
    setup = [c.source for c in cells[:first] if c.kind == "code" and not c.marked("grade")]
    solutions = {f: cells[i].source for f, i in place.items()}
    parts = [grader, mistakes, *(s.encode() for s in (*setup, *solutions.values(), repr(tests)))]
    return Assignment(
        name=name,
        exercises=ordered,
        solutions={e.function: solutions[e.function] for e in ordered},
        cells={f: cells[i].name for f, i in place.items()},
        tests=tests,
        setup=setup,
        answers=answers,
        survivors=_collect(f"{name}/mistakes.py", mistakes, Survivor),
        digest=hashlib.sha256(b"\0".join(parts)).hexdigest(),
        files={"notebook": notebook, "grader": grader, "mistakes": mistakes},
    )


def _share(declared: list[Exercise], place: dict[str, int], function: str) -> float:
    """Return an exercise's share of the points of its answer cell."""
    weights = {e.function: e.weight for e in declared if place[e.function] == place[function]}
    return weights[function] / sum(weights.values())


def _collect(filename: str, source: bytes, kind: type) -> list[Any]:
    """Run a file of the assignment and return what it declares, in order."""
    module = ModuleType(Path(filename).stem)
    text = source.decode()
    # Known to linecache, its functions have a source for `inspect`.
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), module.__dict__)
    return [value for value in vars(module).values() if isinstance(value, kind)]
