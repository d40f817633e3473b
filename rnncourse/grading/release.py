"""The student's version of an assignment, derived from the instructor's notebook.

nbgrader's own preprocessors strip it, so that its other tools accept it. The
proof that nothing leaked compares with the source: :func:`secret_lines`.
"""

import functools
import json
from pathlib import Path

from rnncourse.grading import cells
from rnncourse.grading.assignment import Assignment


@functools.lru_cache(maxsize=8)
def _released(notebook: bytes) -> str:
    # Imported here: nbgrader takes seconds, and not every command strips.
    import nbformat
    from nbgrader import preprocessors as p

    steps = (p.LockCells, p.ClearSolutions, p.ClearOutput, p.CheckCellMetadata, p.ComputeChecksums,
             p.ClearHiddenTests, p.ClearMarkScheme, p.ComputeChecksums)  # fmt: skip
    node = nbformat.reads(notebook.decode(), as_version=4)
    resources: dict = {}
    for step in steps:
        node, resources = step().preprocess(node, resources)
    for key in set(node.metadata) - {"kernelspec", "language_info"}:
        del node.metadata[key]  # times and stamps of the instructor's run
    return nbformat.writes(node) + "\n"


def student_version(assignment: Assignment) -> str:
    """Return the notebook for students: no solution, no hidden test, no output."""
    return _released(assignment.files["notebook"])


def write_release(assignment: Assignment, folder: Path) -> Path:
    """Write the student's notebook to ``folder/NAME/NAME.ipynb`` and return that path."""
    path = folder / assignment.name / f"{assignment.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(student_version(assignment), encoding="utf-8")
    return path


def with_answers(assignment: Assignment, answers: dict[str, str]) -> dict:
    """Return the released notebook with these answers in its cells."""
    made = json.loads(student_version(assignment))
    functions = {cell: function for function, cell in assignment.cells.items()}
    for cell in made["cells"]:
        function = functions.get(cell["metadata"].get("nbgrader", {}).get("grade_id"))
        if function in answers:
            cell["source"] = answers[function]
    return made


def stubs(assignment: Assignment) -> dict[str, str]:
    """Return what stands in each exercise's answer cell before a student begins."""
    released = {c.name: c.source for c in cells.read(student_version(assignment).encode())}
    return {function: released[cell] for function, cell in assignment.cells.items()}


def secret_lines(assignment: Assignment, public: str = "", shortest: int = 24) -> set[str]:
    """Return the lines that must stand nowhere but in the assignment's own folder.

    These are the lines of solutions, hidden tests, ``grader.py`` and
    ``mistakes.py``, stripped, without those that stand in the student's version
    or in the ``public`` text (the chapters' code), be it as part of a line, and
    without short ones, which any program may share.
    """
    released = student_version(assignment)
    known = "\n".join([public, *(c.source for c in cells.read(released.encode()))])
    sources = [c.source for c in cells.read(assignment.files["notebook"])]
    sources += [assignment.files[name].decode() for name in ("grader", "mistakes")]
    lines = {line.strip() for source in sources for line in source.splitlines()}
    marks = ("###", "import ", "from ")
    long = {line for line in lines if len(line) >= shortest and not line.startswith(marks)}
    return {line for line in long if line not in known}
