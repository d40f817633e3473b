"""Memory by lag of systems whose memory is known."""

import numpy as np
import pytest
from scipy.linalg import block_diag

from rnncourse.probes.memory import exact_memory, memory_by_lag


def run(W, v, inputs, squash=lambda z: z):
    h, states = np.zeros(len(W)), []
    for u in inputs:
        h = squash(W @ h + v * u)
        states.append(h)
    return np.array(states)


def noise(T, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, T)


def test_a_delay_line_knows_its_own_length_and_nothing_more():
    H, inputs = 5, noise(4000)
    states = run(np.eye(H, k=-1), np.eye(H)[0], inputs)
    memory = memory_by_lag(states, inputs, 10)
    np.testing.assert_allclose(memory[:H], 1, atol=1e-6)
    np.testing.assert_allclose(memory[H:], 0, atol=0.02)


@pytest.mark.parametrize("w", [0.5, 0.9])
def test_one_leaky_unit_forgets_geometrically(w):
    inputs = noise(200_000)
    memory = memory_by_lag(run(np.array([[w]]), np.ones(1), inputs), inputs, 30)
    np.testing.assert_allclose(memory, (1 - w**2) * w ** (2 * np.arange(30)), atol=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_capacity_is_at_most_the_number_of_units(seed):
    H, inputs = 8, noise(60_000, seed)
    angles = np.pi * (np.arange(H // 2) + 0.5) / (H // 2)  # far apart: well conditioned
    turns = [[[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]] for a in angles]
    W = 0.9 * block_diag(*turns)
    linear = memory_by_lag(run(W, np.ones(H), inputs), inputs, 100).sum()
    squashed = memory_by_lag(run(W, np.ones(H), inputs, np.tanh), inputs, 100).sum()
    assert linear == pytest.approx(H, abs=0.1)  # all of it: a linear network wastes nothing
    assert squashed < linear


def test_exact_memory_of_networks_that_are_understood():
    np.testing.assert_allclose(exact_memory(np.eye(4, k=-1), np.eye(4)[0], 4), 1)
    one_unit = exact_memory(np.array([[0.8]]), np.ones(1), 200)
    np.testing.assert_allclose(one_unit, 0.36 * 0.64 ** np.arange(200), atol=1e-12)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((6, 6)))[0]
    memory = exact_memory(turn, np.arange(1.0, 7.0), 100)
    assert memory.sum() == pytest.approx(6)
    assert memory.max() < 0.25  # spread out, where a delay line would have six ones


@pytest.mark.parametrize("W", [np.zeros((6, 6)), np.eye(6), 0.9 * np.eye(6)])
def test_units_that_all_hold_the_same_count_once(W):
    memory = exact_memory(W, np.arange(1.0, 7.0), 100)
    assert memory.sum() == pytest.approx(1)
    if not W.any():
        np.testing.assert_allclose(memory, np.arange(100) == 0, atol=1e-12)


def test_without_weights_for_the_input_there_is_no_memory():
    np.testing.assert_array_equal(exact_memory(np.eye(3), np.zeros(3), 10), np.zeros(10))


def test_growth_keeps_the_budget_and_spends_it_on_the_oldest():
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((6, 6)))[0]
    memory = exact_memory(1.2 * turn, np.arange(1.0, 7.0), 60)
    assert memory.sum() == pytest.approx(6)
    assert memory[-20:].sum() > 5.9


def test_exact_and_fitted_memory_agree():
    H, inputs = 4, noise(60_000)
    W = 0.8 * np.linalg.qr(np.random.default_rng(1).standard_normal((H, H)))[0]
    fitted = memory_by_lag(run(W, np.ones(H), inputs), inputs, 30)
    np.testing.assert_allclose(fitted, exact_memory(W, np.ones(H), 200)[:30], atol=0.03)


def test_states_without_the_past_have_no_memory():
    inputs = noise(4000)
    memory = memory_by_lag(noise(4000, seed=1)[:, None], inputs, 5)
    assert memory.max() < 0.01


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: memory_by_lag(np.ones((9, 2)), np.ones(8), 2), "inputs has shape"),
        (lambda: memory_by_lag(np.ones((9, 4)), np.ones(9), 3), "has 9 steps"),
        (lambda: memory_by_lag(np.ones((9, 1)), np.ones(9), 0), "lags is 0"),
        (lambda: exact_memory(np.eye(2), np.ones(3), 4), "W_hh has shape"),
        (lambda: exact_memory(np.eye(2), np.ones(2), 0), "steps is 0"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
