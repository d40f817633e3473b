"""LSTM and GRU with the backward pass written out instead of recorded.

Forward, the loop does what has to wait for the state and nothing else. Going
back, the slopes, which do not wait for anything, are computed for all steps at
once; each step multiplies by them and takes one product with the recurrent
weights; the weights' own gradients, sums over all steps, are one product at
the end. Arrays have the time first, so that a step is one block of memory.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rnncourse.models.gru import GRU
from rnncourse.models.lstm import LSTM, State

Arrays = tuple[np.ndarray, ...]


def gru_forward(
    x: np.ndarray,
    h: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_xh: np.ndarray,
    b_hh: np.ndarray,
) -> Arrays:
    """Read sequences with a GRU and keep what the way back needs.

    Parameters
    ----------
    x, h : numpy.ndarray
        Inputs (B, T, D) and states before the first step (B, H).
    W_xh, W_hh, b_xh, b_hh : numpy.ndarray
        Weights in the order r, z, n: (3H, D), (3H, H), (3H,), (3H,).

    Returns
    -------
    hs : numpy.ndarray
        States, the one before the first step included, shape (T + 1, B, H).
    gates : numpy.ndarray
        r, z, n of each step, shape (T, B, 3H).
    products : numpy.ndarray
        What r multiplies, W_hn h_{t-1} + b_hn, shape (T, B, H).
    """
    (B, T, D), H = x.shape, h.shape[1]
    half = np.repeat(np.array([0.5, 0.5, 1], x.dtype), H)  # σ(z) = ½ + ½ tanh(½ z)
    gates = x.swapaxes(0, 1).reshape(T * B, D) @ (W_xh.T * half)  # for all steps at once
    gates += half * np.append(b_xh[: 2 * H] + b_hh[: 2 * H], b_xh[2 * H :])
    gates = gates.reshape(T, B, 3 * H)
    hs = np.concatenate([h[None], np.empty((T, B, H), x.dtype)])
    products, W, b_n = np.empty((T, B, H), x.dtype), W_hh.T * half, b_hh[2 * H :]
    for t in range(T):
        rz, n = gates[t, :, : 2 * H], gates[t, :, 2 * H :]  # views, filled in place
        product = hs[t] @ W  # (B, 3H)
        rz += product[:, : 2 * H]
        np.tanh(rz, out=rz)
        rz *= 0.5
        rz += 0.5
        np.add(product[:, 2 * H :], b_n, out=products[t])
        n += rz[:, :H] * products[t]
        np.tanh(n, out=n)
        np.add(n, rz[:, H:] * (hs[t] - n), out=hs[t + 1])
    return hs, gates, products


def gru_backward(
    d_states: np.ndarray,
    x: np.ndarray,
    W_xh: np.ndarray | None,
    W_hh: np.ndarray,
    hs: np.ndarray,
    gates: np.ndarray,
    products: np.ndarray,
) -> tuple[np.ndarray | None, ...]:
    """Go back through :func:`gru_forward`.

    Parameters
    ----------
    d_states : numpy.ndarray
        Derivative of the loss with respect to each state, shape (B, T, H).
    x, W_xh, W_hh : numpy.ndarray
        As they went in; with None for ``W_xh`` the inputs' gradient is left out.
    hs, gates, products : numpy.ndarray
        What :func:`gru_forward` returned.

    Returns
    -------
    tuple of numpy.ndarray
        Gradients of x (or None), h, W_xh, W_hh, b_xh and b_hh.
    """
    T, B, H = products.shape
    r, z, n = np.moveaxis(gates.reshape(T, B, 3, H), 2, 0)
    # For input and state the pre-activations are n r z | r z p: they share r and z.
    d = np.empty((T, B, 4, H), x.dtype)
    np.multiply(1 - z, 1 - n * n, out=d[:, :, 0])  # ∂h/∂n times the slope of tanh
    np.multiply(r * (1 - r), products, out=d[:, :, 1])  # r, for each unit of n
    np.multiply(z * (1 - z), hs[:-1] - n, out=d[:, :, 2])  # z
    d[:, :, 3] = r  # the product p, for each unit of n
    rows, dh = d.reshape(T, B, 4 * H), np.zeros_like(hs[0])
    for t in reversed(range(T)):
        dh += d_states[:, t]
        d[t, :, 0::2] *= dh[:, None]  # n and z hear the state,
        d[t, :, 1::2] *= d[t, :, :1]  # r and p hear n
        dh *= z[t]
        dh += rows[t, :, H:] @ W_hh
    all_rows = rows.reshape(T * B, 4 * H)
    d_in, d_out, db = all_rows[:, : 3 * H], all_rows[:, H:], all_rows.sum(0)
    dW_xh = d_in.T @ x.swapaxes(0, 1).reshape(T * B, -1)
    dW_hh = d_out.T @ hs[:-1].reshape(T * B, H)
    by_batch = rows.swapaxes(0, 1)[..., : 3 * H]
    dx = None if W_xh is None else by_batch @ np.roll(W_xh, H, 0)  # r z n to n r z
    return dx, dh, np.roll(dW_xh, -H, 0), dW_hh, np.roll(db[: 3 * H], -H), db[H:]


def lstm_forward(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b: np.ndarray,
) -> Arrays:
    """Read sequences with an LSTM and keep what the way back needs.

    Parameters
    ----------
    x, h, c : numpy.ndarray
        Inputs (B, T, D), and both states before the first step, (B, H) each.
    W_xh, W_hh, b : numpy.ndarray
        Weights in the order i, f, g, o: (4H, D), (4H, H), (4H,).

    Returns
    -------
    hs, cs : numpy.ndarray
        States, those before the first step included, shape (T + 1, B, H).
    gates : numpy.ndarray
        i, f, g, o of each step, shape (T, B, 4H).
    tanh_c : numpy.ndarray
        Of each step, shape (T, B, H).
    """
    (B, T, D), H = x.shape, h.shape[1]
    # σ(z) = ½ + ½ tanh(½ z), so that all four are one tanh.
    half = np.repeat(np.array([0.5, 0.5, 1, 0.5], x.dtype), H)
    rest = np.repeat(np.array([0.5, 0.5, 0, 0.5], x.dtype), H)
    gates = x.swapaxes(0, 1).reshape(T * B, D) @ (W_xh.T * half)
    gates += b * half
    gates = gates.reshape(T, B, 4 * H)
    room, W = np.empty((T, B, H), x.dtype), W_hh.T * half
    hs, cs, tanh_c = np.concatenate([h[None], room]), np.concatenate([c[None], room]), room
    for t in range(T):
        gate = gates[t]
        gate += hs[t] @ W
        np.tanh(gate, out=gate)
        gate *= half
        gate += rest
        i, f, g, o = (gate[:, k * H : (k + 1) * H] for k in range(4))
        np.add(f * cs[t], i * g, out=cs[t + 1])
        np.tanh(cs[t + 1], out=tanh_c[t])
        np.multiply(o, tanh_c[t], out=hs[t + 1])
    return hs, cs, gates, tanh_c


def lstm_backward(
    d_states: np.ndarray,
    dc: np.ndarray,
    x: np.ndarray,
    W_xh: np.ndarray | None,
    W_hh: np.ndarray,
    hs: np.ndarray,
    cs: np.ndarray,
    gates: np.ndarray,
    tanh_c: np.ndarray,
) -> tuple[np.ndarray | None, ...]:
    """Go back through :func:`lstm_forward`.

    Parameters
    ----------
    d_states, dc : numpy.ndarray
        Derivative of the loss with respect to each hidden state (B, T, H), and
        to the last cell state (B, H).
    x, W_xh, W_hh : numpy.ndarray
        As they went in; with None for ``W_xh`` the inputs' gradient is left out.
    hs, cs, gates, tanh_c : numpy.ndarray
        What :func:`lstm_forward` returned.

    Returns
    -------
    tuple of numpy.ndarray
        Gradients of x (or None), h, c, W_xh, W_hh and b.
    """
    T, B, H = tanh_c.shape
    i, f, g, o = np.moveaxis(gates.reshape(T, B, 4, H), 2, 0)
    d = np.empty((T, B, 4, H), x.dtype)
    np.multiply(i * (1 - i), g, out=d[:, :, 0])
    np.multiply(f * (1 - f), cs[:-1], out=d[:, :, 1])
    np.multiply(1 - g * g, i, out=d[:, :, 2])
    np.multiply(o * (1 - o), tanh_c, out=d[:, :, 3])
    to_c = o * (1 - tanh_c * tanh_c)  # ∂h/∂c
    rows, dh, dc = d.reshape(T, B, 4 * H), np.zeros_like(hs[0]), dc.copy()
    for t in reversed(range(T)):
        dh += d_states[:, t]
        dc += dh * to_c[t]
        d[t, :, :3] *= dc[:, None]  # i, f and g hear the cell,
        d[t, :, 3] *= dh  # o hears the state
        dc *= f[t]
        dh = rows[t] @ W_hh
    all_rows = rows.reshape(T * B, 4 * H)
    dW_xh = all_rows.T @ x.swapaxes(0, 1).reshape(T * B, -1)
    dW_hh = all_rows.T @ hs[:-1].reshape(T * B, H)
    dx = None if W_xh is None else rows.swapaxes(0, 1) @ W_xh
    return dx, dh, dc, dW_xh, dW_hh, all_rows.sum(0)


class GRUByHand(GRU):
    """The same layer as :class:`GRU` (``reset_after=True``), faster in training."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read sequences, as :meth:`GRU.forward` does; on the processor, in one dtype.

        Raises
        ------
        TypeError
            If inputs, states and weights differ in their dtype.
        ValueError
            As for :meth:`GRU.forward`.
        """
        (h,) = self.check(x, h)
        states = _GRU.apply(x, h, *self.parameters())
        return states, states[:, -1]


class LSTMByHand(LSTM):
    """The same layer as :class:`LSTM`, faster in training."""

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read sequences, as :meth:`LSTM.forward` does; on the processor, in one dtype.

        Raises
        ------
        TypeError
            If inputs, states and weights differ in their dtype.
        ValueError
            As for :meth:`LSTM.forward`.
        """
        h, c = self.check(x, *(state or (None, None)))
        b = self.bias_ih_l0 + self.bias_hh_l0
        states, c = _LSTM.apply(x, h, c, self.weight_ih_l0, self.weight_hh_l0, b)
        return states, (states[:, -1], c)


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
        kept = _tensors(gru_forward(*_arrays(x, h, *weights)))
        context.save_for_backward(x, *weights[:2], *kept)
        return kept[0][1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(context: Any, d_states: Tensor) -> tuple[Tensor | None, ...]:
        x, W_xh, *kept = _arrays(*context.saved_tensors)
        wanted = W_xh if context.needs_input_grad[0] else None
        return _tensors(gru_backward(d_states.numpy(), x, wanted, *kept))


class _LSTM(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, h: Tensor, c: Tensor, *weights: Tensor) -> State:
        kept = _tensors(lstm_forward(*_arrays(x, h, c, *weights)))
        context.save_for_backward(x, *weights[:2], *kept)
        return kept[0][1:].transpose(0, 1), kept[1][-1].clone()

    @staticmethod
    @once_differentiable
    def backward(context: Any, d_states: Tensor, dc: Tensor) -> tuple[Tensor | None, ...]:
        x, W_xh, *kept = _arrays(*context.saved_tensors)
        wanted = W_xh if context.needs_input_grad[0] else None
        return _tensors(lstm_backward(d_states.numpy(), dc.numpy(), x, wanted, *kept))


def _arrays(*tensors: Tensor) -> list[np.ndarray]:
    """Show tensors as arrays of the same memory; NumPy would mix dtypes without a word."""
    if len({tensor.dtype for tensor in tensors}) > 1:
        kinds = ", ".join(str(tensor.dtype) for tensor in tensors)
        raise TypeError(f"inputs, states and weights are {kinds}; expected one dtype for all")
    return [tensor.detach().numpy() for tensor in tensors]


def _tensors(arrays: Iterable[np.ndarray | None]) -> tuple[Any, ...]:
    """Show arrays as tensors of the same memory."""
    return tuple(None if a is None else torch.from_numpy(a) for a in arrays)
