"""Try the sandbox: what must work inside, and what must not.

A sandbox that fails open leaks, and one that fails shut gives everyone zero;
both have happened. So each rule has a control: an honest answer must come
through, and each way out is tried and must be found closed.
"""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rnncourse.grading import seccomp, walls
from rnncourse.grading.assignment import COURSE
from rnncourse.grading.sandbox import Sandbox, SandboxError
from rnncourse.grading.session import Outcome, Runner, Workplace
from rnncourse.grading.walls import Limits

_LIMITS = Limits(call_seconds=10, memory_mb=512, file_mb=8, processes=24, cpu_seconds=20)

# Each probe says True if it got out. They run inside, as a student's code would.
_PROBES = {
    "finds a file of yours": """
def probe(paths):
    import os
    found = []
    for path in paths:
        try:
            os.stat(path)
            found.append(path)
        except OSError:
            pass
    return found""",
    "writes outside its scratch directory": """
def probe(paths):
    import os
    found = []
    for path in ["/", "/usr", "/dev", "/course", *map(os.path.dirname, paths)]:
        try:
            open(os.path.join(path, "written-by-probe"), "w").close()
            found.append(path)
        except OSError:
            pass
    return found""",
    "reaches the network, this machine included": """
def probe(port):
    import socket
    with socket.socket() as s:
        s.settimeout(2)
        return s.connect_ex(("127.0.0.1", port)) == 0""",
    "reaches what hosts this machine, or the kernel's keys": """
def probe():
    import ctypes, platform, socket
    found = []
    for name in ("AF_VSOCK", "AF_NETLINK", "AF_PACKET", "AF_ALG"):
        try:
            socket.socket(getattr(socket, name), socket.SOCK_RAW if name != "AF_VSOCK" else 1)
            found.append(name)
        except (OSError, AttributeError):
            pass
    number = {"x86_64": 250, "aarch64": 219}.get(platform.machine())
    libc = ctypes.CDLL(None)
    if number is None or libc.syscall(number, 0, -3, 0) >= 0:  # the session's keys
        found.append("keys")
    return found""",
    "sees other processes": """
def probe(pid):
    import os
    seen = [p for p in os.listdir("/proc") if p.isdigit()]
    return len(seen) > 10 or str(pid) in seen""",
    "sees the environment": """
def probe(name):
    import os
    return name in os.environ or name.encode() in open("/proc/1/environ", "rb").read()""",
    "has rights of root": """
def probe():
    import ctypes, os
    def refused(call):
        try:
            return call() != 0
        except OSError:
            return True
    libc = ctypes.CDLL(None)
    tries = [lambda: os.setuid(0), lambda: os.chroot("/"), lambda: libc.unshare(0x10000000),
             lambda: libc.mount(b"none", b"/scratch", b"tmpfs", 0, None)]
    return not all(map(refused, tries))""",
    "starts processes without end": """
def probe():
    import os, signal
    children = []
    try:
        for _ in range(200):
            pid = os.fork()
            if pid == 0:
                signal.pause()
                os._exit(0)
            children.append(pid)
    except OSError:
        pass
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return len(children) >= 199""",
    "takes all the memory": """
def probe():
    try:
        return len(bytearray(1 << 30)) > 0
    except MemoryError:
        return False""",
    "fills the disk": """
def probe():
    import os
    written = 0
    try:
        for name in range(100):
            with open(f"{os.environ['HOME']}/{name}", "wb") as file:
                for _ in range(4):
                    written += file.write(bytes(1 << 21))
    except OSError:
        pass
    return written > 1 << 28""",
}


@dataclass(frozen=True)
class Finding:
    """One check: what was tried, whether all is well, and what to do if not."""

    name: str
    fine: bool
    detail: str = ""


def examine(
    paths: Sequence[tuple[str, str]] | None = None, root: Path | None = None
) -> Iterator[Finding]:
    """Yield what was found, one check after the other.

    Parameters
    ----------
    paths : sequence of (str, str), optional
        The allow-list to examine, if not the one in use.
    root : path, optional
        The course's folder, whose files must not be readable inside.
    """
    if reason := walls.available():
        yield Finding("bubblewrap", False, f"{reason}; `grade` wants --trust-submissions")
        return
    try:
        with Sandbox(["numpy"], _LIMITS, paths=paths) as sandbox:
            groups = "control groups" if sandbox.groups else "no control groups"
            calls = "no filter of system calls" if seccomp.program() is None else "seccomp"
            yield Finding("the sandbox starts", True, f"{groups}, {calls}")
    except SandboxError as error:
        yield Finding("the sandbox starts", False, _advice(str(error)))
        return
    with Workplace(["numpy"], _LIMITS, paths=paths) as workplace:
        yield _honest(workplace)
        yield from _escapes(workplace, root)


def _advice(error: str) -> str:
    if "execvp" in error or "No such file" in error:
        return (
            f"{error}. The Python that runs submissions ({sys.executable}) or a library of it"
            " is not among the paths that the sandbox binds: everyone would get 0"
        )
    return error


def _ask(workplace: Workplace, source: str, **inputs: object) -> Outcome:
    with Runner(workplace, [], {"probe": source}) as runner:
        return runner.call("probe", inputs)


def _honest(workplace: Workplace) -> Finding:
    source = "import numpy as np\ndef probe(n):\n    return np.arange(n).sum()"
    outcome = _ask(workplace, source, n=10)
    fine = not outcome.error and bool(outcome.value == 45)  # NumPy's own bool is no JSON
    return Finding("an honest answer comes through", fine, outcome.message)


def _escapes(workplace: Workplace, root: Path | None) -> Iterator[Finding]:
    with ExitStack() as stack:
        places = {tempfile.gettempdir(), str(Path.home()), str(Path.cwd()), str(root or Path.cwd())}
        canaries = []
        for place in sorted(places):
            if os.access(place, os.W_OK):
                canary = stack.enter_context(tempfile.NamedTemporaryFile("w", dir=place))
                canary.write("secret")
                canary.flush()
                Path(canary.name).chmod(0o644)  # else its mode would protect it, not the walls
                canaries.append(canary.name)
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        os.environ["RNNCOURSE_CANARY"] = "1"
        stack.callback(os.environ.pop, "RNNCOURSE_CANARY")
        inputs: list[dict] = [
            {"paths": [*canaries, "/etc/passwd", "/etc/hostname", str(COURSE)]},
            {"paths": canaries},
            {"port": listener.getsockname()[1]},
            {},
            {"pid": os.getpid() if os.getpid() > 100 else 10**6},
            {"name": "RNNCOURSE_CANARY"},
        ]
        inputs += [{} for _ in range(len(_PROBES) - len(inputs))]
        for (name, source), given in zip(_PROBES.items(), inputs, strict=True):
            outcome = _ask(workplace, source, **given)
            # A probe that was killed did not get out; one that failed otherwise proves nothing.
            killed = outcome.error in ("Crash", "Timeout", "MemoryError")
            fine = killed or (not outcome.error and not outcome.value)
            detail = "" if fine else f"{outcome.message or outcome.value}"
            yield Finding(f"nobody {name}", fine, detail)
