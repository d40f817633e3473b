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

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
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
    """

    def __init__(self, symbols: int, D: int, H: int, attend: str):
        super().__init__()
        self.attend = choice(attend, "attend", ("none", "additive", "dot"))
        self.embedding = nn.Embedding(symbols, D)
        self.additive = AdditiveAttention(H, H, H) if attend == "additive" else None
        self.cell = nn.GRUCell(D + H, H)
        self.head = nn.Linear(2 * H, symbols)

    def look(self, h: Tensor, memory: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Give the context (B, H) and the weights (B, S) for the state (B, H)."""
        states, last, mask = memory
        if self.attend == "none":
            return last.expand_as(h), torch.zeros_like(mask, dtype=h.dtype)
        if self.additive is not None:
            return self.additive(h, states, mask)
        context, weights = attention(h[:, None], states, states, mask[:, None])
        return context[:, 0], weights[:, 0]

    def forward(
        self, y: Tensor, h: Tensor, memory: tuple[Tensor, Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """From the last symbol (B,) give scores (B, K), the state (B, H), weights (B, S)."""
        context, weights = self.look(h, memory)
        h = self.cell(torch.cat([self.embedding(y), context], 1), h)
        return self.head(torch.cat([h, context], 1)), h, weights


class Seq2Seq(nn.Module):
    def __init__(self, source_symbols, target_symbols, D=32, H=64, attend="additive"):
        super().__init__()
        self.encoder = Encoder(source_symbols, D, H)
        self.decoder = Decoder(target_symbols, D, H, attend)

    def forward(self, x, x_lengths, y):
        memory = self.encoder(x, x_lengths)
        h, scores, weights = memory[1], [], []
        for y_t in y.unbind(1):
            s_t, h, w_t = self.decoder(y_t, h, memory)
            scores.append(s_t)
            weights.append(w_t)
        return torch.stack(scores, 1), torch.stack(weights, 1)


def translation_loss(model, batch):
    x, x_lengths, y, y_lengths = batch
    scores, _ = model(x, x_lengths, y[:, :-1])
    real = real_steps(y_lengths, scores.shape[1])
    return F.cross_entropy(scores[real], y[:, 1:][real])
