"""Searches against the sequences that they should find, counted by hand or by looking at all."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from rnncourse.decoding import beam_search, exhaustive_search, greedy

START, END = 0, 1
# From a symbol (row) to the next (column). The best first step, to 2, leads to nothing good.
TRAP = torch.tensor(
    [
        [0.0, 0.0, 0.6, 0.4],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.4, 0.3, 0.3],
        [0.0, 1.0, 0.0, 0.0],
    ]
).log()


def chain(y, state):
    """Decide by the last symbol alone."""
    return TRAP[y], state


def random_model(K: int, seed: int, H: int = 3):
    """A small recurrent network with random weights: every sequence has a probability."""
    generator = torch.Generator().manual_seed(seed)
    E, W, V = (torch.randn(n, H, generator=generator) for n in (K, H, K))

    def step(y, h):
        h = torch.tanh(E[y] + h @ W.T)
        return F.log_softmax(2 * h @ V.T, 1), h

    return step, torch.zeros(1, H)


def log_prob_of(step, state, symbols):
    total, y = 0.0, torch.tensor([START])
    for symbol in symbols:
        log_p, state = step(y, state)
        total, y = total + log_p[0, symbol].item(), torch.tensor([symbol])
    return total


def test_greedy_walks_into_the_trap_and_a_beam_of_two_does_not():
    state = torch.zeros(1, 1)
    (walked,) = greedy(chain, state, START, END, 5)
    assert walked.symbols == (2, END)
    assert math.isclose(walked.log_prob, math.log(0.24), rel_tol=1e-6)
    best = beam_search(chain, state, START, END, 5, width=2)[0]
    assert best.symbols == (3, END)
    assert math.isclose(best.score, math.log(0.4), rel_tol=1e-6)
    assert exhaustive_search(chain, state, START, END, 5) == best


def test_the_exponent_turns_the_choice_to_the_longer():
    table = torch.tensor([[0.0, 0.5, 0.5], [0.0, 1.0, 0.0], [0.0, 0.9, 0.1]]).log()

    def step(y, state):
        return table[y], state

    chosen = {}
    for alpha in (0.0, 1.0):
        found = beam_search(step, torch.zeros(1, 1), START, END, 3, width=9, alpha=alpha)
        assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
        for f in found:
            assert math.isclose(f.score, f.log_prob / len(f.symbols) ** alpha, rel_tol=1e-6)
        chosen[alpha] = found[0].symbols
    assert chosen == {0.0: (END,), 1.0: (2, END)}  # log 0.5 > log 0.45, but not by the symbol


def test_greedy_is_a_row_of_its_own():
    step, state = random_model(5, seed=3)
    alone = greedy(step, state, START, END, 6)[0]
    other = torch.full((1, 3), 2.0)
    together = greedy(step, torch.cat([other, state, other]), START, END, 6)
    assert together[1].symbols == alone.symbols
    assert math.isclose(together[1].log_prob, alone.log_prob, rel_tol=1e-5)


@settings(deadline=None, max_examples=30)
@given(
    K=st.integers(2, 5),
    most=st.integers(1, 4),
    seed=st.integers(0, 999),
    alpha=st.sampled_from([0, 0.7, 1]),
)
def test_wide_enough_beam_is_exhaustive_is_brute_force(K, most, seed, alpha):
    step, state = random_model(K, seed)
    whole = [
        s
        for n in range(1, most + 1)
        for s in itertools.product(range(K), repeat=n)
        if END not in s[:-1] and (s[-1] == END or n == most)
    ]
    score = {s: log_prob_of(step, state, s) / len(s) ** alpha for s in whole}
    best = max(score.values())
    seen = exhaustive_search(step, state, START, END, most, alpha=alpha)
    kept = beam_search(step, state, START, END, most, width=K**most, alpha=alpha)[0]
    assert math.isclose(seen.score, best, rel_tol=1e-4)
    assert math.isclose(kept.score, best, rel_tol=1e-4)
    assert math.isclose(score[kept.symbols], best, rel_tol=1e-4)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 999), width=st.integers(1, 6))
def test_no_beam_beats_the_best_and_a_beam_of_one_is_greedy(seed, width):
    step, state = random_model(5, seed)
    best = exhaustive_search(step, state, START, END, 5)
    found = beam_search(step, state, START, END, 5, width=width)
    assert found[0].score <= best.score + 1e-5
    for f in found:
        assert math.isclose(f.log_prob, log_prob_of(step, state, f.symbols), rel_tol=1e-4)
    (walked,) = greedy(step, state, START, END, 5)
    assert beam_search(step, state, START, END, 5, width=1)[0].symbols == walked.symbols


def test_all_probabilities_add_up_to_one():
    step, state = random_model(3, seed=1)
    every = beam_search(step, state, START, END, 4, width=10_000, alpha=50.0)
    assert math.isclose(sum(math.exp(f.log_prob) for f in every), 1, rel_tol=1e-5)


def test_complains():
    step, state = random_model(20, seed=1)
    with pytest.raises(ValueError, match="too many"):
        exhaustive_search(step, state, START, END, 8)
    with pytest.raises(ValueError, match="width"):
        beam_search(step, state, START, END, 4, width=0)
    with pytest.raises(ValueError, match="most"):
        greedy(step, state, START, END, 0)
