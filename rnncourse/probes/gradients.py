"""How much of the gradient goes to each step of the past."""

import numpy as np
import torch
from torch import Tensor

from rnncourse.checks import shape


def gradient_by_lag(losses: Tensor, inputs: Tensor) -> np.ndarray:
    """Return the size of the gradient with respect to the input of each lag.

    Works for every model, since it asks the inputs and not the states.

    Parameters
    ----------
    losses : torch.Tensor
        A loss for each sequence, shape (B,), computed from ``inputs``. None may
        depend on another sequence.
    inputs : torch.Tensor
        Shape (B, T, D), with ``requires_grad``: values, or an embedding's output.

    Returns
    -------
    numpy.ndarray
        Shape (T,): the norm of d loss / d x_{T-k} for k = 0, 1, …, as the root
        of its mean square over the sequences.

    Raises
    ------
    ValueError
        If a shape is not the one given above or ``inputs`` takes no gradient.
    """
    B, _, _ = shape(inputs, "inputs", "B T D")
    shape(losses, "losses", "B", B=B)
    if not inputs.requires_grad:
        raise ValueError("inputs has requires_grad=False; call inputs.requires_grad_() first")
    (gradient,) = torch.autograd.grad(losses.sum(), inputs)  # (B, T, D)
    size = gradient.double().square().sum(-1).mean(0).sqrt()  # (T,)
    return size.flip(0).numpy()


def backpropagate(
    states: np.ndarray, slopes: np.ndarray, W_hh: np.ndarray, d_last: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Carry a gradient at the last state back through the plain network.

    Parameters
    ----------
    states : numpy.ndarray
        h_0, …, h_T of one sequence, shape (T + 1, H).
    slopes : numpy.ndarray
        φ'(z_t) for t = 1, …, T, shape (T, H).
    W_hh : numpy.ndarray
        Shape (H, H).
    d_last : numpy.ndarray
        dL/dh_T, shape (H,).

    Returns
    -------
    d_states : numpy.ndarray
        dL/dh_{T-k} for k = 0, …, T, shape (T + 1, H).
    parts : numpy.ndarray
        What step T - k adds to dL/dW_hh, for k = 0, …, T - 1, shape (T, H, H).
        Their sum is the gradient.

    Raises
    ------
    ValueError
        If a shape is not the one given above.
    """
    T, H = shape(slopes, "slopes", "T H")
    shape(states, "states", "T+1 H", **{"T+1": T + 1, "H": H})
    shape(W_hh, "W_hh", "H H2", H=H, H2=H)
    shape(d_last, "d_last", "H", H=H)
    d_states, parts = [d_last], []
    for t in range(T, 0, -1):
        d_z = slopes[t - 1] * d_states[-1]  # dL/dz_t
        parts.append(np.outer(d_z, states[t - 1]))
        d_states.append(W_hh.T @ d_z)  # dL/dh_{t-1}
    return np.stack(d_states), np.stack(parts)


def log_slope(norms: np.ndarray, first: int = 0, last: int | None = None) -> float:
    """Return the slope of the line through log ``norms[first:last]`` against the lag.

    Parameters
    ----------
    norms : numpy.ndarray
        A positive number for each lag, shape (T,).
    first, last : int
        The lags to use.

    Returns
    -------
    float
        Natural logarithms a step: ``log rho`` if the norms fall as ``rho**k``.

    Raises
    ------
    ValueError
        If fewer than two lags are left, or a norm is not positive.
    """
    logs = np.asarray(norms, dtype=float)[first:last]
    if len(logs) < 2 or not (logs > 0).all():
        raise ValueError("expected positive norms at two lags or more")
    return float(np.polyfit(np.arange(len(logs)), np.log(logs), 1)[0])
