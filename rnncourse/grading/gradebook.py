"""Hand results to nbgrader: its gradebook, and notebooks that its pages can show."""

import json
import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from rnncourse.grading import release
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.extract import Submission
from rnncourse.grading.marks import INFRASTRUCTURE, UNGRADABLE, Result


def push(root: Path, assignment: Assignment, results: Mapping[str, Result]) -> int:
    """Write results into ``gradebook.db`` and return how many were written.

    The points of an exercise are shared among its test cells. What could not
    be graded is marked for manual grading; infrastructure errors stay out.
    """
    # nbgrader calls the program alembic by name, also where no environment is activated.
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], programs])
    name, written = assignment.name, 0
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own use of its tables
        book.update_or_create_assignment(name)
        book.update_or_create_notebook(name, name)
        for function, tests in assignment.tests.items():
            book.update_or_create_solution_cell(assignment.cells[function], name, name)
            for cell, points in tests.items():
                book.update_or_create_grade_cell(
                    cell, name, name, max_score=points, cell_type="code"
                )
        for student, result in results.items():
            if result.status == INFRASTRUCTURE:
                continue
            book.update_or_create_student(student)
            book.update_or_create_submission(name, student)
            marks = {m.function: m for m in result.marks}
            for function, tests in assignment.tests.items():
                mark, out_of = marks.get(function), assignment.points(function)
                for cell, points in tests.items():
                    grade = book.find_grade(cell, name, name, student)
                    grade.auto_score = mark.points * points / out_of if mark else 0.0
                    grade.needs_manual_grade = result.status == UNGRADABLE
                comment = book.find_comment(assignment.cells[function], name, name, student)
                comment.auto_comment = mark.hint if mark else result.problem
            book.db.commit()
            written += 1
    return written


def write_notebook(
    root: Path, assignment: Assignment, student: str, submission: Submission
) -> Path:
    """Write the notebook that formgrader shows, to ``autograded/``.

    It is the released notebook with the student's answers in it, without any
    output: what a student's notebook holds besides might run in a browser.
    """
    notebook = release.with_answers(assignment, submission.answers)
    path = root / "autograded" / student / assignment.name / f"{assignment.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    return path
