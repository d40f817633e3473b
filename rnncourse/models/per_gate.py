"""LSTM and GRU with a product for each gate, as the equations are written.

To read beside the equations, and to be timed against: the same functions of
the same parameters as :mod:`rnncourse.models.lstm` and
:mod:`rnncourse.models.gru`, with six and eight products a step instead of one.
"""

import torch
from torch import Tensor

from rnncourse.models.gru import GRU
from rnncourse.models.lstm import LSTM, State


class GRUPerGate(GRU):
    """The GRU (``reset_after=True``), each gate's equation on a line of its own."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read sequences, as :meth:`GRU.forward` does."""
        (h,) = self.check(x, h)
        W_xr, W_xz, W_xn = self.weight_ih_l0.chunk(3)
        W_hr, W_hz, W_hn = self.weight_hh_l0.chunk(3)
        b_xr, b_xz, b_xn = self.bias_ih_l0.chunk(3)
        b_hr, b_hz, b_hn = self.bias_hh_l0.chunk(3)
        states = []
        for x_t in x.unbind(1):  # (B, D)
            r = torch.sigmoid(x_t @ W_xr.T + b_xr + h @ W_hr.T + b_hr)
            z = torch.sigmoid(x_t @ W_xz.T + b_xz + h @ W_hz.T + b_hz)
            n = torch.tanh(x_t @ W_xn.T + b_xn + r * (h @ W_hn.T + b_hn))
            h = (1 - z) * n + z * h
            states.append(h)
        return torch.stack(states, 1), h


class LSTMPerGate(LSTM):
    """The LSTM, each gate's equation on a line of its own."""

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read sequences, as :meth:`LSTM.forward` does."""
        h, c = self.check(x, *(state or (None, None)))
        W_xi, W_xf, W_xg, W_xo = self.weight_ih_l0.chunk(4)
        W_hi, W_hf, W_hg, W_ho = self.weight_hh_l0.chunk(4)
        b_i, b_f, b_g, b_o = (self.bias_ih_l0 + self.bias_hh_l0).chunk(4)
        states = []
        for x_t in x.unbind(1):  # (B, D)
            i = torch.sigmoid(x_t @ W_xi.T + h @ W_hi.T + b_i)
            f = torch.sigmoid(x_t @ W_xf.T + h @ W_hf.T + b_f)
            g = torch.tanh(x_t @ W_xg.T + h @ W_hg.T + b_g)
            o = torch.sigmoid(x_t @ W_xo.T + h @ W_ho.T + b_o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            states.append(h)
        return torch.stack(states, 1), (h, c)
