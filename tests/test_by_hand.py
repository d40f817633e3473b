"""The cells with a backward pass of their own are the cells that autograd differentiates."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnncourse.models.by_hand import GRUByHand, LSTMByHand
from rnncourse.models.gru import GRU
from rnncourse.models.lstm import LSTM
from rnncourse.models.per_gate import GRUPerGate, LSTMPerGate
from rnncourse.probes.cost import kept_bytes

KINDS = [
    pytest.param(GRUByHand, GRU, nn.GRU, id="GRU"),
    pytest.param(LSTMByHand, LSTM, nn.LSTM, id="LSTM"),
    pytest.param(GRUPerGate, GRU, nn.GRU, id="GRU per gate"),
    pytest.param(LSTMPerGate, LSTM, nn.LSTM, id="LSTM per gate"),
]
BY_HAND = KINDS[:2]
sizes = st.tuples(*[st.integers(1, 5)] * 2, *[st.integers(1, 6)] * 2, st.integers(0, 2**31))


def flat(state):
    """Return an LSTM's two states, or a GRU's one, as a list."""
    return list(state) if isinstance(state, tuple) else [state]


def gradients(layer, x, state, weights):
    """Return states, last states, and derivatives of a loss that hears all of them."""
    leaves = [t.clone().requires_grad_() for t in (x, *state)]
    given = leaves[1:]
    if isinstance(layer, nn.RNNBase):
        given = [s[None] for s in given]
    states, last = layer(leaves[0], tuple(given) if len(given) == 2 else given[0])
    last = [s.reshape(state[0].shape) for s in flat(last)]
    loss = (weights * states).sum() + sum((weights[:, 0].cos() * s).sum() for s in last)
    found = torch.autograd.grad(loss, [*leaves, *layer.parameters()])
    return [states.detach(), *(s.detach() for s in last)], found


def compare(ours, theirs, size):
    B, T, D, H, seed = size
    torch.manual_seed(seed)
    ours, theirs = ours(D, H).double(), theirs(D, H).double()
    theirs.load_state_dict(ours.state_dict())
    if isinstance(theirs, nn.RNNBase):
        theirs.batch_first = True
    x, weights = torch.randn(B, T, D).double(), torch.randn(B, T, H).double()
    state = [torch.randn(B, H).double() for _ in range(2 if ours.gates == 4 else 1)]
    values, found = gradients(ours, x, state, weights)
    expected_values, expected = gradients(theirs, x, state, weights)
    for a, b in zip([*values, *found], [*expected_values, *expected], strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("cell", "autograd", "library"), KINDS)
@settings(max_examples=30, deadline=None)
@given(size=sizes)
def test_values_and_all_gradients(cell, autograd, library, size):
    compare(cell, autograd, size)
    compare(cell, library, size)


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_a_long_sequence(cell, autograd, library):
    compare(cell, autograd, (1, 1000, 2, 3, 0))


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_against_differences(cell, autograd, library):
    torch.manual_seed(0)
    layer = cell(2, 3).double()
    state = [torch.randn(2, 3).double().requires_grad_() for _ in range(layer.gates - 2)]
    x = torch.randn(2, 4, 2).double().requires_grad_()
    names = [name for name, _ in layer.named_parameters()]

    def run(x, *rest):
        given = tuple(rest[: len(state)])
        weights = dict(zip(names, rest[len(state) :], strict=True))
        states, last = torch.func.functional_call(
            layer, weights, (x, given if len(given) == 2 else given[0])
        )
        return (states, *flat(last))

    assert torch.autograd.gradcheck(run, (x, *state, *layer.parameters()))


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_single_precision(cell, autograd, library):
    torch.manual_seed(0)
    ours, theirs = cell(5, 7), autograd(5, 7)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(3, 11, 5)
    for a, b in zip(*(flat_run(m, x) for m in (ours, theirs)), strict=True):
        assert a.dtype == torch.float32
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def flat_run(layer, x):
    states, _ = layer(x)
    return states, *torch.autograd.grad(states.square().sum(), list(layer.parameters()))


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_saturated_gates_give_no_nan(cell, autograd, library):
    layer = cell(2, 4).double()
    x = (1e6 * torch.randn(3, 5, 2).double()).requires_grad_()
    states, _ = layer(x)
    states.sum().backward()
    assert states.isfinite().all() and x.grad.isfinite().all()
    assert all(p.grad.isfinite().all() for p in layer.parameters())


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_arguments_are_left_as_they_are(cell, autograd, library):
    layer, x = cell(2, 3), torch.randn(2, 4, 2)
    before = [t.clone() for t in (x, *layer.parameters())]
    states, last = layer(x)
    kept = [states.clone(), *(s.clone() for s in flat(last))]
    states.sum().backward()
    for a, b in zip(before, (x, *layer.parameters()), strict=True):
        assert torch.equal(a, b)
    for a, b in zip(kept, (states, *flat(last)), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_backward_twice_through_one_graph(cell, autograd, library):
    layer, x = cell(2, 3), torch.randn(2, 4, 2)
    loss = layer(x)[0].square().sum()
    first = torch.autograd.grad(loss, layer.weight_hh_l0, retain_graph=True)[0]
    assert torch.equal(first, torch.autograd.grad(loss, layer.weight_hh_l0)[0])


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_states_that_were_overwritten_are_noticed(cell, autograd, library):
    layer = cell(2, 3)
    states, _ = layer(torch.randn(2, 4, 2))
    with pytest.raises(RuntimeError, match="inplace|in-place"):
        states.mul_(2).sum().backward()


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_second_derivatives_are_refused(cell, autograd, library):
    layer, x = cell(2, 3), torch.randn(2, 4, 2).requires_grad_()
    (first,) = torch.autograd.grad(layer(x)[0].square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


@pytest.mark.parametrize(("cell", "blocks"), [(GRUByHand, 5), (LSTMByHand, 7)])
def test_what_is_kept_of_a_step(cell, blocks):
    """Inputs, gates and states, and what the reset gate multiplies or the cell's tanh."""
    B, D, H = 2, 3, 5
    layer = cell(D, H)
    kept = [kept_bytes(lambda T=T: layer(torch.randn(B, T, D))) for T in (10, 20, 30)]
    assert kept[2] - kept[1] == kept[1] - kept[0] == 4 * 10 * B * (D + blocks * H)


@pytest.mark.parametrize(("cell", "autograd", "library"), BY_HAND)
def test_mixed_dtypes(cell, autograd, library):
    message = "inputs, states and weights are torch.float64, torch.float64, torch.float32"
    with pytest.raises(TypeError, match=message if cell is GRUByHand else "expected one dtype"):
        cell(2, 3)(torch.randn(1, 2, 2).double())


@pytest.mark.parametrize(("cell", "autograd", "library"), KINDS)
@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 5), "x has shape (2, 5), 2 axes; expected 3: (B, T, D=3)"),
        ((2, 5, 4), "x has shape (2, 5, 4); expected (B, T, D=3), but D is 4"),
        ((2, 0, 3), "the number of time steps of x is 0; expected an integer of at least 1"),
    ],
)
def test_bad_input(cell, autograd, library, shape, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        cell(3, 4)(torch.zeros(shape))


@pytest.mark.parametrize(("cell", "autograd", "library"), KINDS)
def test_state_dict_both_ways(cell, autograd, library):
    ours, theirs = cell(3, 4), library(3, 4, batch_first=True)
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(2, 6, 3)
    np.testing.assert_allclose(
        ours(x)[0].detach().numpy(), theirs(x)[0].detach().numpy(), rtol=1e-4, atol=1e-6
    )
