"""Grade the grader.

Right answers must pass, mistakes must fail with their own hint, and small
changes to the solution must be noticed.
"""

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rnncourse.grading import judge
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.exercise import Exercise
from rnncourse.grading.marks import Mark
from rnncourse.grading.mutants import mutants
from rnncourse.grading.reference import trusted
from rnncourse.grading.seeds import PUBLIC, common_seeds, student_seeds
from rnncourse.grading.session import Outcome, Runner, Workplace

ALTERNATIVES, MISTAKES, KILL_RATE = 2, 5, 0.95  # what an exercise must have and reach
_STUDENTS = 3  # inputs on which answers are tried
_MORE = 20  # further inputs that decide whether a mutant changes anything


@dataclass
class Audit:
    """What was found about one exercise.

    Attributes
    ----------
    right, mistakes : int
        Alternatives and mistakes that were tried, the solution excluded.
    unjust : list of str
        Right answers that did not get all points.
    missed : list of str
        Mistakes that got all points.
    hints : int
        Mistakes that got their own hint, for all inputs.
    confused : list of str
        Mistakes that got none or another's.
    killed : int
        Mutants that change behaviour and lost points.
    survivors : list of str
        Mutants that change behaviour on some inputs and got all points.
    unjustified : list of str
        Those of them for which ``mistakes.py`` gives no reason.
    also_right : list of str
        Mutants that give another right answer, as ``mistakes.py`` explains.
    same : list of str
        Mutants that no inputs told from the solution.
    """

    function: str
    right: int = 0
    mistakes: int = 0
    unjust: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    hints: int = 0
    confused: list[str] = field(default_factory=list)
    killed: int = 0
    survivors: list[str] = field(default_factory=list)
    unjustified: list[str] = field(default_factory=list)
    also_right: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)

    @property
    def kill_rate(self) -> float:
        """Return the share of behaviour-changing mutants that lost points."""
        changing = self.killed + len(self.survivors)
        return self.killed / changing if changing else 1.0

    def faults(self) -> list[str]:
        """Return what must be mended before students see this exercise."""
        found = [f"right, but marked down: {name}" for name in self.unjust]
        found += [f"wrong, but full marks: {name}" for name in self.missed]
        found += [f"wrong hint: {text}" for text in self.confused]
        if self.right < ALTERNATIVES:
            found.append(f"{self.right} alternative right answers; expected {ALTERNATIVES} or more")
        if self.mistakes < MISTAKES:
            found.append(f"{self.mistakes} typical mistakes; expected {MISTAKES} or more")
        if self.kill_rate < KILL_RATE:
            found.append(f"kills {self.kill_rate:.0%} of the mutants; expected {KILL_RATE:.0%}")
        found += [f"survives without a reason: {what}" for what in self.unjustified]
        return found


def audit(assignment: Assignment, workplace: Workplace, every: int = 1) -> Iterator[Audit]:
    """Audit one exercise after the other, with one in ``every`` so many mutants."""
    for exercise in assignment.exercises:
        yield _Auditor(assignment, exercise, workplace).audit(every)


class _Auditor:
    def __init__(self, assignment: Assignment, exercise: Exercise, workplace: Workplace) -> None:
        self.assignment, self.exercise, self.workplace = assignment, exercise, workplace
        self.function = exercise.function

    def audit(self, every: int) -> Audit:
        found = Audit(self.function)
        tries = [f"audit {n}" for n in range(_STUDENTS)]
        solution = self.assignment.solutions[self.function]
        alternatives = self.assignment.alternatives(self.function)
        for name, source in [("solution", solution), *((a.name, a.source) for a in alternatives)]:
            if not all(self.passes(source, t) for t in tries):
                found.unjust.append(name)
        found.right = len(alternatives)
        for mistake in self.assignment.mistakes(self.function):
            marks = [self.mark(mistake.source, t) for t in tries]
            found.mistakes += 1
            if any(m.state == "correct" for m in marks):
                found.missed.append(mistake.name)
            others = {m.mistake or "no hint" for m in marks if m.hint != mistake.hint}
            if others:
                found.confused.append(f"{mistake.name} taken for {', '.join(sorted(others))}")
            else:
                found.hints += 1
        others = {e.function for e in self.assignment.exercises} - {self.function}
        reasons = {s.mutant: s for s in self.assignment.survivors if s.function == self.function}
        changed = mutants(solution, self.function, others)
        for what, source in itertools.islice(changed, 0, None, every):
            if not self.passes(source, tries[0]):
                found.killed += 1
            elif not any(self.differs(source, f"more {n}") for n in range(_MORE)):
                found.same.append(what)
            elif self.exercise.judge and what in reasons and reasons[what].right:
                found.also_right.append(what)
            else:
                found.survivors.append(what)
        found.unjustified = [what for what in found.survivors if what not in reasons]
        return found

    def passes(self, source: str, student: str) -> bool:
        """Whether an answer gets all points, without asking why if it does not."""
        return not any(self.compared(source, student, self.exercise))

    def differs(self, source: str, student: str) -> bool:
        """Whether an answer gives other values than the solution, whatever the grader says."""
        return any(self.compared(source, student, replace(self.exercise, judge=None)))

    def compared(self, source: str, student: str, exercise: Exercise) -> list[str]:
        """Return what is wrong with an answer in each case, empty where nothing is."""
        seeds = student_seeds(PUBLIC, student, self.assignment)
        answers = self.assignment.with_answer(self.function, source)
        with Runner(self.workplace, self.assignment.setup, answers) as runner:
            judged = judge.Judgement(self.assignment, exercise, runner, seeds, seeds)
            got = judged.ask(seeds[self.function])
            return list(judged.compare(self.wanted(student), got).values())

    @functools.cache  # noqa: B019 - an auditor lives as long as its exercise's audit
    def wanted(self, student: str) -> dict[str, Outcome]:
        """Return what the solution gives on a student's inputs."""
        seed = student_seeds(PUBLIC, student, self.assignment)[self.function]
        solution = self.assignment.solutions[self.function]
        return trusted(self.assignment, self.exercise, solution, seed)

    def mark(self, source: str, student: str) -> Mark:
        """Return the mark of an answer, given the solutions of all other exercises."""
        answers = self.assignment.with_answer(self.function, source)
        seeds = student_seeds(PUBLIC, student, self.assignment)
        common = common_seeds(PUBLIC, self.assignment)
        with Runner(self.workplace, self.assignment.setup, answers) as runner:
            return judge.Judgement(self.assignment, self.exercise, runner, seeds, common).mark({})


def table(audits: list[Audit]) -> str:
    """Return the audits as a Markdown table."""
    rows = [
        "| exercise | right answers passed | mistakes caught | with their own hint "
        "| mutants killed |",
        "|---|---|---|---|---|",
    ]
    for a in audits:
        mutated = a.killed + len(a.survivors)
        rows.append(
            f"| `{a.function}` | {a.right + 1 - len(a.unjust)} of {a.right + 1}"
            f" | {a.mistakes - len(a.missed)} of {a.mistakes} | {a.hints} of {a.mistakes}"
            f" | {a.killed} of {mutated} ({a.kill_rate:.0%}) |"
        )
    return "\n".join(rows) + "\n"


def record(assignment: Assignment, audits: list[Audit]) -> str:
    """Return the table and what is to be said of mutants that passed, without their code.

    It is to be published, and a line of a mutant is a line of the solution.
    """
    reasons = {(s.function, s.mutant): s.why for s in assignment.survivors}
    said = [
        f"- `{a.function}`, a change that passes: {reasons.get((a.function, what), 'no reason.')}\n"
        for a in audits
        for what in a.survivors + a.also_right
    ]
    same = [f"{len(a.same)} of `{a.function}`" for a in audits if a.same]
    if same:
        said.append(f"- No inputs tell these changes from the solution: {', '.join(same)}.\n")
    return table(audits) + "\n" + "".join(said)
