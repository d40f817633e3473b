"""A worker behind walls, and sessions with it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import rnncourse
from rnncourse.grading import cgroups, protocol, seccomp, walls
from rnncourse.grading.walls import DEFAULT_LIMITS, Limits


class SandboxError(RuntimeError):
    """The sandbox itself failed: an infrastructure error, never a mark."""


class Sandbox:
    """One worker behind walls, serving one session after the other.

    Parameters
    ----------
    preload : sequence of str
        Modules imported once, before any session, and shared by all.
    limits : Limits
    trusted : bool
        No walls: for one's own code, and for ``--trust-submissions``.
    paths : sequence of (str, str), optional
        The allow-list, if not :func:`walls.binds`.

    Raises
    ------
    SandboxError
        If no worker comes up, or not the way it must be.
    """

    def __init__(
        self,
        preload: Sequence[str] = (),
        limits: Limits = DEFAULT_LIMITS,
        *,
        trusted: bool = False,
        paths: Sequence[tuple[str, str]] | None = None,
    ) -> None:
        if not trusted and (reason := walls.available()):
            raise SandboxError(reason)
        self.limits, self.trusted = limits, trusted
        paths = walls.binds() if paths is None else paths
        self._control, theirs = socket.socketpair()
        package = str(Path(rnncourse.__file__).parent) if trusted else walls.INSIDE
        python = [
            walls.plain(sys.executable),
            "-I",
            "-B",
            f"{package}/grading/worker.py",
            str(theirs.fileno()),
        ]
        self.groups = [] if trusted else cgroups.make(limits.memory_mb * 2**20, limits.processes)
        news, info = os.pipe()
        denied = None if trusted else _filter()
        words = python if trusted else walls.command(paths, limits, info, denied, python)
        passed = [theirs.fileno()] if trusted else [theirs.fileno(), info]
        if self.groups:
            join = 'for g in $1; do echo $$ > "$g/cgroup.procs" || exit 125; done; shift; exec "$@"'
            words = ["/bin/sh", "-c", join, "sh", " ".join(map(str, self.groups)), *words]
        self._process = subprocess.Popen(
            words,
            env=walls.environment() | {"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=passed if denied is None else [*passed, denied],
            cwd="/",
        )
        theirs.close()
        for descriptor in (info, denied):
            if descriptor is not None:
                os.close(descriptor)
        self._first: int | None = None  # handle of the first process inside
        try:
            with os.fdopen(news) as file:
                said = file.read()
            if said:
                with contextlib.suppress(ProcessLookupError):  # the greeting will say why
                    self._first = os.pidfd_open(json.loads(said)["child-pid"])
            self.hello = self._greet(preload)
        except BaseException:
            self.close()
            raise

    def _greet(self, preload: Sequence[str]) -> dict:
        namespace = str(Path("/proc/self/ns/pid").readlink()) if sys.platform == "linux" else ""
        config = {"contained": not self.trusted, "outer_pid_ns": namespace}
        rlimits = {} if self.trusted else self.limits.rlimits()
        config |= {"limits": rlimits, "preload": list(preload)}
        try:
            protocol.send(self._control, config)
            hello, _ = protocol.receive(self._control, 120)
        except TimeoutError as error:
            raise SandboxError("no worker came up within two minutes") from error
        except (OSError, EOFError, ValueError) as error:
            assert self._process.stderr is not None
            said = self._process.stderr.read().decode(errors="replace").strip()
            raise SandboxError(f"no worker came up: {said[-600:] or error}") from error
        if hello["missing"]:
            raise SandboxError(
                f"not installed where submissions run: {', '.join(hello['missing'])}"
            )
        if not self.trusted and not (
            hello["contained"] and hello["private"] and int(hello["capabilities"], 16) == 0
        ):
            raise SandboxError(f"the worker is not contained: {hello}")
        return hello

    @contextlib.contextmanager
    def session(self) -> Iterator[socket.socket]:
        """Open a socket to a fresh child of the worker; end it with all it left."""
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [protocol.START], [theirs.fileno()])
            theirs.close()
            yield ours
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            self.close()
            raise SandboxError(f"the worker is gone: {error}") from error
        finally:
            ours.close()
            theirs.close()
            if self.alive:
                self._stop()

    def _stop(self) -> None:
        try:
            self._control.sendall(protocol.STOP)
            answer, _ = protocol.receive(self._control, 10)
        except (OSError, EOFError, ValueError):
            answer = {}
        if answer.get("clean") is not True:
            self.close()  # any doubt: the next session gets a new sandbox

    @property
    def alive(self) -> bool:
        """Whether another session can be opened."""
        return self._process.poll() is None and self._control.fileno() >= 0

    def close(self) -> None:
        """End the worker and everything that descends from it."""
        self._control.close()
        if self._first is not None:  # when the first process dies, the kernel ends all others
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            os.close(self._first)
            self._first = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        groups, self.groups = self.groups, []
        cgroups.remove(groups)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _filter() -> int | None:
    """Return a descriptor from which the filter of system calls can be read."""
    program = seccomp.program()
    if program is None:
        return None
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(program)  # far less than a pipe holds
    return reading
