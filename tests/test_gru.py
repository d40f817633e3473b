"""The GRU is torch.nn.GRU, its other form is another function, and both say what is wrong."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnncourse.models.gru import GRU, gru_step

sizes = st.tuples(*[st.integers(1, 5)] * 2, *[st.integers(1, 6)] * 2, st.integers(0, 2**31))


def pair(D, H, seed):
    """Return our layer and the library's, in double precision, with the same weights."""
    torch.manual_seed(seed)
    ours, theirs = GRU(D, H).double(), nn.GRU(D, H, batch_first=True).double()
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def by_the_paper(x, h, W_xh, W_hh, b_xh, b_hh):
    """Read with the reset gate before the product, one unit of one sequence after the other."""
    (B, T, _), H = x.shape, h.shape[1]
    states = np.empty((B, T, H))
    for b in range(B):
        state = h[b]
        for t in range(T):
            a = W_xh @ x[b, t] + b_xh
            r = sigmoid(a[:H] + W_hh[:H] @ state + b_hh[:H])
            z = sigmoid(a[H : 2 * H] + W_hh[H : 2 * H] @ state + b_hh[H : 2 * H])
            n = np.tanh(a[2 * H :] + W_hh[2 * H :] @ (r * state) + b_hh[2 * H :])
            state = z * state + (1 - z) * n
            states[b, t] = state
    return states


def gradients(layer, x, h, weights):
    """Return states, and the derivatives of a loss that hears each state and the last twice."""
    x, h = x.clone().requires_grad_(), h.clone().requires_grad_()
    last_axes = (None,) if isinstance(layer, nn.GRU) else ()
    states, last = layer(x, h[last_axes] if last_axes else h)
    loss = (weights * states).sum() + (weights[:, 0] * last.reshape(h.shape)).sum()
    return states.detach(), torch.autograd.grad(loss, [x, h, *layer.parameters()])


@settings(max_examples=40, deadline=None)
@given(sizes)
def test_outputs_and_all_gradients_are_the_librarys(size):
    B, T, D, H, seed = size
    ours, theirs = pair(D, H, seed)
    x, h, weights = (torch.randn(*s).double() for s in ((B, T, D), (B, H), (B, T, H)))
    states, found = gradients(ours, x, h, weights)
    expected_states, expected = gradients(theirs, x, h, weights)
    torch.testing.assert_close(states, expected_states, rtol=1e-12, atol=1e-12)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_a_long_sequence():
    ours, theirs = pair(3, 4, seed=0)
    x = torch.randn(1, 2000, 3).double()
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], rtol=1e-10, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(sizes)
def test_reset_before_is_the_papers_form(size):
    B, T, D, H, seed = size
    torch.manual_seed(seed)
    layer = GRU(D, H, reset_after=False).double()
    x, h = torch.randn(B, T, D).double(), torch.randn(B, H).double()
    states, last = layer(x, h)
    expected = by_the_paper(x.numpy(), h.numpy(), *(p.detach().numpy() for p in layer.parameters()))
    np.testing.assert_allclose(states.detach().numpy(), expected, rtol=1e-11, atol=1e-12)
    assert torch.equal(last, states[:, -1])


def test_reset_before_is_not_the_librarys():
    ours, theirs = pair(3, 8, seed=1)
    other = GRU(3, 8, reset_after=False).double()
    other.load_state_dict(ours.state_dict())
    x = torch.randn(4, 20, 3).double()
    assert (other(x)[0] - theirs(x)[0]).abs().max() > 1e-3


def test_gradients_of_reset_before():
    torch.manual_seed(0)
    layer = GRU(2, 3, reset_after=False).double()
    x = torch.randn(2, 4, 2).double().requires_grad_()
    h = torch.randn(2, 3).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda *a: layer(*a)[0], (x, h))


def test_an_open_reset_gate_cannot_tell_the_forms_apart():
    """With r = 1 they are the same function: the order of the two products matters to r < 1."""
    torch.manual_seed(0)
    after, before = GRU(2, 5).double(), GRU(2, 5, reset_after=False).double()
    with torch.no_grad():
        for name, parameter in after.named_parameters():
            parameter[:5] = 1000.0 if name == "bias_ih_l0" else 0.0
    before.load_state_dict(after.state_dict())
    x = torch.randn(3, 6, 2).double()
    torch.testing.assert_close(after(x)[0], before(x)[0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("reset_after", [True, False])
def test_update_gate_keeps(reset_after):
    """An update gate at one keeps the state: z is PyTorch's and the paper's, not its complement."""
    h = torch.randn(2, 4).double()
    z_t = torch.zeros(2, 12).double()
    z_t[:, 4:8] = 1000.0
    W_hh, b_hh = torch.randn(12, 4).double(), torch.zeros(12).double()
    assert torch.equal(gru_step(z_t, h, W_hh, b_hh, reset_after), h)


@pytest.mark.parametrize("reset_after", [True, False])
def test_a_state_between_minus_one_and_one_stays_there(reset_after):
    torch.manual_seed(0)
    layer = GRU(3, 6, reset_after=reset_after)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter *= 30
    states, _ = layer(100 * torch.randn(5, 50, 3))
    assert states.abs().max() <= 1


def test_state_dicts_both_ways_and_equal_seeds():
    torch.manual_seed(7)
    ours = GRU(3, 4)
    torch.manual_seed(7)
    theirs = nn.GRU(3, 4, batch_first=True)
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)
    other = GRU(3, 4)
    other.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(other.state_dict())


def test_a_stream_is_its_chunks():
    layer = GRU(3, 4).double()
    x = torch.randn(2, 9, 3).double()
    whole, last = layer(x)
    first, h = layer(x[:, :4])
    rest, h = layer(x[:, 4:], h)
    torch.testing.assert_close(torch.cat([first, rest], 1), whole)
    torch.testing.assert_close(h, last)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((2, 5), None), "x has shape (2, 5), 2 axes; expected 3: (B, T, D=3)"),
        (((2, 5, 4), None), "x has shape (2, 5, 4); expected (B, T, D=3), but D is 4"),
        (((2, 0, 3), None), "the number of time steps of x is 0; expected an integer of at least"),
        (((2, 5, 3), (1, 2, 4)), "h has shape (1, 2, 4), 3 axes; expected 2: (B=2, H=4)"),
        (((2, 5, 3), (3, 4)), "h has shape (3, 4); expected (B=2, H=4), but B is 3"),
    ],
)
def test_bad_input(shapes, message):
    x, h = (None if s is None else torch.zeros(s) for s in shapes)
    with pytest.raises(ValueError, match=re.escape(message)):
        GRU(3, 4)(x, h)


@pytest.mark.parametrize("sizes", [(0, 4), (3, 0), (3, 2.5), (True, 4)])
def test_bad_sizes(sizes):
    with pytest.raises(ValueError, match="expected an integer of at least 1"):
        GRU(*sizes)
