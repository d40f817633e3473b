"""Run one submission's cells and functions in a sandbox, whatever they do."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from rnncourse.grading import protocol, values
from rnncourse.grading.sandbox import Sandbox, SandboxError
from rnncourse.grading.walls import DEFAULT_LIMITS, Limits


@dataclass(frozen=True)
class Outcome:
    """What came of a cell or a call: a value, or an error that can be told.

    Attributes
    ----------
    value
        Decoded, if there was no error.
    error : str
        Type of the error, empty if there was none. ``Timeout``, ``Crash`` and
        ``BadReply`` are ours, all others Python's.
    message : str
        The error for its author, with the line of the cell where known.
    printed : str
        The beginning of what was printed.
    """

    value: Any = None
    error: str = ""
    message: str = ""
    printed: str = ""


class Workplace:
    """Gives a sandbox for each session, a new one whenever the last is in doubt."""

    def __init__(
        self,
        preload: Sequence[str] = (),
        limits: Limits = DEFAULT_LIMITS,
        *,
        trusted: bool = False,
        paths: Sequence[tuple[str, str]] | None = None,
    ) -> None:
        self.preload, self.limits, self.trusted = list(preload), limits, trusted
        self._paths = paths
        self._sandbox: Sandbox | None = None

    def sandbox(self) -> Sandbox:
        """Return a sandbox in which another session can be opened."""
        if self._sandbox is None or not self._sandbox.alive:
            self.close()
            self._sandbox = Sandbox(
                self.preload, self.limits, trusted=self.trusted, paths=self._paths
            )
        return self._sandbox

    def close(self) -> None:
        """End the sandbox, if there is one."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Runner:
    """A student's namespace: the setup and the answer cells, run in order.

    A cell or call that does not return ends the session. The next call opens
    another one, in which the cells that did so are left out.

    Parameters
    ----------
    workplace : Workplace
    setup : sequence of str
        Cells of the instructor; an error in one is an infrastructure error.
    answers : mapping of str to str
        Source of each answer cell by its exercise's function.
    """

    def __init__(
        self, workplace: Workplace, setup: Sequence[str], answers: Mapping[str, str]
    ) -> None:
        self._workplace, self._setup, self._answers = workplace, setup, answers
        self.cells: dict[str, Outcome] = {}
        self._stack = ExitStack()
        self._socket: Any = None

    def load(self) -> None:
        """Run the setup and all answer cells that can be run."""
        while self._socket is None:
            self._socket = self._stack.enter_context(self._workplace.sandbox().session())
            for number, source in enumerate(self._setup):
                outcome = self._run(f"setup {number + 1}", source)
                if outcome.error:
                    self.hang_up()
                    raise SandboxError(f"setup cell {number + 1} failed: {outcome.message}")
            ran: dict[str, str] = {}
            for function, source in self._answers.items():
                if self._socket is None:
                    break
                twin = next((f for f, s in ran.items() if s == source), None)
                if twin is not None:  # one cell may answer several exercises
                    self.cells[function] = self.cells[twin]
                elif not (function in self.cells and self._ended(self.cells[function])):
                    self.cells[function] = self._run(function, source)
                ran[function] = source

    def call(
        self, function: str, inputs: dict, *, through: str | None = None, seed: int = 0
    ) -> Outcome:
        """Call one of the student's functions with keyword arguments."""
        self.load()
        tree, blob = values.encode(inputs)
        name = through.split("(", 1)[0].removeprefix("def ").strip() if through else None
        request = {"do": "call", "name": function, "inputs": tree, "seed": seed}
        return self._ask(request | {"through": through, "through_name": name}, blob)

    def _run(self, cell: str, source: str) -> Outcome:
        return self._ask({"do": "run", "cell": cell, "source": source, "seed": 0})

    @staticmethod
    def _ended(outcome: Outcome) -> bool:
        return outcome.error in ("Timeout", "Crash", "BadReply")

    def _ask(self, request: dict, blob: bytes = b"") -> Outcome:
        seconds = self._workplace.limits.call_seconds
        try:
            # A child that reads nothing must not make us wait for ever either.
            self._socket.settimeout(seconds)
            protocol.send(self._socket, request, blob)
            reply, reply_blob = protocol.receive(self._socket, seconds)
            return _outcome(reply, reply_blob)
        except TimeoutError:
            result = Outcome(error="Timeout", message=f"did not finish within {seconds:g} s")
        except (EOFError, ConnectionError):
            result = Outcome(error="Crash", message="ended the Python process")
        except protocol.ProtocolError as error:
            result = Outcome(error="BadReply", message=f"gave no valid reply: {error}")
        self.hang_up()
        return result

    def hang_up(self) -> None:
        """End the session and all processes in it."""
        self._socket = None
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.hang_up()


def _outcome(reply: dict, blob: bytes) -> Outcome:
    """Check every field of a reply: it may come from anyone inside."""
    printed = reply.get("printed")
    printed = printed[:4000] if isinstance(printed, str) else ""
    if reply.get("ok") is True:
        return Outcome(value=values.decode(reply.get("value"), blob), printed=printed)
    error = reply.get("error")
    if not isinstance(error, dict):
        raise protocol.ProtocolError("reply is neither a value nor an error")
    kind, message, line, cell = (error.get(k) for k in ("type", "message", "line", "cell"))
    kind = kind[:80] if isinstance(kind, str) and kind else "Error"
    text = f"{kind}: {message[:600]}" if isinstance(message, str) and message else kind
    if isinstance(line, int) and isinstance(cell, str):
        text += f" (line {line} of the cell of {cell[:80]})"
    return Outcome(error=kind, message=text, printed=printed)
