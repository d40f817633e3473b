"""Is a gradient right? Compare it with differences of the function itself."""

from collections.abc import Callable

import numpy as np


def central_differences(
    f: Callable[[], float], array: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Estimate the derivative of a number with respect to every entry of an array.

    Each entry is moved a little up and a little down; the entries are put back.

    Parameters
    ----------
    f : callable
        ``f()`` computes the number from the array as it is at that moment.
    array : numpy.ndarray
        Float64, any shape.
    step : float
        How far to move. The error is a truncation error that falls as
        ``step**2`` and a rounding error that grows as ``1 / step``; with 16
        digits and numbers of order one they meet close to 1e-5.

    Returns
    -------
    numpy.ndarray
        The estimate, of the array's shape.

    Raises
    ------
    TypeError
        If the array is not float64: with fewer digits the differences are noise.

    Notes
    -----
    2 evaluations of ``f`` for each entry: for checks, not for training.
    """
    if getattr(array, "dtype", None) != np.float64:
        kind = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"array is of type {kind}; expected a NumPy array of float64")
    slopes = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        value = array[place]
        array[place] = value + step
        above = f()
        array[place] = value - step
        below = f()
        array[place] = value
        slopes[place] = (above - below) / (2 * step)
    return slopes


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """Length of the difference of two arrays, as a share of the longer one's length.

    Parameters
    ----------
    a, b : numpy.ndarray
        Of equal shapes.

    Returns
    -------
    float
        0 if equal (also if both are zero), 1 if one of them is zero, 2 if
        they are opposite.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would hide the mistake.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(
            f"a and b have shapes {np.shape(a)} and {np.shape(b)}; expected equal ones"
        )
    longer = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(np.subtract(a, b)) / longer) if longer else 0.0
