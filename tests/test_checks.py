"""Errors of bad input name the argument, its value and what was expected."""

import re

import numpy as np
import pytest
import torch

from rnncourse.checks import choice, positive, shape


@pytest.mark.parametrize("make", [np.zeros, torch.zeros])
def test_shape_returns_the_sizes(make):
    assert shape(make((2, 1, 3)), "x", "B T D", D=3) == (2, 1, 3)
    assert shape(make(()), "loss", "") == ()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: shape([[1.0]], "x", "B T"),
            TypeError,
            "x is [[1.0]] of type list; expected a NumPy array or a torch tensor of shape (B, T)",
        ),
        (
            lambda: shape(np.zeros((4, 5)), "x", "B T D", D=5),
            ValueError,
            "x has shape (4, 5), 2 axes; expected 3: (B, T, D=5), "
            "with B batch, T time steps, D input size",
        ),
        (
            lambda: shape(np.zeros((4, 5, 6)), "x", "B T D", D=5),
            ValueError,
            "x has shape (4, 5, 6); expected (B, T, D=5), but D is 6",
        ),
        (
            lambda: positive(0, "hidden_size"),
            ValueError,
            "hidden_size is 0; expected an integer of at least 1",
        ),
        (
            lambda: positive(True, "steps"),
            ValueError,
            "steps is True; expected an integer of at least 1",
        ),
        (
            lambda: positive(2.0, "steps", at_least=0),
            ValueError,
            "steps is 2.0; expected an integer of at least 0",
        ),
        (
            lambda: choice("relu6", "nonlinearity", ("tanh", "relu")),
            ValueError,
            "nonlinearity is 'relu6'; expected one of 'tanh', 'relu'",
        ),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def test_positive_accepts_numpy_integers():
    assert positive(np.int64(3), "steps") == 3
    assert positive(0, "delay", at_least=0) == 0
