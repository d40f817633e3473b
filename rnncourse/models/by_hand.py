"""LSTM and GRU with their backward pass written out instead of recorded.

The forward pass keeps what the backward pass will need in a few large arrays,
time first. Going back, each step takes one product with the recurrent weights;
the weights' own gradients, sums over all steps, are one product at the end.
"""

from typing import Any

import torch
from torch import Tensor

from rnncourse.models.gru import GRU
from rnncourse.models.lstm import LSTM, State


class LSTMByHand(LSTM):
    """The same layer as :class:`LSTM`, faster in training."""

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read sequences, as :meth:`LSTM.forward` does."""
        h, c = self.check(x, *(state or (None, None)))
        b = self.bias_ih_l0 + self.bias_hh_l0
        states, c = _LSTM.apply(x, h, c, self.weight_ih_l0, self.weight_hh_l0, b)
        return states, (states[:, -1], c)


class _LSTM(torch.autograd.Function):
    @staticmethod
    def forward(
        context: Any, x: Tensor, h: Tensor, c: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor
    ) -> State:
        (B, T, D), H = x.shape, h.shape[1]
        x = x.transpose(0, 1).reshape(T * B, D)
        gates = torch.addmm(b, x, W_xh.T).view(T, B, 4 * H)  # first pre-activations
        hs, cs = x.new_empty(T + 1, B, H), x.new_empty(T + 1, B, H)
        hs[0], cs[0], tanh_c, W = h, c, x.new_empty(T, B, H), W_hh.T.contiguous()
        for t, (gate, (i, f, g, o)) in enumerate(zip(gates, _blocks(gates, 4), strict=True)):
            gate.addmm_(hs[t], W)
            gate[:, : 2 * H].sigmoid_()  # i and f in one go
            g.tanh_()
            o.sigmoid_()
            torch.mul(f, cs[t], out=cs[t + 1]).addcmul_(i, g)
            torch.tanh(cs[t + 1], out=tanh_c[t])
            torch.mul(o, tanh_c[t], out=hs[t + 1])
        context.save_for_backward(x, gates, hs, cs, tanh_c, W_xh, W_hh)
        return hs[1:].transpose(0, 1), cs[-1].clone()

    @staticmethod
    def backward(context: Any, d_states: Tensor, d_c: Tensor) -> tuple[Tensor, ...]:
        x, gates, hs, cs, tanh_c, W_xh, W_hh = context.saved_tensors
        T, B, H = tanh_c.shape
        d_gates = torch.empty_like(gates)
        dh, dc = torch.zeros_like(d_c), d_c.clone()
        views = zip(range(T), gates, _blocks(gates, 4), d_gates, _blocks(d_gates, 4), strict=True)
        for t, gate, (i, f, g, o), d_gate, (d_i, d_f, d_g, d_o) in reversed([*views]):
            dh += d_states[:, t]
            torch.mul(dh, tanh_c[t], out=d_o)
            dc += _through_tanh(dh * o, tanh_c[t])
            torch.mul(dc, g, out=d_i)
            torch.mul(dc, cs[t], out=d_f)
            d_tanh = dc * i
            dc *= f
            _through_sigmoid(d_gate, gate, out=d_gate)  # of g too: that block comes next
            _through_tanh(d_tanh, g, out=d_g)
            torch.mm(d_gate, W_hh, out=dh)
        d_z = d_gates.view(T * B, 4 * H)
        d_x = (d_z @ W_xh).view(T, B, -1).transpose(0, 1)
        return d_x, dh, dc, d_z.T @ x, d_z.T @ hs[:-1].view(T * B, H), d_z.sum(0)


class GRUByHand(GRU):
    """The same layer as :class:`GRU` (``reset_after=True``), faster in training."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read sequences, as :meth:`GRU.forward` does."""
        (h,) = self.check(x, h)
        states = _GRU.apply(x, h, *self.parameters())
        return states, states[:, -1]


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(
        context: Any, x: Tensor, h: Tensor, W_xh: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor
    ) -> Tensor:
        (B, T, D), H = x.shape, h.shape[1]
        x = x.transpose(0, 1).reshape(T * B, D)
        gates = torch.addmm(b_ih, x, W_xh.T).view(T, B, 3 * H)
        hs, product = x.new_empty(T + 1, B, H), x.new_empty(T, B, 3 * H)
        hs[0], W = h, W_hh.T.contiguous()
        recurrent = _blocks(product, 3)
        for t, (gate, (r, z, n)) in enumerate(zip(gates, _blocks(gates, 3), strict=True)):
            torch.addmm(b_hh, hs[t], W, out=product[t])
            gate[:, : 2 * H].add_(product[t, :, : 2 * H]).sigmoid_()  # r and z
            n.addcmul_(r, recurrent[t][2]).tanh_()
            torch.lerp(n, hs[t], z, out=hs[t + 1])
        context.save_for_backward(x, gates, product, hs, W_xh, W_hh)
        return hs[1:].transpose(0, 1)

    @staticmethod
    def backward(context: Any, d_states: Tensor) -> tuple[Tensor, ...]:
        x, gates, product, hs, W_xh, W_hh = context.saved_tensors
        T, B, H = len(gates), gates.shape[1], hs.shape[2]
        d_gates, d_product = torch.empty_like(gates), torch.empty_like(gates)
        dh = torch.zeros_like(hs[0])
        views = zip(
            range(T), gates, _blocks(gates, 3), d_gates, _blocks(d_gates, 3), d_product,
            strict=True,
        )  # fmt: skip
        for t, gate, (r, z, n), d_gate, (d_r, d_z, d_n), d_prod in reversed([*views]):
            dh += d_states[:, t]
            torch.mul(dh, hs[t] - n, out=d_z)
            d_tanh = torch.addcmul(dh, dh, z, value=-1)  # h = (1 - z) n + z h
            _through_tanh(d_tanh, n, out=d_n)
            torch.mul(d_n, product[t, :, 2 * H :], out=d_r)
            _through_sigmoid(d_gate[:, : 2 * H], gate[:, : 2 * H], out=d_gate[:, : 2 * H])
            d_prod[:, : 2 * H] = d_gate[:, : 2 * H]
            torch.mul(d_n, r, out=d_prod[:, 2 * H :])
            dh = torch.addmm(dh.mul_(z), d_prod, W_hh)
        d_z, d_prod = d_gates.view(T * B, 3 * H), d_product.view(T * B, 3 * H)
        d_x = (d_z @ W_xh).view(T, B, -1).transpose(0, 1)
        d_W_hh = d_prod.T @ hs[:-1].view(T * B, H)
        return d_x, dh, d_z.T @ x, d_W_hh, d_z.sum(0), d_prod.sum(0)


def _blocks(gates: Tensor, number: int) -> list[tuple[Tensor, ...]]:
    """Return each step's gates, (B, H) each, as views of the array (T, B, number · H)."""
    return list(zip(*(block.unbind(0) for block in gates.chunk(number, dim=2)), strict=True))


def _through_sigmoid(d_y: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """Multiply by the sigmoid's slope y (1 - y), given its value y."""
    return torch.ops.aten.sigmoid_backward(d_y, y, grad_input=out)


def _through_tanh(d_y: Tensor, y: Tensor, out: Tensor | None = None) -> Tensor:
    """Multiply by the slope of tanh, 1 - y², given its value y."""
    if out is None:
        return torch.ops.aten.tanh_backward(d_y, y)
    return torch.ops.aten.tanh_backward(d_y, y, grad_input=out)
