"""What is put around recurrent layers: a second direction, and dropout with one mask."""

from typing import Any

import torch
from torch import Tensor, nn

from rnncourse.checks import shape


def reverse_within(x: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Turn each sequence round within its own length; padding stays at the end.

    Parameters
    ----------
    x : torch.Tensor
        Sequences, shape (B, T, D).
    lengths : torch.Tensor, optional
        Integer lengths, shape (B,), each from 1 to T; all T if not given.

    Returns
    -------
    torch.Tensor
        Shape (B, T, D). Doing it twice gives ``x`` again.

    Raises
    ------
    ValueError
        If a shape is not the one given above or a length is out of range.
    """
    B, T, _ = shape(x, "x", "B T D")
    if lengths is None:
        return x.flip(1)
    shape(lengths, "lengths", "B", B=B)
    if not bool(((lengths >= 1) & (lengths <= T)).all()):
        raise ValueError(
            f"lengths is {lengths.tolist()}; expected integers from 1 to {T}, the number of steps"
        )
    t = torch.arange(T).expand(B, T)
    back = lengths[:, None] - 1 - t
    return x[torch.arange(B)[:, None], torch.where(back >= 0, back, t)]


class Bidirectional(nn.Module):
    """Two layers, one from each end; their states stand side by side.

    Parameters
    ----------
    ahead, back : torch.nn.Module
        Batch-first layers that give (states, last state).

    Notes
    -----
    Schuster and Paliwal, 1997. With the weights of
    ``nn.LSTM(..., bidirectional=True)`` the states are that layer's; with
    lengths, those that it gives for a packed sequence, up to the padding.
    """

    def __init__(self, ahead: Any, back: Any):
        super().__init__()
        self.ahead, self.back = ahead, back
        self.input_size = ahead.input_size
        self.hidden_size = ahead.hidden_size + back.hidden_size

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Read (B, T, D), give states (B, T, 2H): a past half and a future half."""
        past, _ = self.ahead(x)
        future, _ = self.back(reverse_within(x, lengths))
        return torch.cat([past, reverse_within(future, lengths)], -1)


class VariationalDropout(nn.Module):
    """Dropout that draws one mask for each sequence and keeps it at every step.

    Parameters
    ----------
    p : float
        Share of units that are zero in training, from 0 to below 1.

    Raises
    ------
    ValueError
        If ``p`` is out of range.

    Notes
    -----
    Gal and Ghahramani, 2016.
    """

    def __init__(self, p: float = 0.5):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p is {p!r}; expected 0 <= p < 1")
        self.p = p

    def mask(self, like: Tensor) -> Tensor:
        """Draw zeros, and 1/(1-p) elsewhere, of the shape of ``like``; ones in evaluation."""
        if not self.training:
            return torch.ones_like(like)
        return torch.empty_like(like).bernoulli_(1 - self.p) / (1 - self.p)

    def forward(self, x: Tensor) -> Tensor:
        """Multiply (B, T, D) with one mask (B, 1, D)."""
        shape(x, "x", "B T D")
        return x * self.mask(x[:, :1]) if x.shape[1] else x
