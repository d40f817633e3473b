"""Attention against torch's own, and what masks must and must not let through."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from rnncourse.models.attention import (
    AdditiveAttention,
    attention,
    causal_mask,
    masked_softmax,
)

SIZES = st.integers(1, 6)


def draw(*sizes: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*sizes, generator=generator, dtype=torch.float64)


@settings(deadline=None, max_examples=40)
@given(B=SIZES, T=SIZES, S=SIZES, D=SIZES, E=SIZES, seed=st.integers(0, 99))
def test_equals_torch_values_and_gradients(B, T, S, D, E, seed):
    q, k, v = (draw(B, *n, seed=seed + i) for i, n in enumerate([(T, D), (S, D), (S, E)]))
    mask = draw(B, T, S, seed=seed + 9) > 0
    mask[..., 0] = True
    results = []
    for form in (lambda *a: attention(*a)[0], F.scaled_dot_product_attention):
        inputs = [u.clone().requires_grad_() for u in (q, k, v)]
        y = form(*inputs, mask)
        results.append([y, *torch.autograd.grad(y.pow(2).sum(), inputs)])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)


def test_weights_are_a_distribution_and_masked_ones_zero():
    weights = masked_softmax(draw(3, 5) * 1e4, torch.tensor([1, 0, 1, 0, 1], dtype=torch.bool))
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, dtype=torch.float64))
    assert (weights[:, [1, 3]] == 0).all()


def test_a_query_that_sees_nothing_gets_zero_and_no_nan():
    q = draw(2, 3, 4).requires_grad_()
    mask = torch.ones(2, 3, 5, dtype=torch.bool)
    mask[1, 2] = False
    y, weights = attention(q, draw(2, 5, 4, seed=1), draw(2, 5, 2, seed=2), mask)
    assert (weights[1, 2] == 0).all() and (y[1, 2] == 0).all()
    (grad,) = torch.autograd.grad(y.sum(), q)
    assert torch.isfinite(grad).all() and (grad[1, 2] == 0).all()


def test_causal_mask_ends_with_the_last_query():
    assert causal_mask(3).tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert causal_mask(2, 4).tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert causal_mask(1, 3).all()


def test_bad_sizes_are_named():
    with pytest.raises(ValueError, match=r"q, k, v have shapes \(3, 4\), \(5, 6\), \(5, 2\)"):
        attention(draw(3, 4), draw(5, 6), draw(5, 2))
    layer = AdditiveAttention(3, 4, 5)
    with pytest.raises(ValueError, match="keys has shape"):
        layer(torch.zeros(2, 3), torch.zeros(2, 6, 5))
    with pytest.raises(ValueError, match="q has shape"):
        layer(torch.zeros(1, 3), torch.zeros(2, 6, 4))


def test_additive_attention_by_hand():
    layer = AdditiveAttention(3, 4, 5).double()
    q, keys = draw(2, 3), draw(2, 6, 4, seed=1)
    mask = torch.arange(6) < torch.tensor([[6], [2]])
    context, weights = layer(q, keys, mask)
    for b, length in enumerate([6, 2]):
        scores = torch.stack(
            [
                layer.w.weight[0] @ torch.tanh(layer.W_q.weight @ q[b] + layer.W_k.weight @ k)
                for k in keys[b, :length]
            ]
        )
        a = scores.exp() / scores.exp().sum()
        torch.testing.assert_close(weights[b, :length], a)
        torch.testing.assert_close(context[b], (a[:, None] * keys[b, :length]).sum(0))
    assert (weights[1, 2:] == 0).all()
