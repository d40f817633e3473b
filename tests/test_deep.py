"""The second direction, the mask, and the chain with its exact ceiling."""

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnncourse.data.chain import HiddenChain
from rnncourse.models.deep import Bidirectional, VariationalDropout, reverse_within
from rnncourse.models.lstm import LSTM

LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def pair(D=3, H=4):
    """Ours and the library's, with the same weights."""
    theirs = nn.LSTM(D, H, batch_first=True, bidirectional=True).double()
    ours = Bidirectional(LSTM(D, H), LSTM(D, H)).double()
    for layer, ending in ((ours.ahead, ""), (ours.back, "_reverse")):
        for name, parameter in layer.named_parameters():
            parameter.data = getattr(theirs, name + ending).data.clone()
    return ours, theirs


@settings(deadline=None, max_examples=25)
@given(lengths=LENGTHS)
def test_equals_the_library_on_packed_sequences(lengths):
    ours, theirs = pair()
    n = torch.tensor(lengths)
    x = torch.randn(len(n), int(n.max()), 3, dtype=torch.float64)
    x1, x2 = x.clone().requires_grad_(), x.clone().requires_grad_()
    real = (torch.arange(x.shape[1]) < n[:, None])[..., None]
    packed = pack_padded_sequence(x2, n, batch_first=True, enforce_sorted=False)
    expected, _ = pad_packed_sequence(theirs(packed)[0], batch_first=True)
    got = ours(x1, n) * real
    torch.testing.assert_close(got, expected)
    got.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(x1.grad, x2.grad)
    for layer, ending in ((ours.ahead, ""), (ours.back, "_reverse")):
        for name, parameter in layer.named_parameters():
            torch.testing.assert_close(parameter.grad, getattr(theirs, name + ending).grad)


def test_equals_the_library_without_lengths():
    ours, theirs = pair()
    x = torch.randn(2, 5, 3, dtype=torch.float64)
    torch.testing.assert_close(ours(x), theirs(x)[0])


def test_only_the_future_half_hears_the_future():
    ours, _ = pair()
    x = torch.randn(2, 6, 3, dtype=torch.float64)
    y = x.clone()
    y[:, 4:] += 1
    before, after = ours(x)[:, :4], ours(y)[:, :4]
    assert torch.equal(before[..., :4], after[..., :4])
    assert ((before - after)[..., 4:].abs().amax(-1) > 0).all()


@settings(deadline=None)
@given(lengths=LENGTHS)
def test_reversing_twice_changes_nothing(lengths):
    n = torch.tensor(lengths)
    x = torch.randn(len(n), int(n.max()) + 1, 2)
    assert torch.equal(reverse_within(reverse_within(x, n), n), x)
    for row, turned, k in zip(x, reverse_within(x, n), lengths, strict=True):
        assert torch.equal(turned[:k], row[:k].flip(0)) and torch.equal(turned[k:], row[k:])


@pytest.mark.parametrize("lengths", [[0, 2], [2, 6]])
def test_a_length_out_of_range(lengths):
    with pytest.raises(ValueError, match="expected integers from 1 to 5"):
        reverse_within(torch.zeros(2, 5, 1), torch.tensor(lengths))


def test_one_mask_a_sequence_and_the_mean_is_kept():
    torch.manual_seed(0)
    drop = VariationalDropout(0.25)
    y = drop(torch.ones(400, 7, 50))
    assert torch.equal(y, y[:, :1].expand_as(y))
    assert not torch.equal(y[0], y[1])
    assert y.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert abs(y.mean() - 1) < 0.02
    assert torch.equal(drop.eval()(torch.ones(2, 3, 4)), torch.ones(2, 3, 4))


@pytest.mark.parametrize("p", [-0.1, 1, 2])
def test_a_share_out_of_range(p):
    with pytest.raises(ValueError, match="expected 0 <= p < 1"):
        VariationalDropout(p)


@pytest.mark.parametrize("ahead", [0, 1, 2, None])
def test_the_posterior_equals_the_sum_over_all_paths(ahead):
    chain = HiddenChain(3, 0.7, 0.6)
    seen, _ = chain.sample(2, 4, torch.Generator().manual_seed(0))
    got = chain.posterior(seen, ahead)
    for b, t in product(range(2), range(4)):
        end = 4 if ahead is None else min(4, t + ahead + 1)
        total = torch.zeros(3, dtype=torch.float64)
        for path in product(range(3), repeat=end):
            p = torch.tensor(1.0, dtype=torch.float64)
            for s, state in enumerate(path):
                p = p * chain.emission[state, seen[b, s]]
                p = p * chain.transition[path[s - 1], state] if s else p
            total[path[t]] += p
        torch.testing.assert_close(got[b, t], total / total.sum())


def test_samples_have_the_stated_probabilities():
    chain = HiddenChain(4, 0.8, 0.6)
    seen, hidden = chain.sample(500, 200, torch.Generator().manual_seed(0))
    assert abs((hidden[:, 1:] == hidden[:, :-1]).double().mean() - 0.8) < 0.01
    assert abs((seen == hidden).double().mean() - 0.6) < 0.01


@pytest.mark.parametrize("bad", [{"states": 1}, {"stay": 0.0}, {"clear": 1.0}])
def test_a_chain_out_of_range(bad):
    with pytest.raises(ValueError, match="expected"):
        HiddenChain(**bad)
