"""A course on disk: who handed in what, with nbgrader's folders.

``submitted/STUDENT/ASSIGNMENT/*.ipynb`` is read and never written. Beside it
stand the store, the course's secret and what is derived from them.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnncourse.grading import extract, release, schedule
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.marks import Mark, Result
from rnncourse.grading.seeds import common_seeds, student_seeds
from rnncourse.grading.store import Store


@dataclass(frozen=True)
class Course:
    """A folder with ``submitted/`` in it."""

    root: Path

    @property
    def secret(self) -> bytes:
        """Return the course's secret; made at first use, readable by its owner alone."""
        path = self.root / "course-secret"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
        return bytes.fromhex(path.read_text().strip())

    def store(self) -> Store:
        """Open the store."""
        return Store(self.root / "grades.sqlite")

    def students(self, assignment: str) -> dict[str, Path]:
        """Return the folder of each student who handed in something, by name.

        Raises
        ------
        FileNotFoundError
            If there is no ``submitted`` folder.
        """
        submitted = self.root / "submitted"
        if not submitted.is_dir():
            raise FileNotFoundError(
                f"no folder {submitted}: expected submitted/STUDENT/{assignment}/*.ipynb"
            )
        folders = {p.name: p / assignment for p in sorted(submitted.iterdir()) if p.is_dir()}
        return {name: folder for name, folder in folders.items() if folder.is_dir()}

    def jobs(self, assignment: Assignment) -> dict[str, schedule.Job]:
        """Return what there is to grade, by student."""
        handed_in = self.students(assignment.name)
        stubs, secret = release.stubs(assignment), self.secret
        common = common_seeds(secret, assignment)
        return {
            student: schedule.Job(
                number,
                extract.from_folder(folder, assignment, stubs),
                student_seeds(secret, student, assignment),
                common,
            )
            for number, (student, folder) in enumerate(handed_in.items())
        }


def grade(
    course: Course, assignment: Assignment, plan: schedule.Plan, store: Store, keys: dict[str, str]
) -> Iterator[tuple[str, Result | None]]:
    """Grade what is not yet known and keep each result at once.

    Yields every student, with None for those whose result was known.
    ``keys`` is filled with the key of each student's result.
    """
    jobs = course.jobs(assignment)
    environment = schedule.environment(plan)
    keys.update({s: schedule.key(job, assignment, environment) for s, job in jobs.items()})
    new = {s: job for s, job in jobs.items() if not store.known(assignment.name, s, keys[s])}
    yield from ((student, None) for student in jobs if student not in new)
    names = {job.number: student for student, job in new.items()}
    for number, result in schedule.run(assignment, list(new.values()), plan):
        student = names[number]
        store.put(assignment.name, student, keys[student], result)
        yield student, result


def changes(before: dict[str, Result], after: dict[str, Result]) -> list[dict]:
    """Return who gains or loses what, and in which exercise."""
    found = []
    for student in sorted(before.keys() | after.keys()):
        old = {m.function: m for m in before[student].marks} if student in before else {}
        new = {m.function: m for m in after[student].marks} if student in after else {}
        for function in dict.fromkeys([*old, *new]):
            was, now = old.get(function), new.get(function)
            points = (was.points if was else 0.0, now.points if now else 0.0)
            if points[0] != points[1] or (was and now and was.hint != now.hint):
                why = [f"{case}: {wrong or 'right'}" for case, wrong in _turned(was, now)]
                if now and now.hint and (not was or was.hint != now.hint):
                    why.append(now.hint)
                row = {"student": student, "exercise": function, "before": points[0]}
                found.append(row | {"after": points[1], "why": why})
    return found


def _turned(was: Mark | None, now: Mark | None) -> list[tuple[str, str]]:
    """Return the cases that are judged differently now."""
    if was is None or now is None:
        return []
    return [(c, w) for c, w in now.cases.items() if bool(w) != bool(was.cases.get(c, w))]
