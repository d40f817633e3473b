"""Commands about a class: grade, regrade, push, export, similar."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from rnncourse.grading import course as courses
from rnncourse.grading import exports, feedback, report, walls
from rnncourse.grading import release as releases
from rnncourse.grading import similar as similarity
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.cli.shared import (
    FAILED,
    INFRASTRUCTURE,
    MISUSED,
    AsJson,
    Here,
    Name,
    Root,
    Scheduler,
    Seconds,
    Trust,
    Workers,
    app,
    examples,
    load,
    stop,
)
from rnncourse.grading.course import Course
from rnncourse.grading.marks import Result
from rnncourse.grading.report import err, out
from rnncourse.grading.schedule import Plan
from rnncourse.grading.seeds import student_seeds
from rnncourse.grading.store import Store
from rnncourse.grading.walls import DEFAULT_LIMITS, Limits


def _counting(course: Path, name: str) -> dict[str, Result]:
    """Return the results that count, or end the command where there are none."""
    results = {}
    if course.is_dir():
        with Course(course).store() as store:
            results = store.counting(name)
    if not results:
        stop(FAILED, f"no grades of {name} in {course}; first: rnncourse grade {name}")
    return results


def _place(course: Path) -> Course:
    """Return the course, or end the command where there is no such folder."""
    if not course.is_dir():
        stop(MISUSED, f"no folder {course}; expected one with submitted/ in it")
    return Course(course)


def _written(path: Path, text: str) -> None:
    """Write a file, or end the command with the reason why not."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(MISUSED, f"{path} cannot be written: {error.strerror}")


def _graded(
    course: Path, source: Assignment, plan: Plan, store: Store, quiet: bool
) -> dict[str, str]:
    """Grade with a progress bar; return the key of each student's result."""
    if not plan.trusted and not plan.scheduler and (reason := walls.available()):
        stop(INFRASTRUCTURE, f"{reason}; to run submissions without a sandbox: --trust-submissions")
    keys: dict[str, str] = {}
    try:
        total = len(Course(course).students(source.name))
        with Progress(console=err, disable=quiet or not err.is_terminal) as progress:
            task = progress.add_task(source.name, total=total)
            for _ in courses.grade(Course(course), source, plan, store, keys):
                progress.advance(task)
    except (FileNotFoundError, ConnectionError) as error:
        stop(MISUSED, str(error))
    if not keys:
        stop(
            FAILED, f"nobody has handed in {source.name}: submitted/STUDENT/{source.name}/ is empty"
        )
    return keys


@app.command(
    **examples(
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
    call_seconds: Seconds = DEFAULT_LIMITS.call_seconds,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Grade what was handed in and has not been graded yet."""
    source = load(name)
    plan = Plan(workers, scheduler, Limits(call_seconds=call_seconds), trust)
    with _place(course).store() as store:
        keys = _graded(course, source, plan, store, as_json)
        store.count(source.name, keys)
        results = store.counting(source.name) | store.of(source.name, keys)
        waiting = store.waiting(source.name, keys)
    report.grades(results, waiting, as_json)
    if waiting:
        stop(INFRASTRUCTURE, f"{len(waiting)} not graded for reasons of ours; grade again")


@app.command(
    **examples("regrade 02-recurrent-networks --diff", "regrade 02-recurrent-networks --accept")
)
def regrade(
    name: Name,
    course: Root = Here,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show who gains or loses; change nothing.")
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Let the new results count.")] = False,
    workers: Workers = 1,
    scheduler: Scheduler = "",
    call_seconds: Seconds = DEFAULT_LIMITS.call_seconds,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Grade all again after a change of the grader; see what changes before it counts."""
    if diff == accept:
        stop(MISUSED, "one of --diff and --accept is needed")
    source = load(name)
    plan = Plan(workers, scheduler, Limits(call_seconds=call_seconds), trust)
    with _place(course).store() as store:
        before = store.counting(source.name)
        keys = _graded(course, source, plan, store, as_json)
        waiting = store.waiting(source.name, keys)
        after = before | {s: r for s, r in store.of(source.name, keys).items() if s not in waiting}
        rows = courses.changes(before, after)
        table = report.table("student", "exercise", "before", "after", "why")
        for r in rows:
            points = (f"{r['before']:g}", f"{r['after']:g}")
            table.add_row(
                report.plain(r["student"]),
                r["exercise"],
                *points,
                report.plain("\n".join(r["why"])),
            )
        report.say({"changes": rows, "waiting": waiting}, as_json, table if rows else None)
        if not rows and not as_json:
            out.print("nothing changes")
        if accept:
            store.count(source.name, keys)
    if waiting:
        stop(INFRASTRUCTURE, f"{len(waiting)} not graded for reasons of ours; regrade again")


@app.command(**examples("push 02-recurrent-networks", "push 02-recurrent-networks --show-inputs"))
def push(
    name: Name,
    course: Root = Here,
    show_inputs: Annotated[
        bool, typer.Option("--show-inputs", help="Show hidden inputs: after the due date.")
    ] = False,
) -> None:
    """Write nbgrader's gradebook and notebooks, and a feedback page for each student."""
    from rnncourse.grading import gradebook  # nbgrader takes seconds to import

    source, place = load(name), Course(course)
    results = _counting(course, source.name)
    jobs = place.jobs(source)
    for student, result in results.items():
        seeds = student_seeds(place.secret, student, source) if show_inputs else None
        page = course / "feedback" / student / source.name / f"{source.name}.html"
        _written(page, feedback.page(source, result, seeds))
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
    **examples(
        "export 02-recurrent-networks --to grades.csv",
        "export 02-recurrent-networks --format canvas --template canvas.csv"
        " --column 'Chapter 2' --to filled.csv",
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
    source = load(name)
    results = _counting(course, source.name)
    if format is Format.gradescope:
        for student, result in results.items():
            _written(to / student / "results.json", exports.gradescope(source, result))
        return
    if format is Format.csv:
        _written(to, exports.plain(source, results))
        return
    if template is None or not column:
        stop(MISUSED, "--format canvas needs --template and --column")
    try:
        table, unmatched = exports.canvas(template.read_text(encoding="utf-8"), column, results)
    except (OSError, ValueError) as error:
        stop(MISUSED, str(error))
    _written(to, table)
    if unmatched:
        stop(FAILED, f"not in the template: {', '.join(unmatched)}")


@app.command(
    **examples("similar 02-recurrent-networks", "similar 02-recurrent-networks --at-least 0.8")
)
def similar(
    name: Name,
    course: Root = Here,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="Likeness from 0 to 1.")] = 0.95,
    as_json: AsJson = False,
) -> None:
    """List answers that look alike: a reason to look, never a proof."""
    source = load(name)
    try:
        jobs = _place(course).jobs(source)
    except FileNotFoundError as error:
        stop(MISUSED, str(error))
    submissions = {s: job.submission for s, job in jobs.items()}
    pairs = similarity.pairs(submissions, releases.stubs(source), at_least)
    table = report.table("likeness", "exercise", "one", "other")
    for p in pairs:
        table.add_row(f"{p.likeness:.2f}", p.function, report.plain(p.one), report.plain(p.other))
    report.say([vars(p) for p in pairs], as_json, table)
