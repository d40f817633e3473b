"""Each check fails on its planted fault, and passes on sound models of every kind."""

import math
import re

import pytest
import torch
from torch import nn

from rnncourse.models.gru import GRU
from rnncourse.models.lstm import LSTM
from rnncourse.models.rnn import RNN, SequenceModel, last_state
from rnncourse.probes.invariants import (
    InvariantError,
    check_batch,
    check_causality,
    check_chunking,
    check_determinism,
    check_padding,
    check_permutation,
    failures,
    gap,
)
from rnncourse.probes.learning import (
    check_gradient,
    check_initial_loss,
    check_overfit,
    check_reach,
)

LAYERS = {
    "nn.RNN": lambda: nn.RNN(3, 8, batch_first=True),
    "nn.GRU": lambda: nn.GRU(3, 8, batch_first=True),
    "nn.LSTM": lambda: nn.LSTM(3, 8, batch_first=True),
    "two layers": lambda: nn.GRU(3, 8, 2, batch_first=True),
    "RNN": lambda: RNN(3, 8),
    "GRU": lambda: GRU(3, 8),
    "LSTM": lambda: LSTM(3, 8),
}
LENGTHS = torch.tensor([9, 4, 1, 7])


def batch(seed=0, B=4, T=9, D=3):
    return torch.randn(B, T, D, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(params=LAYERS)
def layer(request):
    torch.manual_seed(0)
    return LAYERS[request.param]()


def pooled(layer):
    """Many to one: the state after each sequence's own last step."""
    return lambda x, lengths: last_state(layer(x)[0], lengths)


def step_loss(layer, batch):
    return (layer(batch[0])[0] - batch[1]).square().mean()


def masked_loss(layer, shift=0):
    """Mean squared error over the real steps; the fault: the mask ends elsewhere."""

    def loss(x, y, lengths):
        mask = torch.arange(x.shape[1]) < lengths[:, None] + shift
        return (layer(x)[0][..., :1] - y).square()[..., 0][mask].mean()

    return loss


def test_sound_layers_pass_everything(layer):
    x, other, y = batch(0), batch(1), batch(2, D=1)
    assert torch.equal(check_determinism(layer, x), layer(x)[0])
    check_causality(layer, x, other)
    check_padding(pooled(layer), LENGTHS, x)
    check_padding(lambda x, lengths: layer(x)[0], LENGTHS, x)  # an output at each step
    check_padding(masked_loss(layer), LENGTHS, x, y)
    check_batch(layer, x)
    check_batch(pooled(layer), x, LENGTHS)
    check_permutation(pooled(layer), x, LENGTHS)
    for size in (1, 2, 4, 8):
        check_chunking(layer, x, size)
    check_gradient(layer, step_loss, (x, batch(3, D=8)))
    check_reach(layer, step_loss, (x, batch(3, D=8)))


@pytest.mark.parametrize("kind", ["nn.GRU", "LSTM"])
def test_sound_models_of_symbols_pass_everything(kind):
    torch.manual_seed(0)
    model = SequenceModel(LAYERS[kind](), 5, symbols=5)
    x, other, y = (
        torch.randint(5, (4, 9), generator=torch.Generator().manual_seed(s)) for s in range(3)
    )

    def loss(model, batch):
        return nn.functional.cross_entropy(model(batch[0])[0].flatten(0, 1), batch[1].flatten())

    check_causality(model, x, other)
    check_padding(lambda x, lengths: model(x)[0], LENGTHS, x)
    check_batch(model, x)
    check_permutation(model, x)
    check_chunking(model, x, 4)
    check_initial_loss(model, loss, (x, y), math.log(5), within=0.2)
    check_gradient(model, loss, (x, y))
    check_reach(model, loss, (x, y))
    check_overfit(model, loss, (x[:2], y[:2]))


def test_checks_leave_the_model_as_it_is():
    layer = nn.GRU(3, 8, batch_first=True).train()
    before = [p.clone() for p in layer.parameters()]
    data = (batch(), batch(3, D=8))
    check_gradient(layer, step_loss, data)
    check_reach(layer, step_loss, data)
    with pytest.raises(InvariantError):
        check_overfit(layer, step_loss, data, steps=2)
    assert layer.training
    for p, q in zip(layer.parameters(), before, strict=True):
        assert torch.equal(p, q) and p.grad is None and p.dtype == torch.float32


class Leaky(nn.Module):
    """Starts where the call before has stopped."""

    def __init__(self):
        super().__init__()
        self.layer, self.state = nn.GRU(3, 8, batch_first=True), None

    def forward(self, x):
        outputs, self.state = self.layer(x, self.state)
        return outputs


class Detached(nn.Module):
    """Lets no gradient through from step to step."""

    def __init__(self):
        super().__init__()
        self.layer = nn.GRU(3, 8, batch_first=True)

    def forward(self, x):
        state, outputs = None, []
        for x_t in x.split(1, 1):
            y_t, state = self.layer(x_t, state)
            outputs.append(y_t)
            state = state.detach()
        return torch.cat(outputs, 1), state


def gru(**options):
    torch.manual_seed(0)
    return nn.GRU(3, 8, **{"batch_first": True} | options)


def forgets(x, state):
    outputs, _ = SOUND(x)
    return outputs, None


def loses_order(x, state):
    outputs, state = SOUND(x, state)
    return outputs, state.roll(1, 1)  # each stream goes on with its neighbour's state


SOUND = gru()
x, other, y = batch(0), batch(1), batch(2, D=1)
LOOKS_AHEAD = gru(bidirectional=True)
FAULTS = {
    "a state stays": ("determinism", lambda: check_batch(Leaky(), x)),
    "dropout is on": (
        "determinism",
        lambda: check_causality(nn.Sequential(SOUND, Pick(), nn.Dropout(0.5)).train(), x, other),
    ),
    "NaN": ("finite", lambda: check_causality(lambda x: SOUND(x)[0] * math.nan, x, other)),
    "both directions": ("causality", lambda: check_causality(LOOKS_AHEAD, x, other)),
    "one step ahead": (
        "causality",
        lambda: check_causality(lambda x: SOUND(x)[0].roll(-1, 1), x, other),
    ),
    "normalised over time": (
        "causality",
        lambda: check_causality(lambda x: SOUND(x - x.mean(1, keepdim=True)), x, other),
    ),
    "deaf": ("causality", lambda: check_causality(lambda x: 0 * x + 1, x, other)),
    "final state of padding": (
        "padding",
        lambda: check_padding(lambda x, lengths: SOUND(x)[1][0], LENGTHS, x),
    ),
    "backward direction reads padding first": (
        "padding",
        lambda: check_padding(lambda x, lengths: LOOKS_AHEAD(x)[0], LENGTHS, x),
    ),
    "loss without a mask": (
        "padding",
        lambda: check_padding(
            lambda x, y, lengths: (SOUND(x)[0][..., :1] - y).square().mean(), LENGTHS, x, y
        ),
    ),
    "mask one too long": ("padding", lambda: check_padding(masked_loss(SOUND, 1), LENGTHS, x, y)),
    "mask one too short": ("padding", lambda: check_padding(masked_loss(SOUND, -1), LENGTHS, x, y)),
    "time first": ("batch", lambda: check_batch(gru(batch_first=False), x)),
    "wrong view": (
        "batch",
        lambda: check_batch(lambda x: SOUND(x.view(9, -1, 3).transpose(0, 1)), x),
    ),
    "batch statistics": ("batch", lambda: check_batch(lambda x: x - x.mean(0), x)),
    "constant": ("batch", lambda: check_batch(lambda x: 0 * x + 1, x)),
    "rows have numbers": (
        "permutation",
        lambda: check_permutation(lambda x: SOUND(x)[0] * torch.arange(1, 5)[:, None, None], x),
    ),
    "constant, turned": ("permutation", lambda: check_permutation(lambda x: 0 * x + 1, x)),
    "state ignored": ("chunking", lambda: check_chunking(forgets, x, 3)),
    "states exchanged": ("chunking", lambda: check_chunking(loses_order, x, 3)),
    "no memory": ("chunking", lambda: check_chunking(lambda x, state: (x, state), x, 3)),
    "detach": ("gradient", lambda: check_gradient(Detached(), step_loss, (x, batch(3, D=8)))),
    "frozen": ("reach", lambda: check_reach(Unused(), step_loss, (x, batch(3, D=8)))),
    "sure of itself": (
        "initial loss",
        lambda: check_initial_loss(
            SOUND, lambda model, batch: torch.tensor(5.0), None, math.log(5)
        ),
    ),
    "loss is NaN": (
        "initial loss",
        lambda: check_initial_loss(SOUND, lambda m, b: torch.tensor(math.nan), None, math.log(5)),
    ),
    "deaf learner": (
        "overfit",
        lambda: check_overfit(
            nn.Linear(3, 1),
            lambda model, batch: (model(0 * batch[0]) - batch[1]).square().mean(),
            (x, y),
        ),
    ),
}


class Pick(nn.Module):
    def forward(self, result):
        return result[0]


class Unused(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.spare = gru(), nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.layer(x)[0] + 0 * self.spare, None


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_breaks_its_invariant(name):
    invariant, check = FAULTS[name]
    with pytest.raises(InvariantError) as caught:
        check()
    assert caught.value.invariant == invariant
    assert str(caught.value).startswith(f"{invariant}: ")


def test_as_many_numbers_as_steps_are_not_an_output_for_each_step():
    def last_number_is_of_the_padding(x, lengths):
        outputs = last_state(wide(x)[0], lengths)  # (4, 9), and x has 9 steps
        return torch.cat([outputs[:, :-1], x[:, -1:, 0]], 1)

    torch.manual_seed(0)
    wide = nn.GRU(3, 9, batch_first=True)
    lengths = torch.tensor([8, 4, 1, 7])
    check_padding(pooled(wide), lengths, x)
    with pytest.raises(InvariantError, match="padding changed"):
        check_padding(last_number_is_of_the_padding, lengths, x)


def test_the_slope_is_right_along_every_direction():
    for seed in range(40):
        check_gradient(SOUND, step_loss, (x, batch(3, D=8)), seed=seed)


def test_what_is_frozen_on_purpose_needs_no_gradient():
    model = gru()
    model.bias_hh_l0.requires_grad_(False)
    check_reach(model, step_loss, (x, batch(3, D=8)))


def test_lookahead_allows_so_much_and_no_more():
    ahead = lambda x: SOUND(x)[0].roll(-2, 1)  # noqa: E731
    check_causality(lambda x: ahead(x)[:, :9], x, other, steps=range(1, 7), lookahead=2)
    with pytest.raises(InvariantError, match="before step"):
        check_causality(ahead, x, other, steps=[5], lookahead=1)


def test_messages_say_where_and_by_how_much():
    with pytest.raises(
        InvariantError, match=re.escape("from step 5 on changed outputs before step 5")
    ):
        check_causality(LOOKS_AHEAD, x, other, steps=[5])
    with pytest.raises(InvariantError, match="last real step of array 0"):
        check_padding(masked_loss(SOUND, -1), LENGTHS.clamp(min=2), x, y)
    with pytest.raises(InvariantError, match="spare gets a gradient of norm 0"):
        check_reach(Unused(), step_loss, (x, batch(3, D=8)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_causality(SOUND, x, x), "agree at all steps"),
        (lambda: check_padding(pooled(SOUND), LENGTHS[:2], x), "lengths has shape"),
        (lambda: check_batch(SOUND, x[:1]), "number of rows is 1"),
        (lambda: check_chunking(SOUND, x, 0), "size is 0"),
        (lambda: gap(x, x[:1]), "have shapes"),
        (lambda: check_overfit(SOUND, step_loss, (x, y), steps=0), "steps is 0"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_failures_collects_messages_and_lets_other_errors_through():
    found = failures(
        causality=lambda: check_causality(LOOKS_AHEAD, x, other),
        batch=lambda: check_batch(SOUND, x),
    )
    assert found["causality"].startswith("causality: ") and found["batch"] == ""
    with pytest.raises(ZeroDivisionError):
        failures(bad=lambda: 1 / 0)
