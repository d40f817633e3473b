"""Products of Jacobians against matrices whose products are known, and against autograd."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.models.rnn import RNN
from rnncourse.probes.jacobians import (
    log_product_norms,
    lyapunov_exponents,
    spectral_radius,
    step_jacobians,
)

seeds = st.integers(0, 2**31)


def with_eigenvalues(values, seed=0, angle=0.5):
    """A matrix that is not normal, with these eigenvalues."""
    rng = np.random.default_rng(seed)
    V = np.eye(len(values)) + angle * rng.standard_normal((len(values),) * 2) / len(values)
    return V @ np.diag(values) @ np.linalg.inv(V)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-2, 2), min_size=1, max_size=6), seeds)
def test_spectral_radius_is_the_largest_modulus(values, seed):
    W = with_eigenvalues(values, seed)
    assert spectral_radius(W) == pytest.approx(max(map(abs, values)), abs=1e-6)


def test_spectral_radius_of_a_turn_counts_complex_eigenvalues():
    assert spectral_radius(np.array([[0.0, -0.8], [0.8, 0.0]])) == pytest.approx(0.8)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.floats(0.2, 2), seeds)
def test_an_orthogonal_matrix_changes_every_direction_equally(H, scale, seed):
    Q = np.linalg.qr(np.random.default_rng(seed).standard_normal((H, H)))[0]
    J = step_jacobians(np.ones((20, H)), scale * Q)
    np.testing.assert_allclose(log_product_norms(J), np.arange(21) * np.log(scale), atol=1e-9)
    np.testing.assert_allclose(lyapunov_exponents(J), np.log(scale), atol=1e-9)


def test_norms_of_powers_rise_before_they_fall_if_the_matrix_is_not_normal():
    W = np.array([[0.9, 5.0], [0.0, 0.8]])
    logs = log_product_norms(step_jacobians(np.ones((400, 2)), W))
    expected = [np.log(np.linalg.norm(np.linalg.matrix_power(W, k), 2)) for k in range(100)]
    np.testing.assert_allclose(logs[:100], expected, atol=1e-9)
    assert logs.max() > np.log(10)  # although no eigenvalue reaches 1
    assert np.diff(logs)[-1] == pytest.approx(np.log(0.9), rel=1e-6)
    exponents = lyapunov_exponents(step_jacobians(np.ones((4000, 2)), W))
    np.testing.assert_allclose(exponents, np.log([0.9, 0.8]), atol=2e-3)


def test_neither_underflow_nor_overflow():
    for factor in (1e-3, 1e3):
        J = np.repeat(factor * np.eye(3)[None], 2000, axis=0)
        np.testing.assert_allclose(log_product_norms(J), np.arange(2001) * np.log(factor))
    nothing = log_product_norms(np.zeros((3, 2, 2)))
    assert nothing[0] == 0 and (nothing[1:] == -np.inf).all()


def test_steps_and_products_equal_autograd():
    torch.manual_seed(0)
    H, T = 5, 7
    layer = RNN(2, H).double()
    x, h0 = torch.randn(1, T, 2, dtype=torch.float64), torch.randn(1, H, dtype=torch.float64)
    states = layer(x, h0)[0][0].detach()  # (T, H)
    before = torch.cat([h0, states[:-1]])
    W_hh = layer.weight_hh_l0.detach().numpy()
    J = step_jacobians(1 - states.numpy() ** 2, W_hh)
    for k in (1, 3, T):
        start = before[T - k : T - k + 1]
        exact = torch.autograd.functional.jacobian(
            lambda h, k=k: layer(x[:, T - k :], h)[1][0], start
        )[:, 0]
        product = np.linalg.multi_dot([np.eye(H), *J[T - k :][::-1]])
        np.testing.assert_allclose(product, exact, atol=1e-12)
        expected = np.log(np.linalg.norm(exact, 2))
        assert log_product_norms(J)[k] == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 6), st.integers(1, 30), seeds)
def test_a_product_is_at_most_the_product_of_the_norms(H, T, seed):
    rng = np.random.default_rng(seed)
    J = step_jacobians(rng.random((T, H)), rng.standard_normal((H, H)))
    bound = np.cumsum(np.log(np.linalg.norm(J[::-1], 2, axis=(1, 2))))
    assert (log_product_norms(J)[1:] <= bound + 1e-9).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spectral_radius(np.ones((2, 3))), "W has shape"),
        (lambda: step_jacobians(np.ones((4, 3)), np.eye(2)), "W_hh has shape"),
        (lambda: log_product_norms(np.ones((4, 3, 2))), "jacobians has shape"),
        (lambda: lyapunov_exponents(np.ones((0, 3, 3))), "no step"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
