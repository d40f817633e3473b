"""Backpropagation through time by hand, and its rival that runs forward.

The network is that of :mod:`rnncourse.models.rnn`. Names that begin with ``d``
are derivatives of the loss and have the shape of what they belong to: ``dh``
is dL/dh, ``dW_hh`` is dL/dW_hh, summed over the batch and over time.
"""

import numpy as np

from rnncourse.checks import positive, shape
from rnncourse.models.rnn import rnn_step


def rnn_step_backward(
    dh: np.ndarray,
    x_t: np.ndarray,
    h_before: np.ndarray,
    h_after: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Go back through one step: from the state after it to all that it was made of.

    Parameters
    ----------
    dh : numpy.ndarray
        Total derivative of the loss with respect to the state after, shape (B, H).
    x_t, h_before, h_after : numpy.ndarray
        Input, state before and state after, shapes (B, D), (B, H), (B, H).
    W_xh, W_hh : numpy.ndarray
        Weights of shapes (H, D) and (H, H).

    Returns
    -------
    dx_t, dh_before, dW_xh, dW_hh, db_h : numpy.ndarray
        What reaches each through this step alone, shapes (B, D), (B, H),
        (H, D), (H, H) and (H,).

    Raises
    ------
    ValueError
        If a shape is not the one given above.

    Notes
    -----
    Werbos, 1990.
    """
    H, D = shape(W_xh, "W_xh", "H D")
    B, H = shape(dh, "dh", "B H", H=H)
    shape(x_t, "x_t", "B D", B=B, D=D)
    shape(h_before, "h_before", "B H", B=B, H=H)
    shape(h_after, "h_after", "B H", B=B, H=H)
    shape(W_hh, "W_hh", "H H", H=H)
    dz = dh * (1 - h_after**2)  # (B, H), since tanh' = 1 - tanh²
    return dz @ W_xh, dz @ W_hh, dz.T @ x_t, dz.T @ h_before, dz.sum(axis=0)


def rnn_backward(
    direct: np.ndarray,
    x: np.ndarray,
    h: np.ndarray,
    states: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Go back through a sequence, from the last step to the first.

    Parameters
    ----------
    direct : numpy.ndarray
        Direct derivative of the loss with respect to the state after each
        step: what that step's own output contributes. Shape (B, T, H).
    x : numpy.ndarray
        Inputs, shape (B, T, D).
    h : numpy.ndarray
        States before the first step, shape (B, H).
    states : numpy.ndarray
        The state after each step, as ``rnn_forward`` returns it, shape (B, T, H).
    W_xh, W_hh : numpy.ndarray
        Weights of shapes (H, D) and (H, H).

    Returns
    -------
    dx, dh, dW_xh, dW_hh, db_h : numpy.ndarray
        Total derivatives of the loss, shapes (B, T, D), (B, H), (H, D),
        (H, H) and (H,). ``dh`` belongs to the states before the first step.

    Raises
    ------
    ValueError
        If a shape is not the one given above, or there is no step.
    """
    B, T, H = shape(states, "states", "B T H")
    positive(T, "the number of time steps of states")
    shape(direct, "direct", "B T H", B=B, T=T, H=H)
    _, _, D = shape(x, "x", "B T D", B=B, T=T)
    dx, dh = np.zeros_like(x), np.zeros_like(h)
    dW_xh, dW_hh, db_h = np.zeros((H, D)), np.zeros((H, H)), np.zeros(H)
    for t in reversed(range(T)):
        before = states[:, t - 1] if t > 0 else h  # (B, H)
        dh = direct[:, t] + dh  # total = direct + what came back from step t + 1
        dx[:, t], dh, *uses = rnn_step_backward(dh, x[:, t], before, states[:, t], W_xh, W_hh)
        for total, use in zip((dW_xh, dW_hh, db_h), uses, strict=True):
            total += use  # the same weights at every step: their derivatives add up
    return dx, dh, dW_xh, dW_hh, db_h


def rtrl(
    direct: np.ndarray,
    x: np.ndarray,
    h: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_h: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the same gradient forward in time: real-time recurrent learning.

    Nothing of the past is kept but the state and its total derivative with
    respect to every weight, H · H(D + H + 1) numbers for each sequence.

    Parameters
    ----------
    direct, x, h, W_xh, W_hh
        As in :func:`rnn_backward`.
    b_h : numpy.ndarray
        Bias, shape (H,).

    Returns
    -------
    dW_xh, dW_hh, db_h : numpy.ndarray
        Total derivatives of the loss, shapes (H, D), (H, H) and (H,).

    Raises
    ------
    ValueError
        If a shape is not the one given above.

    Notes
    -----
    Williams and Zipser, 1989.
    """
    B, T, D = shape(x, "x", "B T D")
    H, _ = shape(W_hh, "W_hh", "H H")
    shape(direct, "direct", "B T H", B=B, T=T, H=H)
    influence = np.zeros((B, H, H, D + H + 1))  # dh / dW of W = [W_xh, W_hh, b_h]
    dW = np.zeros((H, D + H + 1))
    for t in range(T):
        u = np.concatenate([x[:, t], h, np.ones((B, 1))], axis=1)  # z = W u
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)  # (B, H)
        influence = np.einsum("ij,bjkl->bikl", W_hh, influence)  # through the past
        influence[:, range(H), range(H)] += u[:, None]  # and directly: row k moves z_k
        influence *= (1 - h**2)[:, :, None, None]
        dW += np.einsum("bi,bikl->kl", direct[:, t], influence)
    return dW[:, :D], dW[:, D:-1], dW[:, -1]
