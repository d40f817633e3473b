"""Control groups, where this machine lets us make them.

Limits of a process (``setrlimit``) bound each process of a sandbox; a control
group bounds all of them together. Both versions of the interface are known.
"""

import contextlib
import itertools
import os
import signal
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_LIMITS = {  # (file, value) by version; {m} bytes of memory, {p} processes
    2: [("memory.max", "{m}"), ("memory.swap.max", "0"), ("pids.max", "{p}")],
    1: [("memory.limit_in_bytes", "{m}"), ("pids.max", "{p}")],
}
_PREFIX = "rnncourse-"
_number = itertools.count()


def make(memory: int, processes: int, root: Path = ROOT) -> list[Path]:
    """Make a group with these limits; the list is empty where that is not possible.

    Parameters
    ----------
    memory : int
        Bytes, all processes of the group together.
    processes : int
        Processes and threads.
    root : path
        Where control groups are mounted.

    Returns
    -------
    list of path
        The directories whose ``cgroup.procs`` a process joins.
    """
    name = f"{_PREFIX}{os.getpid()}-{next(_number)}"
    if (root / "cgroup.controllers").exists():
        version, parents = 2, [root]
        if not {"memory", "pids"} <= set((root / "cgroup.subtree_control").read_text().split()):
            return []
    else:
        version, parents = 1, [root / "memory", root / "pids"]
    made: list[Path] = []
    try:
        for parent in parents:
            (parent / name).mkdir()
            made.append(parent / name)
        for group in made:
            for file, value in _LIMITS[version]:
                if (group / file).exists():
                    (group / file).write_text(value.format(m=memory, p=processes))
    except OSError:
        remove(made)
        return []
    return made


def remove(groups: list[Path], seconds: float = 5.0) -> None:
    """Kill what is left in the groups and remove them."""
    deadline = time.monotonic() + seconds
    for group in groups:
        while group.exists():
            with contextlib.suppress(OSError):
                for pid in map(int, (group / "cgroup.procs").read_text().split()):
                    if pid > 0:  # 0 stands for a process that we cannot see
                        os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                group.rmdir()
            if time.monotonic() > deadline:
                raise OSError(f"control group {group.name} cannot be removed")
            if group.exists():
                time.sleep(0.005)


def sweep(root: Path = ROOT) -> None:
    """End what is left of sandboxes whose grader was killed.

    Their processes die with it, except one that was just being started: no
    code of a student's has run in it yet, and it would wait for ever.
    """
    for group in [*root.glob(f"{_PREFIX}*"), *root.glob(f"*/{_PREFIX}*")]:
        owner = group.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            remove([group])
