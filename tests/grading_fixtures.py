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
    """What lives in a sandbox now, or holds one up."""
    alive = [p.info for p in psutil.process_iter(["name", "uids", "status"])]
    inside = [p for p in alive if p["uids"] and 61184 <= p["uids"].real < 65520]
    inside = [p for p in inside if p["status"] != psutil.STATUS_ZOMBIE]
    held = [p.name() for p in psutil.Process().children(recursive=True) if "bwrap" in p.name()]
    return inside + held
