"""What the grading tests share."""

import os

import psutil
import pytest

from rnncourse.grading import walls

REASON = walls.available()
if REASON and os.environ.get("CI"):
    raise RuntimeError(f"the sandbox's tests must not be skipped here: {REASON}")
needs_sandbox = pytest.mark.skipif(bool(REASON), reason=str(REASON))


def processes():
    """What lives in a sandbox of ours, or holds one up, or was left by one."""
    found = []
    for process in psutil.process_iter():
        try:
            inside = 61184 <= process.uids().real < 65520 or process.name() == "bwrap"
            if not inside or process.status() == psutil.STATUS_ZOMBIE:
                continue
            above = [p for p in process.parents() if p.pid != 1 and p.name() != "bwrap"]
        except psutil.NoSuchProcess:
            continue
        if not above or os.getpid() in {p.pid for p in above}:
            found.append(process)  # an orphan, or ours: not another grader's
    return found
