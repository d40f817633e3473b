"""A class: the same marks however it is spread, what is kept, and what goes out."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

import grading_corpus
from grading_fixtures import needs_sandbox, processes
from rnncourse.grading import course, exports, extract, release, sample, schedule, similar
from rnncourse.grading.marks import GRADED, INFRASTRUCTURE, Mark, Result
from rnncourse.grading.sandbox import SandboxError
from rnncourse.grading.schedule import Plan
from rnncourse.grading.store import Store
from rnncourse.grading.walls import Limits

LIMITS = Limits(call_seconds=2)
TOY = grading_corpus.toy()


@pytest.fixture(scope="module")
def class_of_forty(tmp_path_factory):
    root = tmp_path_factory.mktemp("class")
    sample.write_class(TOY, root, 40)
    return course.Course(root)


def graded(place, plan, path):
    keys = {}
    with Store(path) as store:
        for _ in course.grade(place, TOY, plan, store, keys):
            pass
        store.count(TOY.name, keys)
        return store.counting(TOY.name)


@pytest.fixture(scope="module")
def with_one_worker(class_of_forty, tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "grades.sqlite"
    return graded(class_of_forty, Plan(limits=LIMITS), path)


@needs_sandbox
def test_the_sample_class_has_everything(with_one_worker):
    assert len(with_one_worker) == 40
    assert {r.status for r in with_one_worker.values()} == {GRADED, "ungradable"}
    marks = [m for r in with_one_worker.values() for m in r.marks]
    assert {m.state for m in marks} == {"correct", "partly correct", "wrong", "not attempted"}
    assert {"Timeout", "SyntaxError"} <= {m.error for m in marks}
    unexplained = [m for m in marks if m.state == "wrong" and not (m.hint or m.error)]
    assert unexplained == []


@needs_sandbox
def test_two_workers_give_the_same_marks(class_of_forty, with_one_worker, tmp_path):
    assert graded(class_of_forty, Plan(2, limits=LIMITS), tmp_path / "s") == with_one_worker


def kill_one(find, killed):
    """Kill the first process that `find` finds, once it has begun to work."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not killed:
        for process in find():
            if any("bwrap" in child.name() for child in process.children()):
                process.kill()
                killed.append(process.pid)
                return
        time.sleep(0.02)


@needs_sandbox
def test_a_killed_worker_changes_no_mark(class_of_forty, with_one_worker, tmp_path):
    me, killed = psutil.Process(), []
    find = lambda: [p for p in me.children() if "loky" in " ".join(p.cmdline())]  # noqa: E731
    killer = threading.Thread(target=kill_one, args=(find, killed))
    killer.start()
    results = graded(class_of_forty, Plan(2, limits=LIMITS), tmp_path / "s")
    killer.join()
    assert killed
    assert results == with_one_worker
    assert processes() == []


@needs_sandbox
def test_a_cluster_gives_the_same_marks_also_when_a_worker_dies(
    class_of_forty, with_one_worker, tmp_path
):
    distributed = pytest.importorskip("distributed", reason="the cluster extra is not installed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    killed = []
    with distributed.LocalCluster(**options) as cluster:
        find = lambda: [psutil.Process(w.pid) for w in cluster.workers.values()]  # noqa: E731
        killer = threading.Thread(target=kill_one, args=(find, killed))
        killer.start()
        plan = Plan(2, cluster.scheduler_address, LIMITS)
        results = graded(class_of_forty, plan, tmp_path / "s")
        killer.join()
    assert killed
    assert results == with_one_worker
    assert processes() == []


@needs_sandbox
def test_nothing_is_graded_twice(class_of_forty, tmp_path, monkeypatch):
    first = graded(class_of_forty, Plan(limits=LIMITS), tmp_path / "s")
    ran = []
    run = schedule.run
    monkeypatch.setattr(schedule, "run", lambda a, jobs, p: ran.extend(jobs) or run(a, jobs, p))
    assert graded(class_of_forty, Plan(limits=LIMITS), tmp_path / "s") == first
    assert ran == []
    graded(class_of_forty, Plan(limits=Limits(call_seconds=3)), tmp_path / "s")
    assert len(ran) == 40  # other limits are another environment


def test_an_infrastructure_error_is_a_queue_and_never_a_mark(tmp_path):
    good = Result(GRADED, [Mark("rnn_step", 2, 2, "correct")])
    broken = Result(INFRASTRUCTURE, problem="no worker")
    with Store(tmp_path / "s") as store:
        store.put("toy", "ada", "old", good)
        store.count("toy", {"ada": "old"})
        store.put("toy", "ada", "new", broken)
        store.put("toy", "bob", "new", broken)
        store.count("toy", {"ada": "new", "bob": "new"})
        assert store.counting("toy") == {"ada": good}
        assert store.waiting("toy", {"ada": "new", "bob": "new"}) == ["ada", "bob"]
        store.put("toy", "bob", "new", good)
        store.count("toy", {"bob": "new"})
        assert store.waiting("toy", {"bob": "new"}) == []
        assert store.counting("toy")["bob"] == good


def test_a_sandbox_that_fails_is_an_infrastructure_error():
    def broken(*_):
        raise SandboxError("no walls")

    def mistaken(*_):
        raise ZeroDivisionError("in grader.py")

    job = schedule.Job(7, extract.Submission(TOY.solutions), {}, {})
    (result,) = schedule.grade_batch(TOY.name, TOY.files, [job], LIMITS, True, grade=broken)
    assert result == (7, Result(INFRASTRUCTURE, problem="no walls"))
    (result,) = schedule.grade_batch(TOY.name, TOY.files, [job], LIMITS, True, grade=mistaken)
    assert result[1].status == INFRASTRUCTURE
    assert "in grader.py" in result[1].problem


def test_a_regrade_shows_who_gains_and_why():
    before = {"ada": Result(GRADED, [Mark("f", 0, 2, "wrong", {"one": "is wrong", "two": ""})])}
    after = {"ada": Result(GRADED, [Mark("f", 2, 2, "correct", {"one": "", "two": ""})])}
    (row,) = course.changes(before, after)
    assert row == {
        "student": "ada", "exercise": "f", "before": 0, "after": 2, "why": ["one: right"],
    }  # fmt: skip
    assert course.changes(after, after) == []


def test_canvas_takes_its_own_table_back():
    template = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Toy (1234),Current Score\n"
        "    Points Possible,,,,,6,(read only)\n"
        '"Lovelace, Ada",11,s1,ada,A,,\n'
        '"=cmd, Eve",12,s2,eve,A,,\n'
        '"Hopper, Grace",13,s3,grace,A,3,\n'
    )
    results = {
        "ada": Result(GRADED, [Mark("f", 5.5, 6, "partly correct")]),
        "eve": Result(INFRASTRUCTURE),
        "nobody": Result(GRADED),
    }
    table, unmatched = exports.canvas("\ufeff" + template, "Toy", results)
    rows = list(csv.reader(io.StringIO(table)))
    given = list(csv.reader(io.StringIO(template)))
    assert unmatched == ["nobody"]
    assert rows[2] == ["Lovelace, Ada", "11", "s1", "ada", "A", "5.5", ""]
    assert rows[3] == ["'=cmd, Eve", "12", "s2", "eve", "A", "", ""]
    assert [rows[i] for i in (0, 1, 4)] == [given[i] for i in (0, 1, 4)]
    with pytest.raises(ValueError, match="0 columns 'Other'"):
        exports.canvas(template, "Other", results)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_a_formula_is_made_text(name):
    assert exports.safe(name).startswith(("'", "+1"))
    assert exports.safe("-1.5") == "-1.5"
    assert exports.safe("Ada = Countess") == "Ada = Countess"


@needs_sandbox
def test_gradescope_reads_its_format(with_one_worker):
    for result in with_one_worker.values():
        data = json.loads(exports.gradescope(TOY, result))
        assert data["score"] == pytest.approx(sum(t["score"] for t in data["tests"]))
        assert all(0 <= t["score"] <= t["max_score"] for t in data["tests"])
        assert {t["output_format"] for t in data["tests"]} <= {"text"}
    with pytest.raises(ValueError, match="not a result"):
        exports.gradescope(TOY, Result(INFRASTRUCTURE))


def test_copies_are_alike_and_other_answers_are_not():
    copied = TOY.solutions["rnn_forward"].replace("all_the_states", "mine").replace("x", "inputs")
    other = next(a.source for a in TOY.alternatives("rnn_forward") if a.name == "filled in place")
    handed_in = {"ada": TOY.solutions["rnn_forward"], "bob": copied, "eve": other}
    submissions = {s: extract.Submission({"rnn_forward": text}) for s, text in handed_in.items()}
    (pair,) = similar.pairs(submissions, release.stubs(TOY), 0.95)
    assert (pair.one, pair.other, pair.likeness) == ("ada", "bob", 1)


@needs_sandbox
def test_nbgrader_accepts_what_is_pushed(class_of_forty, with_one_worker, tmp_path):
    """nbgrader's own commands: assign, then export and feedback from what we wrote."""
    shutil.copytree(class_of_forty.root, tmp_path, dirs_exist_ok=True)
    (tmp_path / "source" / TOY.name).mkdir(parents=True)
    (tmp_path / "source" / TOY.name / f"{TOY.name}.ipynb").write_bytes(TOY.files["notebook"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def nbgrader(*words):
        command = [sys.executable, "-m", "nbgrader", *words]
        environment = {**os.environ, "PATH": path}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    nbgrader("generate_assignment", TOY.name)
    from rnncourse.grading import gradebook

    jobs = class_of_forty.jobs(TOY)
    for student, job in jobs.items():
        gradebook.write_notebook(tmp_path, TOY, student, job.submission)
    assert gradebook.push(tmp_path, TOY, with_one_worker) == 40
    nbgrader("export", "--to", "grades.csv")
    with (tmp_path / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == pytest.approx({s: r.points for s, r in with_one_worker.items()})
    nbgrader("generate_feedback", TOY.name, "--student", "ada")
    page = (tmp_path / "feedback" / "ada" / TOY.name / f"{TOY.name}.html").read_text()
    assert "rnn-step-test" in page or "rnn_step" in page
    # Pushing again changes nothing.
    assert gradebook.push(tmp_path, TOY, with_one_worker) == 40
    nbgrader("export", "--to", "again.csv")
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "grades.csv").read_text()
