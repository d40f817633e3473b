"""Time the grading of a class beside nbgrader's own: `python benchmarks/grading.py`.

The toy assignment of the tests, 200 made-up submissions without endless loops,
two workers; and `nbgrader autograde` on the first few of them in one batch,
since it takes seconds for each. Prints and writes grading.json.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rnncourse.grading import assignment as assignments
from rnncourse.grading import course, sample
from rnncourse.grading.schedule import Plan

HERE = Path(__file__).parent
TOY = HERE.parent / "tests" / "assignments" / "toy-rnn"
STUDENTS, FEW = 200, 10


def ours(root: Path, toy: assignments.Assignment, workers: int) -> float:
    """Return the seconds in which we grade the class."""
    (root / "grades.sqlite").unlink(missing_ok=True)
    begun = time.perf_counter()
    place, keys = course.Course(root), {}
    with place.store() as store:
        for _ in course.grade(place, toy, Plan(workers), store, keys):
            pass
        store.count(toy.name, keys)
        assert len(store.counting(toy.name)) == STUDENTS
    return time.perf_counter() - begun


def nbgraders(root: Path, toy: assignments.Assignment) -> float:
    """Return the seconds in which `nbgrader autograde` grades the first few."""
    (root / "source" / toy.name).mkdir(parents=True)
    (root / "source" / toy.name / f"{toy.name}.ipynb").write_bytes(toy.files["notebook"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = [sys.executable, "-m", "nbgrader"]
    options = {"cwd": root, "env": {**os.environ, "PATH": path}, "capture_output": True}
    subprocess.run([*program, "generate_assignment", toy.name], check=True, **options)
    begun = time.perf_counter()
    subprocess.run([*program, "autograde", toy.name, "--create"], check=True, **options)
    return time.perf_counter() - begun


def main() -> None:
    """Measure, print, write."""
    toy = assignments.load(TOY)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        sample.write_class(toy, Path(folder), STUDENTS, accidents=False)
        sample.write_class(toy, Path(other), FEW, accidents=False)
        results = {
            "students": STUDENTS,
            "seconds_two_workers": ours(Path(folder), toy, 2),
            "seconds_one_worker": ours(Path(folder), toy, 1),
            "nbgrader_students": FEW,
            "nbgrader_seconds": nbgraders(Path(other), toy),
            "python": platform.python_version(),
        }
    for label, seconds, students in (
        ("rnncourse grade, 2 workers", results["seconds_two_workers"], STUDENTS),
        ("rnncourse grade, 1 worker", results["seconds_one_worker"], STUDENTS),
        ("nbgrader autograde", results["nbgrader_seconds"], FEW),
    ):
        each = f"{seconds / students:7.3f} s each"
        print(f"{label:<28}{students:>4} submissions {seconds:7.1f} s {each}")
    (HERE / "grading.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
