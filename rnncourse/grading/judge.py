"""Decide what an answer is worth, and what to tell its author.

Runs outside the sandbox. Inputs and expected values are made here; the
student's functions are asked for theirs; mistakes are recognised because they
give the same wrong values on the same inputs.
"""

import ast
import contextlib
import hashlib
import hmac
import io
import random
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from rnncourse.grading import protocol
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.compare import difference, fingerprint, finite
from rnncourse.grading.exercise import Exercise, Inputs, draw
from rnncourse.grading.extract import Submission
from rnncourse.grading.session import Outcome, Runner, Workplace

# Seeds, warnings and stdout belong to the process: one trusted run at a time.
_TRUSTED = threading.RLock()
GRADED, UNGRADABLE, INFRASTRUCTURE = "graded", "ungradable", "infrastructure error"
PUBLIC = b"public"  # the secret of self-learners, known to all


@dataclass
class Mark:
    """What one exercise was worth, and why.

    ``state`` is ``correct``, ``partly correct``, ``wrong`` or ``not attempted``.
    """

    function: str
    points: float
    out_of: float
    state: str
    cases: dict[str, str] = field(default_factory=dict)  # name: "" or what is wrong
    mistake: str = ""
    hint: str = ""
    cluster: str = ""
    followed: bool = False
    error: str = ""
    printed: str = ""


@dataclass
class Result:
    """What became of one submission; ``status`` is one of the three words above."""

    status: str
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def points(self) -> float:
        """Return the sum of the marks."""
        return sum(mark.points for mark in self.marks)

    def plain(self) -> dict[str, Any]:
        """Return this as plain data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> "Result":
        """Make a result of what :meth:`plain` gave."""
        return cls(**{**data, "marks": [Mark(**mark) for mark in data["marks"]]})


def seeds(secret: bytes, student: str, assignment: Assignment) -> dict[str, bytes]:
    """Return the seed of each exercise for one student: the same at every regrade."""
    return {
        e.function: _hmac(secret, f"{assignment.name}\0{student}\0{e.function}")
        for e in assignment.exercises
    }


def common_seeds(secret: bytes, assignment: Assignment) -> dict[str, bytes]:
    """Return seeds that are equal for all, to see who makes the same mistake."""
    return seeds(secret, "\0everybody", assignment)


def _hmac(secret: bytes, text: str) -> bytes:
    return hmac.digest(secret, text.encode(), hashlib.sha256)


def grade(
    assignment: Assignment,
    submission: Submission,
    seed: Mapping[str, bytes],
    common: Mapping[str, bytes],
    workplace: Workplace,
) -> Result:
    """Grade one submission.

    Parameters
    ----------
    assignment : Assignment
    submission : Submission
    seed, common : mapping of str to bytes
        This student's seeds, and those that all students share.
    workplace : Workplace
        Where the submission runs.

    Raises
    ------
    SandboxError
        If the sandbox, not the submission, failed.
    """
    if submission.problem:
        return Result(UNGRADABLE, notes=submission.notes, problem=submission.problem)
    right: dict[str, bool] = {}
    marks = []
    with Runner(workplace, assignment.setup, submission.answers) as runner:
        for exercise in assignment.exercises:
            judged = Judgement(assignment, exercise, runner, seed, common)
            attempted = exercise.function in submission.answers
            mark = judged.mark(right) if attempted else judged.nothing()
            right[exercise.function] = mark.state == "correct"
            marks.append(mark)
    return Result(GRADED, marks, notes=submission.notes)


class Judgement:
    """One exercise of one submission."""

    def __init__(
        self,
        assignment: Assignment,
        exercise: Exercise,
        runner: Runner,
        seed: Mapping[str, bytes],
        common: Mapping[str, bytes],
    ) -> None:
        self.assignment, self.exercise, self.runner = assignment, exercise, runner
        self.seed, self.common = seed[exercise.function], common[exercise.function]
        self.out_of = assignment.points(exercise.function)

    def nothing(self) -> Mark:
        return Mark(self.exercise.function, 0.0, self.out_of, "not attempted")

    def mark(self, right: Mapping[str, bool]) -> Mark:
        name, exercise = self.exercise.function, self.exercise
        got = self.ask(self.seed)
        solution = self.assignment.solutions[name]
        cases = self.compare(
            trusted(self.assignment, exercise, solution, self.seed), got
        )
        mark = self._mark(cases)
        ran = [self.runner.cells.get(name, Outcome()), *got.values()]
        mark.printed = "".join(dict.fromkeys(o.printed for o in ran))[:4000]
        mark.error = next((o.error for o in got.values() if o.error), "")
        if mark.state == "correct":
            return mark
        follow = [f for f in exercise.uses if right.get(f) is False]
        if follow and self._may_follow(follow):
            # The right way on, from wherever the student's own functions lead.
            own = {f: self._own(f) for f in follow}
            way = trusted(self.assignment, exercise, solution, self.seed, own)
            if not any(self.compare(way, got).values()):
                mark.followed = True
                mark.points = max(mark.points, self.out_of * exercise.follow_through)
                mark.hint = (
                    "Right, given your own "
                    + " and ".join(f"`{f}`" for f in follow)
                    + "."
                )
                return mark
        self._diagnose(mark, got)
        return mark

    def _mark(self, cases: dict[str, str]) -> Mark:
        weights = {c.name: c.weight for c in self.exercise.cases}
        share = sum(w for c, w in weights.items() if not cases[c]) / sum(
            weights.values()
        )
        state = (
            "correct"
            if not any(cases.values())
            else "partly correct"
            if share
            else "wrong"
        )
        points = round(self.out_of * share, 6)
        return Mark(self.exercise.function, points, self.out_of, state, cases)

    def ask(self, seed: bytes) -> dict[str, Outcome]:
        """Call the student's function in every case, until one does not return."""
        exercise, got = self.exercise, {}
        through, hung = exercise.through_source(), False
        for case, inputs in draw(exercise, seed).items():
            if hung:
                got[case] = Outcome(
                    error="Timeout", message="not tried: an earlier case hung"
                )
                continue
            outcome = self.runner.call(
                exercise.function, inputs, through=through, seed=_legacy(seed)
            )
            cell = self.runner.cells[exercise.function]
            # Where the cell itself failed, that is why there is no function.
            got[case] = cell if outcome.error == "NameError" and cell.error else outcome
            hung = outcome.error == "Timeout"
        return got

    def compare(
        self, want: Mapping[str, Outcome], got: Mapping[str, Outcome]
    ) -> dict[str, str]:
        """Return what is wrong in each case, empty where nothing is."""
        inputs = draw(self.exercise, self.seed) if self.exercise.judge else {}
        return {
            c: _wrong(self.exercise, want[c], got[c], inputs.get(c, {})) or ""
            for c in want
        }

    def _may_follow(self, functions: list[str]) -> bool:
        """Whether the earlier functions do something: of nothing, nothing follows."""
        for function in functions:
            earlier = next(
                e for e in self.assignment.exercises if e.function == function
            )
            other = Judgement(
                self.assignment,
                earlier,
                self.runner,
                {function: self.seed},
                {function: self.common},
            )
            here, there = other.ask(self.seed), other.ask(self.common)
            for case in here:
                values = [here[case].value, there[case].value]
                if any(v is None or not finite(v) for v in values):
                    return False
                if fingerprint(values[0]) == fingerprint(values[1]):
                    return False  # the same whatever the inputs
        return True

    def _own(self, function: str) -> Callable[..., Any]:
        """Return a function that asks the student's own, in the sandbox."""
        parameters = _parameters(self.assignment.solutions[function], function)

        def own(*args: Any, **inputs: Any) -> Any:
            inputs |= dict(zip(parameters, args, strict=False))
            outcome = self.runner.call(function, inputs)
            if outcome.error:
                raise RuntimeError(outcome.message)
            return protocol.decode(*protocol.encode(outcome.value), live=True)

        return own

    def _diagnose(self, mark: Mark, got: Mapping[str, Outcome]) -> None:
        """Recognise a typical mistake, or say which cluster this answer belongs to."""
        if mark.error in ("Timeout", "Crash", "BadReply", "NotImplementedError"):
            return
        for mistake in self.assignment.mistakes(self.exercise.function):
            wrong = trusted(self.assignment, self.exercise, mistake.source, self.seed)
            if all(_alike(self.exercise, wrong[c], got[c]) for c in wrong):
                mark.mistake, mark.hint = mistake.name, mistake.hint
                return
        common = self.ask(self.common)
        mark.cluster = fingerprint(
            [o.value if not o.error else o.error for o in common.values()]
        )
        for named in self.assignment.answers:
            if (
                named.cluster == mark.cluster
                and named.function == self.exercise.function
            ):
                mark.mistake, mark.hint = named.name, named.hint


def _wrong(
    exercise: Exercise, want: Outcome, got: Outcome, inputs: Inputs
) -> str | None:
    if got.error:
        return got.message
    if want.error:
        return "there is no answer to compare with"
    if exercise.judge is not None:
        return exercise.judge(want.value, got.value, inputs)
    return difference(want.value, got.value, exercise.rtol, exercise.atol)


def _alike(exercise: Exercise, wrong: Outcome, got: Outcome) -> bool:
    """Whether an answer does what a mistake does: same values, or same type of error."""
    if wrong.error or got.error:
        return wrong.error == got.error
    return difference(wrong.value, got.value, exercise.rtol, exercise.atol) is None


def trusted(
    assignment: Assignment,
    exercise: Exercise,
    source: str,
    seed: bytes,
    own: Mapping[str, Callable[..., Any]] | None = None,
) -> dict[str, Outcome]:
    """Run an answer of the instructor's here, on the inputs that ``seed`` gives.

    Earlier exercises are the solutions', except where ``own`` replaces them.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    outcomes = {}
    with _TRUSTED, warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for number, cell in enumerate(assignment.setup):
            exec(compile(cell, f"<setup {number + 1}>", "exec"), names)
        for function, solution in assignment.solutions.items():
            if function == exercise.function:
                break
            exec(compile(solution, f"<{function}>", "exec"), names)
        names.update(own or {})
        exec(compile(source, f"<{exercise.function}>", "exec"), names)
        answer = names[exercise.function]
        for case, inputs in draw(exercise, seed).items():
            set_seeds(_legacy(seed))
            try:
                with np.errstate(all="ignore"):
                    value = (
                        exercise.through(answer, **inputs)
                        if exercise.through
                        else answer(**inputs)
                    )
                outcomes[case] = Outcome(value=protocol.decode(*protocol.encode(value)))
            except Exception as error:  # a mistake may fail in any way
                outcomes[case] = Outcome(error=type(error).__name__, message=str(error))
    return outcomes


def _parameters(source: str, function: str) -> list[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return [a.arg for a in node.args.posonlyargs + node.args.args]
    return []


def _legacy(seed: bytes) -> int:
    """Return a seed for the global generators, equal inside and outside."""
    return int.from_bytes(seed[:4])


def set_seeds(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
