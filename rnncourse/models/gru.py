"""Gated recurrent unit: two gates, and the state itself is what is kept.

    r_t = σ(W_xr x_t + b_xr + W_hr h_{t-1} + b_hr), and so z_t
    n_t = tanh(W_xn x_t + b_xn + r_t ⊙ (W_hn h_{t-1} + b_hn))
    h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}

Weights are stacked in ``torch.nn``'s order r, z, n. The reset gate here acts
after the recurrent product, as in ``torch.nn.GRU``; in the paper it acts
before, on the state, which is the option ``reset_after=False``.
"""

import torch
from torch import Tensor, nn

from rnncourse.models.gates import Gated


def gru_step(
    z_t: Tensor, h: Tensor, W_hh: Tensor, b_hh: Tensor, reset_after: bool = True
) -> Tensor:
    """Take one step: the state before, and what the input says, give the state after.

    Parameters
    ----------
    z_t : torch.Tensor
        The input's share of the pre-activations, its bias included, shape (B, 3H).
    h : torch.Tensor
        States before, shape (B, H).
    W_hh, b_hh : torch.Tensor
        Recurrent weights and bias of all three, shapes (3H, H) and (3H,).
    reset_after : bool
        Whether the reset gate acts on the recurrent product (``torch.nn.GRU``)
        or on the state that enters it (the paper).

    Returns
    -------
    torch.Tensor
        States after, shape (B, H).

    Notes
    -----
    Cho et al., 2014. Here as there z keeps; with Chung et al., 2014, 1 - z does.
    """
    H = h.shape[1]
    x_r, x_z, x_n = z_t.chunk(3, dim=1)
    if reset_after:
        h_r, h_z, h_n = torch.addmm(b_hh, h, W_hh.T).chunk(3, dim=1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
    else:
        h_r, h_z = torch.addmm(b_hh[: 2 * H], h, W_hh[: 2 * H].T).chunk(2, dim=1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + torch.addmm(b_hh[2 * H :], r * h, W_hh[2 * H :].T))
    return torch.lerp(n, h, z)  # n + z (h - n)


class GRU(Gated):
    """One layer of gated recurrent units, batch first (parameters as in :class:`Gated`).

    Parameters
    ----------
    input_size, hidden_size : int
        D and H.
    reset_after : bool
        True: the form of ``torch.nn.GRU``. False: that of Cho et al., 2014,
        with two products in a row at each step.
    """

    gates = 3

    def __init__(self, input_size: int, hidden_size: int, *, reset_after: bool = True):
        super().__init__(input_size, hidden_size)
        self.reset_after = reset_after

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read sequences from the first step to the last.

        Parameters
        ----------
        x : torch.Tensor
            Inputs, shape (B, T, D).
        h : torch.Tensor, optional
            States before the first step, shape (B, H); zeros if not given.

        Returns
        -------
        states : torch.Tensor
            The state after each step, shape (B, T, H).
        h : torch.Tensor
            The state after the last step, shape (B, H).

        Raises
        ------
        ValueError
            If a shape is not the one given above, or there is no step to read.
        """
        (h,) = self.check(x, h)
        z = nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)  # (B, T, 3H)
        states = []
        for z_t in z.unbind(1):
            h = gru_step(z_t, h, self.weight_hh_l0, self.bias_hh_l0, self.reset_after)
            states.append(h)
        return torch.stack(states, 1), h
