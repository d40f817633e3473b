"""The whole class of awkward submissions, and what is left of the host after it."""

import hashlib
import json
import os
import shutil
import socket
import tempfile
import time

import pytest

import grading_corpus
from grading_fixtures import needs_sandbox, processes
from rnncourse.grading import cgroups, course, exports, feedback, walls
from rnncourse.grading.marks import GRADED
from rnncourse.grading.schedule import Plan
from rnncourse.grading.walls import Limits

pytestmark = needs_sandbox

WANTED = [grading_corpus.required(folder) for folder in grading_corpus.FOLDERS]
LIMITS = Limits(call_seconds=2, memory_mb=1024, file_mb=8, scratch_mb=32, processes=48)


def checksums(*folders):
    """The contents of every file below, the store and its journal excepted."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.name.startswith("grades.sqlite"):
                continue
            if path.is_file() and not path.is_symlink():
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                found[str(path)] = "there"
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    scratch = tmp_path_factory.mktemp("tmp")
    assignment = grading_corpus.toy()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    wanted = grading_corpus.build(root, assignment, listener.getsockname()[1])
    place = course.Course(root)
    secret = place.secret
    os.environ["RNNCOURSE_CANARY"] = secret.hex()
    (root / "gradebook.db").write_bytes(b"a gradebook")
    watched = (
        root,
        grading_corpus.HERE / "assignments",
        walls.Path(walls.rnncourse.__file__).parent,
    )
    before = checksums(*watched)
    old, tempfile.tempdir = tempfile.tempdir, str(scratch)
    started = time.monotonic()
    keys = {}
    with place.store() as store:
        list(course.grade(place, assignment, Plan(limits=LIMITS), store, keys))
        store.count(assignment.name, keys)
        results = store.of(assignment.name, keys)
    seconds = time.monotonic() - started
    tempfile.tempdir = old
    del os.environ["RNNCOURSE_CANARY"]
    after = checksums(*watched)
    with pytest.raises(BlockingIOError):  # nobody knocked
        listener.accept()
    listener.close()
    yield {"root": root, "assignment": assignment, "wanted": wanted, "results": results,
           "before": before, "after": after, "scratch": scratch, "seconds": seconds,
           "secret": secret, "keys": keys}  # fmt: skip
    shutil.rmtree(root, ignore_errors=True)


@pytest.mark.parametrize("want", WANTED, ids=lambda want: want.name)
def test_required_result(graded, want):
    result = graded["results"][want.student]
    told = json.dumps(result.plain(), ensure_ascii=False)
    assert result.status == want.status, told
    if want.status == GRADED:
        assert {m.function: m.points for m in result.marks} == want.points, told
    for text in want.says:
        assert text in told.replace("\\\\", "\\")
    for text in want.says_not:
        assert text not in told


def test_nothing_is_left_of_it(graded):
    assert processes() == []
    assert list(graded["scratch"].iterdir()) == []
    groups = [p for v in ("", "memory", "pids") for p in (cgroups.ROOT / v).glob("rnncourse-*")]
    assert groups == []


def test_sources_and_store_are_unchanged(graded):
    changed = graded["before"].items() ^ graded["after"].items()
    assert not changed
    with course.Course(graded["root"]).store() as store:
        assert store.of(graded["assignment"].name, graded["keys"]) == graded["results"]


def test_no_secret_reached_a_submission(graded):
    told = json.dumps([r.plain() for r in graded["results"].values()])
    assert graded["secret"].hex() not in told


def test_feedback_runs_nothing(graded):
    for student, result in graded["results"].items():
        page = feedback.page(graded["assignment"], result)
        body = page.split("</head>")[1].lower()
        assert "<script" not in body, student
        assert "<img" not in body, student
        assert "<b onclick" not in body, student
    shown = feedback.page(graded["assignment"], graded["results"]["html-in-output"])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_tables_run_nothing(graded):
    import csv
    import io

    table = exports.plain(graded["assignment"], graded["results"])
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == len(graded["results"]) + 1
    assert {len(row) for row in rows} == {7}
    names = {row[0] for row in rows}
    assert "Lovelace, Ada" in names
    assert not any(name.startswith("=") for name in names)
    assert any(name.startswith("'=HYPERLINK") for name in names)


def test_the_hostile_do_not_disturb_the_honest(graded):
    # The corpus stands in alphabetical order in one worker: whoever comes after a bomb.
    honest = [w for w in graded["wanted"] if w.points and sum(w.points.values()) == 6]
    assert len(honest) > 20
    assert all(graded["results"][w.student].points == 6 for w in honest)
