"""Memory is counted to the byte, and the best of several times is the shortest."""

import time

import pytest
import torch
from torch.utils.checkpoint import checkpoint

from rnncourse.models.rnn import RNN
from rnncourse.probes.cost import best_milliseconds, kept_bytes


def test_known_number_of_bytes():
    x = torch.randn(10, requires_grad=True)
    assert kept_bytes(lambda: x.exp()) == 4 * 10  # exp keeps its result
    assert kept_bytes(lambda: x + 1) == 0
    assert kept_bytes(lambda: x * x) == 4 * 10  # twice the same memory counts once


def test_without_gradients_nothing_is_kept():
    x = torch.randn(10)
    assert kept_bytes(lambda: x.exp()) == 0


def test_recurrent_layer_keeps_its_states():
    B, D, H = 2, 3, 5
    layer = RNN(D, H)
    kept = [kept_bytes(lambda T=T: layer(torch.randn(B, T, D))) for T in (10, 20, 30)]
    assert kept[2] - kept[1] == kept[1] - kept[0] == 4 * 10 * B * (D + H)


def test_checkpointing_keeps_less():
    layer, x = RNN(3, 50), torch.randn(2, 40, 3, requires_grad=True)
    whole = kept_bytes(lambda: layer(x))
    assert kept_bytes(lambda: checkpoint(layer, x, use_reentrant=False)) < whole / 5


def test_gradients_are_what_they_are_without_the_count():
    x = torch.randn(4, requires_grad=True)
    results = []
    kept_bytes(lambda: results.append(x.tanh()))
    results[0].sum().backward()
    torch.testing.assert_close(x.grad, 1 - x.detach().tanh() ** 2)


def test_shortest_time():
    waits = iter([0.03, 0.001, 0.03])
    assert 1 <= best_milliseconds(lambda: time.sleep(next(waits)), turns=3) < 25
    with pytest.raises(ValueError, match="turns is 0"):
        best_milliseconds(lambda: None, turns=0)
