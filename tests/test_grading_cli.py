"""The command, as it is typed."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import grading_corpus
from grading_fixtures import needs_sandbox
from rnncourse.grading import sample, walls
from rnncourse.grading.cli import app

TOY = grading_corpus.toy()
FOLDER = str(grading_corpus.HERE / "assignments" / "toy-rnn")
COMMANDS = ["doctor", "release", "check", "grade", "regrade", "push", "export", "similar", "audit"]


def say(*words, code=0):
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == code, f"{done.output}\n{done.exception!r}"
    return done


@pytest.mark.parametrize("command", [*COMMANDS, "sample"])
def test_help_has_examples(command):
    told = say(command, "--help").output
    assert "Examples" in told
    assert f"rnncourse {command}" in told


def test_help_names_all_commands_and_exit_codes():
    told = say("--help").output
    assert all(command in told for command in COMMANDS)
    assert "Exit codes" in told


@needs_sandbox
def test_a_term(tmp_path):
    """From a class that handed in to grades, with a change of the grader on the way."""
    sample.write_class(TOY, tmp_path, 20)
    here = ("--course", tmp_path)
    told = json.loads(say("grade", FOLDER, *here, "--call-seconds", 2, "--json").stdout)
    assert len(told["results"]) == 20
    assert told["waiting"] == []
    again = json.loads(say("grade", FOLDER, *here, "--call-seconds", 2, "--json").stdout)
    assert again == told

    # The instructor takes back a mistake's hint and gives all points for a part.
    changed = tmp_path / "toy-rnn"
    changed.mkdir()
    for name, data in (("grader.py", "grader"), ("mistakes.py", "mistakes")):
        (changed / name).write_bytes(TOY.files[data])
    (changed / "toy-rnn.ipynb").write_bytes(TOY.files["notebook"])
    text = (changed / "grader.py").read_text()
    lenient = text.replace("rnn_step = ", "def lenient(*_):\n    return None\n\n\nrnn_step = ", 1)
    lenient = lenient.replace('"n_parameters", cases', '"n_parameters", judge=lenient, cases')
    assert "judge=lenient" in lenient
    (changed / "grader.py").write_text(lenient)
    words = ("regrade", changed, *here, "--call-seconds", 2, "--json")
    rows = json.loads(say(*words, "--diff").stdout)["changes"]
    assert {(r["exercise"], r["after"]) for r in rows} == {("n_parameters", 1.0)}
    gained = sum(r["after"] - r["before"] for r in rows)
    assert gained > 0
    before = {s: r["points"] for s, r in told["results"].items()}
    table = tmp_path / "grades.csv"
    say("export", FOLDER, *here, "--to", table)
    assert f"{sum(before.values()):g}" == f"{total(table):g}"  # it does not count yet
    say(*words, "--accept")
    say("export", FOLDER, *here, "--to", table)
    assert total(table) == sum(before.values()) + gained

    assert "20 submissions" in say("push", FOLDER, *here, "--show-inputs").output
    page = (tmp_path / "feedback" / "ada" / "toy-rnn" / "toy-rnn.html").read_text()
    assert "W_xh = [" in page
    say("push", FOLDER, *here)
    page = (tmp_path / "feedback" / "ada" / "toy-rnn" / "toy-rnn.html").read_text()
    assert "W_xh = [" not in page
    say("export", FOLDER, *here, "--format", "gradescope", "--to", tmp_path / "gs")
    assert (tmp_path / "gs" / "ada" / "results.json").exists()
    say("export", FOLDER, *here, "--format", "canvas", "--to", table, code=2)
    json.loads(say("similar", FOLDER, *here, "--json").stdout)


def total(table):
    import csv

    with table.open() as file:
        return sum(float(row["points"] or 0) for row in csv.DictReader(file))


def test_check_tells_a_self_learner(tmp_path):
    notebook = tmp_path / "mine.ipynb"
    notebook.write_bytes(TOY.files["notebook"])
    told = say("check", notebook, "-a", FOLDER).output
    assert told.count("public checks passed") == 3
    assert "all tests passed" not in told
    notebook.write_text(notebook.read_text().replace("W_hh.T + b_h", "W_hh.T"))
    told = say("check", notebook, "-a", FOLDER, code=1).output
    assert "The bias is missing" in told


def test_wrong_use_is_told(tmp_path):
    say("grade", "nowhere", code=2)
    told = say("check", tmp_path / "missing.ipynb", code=2).stderr
    assert "missing.ipynb cannot be read" in told  # and not that there is no such assignment
    say("regrade", FOLDER, code=2)
    say("export", FOLDER, code=2)
    for command in ("grade", "similar", "regrade"):
        words = ["--diff"] if command == "regrade" else []
        told = say(command, FOLDER, *words, "--course", tmp_path / "nowhere", code=2).stderr
        assert "nowhere" in told
        assert "submitted" in told
    assert not (tmp_path / "nowhere").exists()


def test_without_grades_nothing_looks_like_success(tmp_path):
    here = ("--course", tmp_path)
    for words in (["push"], ["export", "--to", tmp_path / "grades.csv"]):
        told = say(words[0], FOLDER, *words[1:], *here, code=1).stderr
        assert "rnncourse grade" in told
    assert list(tmp_path.iterdir()) == [tmp_path / "grades.sqlite"]
    (tmp_path / "submitted" / "ada" / "another").mkdir(parents=True)
    assert "nobody has handed in toy-rnn" in say("grade", FOLDER, *here, code=1).stderr


def test_a_made_up_class_replaces_nobodys_submission(tmp_path):
    say("sample", FOLDER, "--to", tmp_path, "--students", 1)
    (path,) = (tmp_path / "submitted").rglob("*.ipynb")
    path.write_text("a real one")
    told = say("sample", FOLDER, "--to", tmp_path, "--students", 1, code=2).stderr
    assert "without submissions" in told
    assert path.read_text() == "a real one"


@needs_sandbox
def test_what_doctor_finds_is_json():
    found = json.loads(say("doctor", "--json").stdout)
    assert all(f["fine"] is True for f in found)


@needs_sandbox
def test_nothing_changes_is_said_and_a_scheduler_that_is_none_too(tmp_path):
    sample.write_class(TOY, tmp_path, 2)
    here = (FOLDER, "--course", tmp_path)
    assert "no Dask scheduler at foo" in say("grade", *here, "--scheduler", "foo", code=2).stderr
    say("grade", *here)
    assert say("regrade", *here, "--diff").output.strip() == "nothing changes"
    say("regrade", *here, "--accept")
    table = tmp_path / "new" / "grades.csv"
    say("export", *here, "--to", table)
    assert table.exists()
    table = tmp_path / "new" / "grades.csv" / "below-a-file"
    assert "cannot be written" in say("export", *here, "--to", table, code=2).stderr


def test_without_a_sandbox_nothing_is_graded(tmp_path, monkeypatch):
    sample.write_class(TOY, tmp_path, 3)
    monkeypatch.setattr(walls, "available", lambda: "no walls here")
    assert "--trust-submissions" in say("grade", FOLDER, "--course", tmp_path, code=3).stderr
    told = say("grade", FOLDER, "--course", tmp_path, "--trust-submissions", "--json").stdout
    assert len(json.loads(told)["results"]) == 3


def test_release_and_audit(tmp_path):
    say("release", FOLDER, "--to", tmp_path)
    assert "YOUR CODE HERE" in (tmp_path / "toy-rnn" / "toy-rnn.ipynb").read_text()
    found = json.loads(say("audit", FOLDER, "--json").stdout)
    assert [a["faults"] for a in found] == [[], [], []]


def test_the_rest_works_without_the_extra(tmp_path):
    """No grading library: the package imports, and the command says what to install."""
    block = (
        "import sys\n"
        "for name in ('typer', 'click', 'rich', 'nbgrader', 'joblib', 'rapidfuzz'):\n"
        "    sys.modules[name] = None\n"
        "import rnncourse, rnncourse.notebook, rnncourse.checks, rnncourse.grading.selfcheck\n"
        "from rnncourse.grading.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True)
    assert done.returncode == 1
    assert 'pip install "rnncourse[grading]"' in done.stderr
    assert "Traceback" not in done.stderr
