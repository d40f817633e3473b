"""Attention: a weighted mean of values, with weights that a query chooses.

    a_ts = softmax_s(score(q_t, k_s)),   y_t = Σ_s a_ts v_s

Everywhere in this book a mask is true where a query *may* look, as in
``torch.nn.functional.scaled_dot_product_attention``; ``torch.nn.MultiheadAttention``
means the opposite.
"""

import math

import torch
from torch import Tensor, nn

from rnncourse.checks import positive, shape


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Turn scores (..., S) into weights that are zero where the mask is false.

    Parameters
    ----------
    scores : torch.Tensor
        Shape (..., S).
    mask : torch.Tensor, optional
        Booleans that broadcast against ``scores``; true where a query may look.

    Returns
    -------
    torch.Tensor
        Weights, shape (..., S). They add up to one, or to zero where nothing may be seen.
    """
    if mask is None:
        return scores.softmax(-1)
    # Not -inf: a row of these would be 0/0, and its gradient NaN.
    return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) * mask


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Scaled dot-product attention in its plain form, which keeps every weight.

    Parameters
    ----------
    q : torch.Tensor
        Queries, shape (..., T, D).
    k, v : torch.Tensor
        Keys, shape (..., S, D), and values, shape (..., S, E).
    mask : torch.Tensor, optional
        Booleans that broadcast to (..., T, S); true where a query may look.

    Returns
    -------
    y, weights : torch.Tensor
        Means of the values, shape (..., T, E), and the weights, shape (..., T, S).

    Raises
    ------
    ValueError
        If the sizes of queries, keys and values do not fit.

    Notes
    -----
    Vaswani et al., 2017, eq. 1.
    """
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"q, k, v have shapes {tuple(q.shape)}, {tuple(k.shape)}, {tuple(v.shape)}; "
            "expected (..., T, D), (..., S, D), (..., S, E)"
        )
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # (..., T, S)
    weights = masked_softmax(scores, mask)
    return weights @ v, weights


def causal_mask(T: int, S: int | None = None) -> Tensor:
    """Let each of T queries see the keys up to its own place, of S that end with it.

    Parameters
    ----------
    T : int
        Number of queries, the last T of the S places.
    S : int, optional
        Number of keys; T if not given.

    Returns
    -------
    torch.Tensor
        Booleans, shape (T, S).
    """
    S = T if S is None else S
    return torch.ones(T, S, dtype=torch.bool).tril(S - T)


def multiple(value: int, name: str, heads: int) -> int:
    """Return ``value`` if it can be shared out among so many heads, both integers of at least 1.

    Raises
    ------
    ValueError
        If it cannot; the message shows both.
    """
    if positive(value, name) % positive(heads, "heads"):
        raise ValueError(f"{name} is {value}; expected a multiple of the number of heads, {heads}")
    return value


class AdditiveAttention(nn.Module):
    """One query against all keys: score(q, k) = w · tanh(W_q q + W_k k).

    Parameters
    ----------
    query_size, key_size, hidden_size : int
        Sizes of a query, of a key (which is its own value) and of the layer in between.

    Notes
    -----
    Bahdanau et al., 2015, appendix A.1.2.
    """

    def __init__(self, query_size: int, key_size: int, hidden_size: int):
        super().__init__()
        self.W_q = nn.Linear(query_size, hidden_size, bias=False)
        self.W_k = nn.Linear(key_size, hidden_size, bias=False)
        self.w = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, q: Tensor, keys: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Give the context (B, D) and the weights (B, S) for queries (B, Q), keys (B, S, D)."""
        B, _, _ = shape(keys, "keys", "B S D", D=self.W_k.in_features)
        shape(q, "q", "B Q", B=B, Q=self.W_q.in_features)
        scores = self.w(torch.tanh(self.W_q(q)[:, None] + self.W_k(keys)))  # (B, S, 1)
        weights = masked_softmax(scores.squeeze(-1), mask)
        return torch.einsum("bs,bsd->bd", weights, keys), weights
