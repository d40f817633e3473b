"""Gradients by lag: linear networks with known spectra, and torch as oracle."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnncourse.models.rnn import RNN
from rnncourse.probes.gradients import backpropagate, gradient_by_lag, log_slope

seeds = st.integers(0, 2**31)


@settings(deadline=None, max_examples=20)
@given(st.floats(0.3, 1.5), seeds)
def test_slope_in_a_linear_network_is_log_rho(rho, seed):
    rng = np.random.default_rng(seed)
    H, T = 6, 40
    Q = np.linalg.qr(rng.standard_normal((H, H)))[0]
    d_states, _ = backpropagate(np.zeros((T + 1, H)), np.ones((T, H)), rho * Q, rng.random(H) + 0.1)
    norms = np.linalg.norm(d_states, axis=1)
    assert log_slope(norms) == pytest.approx(np.log(rho), abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 8), st.integers(1, 6), seeds)
def test_backpropagate_equals_autograd(T, H, seed):
    torch.manual_seed(seed)
    layer = RNN(3, H).double()
    x, h0 = torch.randn(1, T, 3).double(), torch.randn(1, H).double().requires_grad_()
    d_last = torch.randn(H).double()
    states, last = layer(x, h0)
    gradient, d_first = torch.autograd.grad((last[0] * d_last).sum(), [layer.weight_hh_l0, h0])
    path = torch.cat([h0, states[0]]).detach().numpy()  # (T + 1, H)
    d_states, parts = backpropagate(
        path, 1 - path[1:] ** 2, layer.weight_hh_l0.detach().numpy(), d_last.numpy()
    )
    np.testing.assert_allclose(d_states[-1], d_first[0], atol=1e-12)
    np.testing.assert_allclose(parts.sum(0), gradient, atol=1e-12)
    assert parts.shape == (T, H, H)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM])
def test_gradient_by_lag_equals_a_backward_pass_for_each_sequence(kind):
    torch.manual_seed(0)
    layer = kind(2, 4, batch_first=True).double()
    x = torch.randn(3, 6, 2).double().requires_grad_()
    found = gradient_by_lag(layer(x)[0][:, -1].sum(-1), x)
    sizes = []
    for row in x.detach():
        row = row[None].requires_grad_()
        layer(row)[0][:, -1].sum().backward()
        sizes.append(row.grad[0].norm(dim=-1) ** 2)
    expected = torch.stack(sizes).mean(0).sqrt().flip(0)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_gradient_by_lag_starts_with_the_last_step():
    x = torch.ones(2, 3, 1).requires_grad_()
    losses = (x[:, :, 0] * torch.tensor([1.0, 2.0, 5.0])).sum(1)
    assert gradient_by_lag(losses, x).tolist() == [5, 2, 1]


def test_log_slope_reads_the_lags_asked_for():
    norms = np.r_[7.0, 3.0, 0.5 ** np.arange(10)]
    assert log_slope(norms, 2) == pytest.approx(np.log(0.5))
    assert log_slope(norms, 2, 5) == pytest.approx(np.log(0.5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gradient_by_lag(torch.ones(2), torch.ones(2, 3, 1)), "requires_grad"),
        (lambda: gradient_by_lag(torch.ones(3), torch.ones(2, 3, 1)), "losses has shape"),
        (lambda: log_slope(np.array([1.0])), "two lags"),
        (lambda: log_slope(np.array([1.0, 0.0])), "positive norms"),
        (
            lambda: backpropagate(np.ones((3, 2)), np.ones((3, 2)), np.eye(2), np.ones(2)),
            "states has shape",
        ),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
