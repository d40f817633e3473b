"""The Transformer against torch's layers, and its symmetries."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnncourse.models.attention import causal_mask
from rnncourse.models.transformer import (
    GPT,
    POSITIONS,
    MultiHeadAttention,
    rotate,
    sinusoidal_positions,
)


def gpt(positions: str = "learnt", **kwargs) -> GPT:
    torch.manual_seed(0)
    model = GPT(7, 12, 2, 2, 20, positions, **kwargs).double().eval()
    for p in model.parameters():  # as after training: places and biases count
        nn.init.normal_(p, std=0.4)
    return model


def ids(B: int, T: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(7, (B, T), generator=torch.Generator().manual_seed(seed))


@settings(deadline=None, max_examples=25)
@given(
    B=st.integers(1, 3),
    T=st.integers(1, 9),
    heads=st.integers(1, 4),
    d=st.integers(1, 5),
    fused=st.booleans(),
)
def test_heads_equal_torch_values_and_gradients(B, T, heads, d, fused):
    torch.manual_seed(B * 100 + T)
    D = heads * d
    theirs = nn.MultiheadAttention(D, heads, batch_first=True).double()
    nn.init.normal_(theirs.in_proj_bias)
    ours = MultiHeadAttention(D, heads, fused=fused).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(B, T, D, dtype=torch.float64)
    y, (k, _) = ours(x)
    expected, _ = theirs(x, x, x, attn_mask=~causal_mask(T), need_weights=False)
    torch.testing.assert_close(y, expected, rtol=1e-9, atol=1e-10)
    assert k.shape == (B, heads, T, d)
    pairs = zip(ours.named_parameters(), theirs.named_parameters(), strict=True)
    y.pow(2).sum().backward()
    expected.pow(2).sum().backward()
    for (name, p), (same, q) in pairs:
        assert name == same
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("positions", POSITIONS)
@pytest.mark.parametrize("fused", [True, False])
def test_cache_equals_recomputation(positions, fused):
    model, text = gpt(positions, fused=fused), ids(2, 11)
    whole, _ = model(text)
    for cuts in ([1] * 11, [4, 7], [10, 1], [3, 1, 5, 2]):
        state, parts = None, []
        for piece in text.split(cuts, dim=1):
            logits, state = model(piece, state)
            parts.append(logits)
        torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("positions", POSITIONS)
def test_causal(positions):
    model, text = gpt(positions), ids(2, 9)
    before, _ = model(text)
    changed = text.clone()
    changed[:, 5] = (text[:, 5] + 1) % 7
    after, _ = model(changed)
    assert torch.equal(before[:, :5], after[:, :5])
    assert (before[:, 5:] - after[:, 5:]).abs().amax(-1).min() > 1e-6


def test_only_positions_tell_the_order_of_the_past():
    text = ids(1, 8)
    text[0, :3] = torch.tensor([0, 1, 2])
    swapped = text.clone()
    swapped[0, :3] = torch.tensor([1, 0, 2])

    def last(positions: str, t: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(0)
        model = GPT(7, 12, 2, 1, 20, positions).double().eval()
        for p in model.parameters():
            nn.init.normal_(p, std=0.4)
        return model(t)[0][0, -1]

    torch.testing.assert_close(last("none", text), last("none", swapped))
    for positions in POSITIONS[1:]:
        assert (last(positions, text) - last(positions, swapped)).abs().max() > 1e-4


def test_rotation_keeps_lengths_and_knows_distances_alone():
    torch.manual_seed(0)
    q, k = torch.randn(2, 1, 6, dtype=torch.float64)
    torch.testing.assert_close(rotate(q, 17).norm(), q.norm())
    torch.testing.assert_close(rotate(q, 0), q)
    near, far = (float(rotate(q, 3 + n) @ rotate(k, n).T) for n in (0, 500))
    assert near == pytest.approx(far, rel=1e-4)  # angles are float32
    assert near != pytest.approx(float(rotate(q, 4) @ rotate(k, 0).T), rel=1e-3)


def test_sinusoids_by_hand():
    p = sinusoidal_positions(3, 4, start=5)
    angle = torch.tensor([7.0, 7 / 100])
    torch.testing.assert_close(p[2, 0::2], angle.sin())
    torch.testing.assert_close(p[2, 1::2], angle.cos())


def test_loss_at_the_start_is_that_of_guessing():
    torch.manual_seed(0)
    model = GPT(50, 64, 4, 4, 32)
    text = torch.randint(50, (8, 32))
    logits, _ = model(text[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())
    assert loss.item() == pytest.approx(torch.tensor(50.0).log().item(), rel=0.02)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="D is 10; expected a multiple of the number of heads, 3"):
        MultiHeadAttention(10, 3)
    with pytest.raises(ValueError, match="positions is 'rope'"):
        GPT(7, 12, 2, 2, 20, "rope")
    with pytest.raises(ValueError, match="D is 5; expected an even number"):
        sinusoidal_positions(3, 5)
    model = gpt()
    _, state = model(ids(1, 15))
    with pytest.raises(ValueError, match="ids has 6 steps after 15 in the state; the context"):
        model(ids(1, 6), state)
