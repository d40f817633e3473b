"""What all commands share: options, exit codes, how they fail."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from rnncourse.grading import assignment as assignments
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.report import err

FAILED, MISUSED, INFRASTRUCTURE = 1, 2, 3
_CODES = """

Exit codes: 0 done and well, 1 done and something is wrong, 2 wrong use, 3 infrastructure error."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="Assign, collect and grade the course's exercises; or check your own answers." + _CODES,
)
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
Here = Path()


def examples(*lines: str) -> dict[str, Any]:
    """Return the epilog with a command's examples."""
    return {"epilog": "Examples:\n\n" + "\n\n".join(f"`rnncourse {line}`" for line in lines)}


def stop(code: int, message: str) -> NoReturn:
    """End the command with a message on stderr."""
    err.print(message, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def load(name: str) -> Assignment:
    """Read an assignment, or end the command."""
    try:
        return assignments.load(name)
    except (FileNotFoundError, ValueError) as error:
        stop(MISUSED, str(error))
