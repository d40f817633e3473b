"""Encoder and decoder: one network reads a sequence, another one writes one.

    e_s = GRU(x_s, e_{s-1})                     the source, read once
    c_t = Σ_s a_ts e_s                          the context; e_S without attention
    h_t = GRU([y_{t-1}, c_t], h_{t-1})          the target, written symbol by symbol
    p(y_t | y_{<t}, x) = softmax(W [h_t, c_t] + b)

The weights a_ts are those of the query h_{t-1} among the keys e_s.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnncourse.checks import choice, shape
from rnncourse.models.attention import AdditiveAttention, attention
from rnncourse.models.rnn import last_state

Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
Memory = tuple[Tensor, Tensor, Tensor]  # states (B, S, H), the last (B, H), mask (B, S)


def real_steps(lengths: Tensor, T: int) -> Tensor:
    """Say which places of a padded batch are real: booleans (B, T) for lengths (B,)."""
    return torch.arange(T, device=lengths.device) < lengths[:, None]


class Encoder(nn.Module):
    """Read a source once.

    Parameters
    ----------
    symbols : int
        Size of the source's vocabulary.
    D, H : int
        Numbers for a symbol, and units of the GRU.
    """

    def __init__(self, symbols: int, D: int, H: int):
        super().__init__()
        self.embedding = nn.Embedding(symbols, D)
        self.layer = nn.GRU(D, H, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Memory:
        """Give the states (B, S, H), the last real ones (B, H) and the mask (B, S)."""
        B, S = shape(x, "x", "B S")
        shape(lengths, "lengths", "B", B=B)
        states, _ = self.layer(self.embedding(x))
        return states, last_state(states, lengths), real_steps(lengths, S)


class Decoder(nn.Module):
    """Write a target, symbol by symbol.

    Parameters
    ----------
    symbols : int
        Size of the target's vocabulary.
    D, H : int
        Numbers for a symbol, and units of the GRU and of the encoder's.
    attend : str
        "none", "additive" or "dot".

    Raises
    ------
    ValueError
        If ``attend`` is none of these.
    """

    def __init__(self, symbols: int, D: int, H: int, attend: str):
        super().__init__()
        self.attend = choice(attend, "attend", ("none", "additive", "dot"))
        self.embedding = nn.Embedding(symbols, D)
        self.additive = AdditiveAttention(H, H, H) if attend == "additive" else None
        self.cell = nn.GRUCell(D + H, H)
        self.head = nn.Linear(2 * H, symbols)

    def look(self, h: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Give the context (B, H) and the weights (B, S) for the state (B, H)."""
        states, last, mask = memory
        if self.attend == "none":
            return last.expand_as(h), torch.zeros_like(mask, dtype=h.dtype)
        if self.additive is not None:
            return self.additive(h, states, mask)
        context, weights = attention(h[:, None], states, states, mask[:, None])
        return context[:, 0], weights[:, 0]

    def forward(self, y: Tensor, h: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """From the last symbol (B,) give scores (B, K), the state (B, H), weights (B, S)."""
        context, weights = self.look(h, memory)
        h = self.cell(torch.cat([self.embedding(y), context], 1), h)
        return self.head(torch.cat([h, context], 1)), h, weights


class Seq2Seq(nn.Module):
    """Encoder and decoder; the decoder's first state is the encoder's last.

    Parameters
    ----------
    source_symbols, target_symbols : int
        Sizes of the two vocabularies.
    D, H : int
        Numbers for a symbol, and units of each GRU.
    attend : str
        "none": the decoder is given the encoder's last state at every step.
        "additive" or "dot": a mean of all its states, chosen anew at every step.

    Raises
    ------
    ValueError
        If ``attend`` is none of these.

    Notes
    -----
    Without attention: Cho et al., 2014 (arXiv 1406.1078), but for its maxout layer.
    With: Bahdanau et al., 2015, appendix A, in the same way, and with one direction.
    """

    def __init__(
        self,
        source_symbols: int,
        target_symbols: int,
        D: int = 16,
        H: int = 48,
        attend: str = "additive",
    ):
        super().__init__()
        self.encoder = Encoder(source_symbols, D, H)
        self.decoder = Decoder(target_symbols, D, H, attend)

    def forward(self, x: Tensor, x_lengths: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Score each symbol of a target given those before it: teacher forcing.

        Parameters
        ----------
        x, x_lengths : torch.Tensor
            Sources, shape (B, S), and their lengths, shape (B,).
        y : torch.Tensor
            The symbols before each that is to be scored, beginning with START, shape (B, T).

        Returns
        -------
        scores : torch.Tensor
            Shape (B, T, K).
        weights : torch.Tensor
            What each step looked at, shape (B, T, S); zeros without attention.
        """
        shape(y, "y", "B T", B=len(x))
        memory = self.encoder(x, x_lengths)
        h, scores, weights = memory[1], [], []
        for y_t in y.unbind(1):
            scores_t, h, weights_t = self.decoder(y_t, h, memory)
            scores.append(scores_t)
            weights.append(weights_t)
        return torch.stack(scores, 1), torch.stack(weights, 1)


def translation_loss(model: nn.Module, batch: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
    """Mean loss of the targets' symbols, END included, in nats; padding does not count.

    Parameters
    ----------
    model : torch.nn.Module
        Called as a :class:`Seq2Seq` is.
    batch : tuple
        As :func:`rnncourse.data.translation.batches` yields it.
    """
    x, x_lengths, y, y_lengths = batch
    scores, _ = model(x, x_lengths, y[:, :-1])
    real = real_steps(y_lengths, scores.shape[1])  # (B, T)
    return F.cross_entropy(scores[real], y[:, 1:][real])


def writer(model: Seq2Seq, x: Tensor, x_lengths: Tensor) -> tuple[Step, Tensor]:
    """Read sources, and return what :mod:`rnncourse.decoding` needs to translate them.

    Parameters
    ----------
    model : Seq2Seq
    x, x_lengths : torch.Tensor
        Sources, shape (B, S), and their lengths, shape (B,).

    Returns
    -------
    step : callable
        From last symbols (N,) and states (N, H) to log-probabilities (N, K) and states;
        N is B, or anything if B is 1.
    state : torch.Tensor
        The first states, shape (B, H).
    """
    with torch.no_grad():
        memory = model.encoder(x, x_lengths)

    def step(y: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        seen = tuple(part.expand(len(y), *part.shape[1:]) for part in memory)
        scores, h, _ = model.decoder(y, h, seen)
        return scores.log_softmax(1), h

    return step, memory[1]
