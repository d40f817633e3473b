"""Whether a value is the expected one, and if not, what a student can be told.

The message says how the answer differs in kind, shape and size, and never
what was expected to be found there.
"""

import hashlib
from typing import Any

import numpy as np

from rnncourse.grading.values import Foreign, TorchArray

_WORDS = {
    "NoneType": "None (is a `return` missing?)",
    "ndarray": "a NumPy array",
    "TorchArray": "a torch tensor",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dict",
    "str": "a text",
    "bool": "a bool",
}


def difference(expected: Any, got: Any, rtol: float, atol: float, where: str = "") -> str | None:
    """Return None if ``got`` is right, otherwise what is wrong with it.

    Parameters
    ----------
    expected, got
        Decoded values (see ``protocol``). Scalars may be of Python or NumPy;
        an array is not replaced by a list, nor by a tensor.
    rtol, atol : float
        Tolerances of numbers; integers and text are exact.
    where : str
        What the message calls the value, for parts of a larger one.
    """
    place = where or "the result"
    if isinstance(expected, (list, tuple)):
        if not isinstance(got, (list, tuple)):
            return f"{place} is {kind(got)}; expected {kind(expected)} of {len(expected)}"
        if len(got) != len(expected):
            return f"{place} has {len(got)} items; expected {len(expected)}"
        parts = enumerate(zip(expected, got, strict=True))
        return _first(difference(e, g, rtol, atol, f"item {i} of {place}") for i, (e, g) in parts)
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return f"{place} is {kind(got)}; expected a dict"
        if set(got) != set(expected):
            return f"{place} has not the right keys: {len(got)} of them, expected {len(expected)}"
        return _first(
            difference(expected[k], got[k], rtol, atol, f"{place}[{k!r}]") for k in expected
        )
    if expected is None or isinstance(expected, (str, bool)):
        if type(got) is np.bool_:
            got = bool(got)
        if type(got) is not type(expected):
            return f"{place} is {kind(got)}; expected {kind(expected)}"
        if got == expected:
            return None
        return f"{place} is {got}" if isinstance(got, bool) else f"{place} is not the right one"
    return _numbers(expected, got, rtol, atol, place)


def _first(differences: Any) -> str | None:
    return next((d for d in differences if d is not None), None)


def _numbers(expected: Any, got: Any, rtol: float, atol: float, place: str) -> str | None:
    scalar = _is_scalar(expected)
    if scalar and not _is_scalar(got):
        return f"{place} is {kind(got)}; expected a number"
    if not scalar and type(got) is not type(expected):
        return f"{place} is {kind(got)}; expected {kind(expected)}"
    right, answer = as_array(expected), as_array(got)
    if answer.shape != right.shape:
        return f"{place} has shape {answer.shape}; expected {right.shape}"
    if (right.dtype.kind in "bU") != (answer.dtype.kind in "bU"):
        return f"{place} holds {answer.dtype}; expected {right.dtype}"
    if right.dtype.kind in "bU" or (right.dtype.kind in "iu" and answer.dtype.kind in "iu"):
        wrong = answer != right
    else:
        if answer.dtype.kind == "c" and right.dtype.kind != "c":
            return f"{place} is complex; expected real numbers"
        with np.errstate(all="ignore"):
            wrong = ~np.isclose(answer, right, rtol=rtol, atol=atol, equal_nan=True)
        if np.isnan(answer).any() and not np.isnan(right).any():
            return f"{place} contains NaN"
    if not wrong.any():
        return None
    if scalar:
        return f"{place} is not the right number"
    return f"{place} has the right shape, but {int(wrong.sum())} of {wrong.size} values are wrong"


def _is_scalar(value: Any) -> bool:
    if isinstance(value, (np.ndarray, TorchArray)):
        return as_array(value).ndim == 0
    return isinstance(value, (int, float, complex, np.generic)) and not isinstance(value, bool)


def as_array(value: Any) -> np.ndarray:
    """Return the numbers of a scalar, an array or a tensor."""
    return np.asarray(value.array if isinstance(value, TorchArray) else value)


def finite(value: Any) -> bool:
    """Whether all numbers of a value, if it has any, are finite."""
    if isinstance(value, (list, tuple)):
        return all(map(finite, value))
    if isinstance(value, (np.ndarray, np.generic, TorchArray, float, complex)):
        array = as_array(value)
        return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
    return True


def kind(value: Any) -> str:
    """Name a value's type for a student."""
    if isinstance(value, Foreign):
        name = value.type_name
    else:
        name = type(value).__name__
        if name in _WORDS:
            return _WORDS[name]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def fingerprint(values: Any) -> str:
    """Return a code that wrong answers with the same output share.

    Numbers count with three digits, so that two ways to compute the same
    wrong result meet in one cluster.
    """
    return hashlib.sha256(_rounded(values).encode()).hexdigest()[:10]


def _rounded(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_rounded, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k}:{_rounded(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, (np.ndarray, np.generic, TorchArray, int, float, complex)):
        array = as_array(value)
        if array.dtype.kind in "fc":
            # Adding zero turns -0.0 into 0.0.
            flat = [f"{complex(x) + 0:.2e}" for x in array.ravel()[:4096]]
        else:
            flat = [str(x) for x in array.ravel()[:4096]]
        return f"{array.shape}{flat}"
    return repr(value)[:4096]
