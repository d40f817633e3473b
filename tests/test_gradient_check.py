"""Gradient checks agree with derivatives that are known on paper."""

import numpy as np
import pytest

from rnncourse.probes.gradient_check import central_differences, relative_error


def test_known_derivative():
    a = np.array([[1.0, -2.0, 0.5]])
    slopes = central_differences(lambda: float((a**3).sum()), a)
    np.testing.assert_allclose(slopes, 3 * a**2, rtol=1e-9)


def test_quadratics_are_exact_for_any_step():
    a = np.array([0.3, -4.0])
    slopes = central_differences(lambda: float((a**2).sum()), a, step=0.5)
    np.testing.assert_allclose(slopes, 2 * a, rtol=1e-14)


def test_error_falls_with_the_square_of_the_step():
    a = np.array([0.7])
    errors = [
        abs(central_differences(lambda: float(np.sin(a[0])), a, step)[0] - np.cos(0.7))
        for step in (1e-2, 1e-3)
    ]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


def test_entries_are_put_back():
    a = np.random.default_rng(0).standard_normal((3, 2))
    before = a.copy()
    central_differences(lambda: float(np.tanh(a).sum()), a)
    assert np.array_equal(a, before)


@pytest.mark.parametrize("array", [np.zeros(2, dtype=np.float32), [0.0, 1.0]])
def test_few_digits_are_refused(array):
    with pytest.raises(TypeError, match="expected a NumPy array of float64"):
        central_differences(lambda: 0.0, array)


@pytest.mark.parametrize(
    ("a", "b", "error"), [(1.0, 1.0, 0.0), (1.0, 0.0, 1.0), (1.0, -1.0, 2.0), (0.0, 0.0, 0.0)]
)
def test_relative_error(a, b, error):
    assert relative_error(np.full((2, 3), a), np.full((2, 3), b)) == error


def test_relative_error_does_not_broadcast():
    with pytest.raises(ValueError, match="expected equal ones"):
        relative_error(np.zeros((2, 1)), np.zeros(2))
