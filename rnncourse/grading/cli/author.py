"""Commands about assignments: try the sandbox, release, check, audit."""

from pathlib import Path
from typing import Annotated

import typer

from rnncourse.grading import audit as audits
from rnncourse.grading import doctor as doctors
from rnncourse.grading import extract, judge, report, selfcheck, walls
from rnncourse.grading import release as releases
from rnncourse.grading import sample as samples
from rnncourse.grading.cli.shared import (
    FAILED,
    INFRASTRUCTURE,
    MISUSED,
    AsJson,
    Here,
    Name,
    Root,
    app,
    examples,
    load,
    stop,
)
from rnncourse.grading.report import out
from rnncourse.grading.sandbox import SandboxError
from rnncourse.grading.seeds import PUBLIC, common_seeds, student_seeds
from rnncourse.grading.session import Workplace
from rnncourse.grading.walls import Limits


@app.command(**examples("doctor", "doctor --course ~/rnn-2027 --json"))
def doctor(course: Root = Here, as_json: AsJson = False) -> None:
    """Try the sandbox: what must work inside does, and every way out is closed."""
    findings = []
    table = report.table("", "check", "")
    for f in doctors.examine(root=course.resolve()):
        findings.append({"check": f.name, "fine": f.fine, "detail": f.detail})
        table.add_row(
            "[green]fine[/]" if f.fine else "[red]WRONG[/]", f.name, report.plain(f.detail)
        )
    report.say(findings, as_json, table)
    if not all(f["fine"] for f in findings):
        raise typer.Exit(FAILED)


@app.command(**examples("release 02-recurrent-networks --to release"))
def release(
    name: Name, to: Annotated[Path, typer.Option(help="Where to.")] = Path("release")
) -> None:
    """Write the students' notebook: no solutions, no hidden tests."""
    out.print(str(releases.write_release(load(name), to)), highlight=False)


@app.command(**examples("sample 02-recurrent-networks --to try-out --students 20"))
def sample(
    name: Name,
    to: Annotated[Path, typer.Option(help="A new course folder.")],
    students: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
) -> None:
    """Make up a class that handed in, good and bad, to try the commands on."""
    if (to / "submitted").exists():
        stop(MISUSED, f"{to / 'submitted'} exists; expected a folder without submissions")
    names = samples.write_class(load(name), to, students)
    out.print(f"{len(names)} submissions in {to / 'submitted'}", highlight=False)


@app.command(
    **examples("check 02-recurrent-networks.ipynb", "check mine.ipynb -a 02-recurrent-networks")
)
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    name: Annotated[str, typer.Option("--assignment", "-a", help="If not the file's name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check your own answers on public inputs."""
    try:
        data = notebook.read_bytes()
    except OSError as error:
        stop(MISUSED, f"{notebook} cannot be read: {error.strerror}")
    source = load(name or notebook.stem)
    submission = extract.from_bytes(data, source, releases.stubs(source))
    seeds = student_seeds(PUBLIC, "self", source)
    common = common_seeds(PUBLIC, source)
    # One's own code may run without walls where there are none to be had.
    with Workplace(source.preload(), trusted=walls.available() is not None) as workplace:
        try:
            result = judge.grade(source, submission, seeds, common, workplace)
        except SandboxError as error:
            stop(INFRASTRUCTURE, str(error))
    if not as_json:
        for text in [result.problem, *result.notes, *map(selfcheck.describe, result.marks)]:
            if text:
                out.print(report.plain(text), highlight=False)
    report.say(result.plain(), as_json)
    if any(m.state != "correct" for m in result.marks) or result.problem:
        raise typer.Exit(FAILED)


@app.command(**examples("audit 02-recurrent-networks", "audit 02-recurrent-networks --json"))
def audit(name: Name, as_json: AsJson = False) -> None:
    """Grade the grader: right answers, typical mistakes, mutants of the solution."""
    source, found = load(name), []
    trusted = walls.available() is not None  # all of this is the instructor's own code
    with Workplace(source.preload(), Limits(call_seconds=2), trusted=trusted) as workplace:
        try:
            found = list(audits.audit(source, workplace))
        except SandboxError as error:
            stop(INFRASTRUCTURE, str(error))
    if not as_json:
        out.print(audits.table(found), markup=False, highlight=False, soft_wrap=True)
        for a in found:
            for text in [*a.faults(), *(f"survives: {s}" for s in a.survivors)]:
                out.print(report.plain(f"{a.function}: {text}"), highlight=False, soft_wrap=True)
            for text in a.same:
                out.print(
                    report.plain(f"{a.function}: no input tells this apart: {text}"),
                    highlight=False,
                    soft_wrap=True,
                )
    report.say([vars(a) | {"faults": a.faults()} for a in found], as_json)
    if any(a.faults() for a in found):
        raise typer.Exit(FAILED)
