"""What the command prints: tables for people, JSON for programs."""

import json
import sys
from typing import Any

import rich.markup
from rich.console import Console
from rich.table import Table

from rnncourse.grading.marks import GRADED, Result

out, err = Console(), Console(stderr=True)


def say(data: Any, as_json: bool, shown: Table | None = None) -> None:
    """Print data as JSON, or the table that shows it."""
    if as_json:
        sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    elif shown is not None:
        out.print(shown)


def table(*columns: str) -> Table:
    """Return an empty table."""
    made = Table(box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def plain(text: object) -> str:
    """Return text as a terminal shows it literally: no markup, no control characters."""
    return rich.markup.escape(
        "".join(c if c.isprintable() or c == "\n" else "�" for c in str(text))
    )


def grades(results: dict[str, Result], waiting: list[str], as_json: bool) -> None:
    """Print a class: status and points, and the wrong answers that nothing explains."""
    shown = table("student", "status", "points", "notes")
    for student, r in results.items():
        points = f"{r.points:g}" if r.status == GRADED else ""
        remarks = [r.problem, *r.notes, *_remarks(r)]
        shown.add_row(plain(student), r.status, points, plain("\n".join(filter(None, remarks))))
    groups = clusters(results)
    data: dict[str, Any] = {s: r.plain() | {"points": r.points} for s, r in results.items()}
    say({"results": data, "clusters": groups, "waiting": waiting}, as_json, shown)
    if groups and not as_json:
        out.print("\nWrong answers that no mistake explains, by equal output:")
        for group in groups:
            names = ", ".join(group["students"][:5]) + (" …" if len(group["students"]) > 5 else "")
            head = f"  {group['exercise']} {group['cluster']}: {len(group['students'])}"
            out.print(plain(f"{head} ({names})"))


def _remarks(result: Result) -> list[str]:
    """Return what a table says of the answers that are not right."""
    if result.marks and all(m.state == "not attempted" for m in result.marks):
        return ["nothing was attempted"]
    told = ((m.function, m.mistake or m.error) for m in result.marks if m.state != "correct")
    return [f"{function}: {what}" for function, what in told if what]


def clusters(results: dict[str, Result]) -> list[dict[str, Any]]:
    """Return who shares an unexplained wrong answer, the largest group first."""
    found: dict[tuple[str, str], list[str]] = {}
    for student, result in results.items():
        for mark in result.marks:
            if mark.cluster and not mark.mistake:
                found.setdefault((mark.function, mark.cluster), []).append(student)
    rows = [{"exercise": f, "cluster": c, "students": s} for (f, c), s in found.items()]
    return sorted(rows, key=lambda row: -len(row["students"]))
