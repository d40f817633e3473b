"""The command `rnncourse`."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from rnncourse.grading import (
    assignment as assignments,
    audit as audits,
    course as courses,
    doctor as doctors,
    exports,
    extract,
    feedback,
    gradebook,
    judge,
    release as releases,
    selfcheck,
    similar as similarity,
    walls,
)
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.course import Course
from rnncourse.grading.sandbox import SandboxError
from rnncourse.grading.schedule import Plan
from rnncourse.grading.session import Workplace
from rnncourse.grading.store import Store
from rnncourse.grading.walls import Limits

FAILED, MISUSED, INFRASTRUCTURE = 1, 2, 3
_CODES = """

Exit codes: 0 done and well, 1 done and something is wrong, 2 wrong use, 3 infrastructure error."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="Assign, collect and grade the course's exercises; or check your own answers." + _CODES,
)
out, err = Console(), Console(stderr=True)

Name = Annotated[str, typer.Argument(help="An assignment: its name or its folder.")]
Root = Annotated[Path, typer.Option("--course", help="The folder with submitted/ in it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Trust = Annotated[
    bool,
    typer.Option("--trust-submissions", help="Run without a sandbox: they can do all you can."),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes on this machine.")]
Scheduler = Annotated[str, typer.Option(help="Address of a Dask scheduler, `tcp://…`.")]
Seconds = Annotated[float, typer.Option("--call-seconds", min=0.1, help="Wall time of one call.")]
Here = Path(".")


def _examples(*lines: str) -> dict[str, Any]:
    """Return the epilog with a command's examples."""
    return {"epilog": "Examples:\n\n" + "\n\n".join(f"`rnncourse {line}`" for line in lines)}


def _stop(code: int, message: str) -> NoReturn:
    err.print(message, markup=False, highlight=False)
    raise typer.Exit(code)


def _load(name: str) -> Assignment:
    try:
        return assignments.load(name)
    except (FileNotFoundError, ValueError) as error:
        _stop(MISUSED, str(error))


def _say(data: Any, as_json: bool, table: Table | None = None) -> None:
    if as_json:
        sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    elif table is not None:
        out.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _plain(text: object) -> str:
    """Return text as rich shows it literally, also where it looks like markup."""
    import rich.markup

    return rich.markup.escape("".join(c if c.isprintable() or c == "\n" else "�" for c in str(text)))


@app.command(**_examples("doctor", "doctor --course ~/rnn-2027 --json"))
def doctor(course: Root = Here, as_json: AsJson = False) -> None:
    """Try the sandbox: what must work inside does, and every way out is closed."""
    findings = []
    table = _table("", "check", "")
    for f in doctors.examine(root=course.resolve()):
        findings.append({"check": f.name, "fine": f.fine, "detail": f.detail})
        table.add_row("[green]fine[/]" if f.fine else "[red]WRONG[/]", f.name, _plain(f.detail))
    _say(findings, as_json, table)
    if not all(f["fine"] for f in findings):
        raise typer.Exit(FAILED)


@app.command(**_examples("release 02-recurrent-networks --to release"))
def release(name: Name, to: Annotated[Path, typer.Option(help="Where to.")] = Path("release")) -> None:
    """Write the students' notebook: no solutions, no hidden tests."""
    out.print(str(releases.write(_load(name), to)), highlight=False)


@app.command(**_examples("check 02-recurrent-networks.ipynb", "check mine.ipynb -a 02-recurrent-networks"))
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    name: Annotated[str, typer.Option("--assignment", "-a", help="If not the file's name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check your own answers on public inputs."""
    source = _load(name or notebook.stem)
    try:
        data = notebook.read_bytes()
    except OSError as error:
        _stop(MISUSED, f"{notebook} cannot be read: {error.strerror}")
    submission = extract.from_bytes(data, source, releases.stubs(source))
    seeds = judge.seeds(judge.PUBLIC, "self", source)
    common = judge.common_seeds(judge.PUBLIC, source)
    # One's own code may run without walls where there are none to be had.
    with Workplace(source.preload(), trusted=walls.available() is not None) as workplace:
        try:
            result = judge.grade(source, submission, seeds, common, workplace)
        except SandboxError as error:
            _stop(INFRASTRUCTURE, str(error))
    if not as_json:
        for text in [result.problem, *result.notes, *map(selfcheck.describe, result.marks)]:
            if text:
                out.print(_plain(text), highlight=False)
    _say(result.plain(), as_json)
    if any(m.state != "correct" for m in result.marks) or result.problem:
        raise typer.Exit(FAILED)


def _graded(
    course: Path, source: Assignment, plan: Plan, store: Store, quiet: bool
) -> dict[str, str]:
    """Grade with a progress bar; return the key of each student's result."""
    if not plan.trusted and not plan.scheduler and (reason := walls.available()):
        _stop(INFRASTRUCTURE, f"{reason}; to run submissions without a sandbox: --trust-submissions")
    keys: dict[str, str] = {}
    try:
        total = len(Course(course).students(source.name))
        with Progress(console=err, disable=quiet or not err.is_terminal) as progress:
            task = progress.add_task(source.name, total=total)
            for _ in courses.grade(Course(course), source, plan, store, keys):
                progress.advance(task)
    except FileNotFoundError as error:
        _stop(MISUSED, str(error))
    return keys


@app.command(
    **_examples(
        "grade 02-recurrent-networks",
        "grade 02-recurrent-networks --workers 2 --json",
        "grade 02-recurrent-networks --scheduler tcp://10.0.0.5:8786",
    )
)
def grade(
    name: Name,
    course: Root = Here,
    workers: Workers = 1,
    scheduler: Scheduler = "",
    call_seconds: Seconds = Limits().call_seconds,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Grade what was handed in and has not been graded yet."""
    source = _load(name)
    plan = Plan(workers, scheduler, Limits(call_seconds=call_seconds), trust)
    with Course(course).store() as store:
        keys = _graded(course, source, plan, store, as_json)
        store.count(source.name, keys)
        _report(source, store, keys, as_json)


def _report(source: Assignment, store: Store, keys: dict[str, str], as_json: bool) -> None:
    results = store.counting(source.name) | store.of(source.name, keys)
    waiting = store.waiting(source.name, keys)
    table = _table("student", "status", "points", "notes")
    for student, r in results.items():
        points = f"{r.points:g}" if r.status == judge.GRADED else ""
        remarks = [r.problem, *r.notes, *(f"{m.function}: {m.mistake}" for m in r.marks if m.mistake)]
        table.add_row(
            _plain(student), r.status, points, _plain("\n".join(text for text in remarks if text))
        )
    clusters = _clusters(results)
    data = {"results": {s: r.plain() | {"points": r.points} for s, r in results.items()}}
    _say(data | {"clusters": clusters, "waiting": waiting}, as_json, table)
    if clusters and not as_json:
        out.print("\nWrong answers that no mistake explains, by equal output:")
        for c in clusters:
            students = ", ".join(c["students"][:5]) + (" …" if len(c["students"]) > 5 else "")
            out.print(_plain(f"  {c['exercise']} {c['cluster']}: {len(c['students'])} ({students})"))
    if waiting:
        _stop(INFRASTRUCTURE, f"{len(waiting)} not graded for reasons of ours; grade again")


def _clusters(results: dict[str, judge.Result]) -> list[dict]:
    found: dict[tuple[str, str], list[str]] = {}
    for student, result in results.items():
        for mark in result.marks:
            if mark.cluster and not mark.mistake:
                found.setdefault((mark.function, mark.cluster), []).append(student)
    rows = [{"exercise": f, "cluster": c, "students": s} for (f, c), s in found.items()]
    return sorted(rows, key=lambda row: -len(row["students"]))


@app.command(
    **_examples("regrade 02-recurrent-networks --diff", "regrade 02-recurrent-networks --accept")
)
def regrade(
    name: Name,
    course: Root = Here,
    diff: Annotated[bool, typer.Option("--diff", help="Show who gains or loses; change nothing.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Let the new results count.")] = False,
    workers: Workers = 1,
    scheduler: Scheduler = "",
    call_seconds: Seconds = Limits().call_seconds,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Grade all again after a change of the grader; see what changes before it counts."""
    if diff == accept:
        _stop(MISUSED, "one of --diff and --accept is needed")
    source = _load(name)
    plan = Plan(workers, scheduler, Limits(call_seconds=call_seconds), trust)
    with Course(course).store() as store:
        before = store.counting(source.name)
        keys = _graded(course, source, plan, store, as_json)
        waiting = store.waiting(source.name, keys)
        after = before | {s: r for s, r in store.of(source.name, keys).items() if s not in waiting}
        rows = courses.changes(before, after)
        table = _table("student", "exercise", "before", "after", "why")
        for r in rows:
            points = (f"{r['before']:g}", f"{r['after']:g}")
            table.add_row(_plain(r["student"]), r["exercise"], *points, _plain("\n".join(r["why"])))
        _say({"changes": rows, "waiting": waiting}, as_json, table)
        if accept:
            store.count(source.name, keys)
    if waiting:
        _stop(INFRASTRUCTURE, f"{len(waiting)} not graded for reasons of ours; regrade again")


@app.command(**_examples("push 02-recurrent-networks", "push 02-recurrent-networks --show-inputs"))
def push(
    name: Name,
    course: Root = Here,
    show_inputs: Annotated[
        bool, typer.Option("--show-inputs", help="Show hidden inputs: after the due date.")
    ] = False,
) -> None:
    """Write nbgrader's gradebook and notebooks, and a feedback page for each student."""
    source, place = _load(name), Course(course)
    jobs = place.jobs(source)
    with place.store() as store:
        results = store.counting(source.name)
    for student, result in results.items():
        seeds = judge.seeds(place.secret, student, source) if show_inputs else None
        page = course / "feedback" / student / source.name / f"{source.name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(feedback.page(source, result, seeds), encoding="utf-8")
        if student in jobs:
            gradebook.write_notebook(course, source, student, jobs[student].submission)
    written = gradebook.push(course, source, results)
    out.print(f"{written} submissions in gradebook.db, {len(results)} pages in feedback/")


class Format(StrEnum):
    """Where grades go."""

    csv = "csv"
    canvas = "canvas"
    gradescope = "gradescope"


@app.command(
    **_examples(
        "export 02-recurrent-networks --to grades.csv",
        'export 02-recurrent-networks --format canvas --template canvas.csv --column "Chapter 2" --to filled.csv',
        "export 02-recurrent-networks --format gradescope --to gradescope",
    )
)
def export(
    name: Name,
    to: Annotated[Path, typer.Option(help="File, or for Gradescope folder, to write.")],
    course: Root = Here,
    format: Annotated[Format, typer.Option(help="What to write.")] = Format.csv,
    template: Annotated[Path | None, typer.Option(help="Grade book exported from Canvas.")] = None,
    column: Annotated[str, typer.Option(help="Heading of its column.")] = "",
) -> None:
    """Write the grades for another system."""
    source = _load(name)
    with Course(course).store() as store:
        results = store.counting(source.name)
    if format is Format.gradescope:
        for student, result in results.items():
            path = to / student / "results.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(exports.gradescope(source, result), encoding="utf-8")
        return
    if format is Format.csv:
        to.write_text(exports.plain(source, results), encoding="utf-8")
        return
    if template is None or not column:
        _stop(MISUSED, "--format canvas needs --template and --column")
    try:
        table, unmatched = exports.canvas(template.read_text(encoding="utf-8"), column, results)
    except (OSError, ValueError) as error:
        _stop(MISUSED, str(error))
    to.write_text(table, encoding="utf-8")
    if unmatched:
        _stop(FAILED, f"not in the template: {', '.join(unmatched)}")


@app.command(**_examples("similar 02-recurrent-networks", "similar 02-recurrent-networks --at-least 0.8"))
def similar(
    name: Name,
    course: Root = Here,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="Likeness from 0 to 1.")] = 0.95,
    as_json: AsJson = False,
) -> None:
    """List answers that look alike: a reason to look, never a proof."""
    source = _load(name)
    submissions = {s: job.submission for s, job in Course(course).jobs(source).items()}
    pairs = similarity.pairs(submissions, releases.stubs(source), at_least)
    table = _table("likeness", "exercise", "one", "other")
    for p in pairs:
        table.add_row(f"{p.likeness:.2f}", p.function, _plain(p.one), _plain(p.other))
    _say([vars(p) for p in pairs], as_json, table)


@app.command(**_examples("audit 02-recurrent-networks", "audit 02-recurrent-networks --json"))
def audit(name: Name, as_json: AsJson = False) -> None:
    """Grade the grader: right answers, typical mistakes, mutants of the solution."""
    source, found = _load(name), []
    trusted = walls.available() is not None  # all of this is the instructor's own code
    with Workplace(source.preload(), Limits(call_seconds=2), trusted=trusted) as workplace:
        try:
            found = list(audits.audit(source, workplace))
        except SandboxError as error:
            _stop(INFRASTRUCTURE, str(error))
    if not as_json:
        out.print(audits.table(found), markup=False, highlight=False)
        for a in found:
            for text in [*a.faults(), *(f"survives: {s}" for s in a.survivors)]:
                out.print(_plain(f"{a.function}: {text}"), highlight=False)
            for text in a.same:
                out.print(_plain(f"{a.function}: no input tells this apart: {text}"), highlight=False)
    _say([vars(a) | {"faults": a.faults()} for a in found], as_json)
    if any(a.faults() for a in found):
        raise typer.Exit(FAILED)
