"""Find a student's answers in whatever was handed in.

Answers are cells found by name; where the name is gone, by the function that
they define. Everything else of a notebook, tests included, is ignored.
"""

import ast
import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rnncourse.grading import cells
from rnncourse.grading.assignment import Assignment

_COMMAND = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Submission:
    """What was handed in, as far as it matters.

    Attributes
    ----------
    answers : dict of str to str
        Source of the answer cell of each exercise; absent if not attempted.
    notes : list of str
        What was odd and how it was understood.
    problem : str
        Why nothing can be graded, empty otherwise.
    """

    answers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def digest(self) -> str:
        """Return a hash that changes with anything that could change the mark."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def from_folder(folder: Path, assignment: Assignment, stubs: Mapping[str, str]) -> Submission:
    """Read what one student handed in: a folder with a notebook somewhere in it."""
    expected = f"{assignment.name}.ipynb"
    try:
        found = sorted(p for p in folder.iterdir() if p.name.endswith(".ipynb"))
    except OSError:
        found = []
    regular = [p for p in found if stat.S_ISREG(p.lstat().st_mode)]
    notes = [f"{p.name:.80} is not a regular file; ignored" for p in found if p not in regular]
    chosen = [p for p in regular if p.name == expected] or regular
    if not chosen:
        return Submission(notes=notes, problem=f"there is no notebook; expected {expected}")
    read = {p: _from_file(p, assignment, stubs) for p in chosen}
    # Of several notebooks the one with most answers counts; the first, if equal.
    best = max(chosen, key=lambda p: (not read[p].problem, len(read[p].answers)))
    if best.name != expected:
        notes.append(f"{best.name:.80} was taken for {expected}")
    if len(regular) > 1:
        others = ", ".join(f"{p.name:.80}" for p in regular if p != best)
        notes.append(f"{best.name:.80} was graded; ignored: {others:.400}")
    result = read[best]
    return Submission(result.answers, notes + result.notes, result.problem)


def _from_file(path: Path, assignment: Assignment, stubs: Mapping[str, str]) -> Submission:
    try:
        # Neither a link nor a pipe put there a moment ago.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(cells.MAX_NOTEBOOK + 1)
    except OSError as error:
        return Submission(problem=f"{path.name:.80} cannot be read: {error.strerror}")
    return from_bytes(data, assignment, stubs)


def from_bytes(data: bytes, assignment: Assignment, stubs: Mapping[str, str]) -> Submission:
    """Find the answers in the contents of a notebook file."""
    try:
        found = cells.read(data)
    except ValueError as error:
        return Submission(problem=str(error))
    answers: dict[str, str] = {}
    notes: list[str] = []
    for function, name in assignment.cells.items():
        source = _answer(found, function, name, stubs[function], notes)
        if source is not None:
            answers[function] = source
    return Submission(answers, notes)


def _answer(
    found: list[cells.Cell], function: str, name: str, stub: str, notes: list[str]
) -> str | None:
    """Choose the cell that answers an exercise; None if it was not attempted."""
    named = [c for c in found if c.name == name and c.source.strip()]
    attempted = [c for c in named if not _same(c.source, stub)]
    if not attempted:  # answered in a cell of their own, or the name is lost
        others = [c for c in found if not c.name and function in cells.defined(_runnable(c.source))]
        attempted = [c for c in others if not _same(c.source, stub)]
        if attempted:
            notes.append(f"{function}: found by its definition, not in the cell {name}")
        elif not named and not others:
            notes.append(f"{function}: there is no cell {name}")
    if not attempted:
        return None
    defining = [c for c in attempted if function in cells.defined(_runnable(c.source))]
    chosen = (defining or attempted)[-1]
    if len(attempted) > 1:
        notes.append(f"{function}: {len(attempted)} cells answer it; the last one counts")
    if chosen.kind != "code":
        notes.append(f"{function}: the answer stands in a {chosen.kind:.20} cell; graded as code")
    if len(chosen.source) > cells.MAX_SOURCE:
        notes.append(f"{function}: the cell has over {cells.MAX_SOURCE} characters; not graded")
        return None
    return _runnable(chosen.source)


def _runnable(source: str) -> str:
    """Blank out notebook commands (``%timeit``, ``!pip``) where they stop Python."""
    if len(source) > cells.MAX_SOURCE or cells.parsed(source) is not None:
        return source
    without = _COMMAND.sub(r"\1pass", source)
    return without if cells.parsed(without) is not None else source


def _same(source: str, stub: str) -> bool:
    """Whether two cells differ in comments and spacing at most."""
    if source.split() == stub.split():
        return True
    one, other = cells.parsed(source), cells.parsed(stub)
    if one is None or other is None:
        return False
    try:
        return ast.dump(one) == ast.dump(other)
    except RecursionError:  # nested beyond anything that a stub could be
        return False
