"""Builds the folder that a class of awkward students would have handed in.

Each folder of ``tests/submissions`` is one submission: ``required.toml`` says
what must become of it, ``answers.txt`` what stands in its answer cells
(``# %% name`` before each; the solution where it is silent). What is wrong
with the file itself is done by the function of the same name below. Nothing of
it is ever run by these tests, only by the sandbox.
"""

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from rnncourse.grading import release
from rnncourse.grading.assignment import Assignment, load

HERE = Path(__file__).parent
FOLDERS = sorted(p for p in (HERE / "submissions").iterdir() if p.is_dir())


def toy() -> Assignment:
    return load(HERE / "assignments" / "toy-rnn")


@dataclass(frozen=True)
class Required:
    name: str
    student: str
    status: str
    points: dict[str, float] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)
    says_not: list[str] = field(default_factory=list)


def required(folder: Path) -> Required:
    data = tomllib.loads((folder / "required.toml").read_text())
    data.pop("what")
    return Required(**{"name": folder.name, "student": folder.name, **data})


def hand_in(root: Path, student: str, assignment: Assignment, answers: dict[str, str]) -> Path:
    folder = root / "submitted" / student / assignment.name
    folder.mkdir(parents=True)
    path = folder / f"{assignment.name}.ipynb"
    path.write_text(json.dumps(release.with_answers(assignment, answers)))
    return path


def build(root: Path, assignment: Assignment, port: int) -> list[Required]:
    """Hand in the whole corpus below ``root``; return what must become of it."""
    wanted = []
    for folder in FOLDERS:
        want = required(folder)
        wanted.append(want)
        answers = {**assignment.solutions, **_answers(folder, root, port)}
        path = hand_in(root, want.student, assignment, answers)
        spoil = _SPOILERS.get(folder.name)
        if spoil is not None:
            spoil(path, assignment)
    return wanted


def _answers(folder: Path, root: Path, port: int) -> dict[str, str]:
    path = folder / "answers.txt"
    if not path.exists():
        return {}
    text = path.read_text().replace("@COURSE@", str(root)).replace("@PORT@", str(port))
    text = text.replace("@SOURCE@", str(HERE / "assignments" / "toy-rnn"))
    parts = re.split(r"^# %% (\w+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _changed(change):
    """Make a spoiler of a function that changes the notebook's data."""

    def spoil(path: Path, assignment: Assignment) -> None:
        data = json.loads(path.read_text())
        change(data, assignment)
        path.write_text(json.dumps(data))

    return spoil


def _is_answer(cell: dict) -> bool:
    return cell["metadata"].get("nbgrader", {}).get("solution", False)


def _is_test(cell: dict) -> bool:
    return cell["metadata"].get("nbgrader", {}).get("grade", False)


def untouched(data, assignment):
    data.update(json.loads(release.student_version(assignment)))


def duplicated_cell(data, assignment):
    answers = [c for c in data["cells"] if _is_answer(c)]
    wrong = [{**c, "source": c["source"].replace("+", "-")} for c in answers]
    data["cells"] = wrong + data["cells"]


def deleted_tests(data, assignment):
    data["cells"] = [c for c in data["cells"] if not _is_test(c)]


def edited_tests(data, assignment):
    for cell in filter(_is_test, data["cells"]):
        cell["source"] = "raise SystemExit"


def metadata_stripped(data, assignment):
    for cell in data["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)


def cell_type_changed(data, assignment):
    for cell, kind in zip(filter(_is_answer, data["cells"]), ("raw", "markdown", "x"), strict=True):
        cell["cell_type"] = kind


def foreign_kernel(data, assignment):
    data["metadata"] = {"kernelspec": {"name": "ir", "language": "R"}, "language_info": 7}
    data["nbformat"] = "four"


def odd_cells(data, assignment):
    data["cells"] = [
        7, None, [], {}, {"cell_type": 3, "source": 4, "metadata": 5},
        {"cell_type": "code", "source": [1, {}], "metadata": {"nbgrader": [], "tags": 1}},
        {"cell_type": "code", "source": "rnn_step", "metadata": {"nbgrader": {"grade_id": []}}},
    ]  # fmt: skip


def hundreds_of_megabytes_in_a_cell(data, assignment):
    last = [c for c in data["cells"] if _is_answer(c)][-1]
    last["source"] += "#" * 40_000_000


def helper_in_another_cell(data, assignment):
    helper = "def helper_of_mine(D, H, K):\n    return H * (D + H + 1) + K * (H + 1)"
    data["cells"].insert(1, {"cell_type": "code", "source": helper, "metadata": {}, "outputs": []})


def renamed_file(path, assignment):
    path.rename(path.with_name("homework final (2).ipynb"))


def two_notebooks(path, assignment):
    empty = release.student_version(assignment)
    path.with_name("Copy of toy-rnn.ipynb").write_text(empty)


def two_other_notebooks(path, assignment):
    path.rename(path.with_name("b.ipynb"))
    path.with_name("a.ipynb").write_text(release.student_version(assignment))


def empty_folder(path, assignment):
    path.unlink()


def link_to_a_file(path, assignment):
    path.unlink()
    path.symlink_to("/etc/passwd")


def pipe_for_a_notebook(path, assignment):
    path.unlink()
    os.mkfifo(path)


def truncated_json(path, assignment):
    path.write_text(path.read_text()[: path.stat().st_size // 2])


def nested_json(path, assignment):
    path.write_text('{"cells": ' + "[" * 100_000)


def not_a_notebook(path, assignment):
    path.write_text('["cells"]')


def not_text(path, assignment):
    path.write_bytes(bytes(range(256)))


def hundreds_of_megabytes(path, assignment):
    with path.open("r+b") as file:
        file.truncate(300 * 2**20)  # sparse: the disk holds a few kB of it


_IN_DATA = (
    untouched, duplicated_cell, deleted_tests, edited_tests, metadata_stripped, cell_type_changed,
    foreign_kernel, odd_cells, hundreds_of_megabytes_in_a_cell, helper_in_another_cell,
)  # fmt: skip
_IN_FILE = (
    renamed_file, two_notebooks, two_other_notebooks, empty_folder, link_to_a_file,
    pipe_for_a_notebook, truncated_json, nested_json, not_a_notebook, not_text,
    hundreds_of_megabytes,
)  # fmt: skip
_SPOILERS = {f.__name__.replace("_", "-"): _changed(f) for f in _IN_DATA} | {
    f.__name__.replace("_", "-"): f for f in _IN_FILE
}
