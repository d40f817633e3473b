"""Where results are kept: one SQLite file that one process writes."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from rnncourse.grading.marks import INFRASTRUCTURE, Result

_SCHEMA = """
CREATE TABLE IF NOT EXISTS results (
    assignment TEXT NOT NULL,
    student TEXT NOT NULL,
    key TEXT NOT NULL,       -- hash of submission, grader, environment and seeds
    status TEXT NOT NULL,
    result TEXT NOT NULL,    -- JSON
    counts INTEGER NOT NULL, -- whether this is the student's result
    PRIMARY KEY (assignment, student, key)
);
"""


class Store:
    """Results by assignment, student and key.

    A key names everything that a result depends on, so a result with that key
    need not be computed again. At most one result of a student counts.

    Parameters
    ----------
    path : path
        The file; made if it is not there.
    """

    def __init__(self, path: str | Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(_SCHEMA)

    def known(self, assignment: str, student: str, key: str) -> bool:
        """Whether this was graded before; an infrastructure error was not."""
        row = self._db.execute(
            "SELECT status FROM results WHERE assignment=? AND student=? AND key=?",
            (assignment, student, key),
        ).fetchone()
        return row is not None and row[0] != INFRASTRUCTURE

    def put(self, assignment: str, student: str, key: str, result: Result) -> None:
        """Keep a result; it does not count yet."""
        self._db.execute(
            "INSERT INTO results VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE"
            " SET status=excluded.status, result=excluded.result",
            (assignment, student, key, result.status, json.dumps(result.plain())),
        )

    def count(self, assignment: str, keys: dict[str, str]) -> None:
        """Let these results count (student: key), all at once.

        An infrastructure error never replaces a result, nor is it a mark.
        """
        with self._db:
            self._db.execute("BEGIN")
            for student, key in keys.items():
                if self.known(assignment, student, key):
                    self._db.execute(
                        "UPDATE results SET counts=(key=?) WHERE assignment=? AND student=?",
                        (key, assignment, student),
                    )

    def counting(self, assignment: str) -> dict[str, Result]:
        """Return the result that counts, by student."""
        return self._results("assignment=? AND counts=1", (assignment,))

    def waiting(self, assignment: str, keys: dict[str, str]) -> list[str]:
        """Return the students whose submission has met an infrastructure error."""
        return [s for s, key in keys.items() if not self.known(assignment, s, key)]

    def of(self, assignment: str, keys: dict[str, str]) -> dict[str, Result]:
        """Return the results with these keys, by student."""
        found: dict[str, Result] = {}
        for student, key in keys.items():
            where = (assignment, student, key)
            found |= self._results("assignment=? AND student=? AND key=?", where)
        return found

    def _results(self, where: str, values: Iterable[str]) -> dict[str, Result]:
        rows = self._db.execute(
            f"SELECT student, result FROM results WHERE {where} ORDER BY student", tuple(values)
        )
        return {student: Result.from_plain(json.loads(result)) for student, result in rows}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
