"""Assignments: one source, nothing leaks, and the graders are themselves graded."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import grading_corpus
from grading_fixtures import REASON
from rnncourse.grading import assignment as assignments
from rnncourse.grading import audit, cells, extract, judge, mutants, release, selfcheck
from rnncourse.grading.exercise import Answer, Case, Exercise, mistake
from rnncourse.grading.marks import GRADED
from rnncourse.grading.seeds import common_seeds, student_seeds
from rnncourse.grading.session import Workplace
from rnncourse.grading.walls import Limits
from rules.document import load_tool

audits = load_tool("audits")

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(p.parent for p in assignments.COURSE.glob("*/grader.py"))
FOLDERS = [grading_corpus.HERE / "assignments" / "toy-rnn", *SHIPPED]
every = pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)


@every
def test_the_solution_gets_all_points(folder):
    source = assignments.load(folder)
    submission = extract.from_bytes(source.files["notebook"], source, release.stubs(source))
    seeds, common = student_seeds(b"s", "ada", source), common_seeds(b"s", source)
    with Workplace(source.preload(), trusted=bool(REASON)) as workplace:
        result = judge.grade(source, submission, seeds, common, workplace)
    assert result.status == GRADED
    assert submission.notes == []
    assert {m.function: m.cases for m in result.marks if m.state != "correct"} == {}
    assert result.points == sum(source.points(e.function) for e in source.exercises)


@every
def test_the_grader_passes_its_audit(folder):
    """All right answers and mistakes are tried again, and one mutant in five."""
    source = assignments.load(folder)
    with Workplace(source.preload(), Limits(call_seconds=3), trusted=bool(REASON)) as workplace:
        for found in audit.audit(source, workplace, every=5):
            wrong = found.unjust + found.missed + found.confused + found.unjustified
            assert wrong == [], found.function


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda f: f.name)
def test_the_audit_that_is_shown_is_of_this_grader(folder):
    assert not audits.is_stale(folder), f"make audits NB={folder.name}"


def test_a_record_of_other_code_is_stale(tmp_path, monkeypatch):
    folder = tmp_path / "toy-rnn"
    shutil.copytree(FOLDERS[0], folder)
    monkeypatch.setattr(audits, "SHOWN", tmp_path)
    assert audits.is_stale(folder)
    audits.record_of(folder).write_text(f"a table\n\n{audits.stamp(folder)}")
    assert not audits.is_stale(folder)
    for name, change, stale in [
        ("grader.py", "# a remark\n", False),
        ("grader.py", "more = 1\n", True),
    ]:
        with (folder / name).open("a") as file:
            file.write(change)
        assert audits.is_stale(folder) is stale


@every
def test_stub_lines_are_lines_of_the_solution(folder):
    source = assignments.load(folder)
    for function, stub in release.stubs(source).items():
        solution = {line.strip() for line in source.solutions[function].splitlines()}
        marks = {"# YOUR CODE HERE", "raise NotImplementedError()"}
        assert {line.strip() for line in stub.splitlines()} - marks <= solution
        assert "raise NotImplementedError()" in stub


@every
def test_the_release_has_no_secret(folder):
    source = assignments.load(folder)
    text = release.student_version(source)
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN TESTS" not in text
    released = "\n".join(c.source for c in cells.read(text.encode()))
    secrets = release.secret_lines(source)
    assert secrets
    assert [line for line in secrets if line in released] == []
    assert all(not c["outputs"] for c in json.loads(text)["cells"] if c["cell_type"] == "code")


@every
def test_nothing_of_it_stands_in_the_built_site(folder):
    site = ROOT / "_build" / "html"
    if not site.is_dir():
        pytest.skip("the site has not been built: make book")
    chapters = [p.read_bytes() for p in (ROOT / "notebooks").glob("*.ipynb")]
    public = "\n".join(c.source for data in chapters for c in cells.read(data))
    secrets = release.secret_lines(assignments.load(folder), public)
    assert leaks(site, secrets) == []


def leaks(site, secrets):
    """Which secret lines stand where: in pages, search index, sources, downloads."""
    found = []
    encoded = {line: {line.encode(), json.dumps(line)[1:-1].encode()} for line in secrets}
    for path in site.rglob("*"):
        if path.is_file() and path.suffix not in (".png", ".woff2", ".woff", ".ttf"):
            data = path.read_bytes()
            found += [
                (path.name, s) for s, forms in encoded.items() if any(f in data for f in forms)
            ]
    return found


def test_a_leak_is_found(tmp_path):
    source = grading_corpus.toy()
    secrets = release.secret_lines(source)
    (tmp_path / "page.html").write_text(release.student_version(source))
    assert leaks(tmp_path, secrets) == []
    (tmp_path / "notebook.ipynb").write_bytes(source.files["notebook"])
    assert any("hidden_random_state" in line for _, line in leaks(tmp_path, secrets))


def test_the_release_is_nbgraders(tmp_path):
    source = grading_corpus.toy()
    folder = tmp_path / "source" / source.name
    folder.mkdir(parents=True)
    (folder / f"{source.name}.ipynb").write_bytes(source.files["notebook"])
    program = [sys.executable, "-m", "nbgrader", "generate_assignment", source.name]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        program, cwd=tmp_path, check=True, capture_output=True, env={**os.environ, "PATH": path}
    )
    made = (tmp_path / "release" / source.name / f"{source.name}.ipynb").read_text()
    assert json.loads(made) == json.loads(release.student_version(source))


def test_a_mutant_changes_one_thing():
    source = "def f(a, b):\n    c = a + b + 1\n    return np.tanh(c.T) if c < 0 else f(b, a=1)\n"
    found = list(mutants.mutants(source, "f"))
    assert len({text for _, text in found}) == len(found) >= 10
    assert ast.unparse(ast.parse(source)) not in {text for _, text in found}
    texts = "".join(text for _, text in found)
    for change in ("a - b + 1", "a + b - 1", "a + b + 2", "tanh(c)", "c <= 0", "pass", "f(b)"):
        assert change in texts


def test_the_audit_finds_a_blind_grader(tmp_path):
    """A grader that looks at shapes alone, and another with the wrong hint."""
    folder = tmp_path / "toy-rnn"
    folder.mkdir()
    toy = grading_corpus.toy()
    (folder / "toy-rnn.ipynb").write_bytes(toy.files["notebook"])
    blind = (
        toy.files["grader"]
        .decode()
        .replace('"rnn_step",\n    cases', '"rnn_step",\n    judge=shape,\n    cases')
    )
    assert "judge=shape" in blind
    shape = "def shape(want, got, inputs):\n"
    shape += "    return None if want.shape == got.shape else 'shape'\n\n\n"
    (folder / "grader.py").write_text(blind.replace("def step(", shape + "def step(", 1))
    (folder / "mistakes.py").write_bytes(toy.files["mistakes"])
    with Workplace(["numpy"], Limits(call_seconds=3), trusted=bool(REASON)) as workplace:
        first = next(audit.audit(assignments.load(folder), workplace))
    assert first.missed
    assert not first.also_right
    assert first.kill_rate < audit.KILL_RATE
    assert any("mutants" in fault for fault in first.faults())


@pytest.mark.parametrize(("right", "survivors"), [(True, 0), (False, 1)])
def test_another_right_answer_is_no_survivor(right, survivors):
    """Where several answers are right, a mutant may be one of them, if somebody says so."""
    toy = grading_corpus.toy()
    several = (
        "def even(want, got, inputs):\n    return None if got % 2 == want % 2 else 'odd'\n\n\n"
    )
    grader = toy.files["grader"].decode()
    grader = grader.replace('"n_parameters", cases', '"n_parameters", judge=even, cases')
    grader = grader.replace("def step(", several + "def step(", 1)
    first = {}
    for mistakes in (toy.files["mistakes"].decode(), None):
        if mistakes is None:
            assert first["audit"].survivors
            what = first["audit"].survivors[0]
            mistakes = toy.files["mistakes"].decode() + (
                "\n\nfrom rnncourse.grading.exercise import Survivor\n\n"
                f"kept = Survivor('n_parameters', {what!r}, why='even too', right={right})\n"
            )
        source = assignments.from_files(
            "toy-rnn", toy.files["notebook"], grader.encode(), mistakes.encode()
        )
        with Workplace(["numpy"], Limits(call_seconds=3), trusted=bool(REASON)) as workplace:
            first["audit"] = list(audit.audit(source, workplace))[-1]
    assert (what in first["audit"].survivors) == bool(survivors)
    assert (what in first["audit"].also_right) == right
    assert what not in first["audit"].unjustified


@pytest.mark.parametrize(("old", "new", "message"), [
    ('"rnn_step",\n    cases', '"rnn_stop",\n    cases', "rnn_stop is defined in 0 solution cells"),
    ('Case("one sequence", partial(step, B=1))', 'Case("three sequences", step)', "distinct names"),
])  # fmt: skip
def test_a_bad_grader_is_named(old, new, message):
    files = {**grading_corpus.toy().files}
    assert old in files["grader"].decode()
    files["grader"] = files["grader"].decode().replace(old, new).encode()
    with pytest.raises(ValueError, match=message):
        assignments.from_files("toy-rnn", **files)


def test_an_unknown_assignment_is_named():
    with pytest.raises(FileNotFoundError, match="no assignment 'nowhere'"):
        assignments.load("nowhere")


def test_a_mistake_needs_a_hint():
    with pytest.raises(ValueError, match="hint of a mistake in f is empty"):
        mistake("f", hint="")


def test_answers_tell_right_from_wrong():
    assert Answer("f", "name", "source").right
    assert not Answer("f", "name", "source", "hint").right


def test_inputs_depend_on_student_and_secret_and_on_nothing_else():
    source = grading_corpus.toy()
    assert student_seeds(b"s", "ada", source) == student_seeds(b"s", "ada", source)
    different = [student_seeds(b"s", "ada", source), student_seeds(b"s", "bob", source),
                 student_seeds(b"t", "ada", source), common_seeds(b"s", source)]  # fmt: skip
    assert len({s["rnn_step"] for s in different}) == 4
    assert len(set(different[0].values())) == 3


def test_a_function_is_used_through_another():
    """`through` calls the student's function as often and in whatever way it likes."""
    files = {**grading_corpus.toy().files}
    twice = "def twice(answer, **inputs):\n    return [answer(**inputs), answer(**inputs)]\n\n\n"
    declared = 'rnn_step = Exercise(\n    "rnn_step",'
    text = files["grader"].decode().replace(declared, f"{twice}{declared}\n    through=twice,")
    assert "through=twice" in text
    source = assignments.from_files("toy-rnn", files["notebook"], text.encode(), files["mistakes"])
    seeds, common = student_seeds(b"s", "ada", source), common_seeds(b"s", source)
    changing = source.solutions["rnn_step"].replace(
        "return np.tanh(pre_activation)",
        "calls.append(0)\n    return len(calls) * np.tanh(pre_activation)",
    )
    changing = "calls = []\n" + changing
    with Workplace(["numpy"], trusted=bool(REASON)) as workplace:
        points = []
        for answer in (source.solutions["rnn_step"], changing):
            submission = extract.Submission({**source.solutions, "rnn_step": answer})
            result = judge.grade(source, submission, seeds, common, workplace)
            points.append(result.marks[0].points)
    assert points == [2, 0]


def test_one_cell_may_ask_for_several_functions(tmp_path):
    """Their points are shared, and each mistake is told from the other's."""
    toy = grading_corpus.toy()
    notebook = json.loads(toy.files["notebook"])
    (cell,) = [c for c in notebook["cells"] if c["id"] == "n-parameters"]
    more = "def doubled(n):\n    ### BEGIN SOLUTION\n    return n + n\n    ### END SOLUTION\n"
    cell["source"] = "".join(cell["source"]) + "\n\n\n" + more
    grader = (
        toy.files["grader"].decode()
        + """

doubled = Exercise(
    "doubled", weight=3, cases=[Case("a number", lambda rng: {"n": int(rng.integers(3, 99))})]
)
"""
    )
    mistakes = (
        toy.files["mistakes"].decode()
        + """

@mistake("doubled", hint="Twice, not squared.")
def squared(n):
    return n * n
"""
    )
    files = (json.dumps(notebook).encode(), grader.encode(), mistakes.encode())
    source = assignments.from_files("toy-rnn", *files)
    assert [source.points(f) for f in ("n_parameters", "doubled")] == [0.25, 0.75]
    seeds, common = student_seeds(b"s", "ada", source), common_seeds(b"s", source)
    with Workplace(["numpy"], trusted=bool(REASON)) as workplace:
        for answer in source.mistakes("n_parameters") + source.mistakes("doubled"):
            answers = source.with_answer(answer.function, answer.source)
            result = judge.grade(source, extract.Submission(answers), seeds, common, workplace)
            wrong = {m.function: m.mistake for m in result.marks if m.state != "correct"}
            assert wrong == {answer.function: answer.name}


def test_a_cluster_is_named_once_and_recognised_in_all():
    """Two students, with other inputs, make the same mistake that nobody foresaw."""
    odd = "def n_parameters(D, H, K):\n    return 7 * D + H\n"

    def marks(source):
        found = []
        with Workplace(["numpy"], trusted=bool(REASON)) as workplace:
            for student in ("ada", "bob"):
                seeds = student_seeds(b"s", student, source)
                submission = extract.Submission(source.with_answer("n_parameters", odd))
                common = common_seeds(b"s", source)
                result = judge.grade(source, submission, seeds, common, workplace)
                found.append(result.marks[-1])
        return found

    toy = grading_corpus.toy()
    ada, bob = marks(toy)
    assert ada.cluster == bob.cluster != ""
    assert ada.hint == ""
    named = f"""
from rnncourse.grading.exercise import named_cluster

odd = named_cluster("n_parameters", "{ada.cluster}", "sevens", hint="Where are sevens from?")
"""
    mistakes = toy.files["mistakes"] + named.encode()
    source = assignments.from_files("toy-rnn", toy.files["notebook"], toy.files["grader"], mistakes)
    assert [(m.mistake, m.hint) for m in marks(source)] == [
        ("sevens", "Where are sevens from?")
    ] * 2


def test_a_judged_mistake_is_known_by_its_fault_and_not_by_its_values():
    """Weights of one's own that forget get the hint for forgetting."""
    source = assignments.load("02-recurrent-networks")
    cell = source.solutions["ever"].replace("2.5", "0.4").replace("-0.5", "-1.2")
    assert cell != source.solutions["ever"]
    answers = extract.Submission(source.with_answer("ever", cell))
    seeds, common = student_seeds(b"s", "ada", source), common_seeds(b"s", source)
    with Workplace(source.preload(), trusted=bool(REASON)) as workplace:
        mark = judge.grade(source, answers, seeds, common, workplace).marks[-1]
    assert (mark.function, mark.mistake) == ("ever", "forgets")


def test_the_parts_of_what_is_compared_have_names(capsys):
    import numpy as np

    def leaky_step(x_t, h, W_xh, W_hh, b_h, a):
        h *= 1 - a
        return h

    selfcheck.check(leaky_step, "02-recurrent-networks")
    assert "the result has the right shape, but" in capsys.readouterr().out
    right = {}
    exec(assignments.load("02-recurrent-networks").solutions["leaky_step"], {"np": np}, right)

    def leaky_step(x_t, h, W_xh, W_hh, b_h, a):
        result = right["leaky_step"](x_t, h, W_xh, W_hh, b_h, a)
        h *= 0
        return result

    selfcheck.check(leaky_step, "02-recurrent-networks")
    told = capsys.readouterr().out
    assert "every case: h after the call is not the right one" in told


def mark_of(function, cell):
    """The mark of one exercise of chapter 2 whose answer cell is ``cell``."""
    source = assignments.load("02-recurrent-networks")
    answers = extract.Submission(source.with_answer(function, cell))
    seeds, common = student_seeds(b"s", "ada", source), common_seeds(b"s", source)
    with Workplace(source.preload(), trusted=bool(REASON)) as workplace:
        marks = judge.grade(source, answers, seeds, common, workplace).marks
    return next(m for m in marks if m.function == function)


IN_PLACE = """
solved = leaky_step

def leaky_step(x_t, h, W_xh, W_hh, b_h, a):
    new = solved(x_t, h, W_xh, W_hh, b_h, a)
    h += {change}
    return new
"""


@pytest.mark.parametrize("change", ["1.0", "1e-12"])
@pytest.mark.parametrize(
    "trick",
    ["", "str = lambda value: ''", "import builtins\nbuiltins.list = builtins.str = lambda *_: ''"],
)
def test_a_changed_argument_is_seen_whatever_the_cell_plants(change, trick):
    mark = mark_of("leaky_step", IN_PLACE.format(change=change) + trick)
    assert mark.points == 0, mark.cases
    if "builtins" not in trick:  # that one breaks the messenger, to nobody's gain
        assert all("h after the call" in wrong for wrong in mark.cases.values())


@pytest.mark.parametrize(("function", "answer"), [
    ("leaky_step", """
solved = leaky_step

def leaky_step(x_t, h, W_xh, W_hh, b_h, a):
    single = [array.astype(np.float32) for array in (x_t, h, W_xh, W_hh, b_h)]
    return solved(*single, np.asarray(a, dtype=np.float32))
"""),
    ("final_states", """
solved = final_states

def final_states(x, lengths, W_xh, W_hh, b_h):
    return solved(x.astype(np.float32), lengths, *(w.astype(np.float32) for w in (W_xh, W_hh, b_h)))
"""),
    ("read_stream", """
def read_stream(layer, chunks):
    state = None
    for chunk in chunks:
        states, state = layer.forward(chunk, state)
        yield states
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
"""),
])  # fmt: skip
def test_other_right_ways_lose_nothing(function, answer):
    """Single precision; the layer's method in place of a call of the layer."""
    mark = mark_of(function, answer)
    assert mark.state == "correct", mark.cases


def test_an_error_gets_the_hint_of_the_same_error_alone():
    """Not every ValueError is that of the mistake `columns`, whose shapes do not fit."""
    source = assignments.load("02-recurrent-networks")
    columns = next(m for m in source.mistakes("leaky_step") if m.name == "columns")
    mark = mark_of("leaky_step", columns.source)
    assert (mark.error, mark.mistake) == ("ValueError", "columns")
    mark = mark_of("leaky_step", "def leaky_step(*_, **__):\n    raise ValueError('no idea')")
    assert (mark.error, mark.mistake, mark.hint) == ("ValueError", "", "")


def test_weights_are_numbers():
    cell = "def ever():\n    return np.array([['9']]), np.array([['9']]), np.array(['1'])"
    mark = mark_of("ever", cell)
    assert mark.points == 0
    assert set(mark.cases.values()) == {"expected arrays of real numbers"}
    assert mark.faults() == ["every case: expected arrays of real numbers"]


def test_self_learners_read_public_checks(capsys):
    import numpy as np

    def rnn_step(x_t, h, W_xh, W_hh, b_h):
        return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)

    selfcheck.check(rnn_step, str(FOLDERS[0]))
    assert capsys.readouterr().out == "rnn_step: public checks passed (3 of 3)\n"
    right = rnn_step

    def rnn_step(x_t, h, W_xh, W_hh, b_h):
        return np.tanh(x_t @ W_xh.T + h @ W_hh.T)

    selfcheck.check(rnn_step, str(FOLDERS[0]))
    told = capsys.readouterr().out
    assert "0 of 3 public checks pass" in told
    assert "hint: The bias is missing" in told
    right.__name__ = "right"
    with pytest.raises(ValueError, match="answer is right"):
        selfcheck.check(right, str(FOLDERS[0]))


def test_cases_and_exercises_are_plain_data():
    assert Exercise("f", [Case("one", lambda rng: {})]).cases[0].weight == 1
