"""Memory tasks: known answers, repeatability, errors."""

import math

import pytest
import torch

from rnncourse.data.tasks import adding, associative_recall, copying, delayed_recall, parity


def test_parity_counts_ones():
    bits, targets = parity(50, 30, torch.Generator().manual_seed(0))
    assert bits.shape == targets.shape == (50, 30)
    for row, answers in zip(bits.tolist(), targets.tolist(), strict=True):
        assert answers == [sum(row[: t + 1]) % 2 for t in range(30)]
    assert 0.4 < targets.float().mean() < 0.6


def test_delayed_recall_asks_for_the_first_symbol():
    inputs, targets = delayed_recall(200, 3, symbols=8, generator=torch.Generator().manual_seed(0))
    assert inputs.shape == (200, 5)
    assert torch.equal(inputs[:, 0], targets)
    assert (inputs[:, 1:4] == 8).all() and (inputs[:, 4] == 9).all()
    assert set(targets.tolist()) == set(range(8))
    inputs, _ = delayed_recall(2, 0)
    assert inputs.shape == (2, 2)


def test_who_forgets_guesses():
    """Parity without its first bit, recall without its symbol: the docstrings' baselines."""
    bits, targets = parity(20_000, 5, torch.Generator().manual_seed(0))
    without = bits[:, 1:].cumsum(1)[:, -1] % 2
    assert (without == targets[:, -1]).float().mean().item() == pytest.approx(1 / 2, abs=0.02)
    _, targets = delayed_recall(20_000, 3, 8, torch.Generator().manual_seed(0))
    assert (targets == 5).float().mean().item() == pytest.approx(1 / 8, abs=0.02)
    even = torch.zeros(len(targets), 8)  # equal scores for all symbols
    loss = torch.nn.functional.cross_entropy(even, targets).item()
    assert loss == pytest.approx(math.log(8), rel=1e-6)


@pytest.mark.parametrize(("n", "K"), [(1, 1), (1, 9), (5, 9), (9, 9)])
def test_recall_asks_for_what_was_shown(n, K):
    x, y = associative_recall(50, n, K, torch.Generator().manual_seed(0))
    assert x.shape == (50, 2 * n, 2) and y.shape == (50, n)
    assert (x[:, n:, 1] == K).all() and (x[:, :n] < K).all()
    for pairs, asked, answers in zip(x[:, :n], x[:, n:, 0], y, strict=True):
        table = dict(pairs.tolist())
        assert len(table) == len(set(table.values())) == n
        assert sorted(asked.tolist()) == sorted(table)
        assert [table[k] for k in asked.tolist()] == answers.tolist()


def test_recall_scores_its_baselines():
    x, y = associative_recall(20_000, 4, 16, torch.Generator().manual_seed(0))
    values_only = x[:, 0, 1]  # one of the values, whichever key is asked for
    assert (y[:, 2] == values_only).double().mean().item() == pytest.approx(1 / 4, abs=0.015)
    assert (y[:, 2] == 7).double().mean().item() == pytest.approx(1 / 16, abs=0.01)
    first, third = x[:, 0, 0], x[:, 4, 0]
    assert (first == third).double().mean().item() == pytest.approx(1 / 4, abs=0.015)


def test_adding_marks_one_number_in_each_half():
    inputs, targets = adding(300, 7, torch.Generator().manual_seed(0))
    assert inputs.shape == (300, 7, 2) and targets.shape == (300,)
    numbers, markers = inputs.unbind(-1)
    assert (markers[:, :3].sum(1) == 1).all() and (markers[:, 3:].sum(1) == 1).all()
    assert (markers.sum(0) > 0).all()  # every place is used
    torch.testing.assert_close(targets, numbers[markers == 1].view(300, 2).sum(1))


def test_adding_scores_its_baselines():
    inputs, targets = adding(200_000, 4, torch.Generator().manual_seed(0))
    later = (inputs[:, 2:, 0] * inputs[:, 2:, 1]).sum(1)
    assert ((targets - 1) ** 2).mean().item() == pytest.approx(1 / 6, rel=0.01)
    assert ((targets - later - 0.5) ** 2).mean().item() == pytest.approx(1 / 12, rel=0.01)


def test_copying_writes_what_was_read():
    inputs, targets = copying(200, 3, 2, 8, torch.Generator().manual_seed(0))
    assert inputs.shape == targets.shape == (200, 7)
    assert torch.equal(inputs[:, :2], targets[:, -2:])
    assert (inputs[:, 2:] == torch.tensor([8, 8, 9, 8, 8])).all()
    assert (targets[:, :5] == 8).all()
    assert set(inputs[:, :2].flatten().tolist()) == set(range(8))
    # Asked after `delay` steps: the sign to start is the last step before the copy.
    inputs, _ = copying(1, 1, 2)
    assert (inputs[0, 2:] == torch.tensor([9, 8, 8])).all()


@pytest.mark.parametrize(("delay", "n", "K"), [(100, 10, 8), (5, 3, 2)])
def test_copying_scores_its_baseline(delay, n, K):
    _, targets = copying(2000, delay, n, K, torch.Generator().manual_seed(0))
    probabilities = torch.zeros(*targets.shape, K + 1)
    probabilities[:, : delay + n, K] = 1
    probabilities[:, delay + n :, :K] = 1 / K
    surprise = -probabilities.gather(-1, targets[..., None]).log()
    expected = n * math.log(K) / (delay + 2 * n)
    assert surprise.mean().item() == pytest.approx(expected, rel=1e-5)
    assert (targets[:, -n:] == 0).float().mean().item() == pytest.approx(1 / K, abs=0.02)


@pytest.mark.parametrize(
    "task",
    [
        lambda g: parity(4, 9, g),
        lambda g: delayed_recall(4, 5, 3, g),
        lambda g: adding(4, 9, g),
        lambda g: copying(4, 5, 3, 3, g),
        lambda g: associative_recall(4, 5, 9, g),
    ],
)
def test_the_generator_decides_everything(task):
    first, again, other = (task(torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: parity(0, 3), "batch is 0"),
        (lambda: parity(2, -1), "steps is -1"),
        (lambda: delayed_recall(2, -1), "delay is -1; expected an integer of at least 0"),
        (
            lambda: delayed_recall(2, 3, symbols=1),
            "symbols is 1; expected an integer of at least 2",
        ),
        (lambda: adding(2, 1), "steps is 1; expected an integer of at least 2"),
        (lambda: copying(2, 0), "delay is 0"),
        (lambda: copying(2, 3, 0), "length is 0"),
        (lambda: copying(2, 3, 2, 1), "symbols is 1"),
        (lambda: associative_recall(2, 0), "pairs is 0"),
        (
            lambda: associative_recall(2, 5, 4),
            "pairs is 5; expected at most 4, the number of symbols",
        ),
    ],
)
def test_bad_sizes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
