"""What LSTM and GRU share: one matrix for all gates, parameters as in torch.nn."""

import torch
from torch import Tensor, nn

from rnncourse.checks import positive, shape


class Gated(nn.Module):
    """A layer whose gates' weights are stacked in one matrix each for input and state.

    Parameters' names, shapes, order and initial values (uniform within ±1/√H)
    are those of ``torch.nn``'s layer of the same name: state dictionaries load
    both ways, and equal seeds give equal weights.

    Parameters
    ----------
    input_size : int
        D, the number of inputs at each step.
    hidden_size : int
        H, the number of units.

    Raises
    ------
    ValueError
        If a size is not an integer of at least 1.
    """

    gates: int  # how many blocks of H rows the matrices have

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.input_size = D = positive(input_size, "input_size")
        self.hidden_size = H = positive(hidden_size, "hidden_size")
        self.weight_ih_l0 = nn.Parameter(torch.empty(self.gates * H, D))
        self.weight_hh_l0 = nn.Parameter(torch.empty(self.gates * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(self.gates * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(self.gates * H))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(H**-0.5), H**-0.5)

    def check(self, x: Tensor, *states: Tensor | None) -> list[Tensor]:
        """Check inputs (B, T, D) and states (B, H); those not given become zeros."""
        B, T, _ = shape(x, "x", "B T D", D=self.input_size)
        positive(T, "the number of time steps of x")
        H = self.hidden_size
        given = [x.new_zeros(B, H) if s is None else s for s in states]
        for name, state in zip("hc", given, strict=False):
            shape(state, name, "B H", B=B, H=H)
        return given
