"""Decide what an answer is worth, and what to tell its author.

Runs outside the sandbox. Inputs and expected values are made here; the
student's functions are asked for theirs; mistakes are recognised because they
give the same wrong values on the same inputs.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rnncourse.grading import values
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.compare import difference, fingerprint, finite
from rnncourse.grading.exercise import Exercise, Inputs, draw
from rnncourse.grading.extract import Submission
from rnncourse.grading.marks import GRADED, UNGRADABLE, Mark, Result
from rnncourse.grading.reference import parameters, trusted
from rnncourse.grading.seeds import legacy
from rnncourse.grading.session import Outcome, Runner, Workplace


class Answers(Protocol):
    """Whatever calls a student's functions: a sandbox's runner, or a notebook."""

    cells: dict[str, Outcome]

    def call(
        self, function: str, inputs: dict, *, through: str | None = None, seed: int = 0
    ) -> Outcome:
        """Call a function with keyword arguments."""


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
            if attempted:
                right[exercise.function] = mark.state == "correct"
            marks.append(mark)
    return Result(GRADED, marks, notes=submission.notes)


class Judgement:
    """One exercise of one submission."""

    def __init__(
        self,
        assignment: Assignment,
        exercise: Exercise,
        runner: Answers,
        seed: Mapping[str, bytes],
        common: Mapping[str, bytes],
    ) -> None:
        self.assignment, self.exercise, self.runner = assignment, exercise, runner
        self.seed, self.common = seed[exercise.function], common[exercise.function]
        self.out_of = assignment.points(exercise.function)

    def nothing(self) -> Mark:
        """Return the mark of an exercise that was not attempted."""
        return Mark(self.exercise.function, 0.0, self.out_of, "not attempted")

    def mark(self, right: Mapping[str, bool]) -> Mark:
        """Mark the answer; ``right`` says which earlier exercises are."""
        name, exercise = self.exercise.function, self.exercise
        got = self.ask(self.seed)
        solution = self.assignment.solutions[name]
        cases = self.compare(trusted(self.assignment, exercise, solution, self.seed), got)
        mark = self._mark(cases)
        ran = [self.runner.cells.get(name, Outcome()), *got.values()]
        mark.printed = "".join(dict.fromkeys(o.printed for o in ran))[:4000]
        mark.error = next((o.error for o in got.values() if o.error), "")
        if mark.state == "correct":
            return mark
        if all(o.error == "NotImplementedError" for o in got.values()):
            return self.nothing()
        own: dict[str, Callable[..., Any]] = {}
        follow = [f for f in exercise.uses if right.get(f) is False]
        if follow and self._may_follow(follow):
            # The right way on, from wherever the student's own functions lead.
            own = {f: self._own(f) for f in follow}
            way = trusted(self.assignment, exercise, solution, self.seed, own)
            if not any(self.compare(way, got).values()):
                mark.followed = True
                mark.points = max(mark.points, self.out_of * exercise.follow_through)
                mark.hint = "Right, given your own " + " and ".join(f"`{f}`" for f in follow) + "."
                return mark
        self._diagnose(mark, got, own)
        return mark

    def _mark(self, cases: dict[str, str]) -> Mark:
        weights = {c.name: c.weight for c in self.exercise.cases}
        share = sum(w for c, w in weights.items() if not cases[c]) / sum(weights.values())
        state = "correct" if not any(cases.values()) else "partly correct" if share else "wrong"
        points = round(self.out_of * share, 2)
        return Mark(self.exercise.function, points, self.out_of, state, cases)

    def ask(self, seed: bytes) -> dict[str, Outcome]:
        """Call the student's function in every case, until one does not return."""
        exercise, got = self.exercise, {}
        through, hung = exercise.through_source(), False
        for case, inputs in draw(exercise, seed).items():
            if hung:
                got[case] = Outcome(error="Timeout", message="not tried: an earlier case hung")
                continue
            outcome = self.runner.call(
                exercise.function, inputs, through=through, seed=legacy(seed)
            )
            cell = self.runner.cells[exercise.function]
            # Where the cell itself failed, that is why there is no function.
            got[case] = cell if outcome.error == "NameError" and cell.error else outcome
            hung = outcome.error == "Timeout"
        return got

    def compare(self, want: Mapping[str, Outcome], got: Mapping[str, Outcome]) -> dict[str, str]:
        """Return what is wrong in each case, empty where nothing is."""
        inputs = draw(self.exercise, self.seed) if self.exercise.judge else {}
        return {c: wrong(self.exercise, want[c], got[c], inputs.get(c, {})) or "" for c in want}

    def _may_follow(self, functions: list[str]) -> bool:
        """Whether the earlier functions do something: of nothing, nothing follows."""
        for function in functions:
            earlier = next(e for e in self.assignment.exercises if e.function == function)
            earlier_part = Judgement(
                self.assignment,
                earlier,
                self.runner,
                {function: self.seed},
                {function: self.common},
            )
            here, there = earlier_part.ask(self.seed), earlier_part.ask(self.common)
            for case in here:
                one, other = here[case].value, there[case].value
                if any(v is None or not finite(v) for v in (one, other)):
                    return False
                if fingerprint(one) == fingerprint(other):
                    return False  # the same whatever the inputs
        return True

    def _own(self, function: str) -> Callable[..., Any]:
        """Return a function that asks the student's own, in the sandbox."""
        names = parameters(self.assignment.solutions[function], function)

        def own(*args: Any, **inputs: Any) -> Any:
            inputs |= dict(zip(names, args, strict=False))
            outcome = self.runner.call(function, inputs)
            if outcome.error:
                raise RuntimeError(outcome.message)
            return values.decode(*values.encode(outcome.value), live=True)

        return own

    def _diagnose(
        self, mark: Mark, got: Mapping[str, Outcome], own: Mapping[str, Callable[..., Any]]
    ) -> None:
        """Recognise a typical mistake, or say which cluster this answer belongs to."""
        if mark.error in ("Timeout", "Crash", "BadReply"):
            return
        function = self.exercise.function
        want = trusted(
            self.assignment, self.exercise, self.assignment.solutions[function], self.seed
        )
        verdict = self.compare(want, got)
        for given in ({}, own) if own else ({},):
            for mistake in self.assignment.mistakes(function):
                theirs = trusted(self.assignment, self.exercise, mistake.source, self.seed, given)
                if self.exercise.judge:  # many values are right, so many are equally wrong
                    same = self.compare(want, theirs) == verdict
                else:
                    same = all(_alike(self.exercise, theirs[c], got[c]) for c in theirs)
                if same:
                    mark.mistake, mark.hint = mistake.name, mistake.hint
                    return
        common = self.ask(self.common)
        mark.cluster = fingerprint([o.value if not o.error else o.error for o in common.values()])
        for named in self.assignment.answers:
            if named.cluster == mark.cluster and named.function == self.exercise.function:
                mark.mistake, mark.hint = named.name, named.hint


def wrong(exercise: Exercise, want: Outcome, got: Outcome, inputs: Inputs) -> str | None:
    """Return what is wrong with an outcome, or None."""
    if got.error:
        return got.message
    if want.error:
        return "there is no answer to compare with"
    if exercise.judge is not None:
        try:
            return exercise.judge(want.value, got.value, inputs)
        except Exception as error:  # it met a value of a form that it did not expect
            return f"the result is not of the form asked for ({type(error).__name__})"
    names = exercise.parts
    if names and isinstance(got.value, tuple) and len(got.value) == len(want.value):
        pairs = zip(want.value, got.value, names, strict=True)
        found = (difference(w, g, exercise.rtol, exercise.atol, name) for w, g, name in pairs)
        return next((text for text in found if text), None)
    return difference(want.value, got.value, exercise.rtol, exercise.atol)


def _alike(exercise: Exercise, wrong: Outcome, got: Outcome) -> bool:
    """Whether an answer does what a mistake does: same values, or same error, numbers aside."""
    if wrong.error or got.error:
        said = re.sub(r"\d+", "#", wrong.message)
        return wrong.error == got.error and said in re.sub(r"\d+", "#", got.message)
    return difference(wrong.value, got.value, exercise.rtol, exercise.atol) is None
