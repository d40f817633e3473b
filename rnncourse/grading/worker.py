"""What runs inside the sandbox. It is told inputs and never an expected value.

The first process limits itself, imports what is slow, and forks a child
for each session; only children run a student's cells. Between sessions every
other process is killed and the scratch directory emptied. What the child
answers is a claim: everything is checked by the other side.
"""

import builtins
import contextlib
import ctypes
import importlib
import io
import os
import random
import resource
import shutil
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rnncourse.grading import protocol, values

_PRINTED = 4000  # characters of a cell's output that are kept
_MESSAGE = 600
_BUILTINS = dict(vars(builtins))  # as they are before any student's code


def main() -> None:
    """Serve sessions on the control socket whose descriptor is the argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config, _ = protocol.receive(control)
    contained = (
        config["contained"] and str(Path("/proc/self/ns/pid").readlink()) != config["outer_pid_ns"]
    )
    for name, value in config["limits"].items():
        kind = getattr(resource, name, None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with contextlib.suppress(ValueError, OSError):  # macOS refuses some
                resource.setrlimit(kind, (value, value))
    missing = [name for name in config["preload"] if not _imported(name)]
    undumpable = sys.platform == "linux" and ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0
    hello = {"contained": contained, "uid": os.getuid(), "missing": missing}
    hello |= {"capabilities": _capabilities(), "private": undumpable, "pid": os.getpid()}
    protocol.send(control, hello)
    child = 0
    while True:
        word, fds, *_ = socket.recv_fds(control, len(protocol.START), 1)
        if not word:
            return
        if word == protocol.START:
            child = os.fork()
            if child == 0:
                os.setsid()
                control.close()
                if sys.platform == "linux":
                    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # /proc/self is the child's again
                _serve(socket.socket(fileno=fds[0]))
                os._exit(0)
            os.close(fds[0])
        elif word == protocol.STOP:
            protocol.send(control, {"clean": _clean(child, contained)})


def _imported(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _capabilities() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("CapEff:"):
                return line.split()[1]
    return "unknown"


def _clean(child: int, contained: bool) -> bool:
    """Kill what the session left and empty the scratch directory."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if contained:  # in a process namespace of our own this reaches the sandbox alone
            os.kill(-1, signal.SIGKILL)
        elif child:
            os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    if contained:
        for place in (os.environ["HOME"], "/dev/shm"):
            for path in Path(place).iterdir():
                try:
                    shutil.rmtree(
                        path
                    ) if path.is_dir() and not path.is_symlink() else path.unlink()
                except (OSError, RecursionError):
                    return False
    return True


class _Printed(io.TextIOBase):
    """Keeps the beginning of what is printed; a million lines cost no memory."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        if len(self.text) < _PRINTED:
            self.text = (self.text + str(text))[:_PRINTED]
        return len(text)


def _serve(sock: socket.socket) -> None:
    """Answer one session's requests until the other side hangs up."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    names: dict[str, Any] = {"__name__": "__main__"}
    while True:
        try:
            request, blob = protocol.receive(sock)
        except (EOFError, OSError):
            return
        printed = _Printed()
        sys.stdout = sys.stderr = printed
        try:
            value = _obey(request, blob, names)
            tree, reply_blob = values.encode(value)
            reply = {"ok": True, "value": tree}
        except BaseException as error:  # SystemExit and KeyboardInterrupt included
            reply, reply_blob = {"ok": False, "error": _describe(error)}, b""
        reply["printed"] = printed.text
        protocol.send(sock, reply, reply_blob)


def _obey(request: dict, blob: bytes, names: dict[str, Any]) -> Any:
    _seed(request["seed"])
    if request["do"] == "run":
        code = compile(request["source"], f"<{request['cell']}>", "exec", dont_inherit=True)
        exec(code, names)
        return None
    if request["name"] not in names:
        raise NameError(f"no cell defines {request['name']}")
    answer = names[request["name"]]
    inputs = values.decode(request["inputs"], blob, live=True)
    if request["through"] is not None:
        # What observes an answer shares no name with it, so that none can be planted.
        scope: dict[str, Any] = {"__builtins__": dict(_BUILTINS)}
        exec(compile(request["through"], "<grader>", "exec"), scope)
        return scope[request["through_name"]](answer, **inputs)
    return answer(**inputs)


def _seed(seed: int) -> None:
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _describe(error: BaseException) -> dict[str, Any]:
    """Name an exception, and the line of the student's cell that it left."""
    line, cell = None, ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith("<") and frame.filename not in ("<string>", "<grader>"):
            line, cell = frame.lineno, frame.filename[1:-1]
    if isinstance(error, SyntaxError) and str(error.filename).startswith("<"):
        line, cell = error.lineno, str(error.filename)[1:-1]
    try:
        message = str(error)[:_MESSAGE]
    except BaseException:
        message = ""
    return {"type": type(error).__name__[:80], "message": message, "line": line, "cell": cell}


if __name__ == "__main__":
    main()
