"""The walls: controls that must hold, and the two mistakes that were really made."""

import os
import shutil
import struct
import sys
import tempfile
from pathlib import Path

import pytest

from grading_fixtures import needs_sandbox, processes
from rnncourse.grading import cgroups, doctor, seccomp, walls
from rnncourse.grading.sandbox import Sandbox, SandboxError
from rnncourse.grading.session import Runner, Workplace
from rnncourse.grading.walls import Limits


@needs_sandbox
def test_the_doctor_finds_all_well():
    findings = list(doctor.examine())
    assert [f for f in findings if not f.fine] == []
    assert len(findings) == 12
    assert processes() == []


@needs_sandbox
def test_the_doctor_sees_an_interpreter_that_is_not_bound():
    paths = [b for b in walls.binds() if b[0] not in (sys.prefix, sys.base_prefix)]
    findings = list(doctor.examine(paths))
    assert [f.fine for f in findings] == [False]
    assert "everyone would get 0" in findings[0].detail


@needs_sandbox
def test_the_doctor_sees_a_library_that_is_not_bound():
    paths = [b for b in walls.binds() if not b[0].endswith("site-packages") and b[0] != sys.prefix]
    assert not all(f.fine for f in doctor.examine(paths))


@needs_sandbox
@pytest.mark.parametrize("place", [tempfile.gettempdir(), str(Path.home())])
def test_the_doctor_sees_a_place_that_is_bound(place):
    wrong = [f.name for f in doctor.examine([*walls.binds(), (place, place)]) if not f.fine]
    # Where the interpreter itself lies below that place, the sandbox does not even start.
    assert wrong in (["nobody finds a file of yours"], ["the sandbox starts"])


@needs_sandbox
def test_the_doctor_sees_that_the_filter_is_missing(monkeypatch):
    monkeypatch.setattr(seccomp, "program", lambda: None)
    wrong = [f.name for f in doctor.examine() if not f.fine]
    assert wrong == ["nobody reaches what hosts this machine, or the kernel's keys"]


def test_the_filter_of_system_calls_is_what_the_kernel_takes():
    for machine in ("x86_64", "aarch64"):
        program = seccomp.program(machine)
        steps = [struct.unpack_from("=HBBI", program, i) for i in range(0, len(program), 8)]
        assert len(steps) < 200
        assert steps[-1] == (0x06, 0, 0, 0x7FFF0000)
        for number, (code, then, otherwise, _) in enumerate(steps):
            if code not in (0x06, 0x20):  # a jump leads to a step that is there
                assert number + 1 + max(then, otherwise) < len(steps)
    assert seccomp.program("vax") is None


def test_without_bubblewrap_nothing_runs(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "bubblewrap" in str(walls.available())
    with pytest.raises(SandboxError, match="bubblewrap"):
        Sandbox()
    (finding,) = doctor.examine()
    assert not finding.fine


@needs_sandbox
def test_root_is_dropped_so_that_the_limit_on_processes_holds():
    source = """
def probe():
    import os, signal
    children = []
    while True:
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            signal.pause()
        children.append(pid)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    return len(children)"""
    limits = Limits(processes=20, call_seconds=10)
    with Workplace(limits=limits) as workplace, Runner(workplace, [], {"probe": source}) as runner:
        outcome = runner.call("probe", {})
    assert outcome.error == ""
    assert outcome.value < 20


@needs_sandbox
def test_memory_of_all_processes_together_is_bounded():
    if not cgroups_here():
        pytest.skip("control groups cannot be made here")
    source = """
def probe():
    import os, time
    for _ in range(8):
        if os.fork() == 0:
            block = bytearray(100 << 20)
            time.sleep(60)
    time.sleep(60)"""
    limits = Limits(memory_mb=256, call_seconds=3)
    with Workplace(limits=limits) as workplace, Runner(workplace, [], {"probe": source}) as runner:
        sandbox = workplace.sandbox()
        outcome = runner.call("probe", {})
        (memory,) = [g for g in sandbox.groups if "memory" in str(g)] or sandbox.groups
        peak = [memory / n for n in ("memory.max_usage_in_bytes", "memory.peak")]
        used = [int(p.read_text()) for p in peak if p.exists()]
    assert outcome.error in ("Crash", "Timeout")
    assert all(u <= 256 << 20 for u in used)


def cgroups_here():
    groups = cgroups.make(1 << 28, 100)
    cgroups.remove(groups)
    return bool(groups)


def test_control_groups_of_version_2(tmp_path):
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    (tmp_path / "cgroup.subtree_control").write_text("cpu")
    assert cgroups.make(1, 1, tmp_path) == []
    (tmp_path / "cgroup.subtree_control").write_text("memory pids")
    (group,) = cgroups.make(1, 1, tmp_path)
    assert group.parent == tmp_path


@needs_sandbox
def test_sessions_share_nothing_but_the_sandbox():
    leave = "import os\nx = 1\nopen(os.environ['HOME'] + '/left', 'w').close()"
    look = "import os\nseen = 'x' in globals()\n"
    look += "def probe():\n    return [seen, os.listdir(os.environ['HOME'])]"
    with Workplace(["numpy"]) as workplace:
        with Runner(workplace, [], {"probe": leave}) as runner:
            runner.load()
        first = workplace.sandbox()
        with Runner(workplace, [], {"probe": look}) as runner:
            assert runner.call("probe", {}).value == [False, []]
        assert workplace.sandbox() is first


def test_trusted_code_runs_without_walls_but_in_a_process_of_its_own():
    source = "import os\ndef probe():\n    return [os.getpid(), sum(1 for _ in [0])]"
    with Workplace(trusted=True) as workplace, Runner(workplace, [], {"probe": source}) as runner:
        pid, _ = runner.call("probe", {}).value
    assert pid != os.getpid()
    assert not Path(f"/proc/{pid}").exists()


def test_a_trusted_loop_is_ended_too():
    source = "def probe():\n    while True:\n        pass"
    limits = Limits(call_seconds=0.5)
    with (
        Workplace(limits=limits, trusted=True) as work,
        Runner(work, [], {"probe": source}) as runner,
    ):
        assert runner.call("probe", {}).error == "Timeout"


@needs_sandbox
def test_a_setup_that_fails_is_not_the_students_fault():
    error = pytest.raises(SandboxError, match="ZeroDivisionError")
    with Workplace() as workplace, Runner(workplace, ["1 / 0"], {}) as runner, error:
        runner.load()


@needs_sandbox
def test_a_module_that_is_missing_is_not_the_students_fault():
    with pytest.raises(SandboxError, match="not installed where submissions run: no_such"):
        Sandbox(["no_such"])
    assert processes() == []


def test_the_inner_walls_have_a_place_to_be_built_on(monkeypatch):
    """Bubblewrap inside bubblewrap needs it, though nothing of the allow-list lies there."""
    monkeypatch.setattr(walls.os, "getuid", lambda: 0)
    words = walls.command([("/usr", "/usr")], walls.DEFAULT_LIMITS, 3, None, ["python"])
    outer = words[: words.index("setpriv")]
    assert outer[outer.index(walls.BUILT_ON) - 1] == "--dir"
