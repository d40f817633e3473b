"""The walls around a submission: what bubblewrap is told, and the limits.

Inside there is no network, no name, no environment, no file but the Python
installation, read only, and a small scratch directory. The user has no rights
outside and no capability inside. What is *not* covered: the kernel is shared
with the host, so a flaw in the kernel is a way out, and so is a flaw in
bubblewrap. Where that matters, grade in a virtual machine.
"""

import itertools
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import rnncourse

INSIDE = "/course/rnncourse"  # where the package stands in the sandbox
SCRATCH = "/scratch"
BUILT_ON = str(Path("/", "tmp"))  # where bubblewrap sets up what it is about to show
_OUTER_UIDS = (61184, 65520)  # systemd keeps these for passing users
_number = itertools.count()
_KEPT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # a processor's needs, nobody's secret


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    call_seconds : float
        Wall time of one cell or one call.
    cpu_seconds : int
        Processor time of a session.
    memory_mb, scratch_mb, file_mb : int
        Memory of all processes together, of the scratch directory, of one file.
    processes : int
        Processes and threads.
    """

    call_seconds: float = 10.0
    cpu_seconds: int = 120
    memory_mb: int = 2048
    scratch_mb: int = 64
    file_mb: int = 32
    processes: int = 64

    def rlimits(self) -> dict[str, int]:
        """Return the limits that the worker sets on itself before anything else."""
        mb = 2**20
        return {
            "RLIMIT_CORE": 0,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_DATA": self.memory_mb * mb,
            "RLIMIT_AS": (self.memory_mb + 4096) * mb,  # libraries map more than they use
            "RLIMIT_FSIZE": self.file_mb * mb,
            "RLIMIT_NOFILE": 256,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
        }


DEFAULT_LIMITS = Limits()


def available() -> str | None:
    """Return why submissions cannot be contained here, or None if they can."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux; this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)"
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        return "setpriv is not installed (Debian, Ubuntu: apt install util-linux)"
    return None


def binds() -> list[tuple[str, str]]:
    """Return the allow-list: (path here, path inside), all read only."""
    places = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])}
    places |= {p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")}
    places |= {p for p in ("/usr", "/lib", "/lib64") if not Path(p).is_symlink()}
    found = sorted({plain(p) for p in places if Path(p).is_dir()})
    # The package last: an installed copy may lie inside another place.
    return [(p, p) for p in found] + [(str(Path(rnncourse.__file__).parent), INSIDE)]


def plain(path: str) -> str:
    """Return a path without ``..``, which the sandbox need not have; links stay links."""
    return os.path.abspath(path)  # noqa: PTH100


def command(
    paths: Sequence[tuple[str, str]],
    limits: Limits,
    info: int,
    denied: int | None,
    python: Sequence[str],
) -> list[str]:
    """Return the command that runs ``python`` inside the walls.

    On the descriptor ``info`` it says which process is the first one inside;
    from ``denied`` it reads the filter of system calls.

    Root is dropped before the walls are built: limits on the number of
    processes do not hold for root, whatever name it has inside. An outer
    layer makes the allow-list readable for the user who is left.
    """
    root = os.getuid() == 0
    mounts = _mounts([(inside, inside) for _, inside in paths] if root else paths)
    inner = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns"]
    inner += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--cap-drop", "ALL"]
    inner += ["--clearenv", "--die-with-parent", "--new-session", *mounts]
    inner += ["--info-fd", str(info)]
    if denied is not None:
        inner += ["--seccomp", str(denied)]
    for name, value in environment().items():
        inner += ["--setenv", name, value]
    size = str(limits.scratch_mb * 2**20)
    inner += ["--proc", "/proc", "--dev", "/dev", "--size", size, "--perms", "1777"]
    inner += ["--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--size", size, "--perms", "1777"]
    inner += ["--tmpfs", SCRATCH, "--chdir", SCRATCH, "--remount-ro", "/", "--", *python]
    if not root:
        return inner
    first, last = _OUTER_UIDS
    uid = str(first + (31 * os.getpid() + next(_number)) % (last - first))
    outer = ["bwrap", "--die-with-parent", *_mounts(paths), "--dev-bind", "/dev", "/dev"]
    outer += ["--dir", BUILT_ON]  # no path of the allow-list need lie in it
    outer += ["--bind", "/proc", "/proc", "--", "setpriv", "--reuid", uid, "--regid", uid]
    return [*outer, "--clear-groups", "--", *inner]


def environment() -> dict[str, str]:
    """Return the whole environment of a submission."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    home = {"HOME": SCRATCH, "TMPDIR": SCRATCH, "USER": "student", "PATH": "/usr/bin"}
    return kept | threads | home | {"LANG": "C.UTF-8", "MPLBACKEND": "Agg"}


def _mounts(paths: Sequence[tuple[str, str]]) -> list[str]:
    # Parents first and open: bubblewrap would copy the mode of somebody's home.
    parents = {str(up) for _, inside in paths for up in Path(inside).parents}
    words = [word for up in sorted(parents - {"/"}) for word in ("--dir", up)]
    for link in ("/bin", "/sbin", "/lib", "/lib64"):
        if Path(link).is_symlink():
            words += ["--symlink", str(Path(link).readlink()), link]
    for here, inside in paths:
        words += ["--ro-bind", here, inside]
    return words
