"""Where all randomness of grading comes from: a secret, a student, an exercise."""

import hashlib
import hmac
import random
import sys

import numpy as np

from rnncourse.grading.assignment import Assignment

PUBLIC = b"public"  # the secret of self-learners, known to all


def student_seeds(secret: bytes, student: str, assignment: Assignment) -> dict[str, bytes]:
    """Return the seed of each exercise for one student: the same at every regrade."""
    return {
        e.function: _hmac(secret, f"{assignment.name}\0{student}\0{e.function}")
        for e in assignment.exercises
    }


def common_seeds(secret: bytes, assignment: Assignment) -> dict[str, bytes]:
    """Return seeds that are equal for all, to see who makes the same mistake."""
    return student_seeds(secret, "\0everybody", assignment)


def _hmac(secret: bytes, text: str) -> bytes:
    return hmac.digest(secret, text.encode(), hashlib.sha256)


def legacy(seed: bytes) -> int:
    """Return a seed for the global generators, equal inside and outside."""
    return int.from_bytes(seed[:4])


def set_seeds(seed: int) -> None:
    """Seed every global generator, as the worker does inside."""
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
