"""Recurrent weights have the spectra that they promise; shortcuts compute what they say."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnncourse.models.initialisation import recurrent_matrix, scaled_to, set_recurrent_
from rnncourse.models.rnn import RNN
from rnncourse.models.shortcuts import LeakyRNN, SkipRNN
from rnncourse.probes.jacobians import spectral_radius

seeds = st.integers(0, 2**31)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 12), st.floats(0.1, 2), seeds)
def test_orthogonal_keeps_every_length(H, scale, seed):
    W = recurrent_matrix("orthogonal", H, scale, seeded(seed))
    torch.testing.assert_close(W.T @ W, scale**2 * torch.eye(H), atol=1e-5, rtol=1e-5)


def test_orthogonal_prefers_no_sign():
    # Without the signs of R's diagonal, QR gives 1 × 1 "random" matrices of one sign only.
    signs = [recurrent_matrix("orthogonal", 1, 1.0, seeded(s)).item() for s in range(40)]
    assert {round(s) for s in signs} == {-1, 1}


def test_normal_has_the_radius_and_the_norm_of_the_circular_law():
    W = recurrent_matrix("normal", 400, 0.9, seeded(0)).numpy()
    assert spectral_radius(W) == pytest.approx(0.9, rel=0.07)
    assert np.linalg.norm(W, 2) == pytest.approx(1.8, rel=0.05)


def test_identity():
    assert torch.equal(recurrent_matrix("identity", 3, 0.5), 0.5 * torch.eye(3))


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 12), st.floats(0, 2), seeds)
def test_scaled_to_gives_the_radius(H, rho, seed):
    W = scaled_to(recurrent_matrix("normal", H, generator=seeded(seed)), rho)
    assert spectral_radius(W.double().numpy()) == pytest.approx(rho, rel=1e-3, abs=1e-6)


def test_set_recurrent_changes_weights_and_biases_only():
    layer = nn.RNN(2, 3, batch_first=True)
    before = layer.weight_ih_l0.clone()
    assert set_recurrent_(layer, torch.eye(3)) is layer
    assert torch.equal(layer.weight_hh_l0, torch.eye(3))
    assert torch.equal(layer.weight_ih_l0, before)
    assert not layer.bias_ih_l0.any() and not layer.bias_hh_l0.any()
    assert layer.weight_hh_l0.requires_grad


def test_a_leak_of_one_is_the_plain_network():
    torch.manual_seed(0)
    plain, x = RNN(2, 4), torch.randn(3, 6, 2)
    leaky = LeakyRNN(2, 4, 1.0)
    leaky.load_state_dict(plain.state_dict(), strict=False)
    torch.testing.assert_close(leaky(x)[0], plain(x)[0])


def test_a_leaky_unit_without_weights_decays_by_its_leak():
    leaks = torch.tensor([0.1, 0.5])
    layer, h = LeakyRNN(1, 2, leaks), torch.ones(1, 2)
    for p in layer.parameters():
        nn.init.zeros_(p)
    states, last = layer(torch.zeros(1, 5, 1), h)
    steps = torch.arange(1, 6)[:, None]
    torch.testing.assert_close(states[0], (1 - leaks) ** steps)
    assert torch.equal(states[:, -1], last)


def test_skip_listens_to_the_state_of_s_steps_ago():
    torch.manual_seed(0)
    layer, x = SkipRNN(2, 3, skip=3), torch.randn(2, 7, 2)
    states = layer(x)[0].detach()
    b_h = layer.bias_ih_l0 + layer.bias_hh_l0
    zero = torch.zeros(2, 3)
    for t in range(7):
        one = states[:, t - 1] if t >= 1 else zero
        old = states[:, t - 3] if t >= 3 else zero
        z = x[:, t] @ layer.weight_ih_l0.T + one @ layer.weight_hh_l0.T
        expected = torch.tanh(z + old @ layer.weight_sh_l0.T + b_h)
        torch.testing.assert_close(states[:, t], expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recurrent_matrix("xavier", 3), "kind is 'xavier'"),
        (lambda: recurrent_matrix("normal", 0), "size is 0"),
        (lambda: scaled_to(torch.eye(2), -1), "rho is -1"),
        (lambda: scaled_to(torch.zeros(2, 2), 1), "no eigenvalue but zero"),
        (lambda: set_recurrent_(nn.RNN(2, 3), torch.eye(2)), "W_hh has shape"),
        (lambda: LeakyRNN(1, 2, 0.0), "leak is"),
        (lambda: LeakyRNN(1, 2, 1.5), "leak is"),
        (lambda: SkipRNN(1, 2, 1), "skip is 1"),
        (lambda: SkipRNN(1, 2, 3)(torch.ones(1, 2, 1), torch.zeros(1, 2)), "h is given"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
