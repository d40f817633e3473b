"""Spread a class over processes, or over a cluster, and survive lost workers."""

import hashlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import joblib
from joblib.externals.loky.process_executor import TerminatedWorkerError

from rnncourse.grading import assignment as assignments
from rnncourse.grading import cgroups, judge
from rnncourse.grading.assignment import Assignment
from rnncourse.grading.extract import Submission
from rnncourse.grading.marks import INFRASTRUCTURE, Result
from rnncourse.grading.sandbox import SandboxError
from rnncourse.grading.session import Workplace
from rnncourse.grading.walls import DEFAULT_LIMITS, Limits

_TRIES = 3


@dataclass(frozen=True)
class Job:
    """One submission to grade, complete in itself: it can travel to another machine.

    No name travels with it, only the seeds that were derived from it.
    """

    number: int
    submission: Submission
    seeds: dict[str, bytes]
    common: dict[str, bytes]


@dataclass(frozen=True)
class Plan:
    """How to grade: where, how wide, within which limits.

    Attributes
    ----------
    workers : int
        Processes on this machine.
    scheduler : str
        Address of a Dask scheduler, ``tcp://…``; empty for this machine.
    limits : Limits
    trusted : bool
        Without a sandbox.
    """

    workers: int = 1
    scheduler: str = ""
    limits: Limits = DEFAULT_LIMITS
    trusted: bool = False


def environment(plan: Plan) -> str:
    """Return a hash of all that a mark depends on besides submission and grader."""
    packages = sorted(f"{d.name}=={d.version}" for d in importlib.metadata.distributions())
    code = [p.read_bytes() for p in sorted(Path(__file__).parents[1].rglob("*.py"))]
    facts = [packages, platform.machine(), sys.version, asdict(plan.limits), plan.trusted]
    return hashlib.sha256(json.dumps(facts).encode() + b"\0".join(code)).hexdigest()


def key(job: Job, assignment: Assignment, environment: str) -> str:
    """Return the name under which a job's result is kept."""
    secret = b"".join([*job.seeds.values(), *job.common.values()])
    parts = [job.submission.digest, assignment.digest, environment, secret.hex()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def run(assignment: Assignment, jobs: Sequence[Job], plan: Plan) -> Iterator[tuple[int, Result]]:
    """Grade all jobs; yield each one's number and result as it is done.

    A worker that dies takes its batch with it; the batch is tried again,
    submission by submission, and after that it is an infrastructure error.
    """
    left = {job.number: job for job in jobs}
    size = max(1, min(50, -(-len(jobs) // (2 * plan.workers))))
    spread = _on_dask if plan.scheduler else _on_this_machine
    for attempt in range(_TRIES):
        waiting = list(left.values())
        batches = [waiting[i : i + size] for i in range(0, len(waiting), size)]
        for number, result in spread(assignment, batches, plan):
            if number in left and (result.status != INFRASTRUCTURE or attempt == _TRIES - 1):
                del left[number]
                yield number, result
        size = 1
        cgroups.sweep()
        if not left:
            return
    for number in left:
        yield number, Result(INFRASTRUCTURE, problem="the worker died each time")


def _on_this_machine(
    assignment: Assignment, batches: list[list[Job]], plan: Plan
) -> Iterator[tuple[int, Result]]:
    parallel = joblib.Parallel(n_jobs=plan.workers, return_as="generator_unordered", batch_size=1)
    task = joblib.delayed(grade_batch)
    arguments = (assignment.name, assignment.files)
    try:
        for results in parallel(task(*arguments, b, plan.limits, plan.trusted) for b in batches):
            yield from results
    except TerminatedWorkerError:
        return  # what is missing is tried again


def _on_dask(
    assignment: Assignment, batches: list[list[Job]], plan: Plan
) -> Iterator[tuple[int, Result]]:
    import distributed

    try:
        connection = distributed.Client(plan.scheduler, timeout="30s")
    except (OSError, ValueError) as error:
        raise ConnectionError(f"no Dask scheduler at {plan.scheduler}: {error}") from error
    with connection as client:
        files = client.scatter(assignment.files, broadcast=True)
        futures = [
            client.submit(
                grade_batch,
                assignment.name,
                files,
                b,
                plan.limits,
                plan.trusted,
                pure=False,
                retries=2,
            )
            for b in batches
        ]
        for future in distributed.as_completed(futures):
            if future.status == "finished":
                yield from future.result()


def grade_batch(
    name: str,
    files: dict[str, bytes],
    jobs: Sequence[Job],
    limits: Limits,
    trusted: bool,
    grade: Callable[..., Result] = judge.grade,
) -> list[tuple[int, Result]]:
    """Grade a few submissions one after the other, in one worker."""
    assignment = assignments.from_files(name, **files)
    results = []
    with Workplace(assignment.preload(), limits, trusted=trusted) as workplace:
        for job in jobs:
            try:
                result = grade(assignment, job.submission, job.seeds, job.common, workplace)
            except SandboxError as error:
                result = Result(INFRASTRUCTURE, problem=str(error)[:600])
            except Exception as error:  # a fault of the grader's stops nobody else's grading
                what = f"the grader failed: {type(error).__name__}: {error}"
                result = Result(INFRASTRUCTURE, problem=what[:600])
            results.append((job.number, result))
    return results
