"""The Transformer that writes: causal self-attention, step by step the same for all.

    x ← x + MultiHead(norm(x))
    x ← x + W_2 gelu(W_1 norm(x))

Pre-norm blocks, as in GPT-2; attention's parameters are named and ordered as in
``torch.nn.MultiheadAttention``. A model takes and gives a state, its cache of
keys and values, where a recurrent layer takes and gives its hidden state.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnncourse.checks import choice, positive, shape
from rnncourse.models.attention import attention, causal_mask, multiple

Cache = tuple[Tensor, Tensor]  # keys and values so far, each (B, heads, S, D / heads)


def sinusoidal_positions(T: int, D: int, start: int = 0) -> Tensor:
    """Sines and cosines of the place, of wavelengths from 2π to 10,000 · 2π.

    Parameters
    ----------
    T, D : int
        Number of places, and size of the vector for each (even).
    start : int
        The first place.

    Returns
    -------
    torch.Tensor
        Shape (T, D): sines at even places of the last axis, cosines at odd ones.

    Raises
    ------
    ValueError
        If D is odd.

    Notes
    -----
    Vaswani et al., 2017, section 3.5.
    """
    angles = place_angles(T, D, start)  # (T, D / 2)
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(-2)


def rotate(x: Tensor, start: int = 0) -> Tensor:
    """Turn each pair of features by an angle in proportion to the place.

    Parameters
    ----------
    x : torch.Tensor
        Queries or keys, shape (..., T, D) with D even.
    start : int
        The place of the first.

    Returns
    -------
    torch.Tensor
        Shape (..., T, D). The dot product of two depends on the distance of their places alone.

    Notes
    -----
    Su et al., 2021 (RoFormer), eq. 34.
    """
    T, D = x.shape[-2:]
    angles = place_angles(T, D, start).to(x.dtype)  # (T, D / 2)
    cos, sin = angles.cos(), angles.sin()
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)


def place_angles(T: int, D: int, start: int = 0) -> Tensor:
    """Give the angle of each of T places for each of D / 2 pairs, place times rate.

    Raises
    ------
    ValueError
        If D is odd.
    """
    if D % 2:
        raise ValueError(f"D is {D}; expected an even number, since features are taken in pairs")
    rates = 10_000 ** (-torch.arange(0, D, 2) / D)  # (D / 2,)
    return torch.arange(start, start + T)[:, None] * rates


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Give each head its share of the features: (B, T, D) to (B, heads, T, D / heads)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def causal_attention(q: Tensor, k: Tensor, v: Tensor, fused: bool = True) -> Tensor:
    """Let the last T of S places look at themselves and at all before them.

    Parameters
    ----------
    q : torch.Tensor
        Queries, shape (..., T, D).
    k, v : torch.Tensor
        Keys and values of S places, the last of which is that of the last query.
    fused : bool
        Whether PyTorch's own kernel is used, which does not keep the weights.

    Returns
    -------
    torch.Tensor
        Shape (..., T, D).
    """
    T, S = q.shape[-2], k.shape[-2]
    if not fused:
        return attention(q, k, v, causal_mask(T, S))[0]
    if T == S:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    # By itself PyTorch's kernel would count queries from the first key, not to the last.
    return F.scaled_dot_product_attention(q, k, v, attn_mask=causal_mask(T, S))


class MultiHeadAttention(nn.Module):
    """Causal self-attention by several heads, each with a share of the features.

    Parameters
    ----------
    D, heads : int
        Number of features, and of heads, which divides it.
    rotary : bool
        Whether queries and keys are turned by their places.
    fused : bool
        Whether PyTorch's own kernel is used, which does not keep the weights.

    Raises
    ------
    ValueError
        If ``heads`` does not divide ``D``.

    Notes
    -----
    Vaswani et al., 2017, section 3.2.2.
    """

    def __init__(self, D: int, heads: int, rotary: bool = False, fused: bool = True):
        super().__init__()
        self.heads, self.rotary, self.fused = heads, rotary, fused
        self.in_proj_weight = nn.Parameter(torch.empty(3 * multiple(D, "D", heads), D))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * D))
        self.out_proj = nn.Linear(D, D)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Read (B, T, D) after what the cache holds; give (B, T, D) and the longer cache."""
        shape(x, "x", "B T D", D=self.out_proj.in_features)
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)  # (B, T, 3D)
        q, k, v = (split_heads(u, self.heads) for u in qkv.chunk(3, -1))
        past = cache[0].shape[-2] if cache else 0
        if self.rotary:
            q, k = rotate(q, past), rotate(k, past)
        if cache:
            k, v = torch.cat([cache[0], k], -2), torch.cat([cache[1], v], -2)
        y = causal_attention(q, k, v, self.fused)  # (B, heads, T, D / heads)
        return self.out_proj(y.transpose(1, 2).flatten(-2)), (k, v)


class Block(nn.Module):
    """Attention, then two layers at each place by itself; both add to what they read."""

    def __init__(self, D: int, heads: int, rotary: bool = False, fused: bool = True):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.attention = MultiHeadAttention(D, heads, rotary, fused)
        self.mlp = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))

    def forward(self, x: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Read (B, T, D) after what the cache holds; give (B, T, D) and the longer cache."""
        y, cache = self.attention(self.norm_1(x), cache)
        x = x + y
        return x + self.mlp(self.norm_2(x)), cache


POSITIONS = ("none", "learnt", "sinusoidal", "rotary")


def add_places(x: Tensor, past: int, positions: str, learnt: Tensor | None = None) -> Tensor:
    """Add to each of T vectors (B, T, D) one that stands for its place, past + 0, past + 1, …."""
    T, D = x.shape[-2:]
    if positions == "learnt":
        return x + learnt[past : past + T]  # type: ignore[index]  # given with this kind
    if positions == "sinusoidal":
        return x + sinusoidal_positions(T, D, past)
    return x  # there are none, or queries and keys are turned instead


def first_weights(model: "GPT") -> None:
    """Draw them small, smaller still where blocks add to the residual stream (GPT-2)."""
    nn.init.normal_(model.embedding.weight, std=0.02)
    for name, p in model.blocks.named_parameters():
        if p.dim() == 2:
            adds = name.endswith(("out_proj.weight", "mlp.2.weight"))
            nn.init.normal_(p, std=0.02 / math.sqrt(2 * len(model.blocks)) if adds else 0.02)


def places_read(ids: Tensor, state: list[Cache] | None, context: int) -> int:
    """Count the places that the state holds.

    Raises
    ------
    ValueError
        If there is no room for ``ids`` (B, T) after them.
    """
    _, T = shape(ids, "ids", "B T")
    past = state[0][0].shape[-2] if state else 0
    if past + T > context:
        raise ValueError(f"ids has {T} steps after {past} in the state; the context is {context}")
    return past


class GPT(nn.Module):
    """A Transformer that predicts the next symbol at every place.

    Parameters
    ----------
    symbols, D, heads, layers : int
        Size of the vocabulary, of the vectors, number of heads and of blocks.
    context : int
        The longest sequence that it reads, cache included.
    positions : str
        How it knows places: "none", "learnt", "sinusoidal" or "rotary".
    fused : bool
        Whether attention uses PyTorch's own kernel.

    Raises
    ------
    ValueError
        If a size is not positive, or ``positions`` is none of the above.

    Notes
    -----
    Radford et al., 2019 (GPT-2), without dropout; the last layer has the embedding's
    weights, and those that add to the residual stream start smaller.
    """

    def __init__(
        self,
        symbols: int,
        D: int,
        heads: int,
        layers: int,
        context: int,
        positions: str = "learnt",
        fused: bool = True,
    ):
        super().__init__()
        self.context = positive(context, "context")
        self.positions = choice(positions, "positions", POSITIONS)
        self.embedding = nn.Embedding(positive(symbols, "symbols"), D)
        learnt, rotary = positions == "learnt", positions == "rotary"
        self.places = nn.Parameter(torch.zeros(context, D)) if learnt else None
        self.blocks = nn.ModuleList(
            Block(D, heads, rotary, fused) for _ in range(positive(layers, "layers"))
        )
        self.norm = nn.LayerNorm(D)
        first_weights(self)

    def forward(self, ids: Tensor, state: list[Cache] | None = None) -> tuple[Tensor, list[Cache]]:
        """Read symbols, after those already read if a state is given.

        Parameters
        ----------
        ids : torch.Tensor
            Numbers of symbols, shape (B, T).
        state : list of pairs of torch.Tensor, optional
            What an earlier call returned: keys and values of each block.

        Returns
        -------
        logits : torch.Tensor
            Of the symbol after each place, shape (B, T, symbols).
        state : list of pairs of torch.Tensor
            Keys and values of everything read so far.

        Raises
        ------
        ValueError
            If more than ``context`` symbols would have been read.
        """
        past = places_read(ids, state, self.context)
        x = add_places(self.embedding(ids), past, self.positions, self.places)  # (B, T, D)
        caches = []
        for i, block in enumerate(self.blocks):
            x, cache = block(x, state[i] if state else None)
            caches.append(cache)
        return self.norm(x) @ self.embedding.weight.T, caches
