"""Grades for other systems: plain CSV, a filled Canvas template, Gradescope's JSON."""

import csv
import io
import json
from collections.abc import Mapping

from rnncourse.grading.assignment import Assignment
from rnncourse.grading.marks import GRADED, INFRASTRUCTURE, Result

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what spreadsheets take for the start of a formula
_IDS = ("SIS Login ID", "SIS User ID", "ID")


def safe(text: str) -> str:
    """Return a cell's text such that no spreadsheet runs it; numbers stay as they are."""
    if not text.lstrip(" ").startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text


def _table(rows: list[list[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([[safe(c) for c in row] for row in rows])
    return stream.getvalue()


def plain(assignment: Assignment, results: Mapping[str, Result]) -> str:
    """Return a CSV with one row a student: status, points, points of each exercise."""
    functions = [e.function for e in assignment.exercises]
    rows = [["student", "status", "points", "out of", *functions]]
    out_of = sum(assignment.points(f) for f in functions)
    for student, result in sorted(results.items()):
        marks = {m.function: f"{m.points:g}" for m in result.marks}
        points = f"{result.points:g}" if result.status == GRADED else ""
        row = [student, result.status, points, f"{out_of:g}"]
        rows.append(row + [marks.get(f, "") for f in functions])
    return _table(rows)


def canvas(template: str, column: str, results: Mapping[str, Result]) -> tuple[str, list[str]]:
    """Fill one column of a grade book that was exported from Canvas.

    Parameters
    ----------
    template : str
        The exported CSV.
    column : str
        Heading of the assignment's column, or the beginning of it.
    results : mapping of str to Result
        By student; names are login IDs, user IDs or Canvas' own IDs.

    Returns
    -------
    table : str
        The same table with the points filled in.
    unmatched : list of str
        Students that the template does not have.

    Raises
    ------
    ValueError
        If the template has no such column, or several.
    """
    rows = list(csv.reader(io.StringIO(template.removeprefix("\ufeff"), newline="")))
    header = rows[0] if rows else []
    targets = [i for i, h in enumerate(header) if h == column] or [
        i for i, h in enumerate(header) if h.startswith(column)
    ]
    ids = [header.index(name) for name in _IDS if name in header]
    if len(targets) != 1 or not ids:
        raise ValueError(
            f"the template has {len(targets)} columns {column!r} and the identifiers"
            f" {[header[i] for i in ids]}; expected one column and one of {list(_IDS)}"
        )
    left = {s: r for s, r in results.items() if r.status == GRADED}
    for row in rows[1:]:
        row += [""] * (len(header) - len(row))
        names = [row[i] for i in ids if row[i] in left]
        if names:
            row[targets[0]] = f"{left.pop(names[0]).points:g}"
    return _table(rows), sorted(left)


def gradescope(assignment: Assignment, result: Result) -> str:
    """Return one student's result as Gradescope's ``results.json``.

    Raises
    ------
    ValueError
        If there is no result, only an infrastructure error.
    """
    if result.status == INFRASTRUCTURE:
        raise ValueError("an infrastructure error is not a result")
    tests = []
    for mark in result.marks:
        test = {"name": mark.function, "score": mark.points, "max_score": mark.out_of}
        text = "\n".join([*([mark.hint] if mark.hint else []), *mark.faults()]) or mark.state
        tests.append(test | {"output": text, "output_format": "text", "visibility": "visible"})
    out: dict = {
        "score": result.points,
        "output": "\n".join([result.problem, *result.notes]).strip(),
    }
    return json.dumps(out | {"output_format": "text", "tests": tests}, indent=1)
