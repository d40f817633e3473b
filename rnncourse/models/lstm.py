"""Long short-term memory: a cell state that is added to, and gates that guard it.

    i_t, f_t, o_t = σ(W_xi x_t + W_hi h_{t-1} + b_i), and so for f and o
    g_t = tanh(W_xg x_t + W_hg h_{t-1} + b_g)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    h_t = o_t ⊙ tanh(c_t)

The weights of the four are stacked in ``torch.nn``'s order i, f, g, o: one
matrix (4H, D) for the input, one (4H, H) for the state, two biases (4H,).
"""

import math

import torch
from torch import Tensor, nn

from rnncourse.models.gates import Gated

State = tuple[Tensor, Tensor]


def lstm_step(z_t: Tensor, h: Tensor, c: Tensor, W_hh: Tensor) -> State:
    """Take one step: both states before, and what the input says, give both after.

    Parameters
    ----------
    z_t : torch.Tensor
        The input's share of the pre-activations, biases included, shape (B, 4H).
    h, c : torch.Tensor
        Hidden and cell states before, shape (B, H).
    W_hh : torch.Tensor
        Recurrent weights of all four, shape (4H, H).

    Returns
    -------
    h, c : torch.Tensor
        Both states after, shape (B, H).

    Notes
    -----
    Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000.
    """
    z_i, z_f, z_g, z_o = torch.addmm(z_t, h, W_hh.T).chunk(4, dim=1)  # (B, H) each
    c = z_f.sigmoid() * c + z_i.sigmoid() * z_g.tanh()
    return z_o.sigmoid() * c.tanh(), c


class LSTM(Gated):
    """One layer of LSTM cells, batch first (see :class:`Gated` for the parameters)."""

    gates = 4

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read sequences from the first step to the last.

        Parameters
        ----------
        x : torch.Tensor
            Inputs, shape (B, T, D).
        state : pair of torch.Tensor, optional
            Hidden and cell states before the first step, each (B, H); zeros if not given.

        Returns
        -------
        states : torch.Tensor
            The hidden state after each step, shape (B, T, H).
        state : pair of torch.Tensor
            Hidden and cell states after the last step, each (B, H).

        Raises
        ------
        ValueError
            If a shape is not the one given above, or there is no step to read.
        """
        h, c = self.check(x, *(state or (None, None)))
        z = nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0 + self.bias_hh_l0)
        states = []
        for z_t in z.unbind(1):  # (B, 4H)
            h, c = lstm_step(z_t, h, c, self.weight_hh_l0)
            states.append(h)
        return torch.stack(states, 1), (h, c)


def half_life(forget_bias: float) -> float:
    """Steps after which half of a cell is left, if its forget gate hears its bias alone.

    Parameters
    ----------
    forget_bias : float
        b, the pre-activation of the forget gate.

    Returns
    -------
    float
        The n with σ(b)ⁿ = ½: n = −1 / log₂ σ(b). Zero for b → −∞, infinite for b → ∞.
    """
    kept = min(forget_bias, 0.0) - math.log1p(math.exp(-abs(forget_bias)))  # log σ(b)
    return math.log(0.5) / kept if kept else math.inf


def set_forget_bias(layer: Gated | nn.RNNBase, value: float) -> None:
    """Let the forget gates of an LSTM, ours or PyTorch's, start with this bias.

    Of the two biases that are added, one becomes ``value`` and the other zero.

    Raises
    ------
    ValueError
        If the layer has no biases, or not those of four gates.
    """
    H = layer.hidden_size
    biases = {name: b for name, b in layer.named_parameters() if "bias" in name}
    if not biases:
        raise ValueError("the layer has no bias to set; expected bias=True")
    for name, bias in biases.items():
        if len(bias) != 4 * H:
            raise ValueError(f"{name} has {len(bias)} numbers; expected four gates of {H}")
        with torch.no_grad():
            bias[H : 2 * H] = value if "ih" in name else 0.0
