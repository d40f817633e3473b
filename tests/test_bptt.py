"""By hand, by differences, by autograd and forward in time: one gradient."""

import numpy as np
import pytest
import torch

from rnncourse.models.bptt import rnn_backward, rnn_step_backward, rtrl
from rnncourse.models.rnn import RNN, rnn_forward, rnn_step
from rnncourse.probes.gradient_check import central_differences, relative_error

NAMES = ("x", "h", "W_xh", "W_hh", "b_h")


def problem(seed):
    """Draw random sizes, arrays, and weights of a loss that hears every state."""
    rng = np.random.default_rng(seed)
    B, T, D, H = rng.integers(1, 6, size=4)
    shapes = ((B, T, D), (B, H), (H, D), (H, H), (H,))
    arrays = [rng.standard_normal(s) for s in shapes]
    return arrays, rng.standard_normal((B, T, H))


@pytest.mark.parametrize("seed", range(10))
def test_step_against_central_differences(seed):
    (x, h, W_xh, W_hh, b_h), direct = problem(seed)
    x_t, dh = x[:, 0].copy(), direct[:, 0]
    arrays = (x_t, h, W_xh, W_hh, b_h)
    found = rnn_step_backward(dh, x_t, h, rnn_step(*arrays), W_xh, W_hh)
    for name, array, d in zip(NAMES, arrays, found, strict=True):
        expected = central_differences(lambda: float((dh * rnn_step(*arrays)).sum()), array)
        assert relative_error(d, expected) < 1e-6, name


@pytest.mark.parametrize("seed", range(10))
def test_sequence_against_central_differences(seed):
    arrays, direct = problem(seed)
    x, h, W_xh, W_hh, _ = arrays
    found = rnn_backward(direct, x, h, rnn_forward(*arrays)[0], W_xh, W_hh)

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    for name, array, d in zip(NAMES, arrays, found, strict=True):
        assert relative_error(d, central_differences(loss, array)) < 1e-6, name


@pytest.mark.parametrize("seed", range(10))
def test_sequence_against_autograd(seed):
    arrays, direct = problem(seed)
    x, h, W_xh, W_hh, b_h = (torch.tensor(a, requires_grad=True) for a in arrays)
    layer = RNN(x.shape[2], h.shape[1]).double()
    weights = dict(zip(dict(layer.named_parameters()), (W_xh, W_hh, b_h, 0 * b_h), strict=True))
    states, _ = torch.func.functional_call(layer, weights, (x, h))
    (torch.tensor(direct) * states).sum().backward()
    found = rnn_backward(
        direct, arrays[0], arrays[1], states.detach().numpy(), arrays[2], arrays[3]
    )
    for name, leaf, d in zip(NAMES, (x, h, W_xh, W_hh, b_h), found, strict=True):
        assert relative_error(d, leaf.grad.numpy()) < 1e-10, name


@pytest.mark.parametrize("seed", range(10))
def test_forward_in_time_gives_the_same(seed):
    arrays, direct = problem(seed)
    x, h, W_xh, W_hh, _ = arrays
    back = rnn_backward(direct, x, h, rnn_forward(*arrays)[0], W_xh, W_hh)[2:]
    for a, b in zip(back, rtrl(direct, *arrays), strict=True):
        assert relative_error(a, b) < 1e-12


def test_linear_network_on_paper():
    """Tiny states make tanh a line, and h_3 = w² x_1: the derivative is 2 w x_1."""
    w, x = 0.5, np.array([[[1e-6], [0.0], [0.0]]])
    W_xh, W_hh, h = np.ones((1, 1)), np.full((1, 1), w), np.zeros((1, 1))
    states, _ = rnn_forward(x, h, W_xh, W_hh, np.zeros(1))
    direct = np.array([[[0.0], [0.0], [1.0]]])
    dx, dh, _, dW_hh, db_h = rnn_backward(direct, x, h, states, W_xh, W_hh)
    assert dW_hh.item() == pytest.approx(2 * w * 1e-6)
    np.testing.assert_allclose(dx.ravel(), [w**2, w, 1], rtol=1e-9)
    assert dh.item() == pytest.approx(w**3)
    assert db_h.item() == pytest.approx(1 + w + w**2)


def test_arguments_are_left_as_they_are():
    arrays, direct = problem(3)
    x, h, W_xh, W_hh, _ = arrays
    states, _ = rnn_forward(*arrays)
    before = [a.copy() for a in (direct, *arrays, states)]
    rnn_backward(direct, x, h, states, W_xh, W_hh)
    rtrl(direct, *arrays)
    for a, b in zip(before, (direct, *arrays, states), strict=True):
        assert np.array_equal(a, b)


def test_shapes_are_checked():
    (x, h, W_xh, W_hh, b_h), direct = problem(0)
    states, _ = rnn_forward(x, h, W_xh, W_hh, b_h)
    with pytest.raises(ValueError, match="direct has shape"):
        rnn_backward(direct[:, 1:], x, h, states, W_xh, W_hh)
    with pytest.raises(ValueError, match="number of time steps"):
        rnn_backward(direct[:, :0], x[:, :0], h, states[:, :0], W_xh, W_hh)
    with pytest.raises(ValueError, match="h_before has shape"):
        rnn_step_backward(direct[:, 0], x[:, 0], h[:, 1:], states[:, 0], W_xh, W_hh)
    with pytest.raises(ValueError, match="direct has shape"):
        rtrl(direct[:, 1:], x, h, W_xh, W_hh, b_h)
