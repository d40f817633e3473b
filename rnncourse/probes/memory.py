"""How much of each past input can be read off the state (Jaeger, 2001)."""

import numpy as np

from rnncourse.checks import positive, shape


def memory_by_lag(states: np.ndarray, inputs: np.ndarray, lags: int) -> np.ndarray:
    """Return the share of the variance of x_{t-k} that the state h_t explains linearly.

    A linear read-out for each lag is fitted on the first half of the steps and
    judged on the second. For independent inputs the sum over all lags, the
    memory capacity, is at most H.

    Parameters
    ----------
    states : numpy.ndarray
        The state after each step of one long sequence, shape (T, H).
    inputs : numpy.ndarray
        The input of each step, shape (T,).
    lags : int
        K, how many lags: 0, …, K - 1.

    Returns
    -------
    numpy.ndarray
        Shape (K,), each at most 1; below 0 is set to 0 (worse than the mean).

    Raises
    ------
    ValueError
        If a shape is not the one given above, or there are too few steps for
        the number of units and lags.

    Notes
    -----
    Jaeger, 2001, "Short term memory in echo state networks"; he
    gives the squared correlation on the data of the fit.
    """
    T, H = shape(states, "states", "T H")
    shape(inputs, "inputs", "T", T=T)
    K = positive(lags, "lags")
    n = (T - K) // 2
    if n <= H:
        raise ValueError(f"states has {T} steps; expected more than 2 H + K = {2 * H + K}")
    past = np.lib.stride_tricks.sliding_window_view(inputs, K)[:, ::-1]  # (T-K+1, K)
    now = states[K - 1 :]  # (T-K+1, H): the row's last input has lag 0
    now, past = now - now[:n].mean(0), past - past[:n].mean(0)
    readout = np.linalg.lstsq(now[:n], past[:n], rcond=None)[0]  # (H, K)
    error = ((now[n:] @ readout - past[n:]) ** 2).mean(0)
    return np.maximum(1 - error / past[n:].var(0), 0)


def exact_memory(W_hh: np.ndarray, w_xh: np.ndarray, steps: int) -> np.ndarray:
    """Return the same for a linear network that started from zero ``steps`` steps ago.

    h_T is the sum of W_hh^k w_xh x_{T-k} over the lags k. With these vectors as
    the rows of a matrix, the memory of lag k is the leverage of row k: its
    squared length in an orthonormal basis of the columns.

    Parameters
    ----------
    W_hh : numpy.ndarray
        Shape (H, H).
    w_xh : numpy.ndarray
        Weights of the single input, shape (H,).
    steps : int
        T, how many inputs it has read.

    Returns
    -------
    numpy.ndarray
        Shape (T,): lags 0, …, T - 1. The sum is the rank of that matrix: H, if
        T ≥ H and the input reaches every direction of the state. Directions
        that are reached more weakly than rounding errors count as not reached.

    Raises
    ------
    ValueError
        If a shape is not the one given above or ``steps`` is no positive integer.
    """
    (H,) = shape(w_xh, "w_xh", "H")
    shape(W_hh, "W_hh", "H H2", H=H, H2=H)
    rows = [w_xh]
    for _ in range(positive(steps, "steps") - 1):
        rows.append(W_hh @ rows[-1])
    A = np.array(rows)  # (T, H)
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    Q = U[:, s > s[0] * max(A.shape) * np.finfo(float).eps]  # (T, rank of A)
    return (Q**2).sum(1)
