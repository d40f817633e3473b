"""The LSTM is torch.nn.LSTM, step by step and layer upon layer, and says what is wrong."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnncourse.models.lstm import LSTM, half_life, lstm_step, set_forget_bias

sizes = st.tuples(*[st.integers(1, 5)] * 2, *[st.integers(1, 6)] * 2, st.integers(0, 2**31))


def pair(D, H, seed):
    """Return our layer and the library's, in double precision, with the same weights."""
    torch.manual_seed(seed)
    ours, theirs = LSTM(D, H).double(), nn.LSTM(D, H, batch_first=True).double()
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def gradients(layer, x, h, c, weights):
    """Return states, and derivatives of a loss that hears each state and both of the last."""
    leaves = [a.clone().requires_grad_() for a in (x, h, c)]
    first = [a[None] for a in leaves[1:]] if isinstance(layer, nn.LSTM) else leaves[1:]
    states, (h_last, c_last) = layer(leaves[0], tuple(first))
    last = (h_last.reshape(h.shape) * c_last.reshape(c.shape)).sum()
    loss = (weights * states).sum() + last
    return states.detach(), torch.autograd.grad(loss, [*leaves, *layer.parameters()])


@settings(max_examples=40, deadline=None)
@given(sizes)
def test_outputs_and_all_gradients_are_the_librarys(size):
    B, T, D, H, seed = size
    ours, theirs = pair(D, H, seed)
    arrays = [torch.randn(*s).double() for s in ((B, T, D), (B, H), (B, H), (B, T, H))]
    states, found = gradients(ours, *arrays)
    expected_states, expected = gradients(theirs, *arrays)
    torch.testing.assert_close(states, expected_states, rtol=1e-12, atol=1e-12)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_layers_upon_each_other_are_the_librarys():
    torch.manual_seed(0)
    theirs = nn.LSTM(3, 5, num_layers=3, batch_first=True).double()
    x = theirs_out = torch.randn(2, 7, 3).double()
    theirs_out, (h, c) = theirs(x)
    for number in range(3):
        layer = LSTM(x.shape[2], 5).double()
        weights = theirs.state_dict()
        layer.load_state_dict(
            {n: weights[n.replace("l0", f"l{number}")] for n in layer.state_dict()}
        )
        x, (h_last, c_last) = layer(x)
        torch.testing.assert_close(h_last, h[number], rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(c_last, c[number], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(x, theirs_out, rtol=1e-12, atol=1e-12)


def test_equal_seeds_give_equal_layers():
    torch.manual_seed(5)
    ours = LSTM(3, 4).state_dict()
    torch.manual_seed(5)
    theirs = nn.LSTM(3, 4, batch_first=True).state_dict()
    assert list(ours) == list(theirs)
    for name, weights in ours.items():
        assert torch.equal(weights, theirs[name])


def test_a_long_sequence():
    ours, theirs = pair(3, 4, seed=0)
    x = torch.randn(1, 2000, 3).double()
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], rtol=1e-10, atol=1e-10)


def test_with_open_forget_gate_and_closed_input_gate_the_cell_stays():
    H = 3
    z = torch.tensor([-100.0] * H + [100.0] * H + [0.3] * H + [0.0] * H)[None]  # i, f, g, o
    h, c = torch.randn(1, H), torch.randn(1, H)
    for _ in range(1000):
        h, after = lstm_step(z, torch.zeros(1, H), c, torch.zeros(4 * H, H))
    assert torch.equal(after, c)
    torch.testing.assert_close(h, 0.5 * c.tanh())


def test_reading_in_two_parts_is_reading_at_once():
    layer, x = LSTM(2, 3).double(), torch.randn(2, 9, 2).double()
    states, (h, c) = layer(x)
    first, middle = layer(x[:, :4])
    second, (h_last, c_last) = layer(x[:, 4:], middle)
    torch.testing.assert_close(torch.cat([first, second], 1), states)
    torch.testing.assert_close((h_last, c_last), (h, c))


@pytest.mark.parametrize(
    ("bias", "steps"),
    [(0.0, 1.0), (-1e9, 0.0), (1e9, math.inf), (math.log(0.5**0.1 / (1 - 0.5**0.1)), 10.0)],
)
def test_half_life_of_known_gates(bias, steps):
    assert half_life(bias) == pytest.approx(steps, abs=1e-6)


@given(st.floats(-20, 20))
def test_half_life_is_when_half_is_left(bias):
    kept = 1 / (1 + math.exp(-bias))
    assert kept ** half_life(bias) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "layer",
    [
        LSTM(2, 3),
        nn.LSTM(2, 3),
        nn.LSTM(2, 3, num_layers=2, bidirectional=True),
    ],
)
def test_forget_biases_are_set_and_no_others(layer):
    before = {n: p.detach().clone() for n, p in layer.named_parameters()}
    set_forget_bias(layer, 1.5)
    for name, now in layer.named_parameters():
        if "bias" in name:
            expected = 1.5 if "ih" in name else 0.0
            np.testing.assert_array_equal(now[3:6].detach(), expected)
            now, before[name] = (
                now[[0, 1, 2, *range(6, 12)]],
                before[name][[0, 1, 2, *range(6, 12)]],
            )
        assert torch.equal(now.detach(), before[name])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LSTM(0, 3), "input_size is 0"),
        (lambda: LSTM(2, 3)(torch.zeros(4, 5, 3)), "x has shape"),
        (lambda: LSTM(2, 3)(torch.zeros(4, 0, 2)), "the number of time steps of x is 0"),
        (lambda: LSTM(2, 3)(torch.zeros(4, 5, 2), (torch.zeros(4, 2), None)), "h has shape"),
        (lambda: LSTM(2, 3)(torch.zeros(4, 5, 2), (None, torch.zeros(3, 3))), "c has shape"),
        (lambda: set_forget_bias(nn.GRU(2, 3), 1.0), "bias_ih_l0 has 9 numbers"),
        (lambda: set_forget_bias(nn.LSTM(2, 3, bias=False), 1.0), "has no bias"),
    ],
)
def test_errors_name_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
