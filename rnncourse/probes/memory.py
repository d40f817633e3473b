"""How much of each past input can be read off the state (Jaeger, 2001)."""

import numpy as np

from rnncourse.checks import positive, shape


def memory_by_lag(
    states: np.ndarray, inputs: np.ndarray, lags: int, ridge: float = 1e-9
) -> np.ndarray:
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
    ridge : float
        Added to the diagonal of the covariance, as a share of its mean.

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
    Jaeger, 2001, "Short term memory in echo state networks", definition 1; he
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
    covariance = now[:n].T @ now[:n]
    covariance += ridge * np.trace(covariance) / H * np.eye(H)
    readout = np.linalg.solve(covariance, now[:n].T @ past[:n])  # (H, K)
    error = ((now[n:] @ readout - past[n:]) ** 2).mean(0)
    return np.maximum(1 - error / past[n:].var(0), 0)
