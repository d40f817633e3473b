"""Shortcuts through time: a plain network whose state has a more direct way on.

leaky units       h_t = (1 - a) h_{t-1} + a tanh(W_xh x_t + W_hh h_{t-1} + b_h)
skip connection   h_t = tanh(W_xh x_t + W_hh h_{t-1} + W_sh h_{t-s} + b_h)
"""

import torch
from torch import Tensor, nn

from rnncourse.checks import positive, shape
from rnncourse.models.rnn import RNN


class LeakyRNN(RNN):
    """Units that keep a share of their state and replace the rest.

    Parameters
    ----------
    input_size, hidden_size : int
        D and H; the parameters are those of ``RNN``.
    leak : float or torch.Tensor
        a, above 0 and at most 1: one for all units, or one for each, shape
        (H,). A unit's memory lasts about 1/a steps. 1 is the plain network.

    Raises
    ------
    ValueError
        If a size is not an integer of at least 1, or ``leak`` is out of range.

    Notes
    -----
    Jaeger et al., 2007, "Optimization and applications of echo state networks with
    leaky-integrator neurons"; here the leak weighs the nonlinearity as well.
    """

    leak: Tensor

    def __init__(self, input_size: int, hidden_size: int, leak: float | Tensor):
        super().__init__(input_size, hidden_size)
        leak = torch.as_tensor(leak, dtype=torch.get_default_dtype()).expand(hidden_size)
        if not bool(((leak > 0) & (leak <= 1)).all()):
            raise ValueError(f"leak is {leak.tolist()}; expected numbers above 0, at most 1")
        self.register_buffer("leak", leak.clone())

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read sequences from the first step to the last; arguments as for ``RNN``."""
        B, _, _ = shape(x, "x", "B T D", D=self.input_size)
        h = x.new_zeros(B, self.hidden_size) if h is None else h
        z = nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0 + self.bias_hh_l0)
        states = []
        for z_t in z.unbind(1):
            new = torch.tanh(torch.addmm(z_t, h, self.weight_hh_l0.T))  # (B, H)
            h = torch.lerp(h, new, self.leak)  # (1 - a) h + a new
            states.append(h)
        return torch.stack(states, 1), h


class SkipRNN(RNN):
    """A plain layer that also listens to its state of ``skip`` steps ago.

    Parameters
    ----------
    input_size, hidden_size : int
        D and H.
    skip : int
        s; before step s the state of s steps ago is zero.

    Raises
    ------
    ValueError
        If a size is not an integer of at least 1, or ``skip`` of at least 2.

    Notes
    -----
    Lin et al., 1996, "Learning long-term dependencies in NARX recurrent neural
    networks", for the idea: the path back over k steps has k/s factors. Always
    starts from the zero state.
    """

    def __init__(self, input_size: int, hidden_size: int, skip: int):
        super().__init__(input_size, hidden_size)
        self.skip = positive(skip, "skip", at_least=2)
        self.weight_sh_l0 = nn.Parameter(torch.empty(hidden_size, hidden_size))
        nn.init.uniform_(self.weight_sh_l0, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read sequences from the first step to the last, from the zero state."""
        B, _, _ = shape(x, "x", "B T D", D=self.input_size)
        if h is not None:
            raise ValueError("h is given; the skip needs the last states of all, so none can be")
        states = [x.new_zeros(B, self.hidden_size)] * self.skip
        z = nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0 + self.bias_hh_l0)
        both = torch.cat([self.weight_hh_l0, self.weight_sh_l0], 1).T  # (2H, H)
        for z_t in z.unbind(1):
            past = torch.cat([states[-1], states[-self.skip]], 1)  # (B, 2H)
            states.append(torch.tanh(torch.addmm(z_t, past, both)))
        return torch.stack(states[self.skip :], 1), states[-1]
