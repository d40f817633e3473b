"""How the assignment of chapter 8 is judged.

The repaired functions are compared with the right ones. The tests that
students write are run on sound and on wrong models, which are made where the
student's code runs; whether they were right to complain is decided outside.
"""

from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise

# --- repairs


def padded(rng, B=4, T=None, layers=1, training=True, shortest=1):
    D, H = int(rng.integers(2, 4)), int(rng.integers(4, 7))
    T = int(rng.integers(7, 11)) if T is None else T
    lengths = rng.integers(shortest, T, B)
    if B > 1:
        lengths[:2] = T - 1, 2  # neither sorted nor equal, and all are padded
        lengths = rng.permutation(lengths)
    return {
        "x": rng.normal(size=(B, T, D)).astype(np.float32),
        "lengths": lengths,
        "H": H,
        "layers": layers,
        "training": training,
        "seed": int(rng.integers(2**31)),
    }


def no_padding(rng):
    made = padded(rng, layers=2)
    return made | {"lengths": np.full_like(made["lengths"], made["x"].shape[1])}


def single_steps(rng):
    made = padded(rng)
    return made | {"lengths": np.ones_like(made["lengths"])}


def summarise(answer, x, lengths, H, layers, training, seed):
    """Return the summary, and in what state the layer and the arguments are left."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    options = {"dropout": 0.5} if layers > 1 else {}
    layer = nn.GRU(
        x.shape[2], H, layers, batch_first=True, bidirectional=True, **options
    ).train(training)
    x, lengths = torch.from_numpy(x), torch.from_numpy(lengths)
    kept = x.clone(), lengths.clone()
    found = answer(layer, x, lengths)
    same = torch.equal(x, kept[0]) and torch.equal(lengths, kept[1])
    return found, found.requires_grad, layer.training == training, same


summary = Exercise(
    "summary",
    through=summarise,
    parts=(
        "the summary",
        "`requires_grad` of the summary",
        "that the layer is in the mode it was found in",
        "that x and lengths are unchanged",
    ),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("sequences of different lengths", partial(padded, training=False)),
        Case("in the middle of training", partial(padded, layers=2)),
        Case("two layers", partial(padded, layers=2, training=False)),
        Case("a sequence alone, padded", partial(padded, B=1, shortest=2)),
        Case("no padding", no_padding),
        Case("sequences of one step", single_steps),
    ],
)


def held_out(rng, sizes=None, training=True, lazy=False, full=False, junk=True):
    D, K = (int(n) for n in rng.integers(3, 6, 2))
    sizes = [3, 3, 3] if sizes is None else sizes
    batches = []
    for B in sizes:
        T = int(rng.integers(6, 12))
        lengths = np.full(B, T) if full else rng.integers(1, T - 1, B)
        y = rng.integers(0, K, (B, T))
        if not junk:
            y[np.arange(T) >= lengths[:, None]] = -1
        batches.append((rng.normal(size=(B, T, D)).astype(np.float32), y, lengths))
    return {
        "batches": batches,
        "K": K,
        "H": int(rng.integers(4, 8)),
        "training": training,
        "lazy": lazy,
        "seed": int(rng.integers(2**31)),
    }


def score(answer, batches, K, H, training, lazy, seed):
    """Return loss and accuracy, and in what state the model and the data are left."""
    import torch
    from torch import nn

    class Tagger(nn.Module):
        def __init__(self, D):
            super().__init__()
            self.layer = nn.GRU(D, H, batch_first=True)
            self.dropout, self.head = nn.Dropout(0.5), nn.Linear(H, K)

        def forward(self, x, state=None):
            states, state = self.layer(x, state)
            return self.head(self.dropout(states)), state

    torch.manual_seed(seed)
    model = Tagger(batches[0][0].shape[2])
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 3  # far from the loss of guessing
    model.train(training)
    batches = [tuple(torch.as_tensor(a) for a in batch) for batch in batches]
    kept = [[a.clone() for a in batch] for batch in batches]
    loss, accuracy = answer(model, iter(batches) if lazy else batches)
    same = all(
        torch.equal(a, b)
        for batch, before in zip(batches, kept, strict=True)
        for a, b in zip(batch, before, strict=True)
    )
    modes = {module.training for module in model.modules()}
    return loss, accuracy, modes == {training}, same


evaluate = Exercise(
    "evaluate",
    through=score,
    parts=(
        "the loss",
        "the accuracy",
        "that the model is in the mode it was found in",
        "that the batches are unchanged",
    ),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("batches of one size", held_out),
        Case("batches of different sizes", partial(held_out, sizes=[5, 1, 3])),
        Case("a single batch", partial(held_out, sizes=[4], training=False)),
        Case("no padding", partial(held_out, full=True, training=False)),
        Case("batches that come one by one", partial(held_out, lazy=True)),
        Case("targets of -1 in the padding", partial(held_out, junk=False)),
    ],
)


def recordings(rng, D=None, constant=False, whole=False, short=False):
    D = int(rng.integers(3, 6)) if D is None else D
    w = int(rng.integers(6, 9))
    cut = w * int(rng.integers(3, 6)) + (0 if whole else int(rng.integers(2, w)))
    T = cut + (w - 2 if short else w * int(rng.integers(2, 4)) + w // 2)
    recording = rng.normal(size=(D, T)).cumsum(1) * rng.uniform(0.5, 20, (D, 1))
    recording += rng.normal(size=(D, 1)) * 50
    if constant:
        recording[int(rng.integers(D)), :cut] = 3.0
    return {"recording": recording, "cut": cut, "w": w}


def unchanged(answer, recording, cut, w):
    """Return both parts, and whether the recording is what it was."""
    kept = recording.copy()
    train, test = answer(recording, cut, w)
    return train, test, bool((recording == kept).all())


prepare = Exercise(
    "prepare",
    through=unchanged,
    parts=("the training windows", "the test windows", "that `recording` is unchanged"),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("a cut between two windows", partial(recordings, whole=True)),
        Case("a cut elsewhere", recordings),
        Case(
            "a feature that is constant in training", partial(recordings, constant=True)
        ),
        Case("one feature", partial(recordings, D=1)),
        Case("a test part shorter than a window", partial(recordings, short=True)),
    ],
)

# --- tests


def verdicts(expected, got, inputs):
    """Say of which models the test is wrong."""
    missed, alarms = [], []
    for name, want, said in zip(inputs["names"], expected, got, strict=True):
        if want != said and want:
            missed.append(f"{name} ({said or 'passes'})")
        elif want != said:
            alarms.append(f"{name} ({said})")
    texts = []
    if missed:
        texts.append(
            f"wrong models not caught by an AssertionError: {'; '.join(missed)}"
        )
    if alarms:
        texts.append(f"false alarm on sound models: {'; '.join(alarms)}")
    return ". ".join(texts) or None


def models(rng, names, sound):
    return {
        "names": rng.permutation([*names, *sound]).tolist(),
        "D": int(rng.integers(3, 5)),
        "H": int(rng.integers(6, 9)),
        "seed": int(rng.integers(2**31)),
    }


def examine_online(answer, names, D, H, seed):
    """Return what the test says of each model: nothing, or the error's name."""
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self, function, *parts):
            super().__init__()
            self.parts, self.function = nn.ModuleList(parts), function

        def forward(self, x):
            return self.function(x, *self.parts)

    def gru(n=D, **options):
        return nn.GRU(n, H, batch_first=True, **options)

    def pad_time(x, before, after):
        return nn.functional.pad(x, (0, 0, before, after))

    def rounded(x, f):
        y = f(x)[0]
        return y + 32 - 32 if x.shape[1] % 2 else y

    def convolution(x, f):
        return f(pad_time(x, 3, 0).mT).mT

    def ahead(x, f, g, n):
        return f(x)[0] + g(pad_time(x, 0, n)[:, n:])

    def last_row(x, f):
        y = f(x)[0]
        return torch.cat([y[:-1], y[-1:] + y[-1:].mean(1, keepdim=True)])

    def chunks(x, f):
        return torch.cat([f(piece)[0] for piece in x.split(8, 1)], 1)

    def starts_from_mean(x, f, g):
        return f(x, g(x.mean(1)).tanh()[None].contiguous())

    def sixteen(x, f):
        return f(torch.cat([x[:, :16], 0 * x[:, 16:]], 1))

    def one_feature(x, f):
        last = x[..., -1:]
        return f(torch.cat([x[..., :-1], last - last.mean(1, keepdim=True)], 2))

    def far_outputs(x, f):
        y = f(x)[0]
        late = torch.arange(x.shape[1])[:, None] >= 16
        return y + late * pad_time(y, 0, 1)[:, 1:]

    def running(x):
        return x.cumsum(1) / torch.arange(1, x.shape[1] + 1)[:, None]

    kept = []

    def keeps(x, f):
        fits = kept and kept[-1].shape[1] == len(x)
        states, last = f(x, kept[-1] if fits else None)
        kept.append(last.detach())
        return states

    def build(name):
        one, two = gru(), nn.Linear(D, H)
        known = {
            "a GRU": lambda: one,
            "an LSTM of two layers": lambda: nn.LSTM(D, H, 2, batch_first=True),
            "outputs in the thousands": lambda: Model(lambda x, f: 5000 * f(x)[0], one),
            "outputs of millionths": lambda: Model(lambda x, f: 1e-6 * f(x)[0], one),
            "a causal convolution": lambda: Model(convolution, nn.Conv1d(D, H, 4)),
            "a layer without memory": lambda: two,
            "a running mean": lambda: Model(running),
            "a GRU with rounding errors": lambda: Model(rounded, one),
            "reads both ways": lambda: gru(bidirectional=True),
            "looks one step ahead": lambda: Model(
                lambda x, f: f(pad_time(x, 0, 1)[:, 1:]), one
            ),
            "looks twelve steps ahead": lambda: Model(
                lambda x, f, g: ahead(x, f, g, 12), one, two
            ),
            "looks ahead, in small numbers": lambda: Model(
                lambda x, f, g: 1e-6 * ahead(x, f, g, 2), one, two
            ),
            "subtracts the mean over time": lambda: Model(
                lambda x, f: f(x - x.mean(1, keepdim=True)), one
            ),
            "divides by the number of steps": lambda: Model(
                lambda x, f: 10 * f(x)[0] / x.shape[1], one
            ),
            "starts from the mean of the inputs": lambda: Model(
                starts_from_mean, one, two
            ),
            "reads chunks of eight both ways": lambda: Model(
                chunks, gru(bidirectional=True)
            ),
            "looks ahead in the last row": lambda: Model(last_row, one),
            "centres one feature over time": lambda: Model(one_feature, one),
            "looks ahead from step 16 on": lambda: Model(far_outputs, one),
            "one step late": lambda: Model(
                lambda x, f: f(pad_time(x, 1, 0)[:, :-1]), one
            ),
            "stops listening after 16 steps": lambda: Model(sixteen, one),
            "constant": lambda: Model(lambda x: torch.ones(*x.shape[:2], H)),
            "keeps its state between calls": lambda: Model(keeps, one),
        }
        return known[name]().eval()

    said = []
    for i, name in enumerate(names):
        torch.manual_seed(seed + i)
        model = build(name)
        try:
            answer(model, D)
        except AssertionError:
            said.append("AssertionError")
        except Exception as error:
            said.append(type(error).__name__)
        else:
            said.append("")
    return said


PLAIN = ["a GRU"]

test_online = Exercise(
    "test_online",
    through=examine_online,
    judge=verdicts,
    cases=[
        Case(
            "the future is read",
            partial(
                models,
                names=[
                    "reads both ways",
                    "looks one step ahead",
                    "subtracts the mean over time",
                    "starts from the mean of the inputs",
                ],
                sound=PLAIN,
            ),
        ),
        Case(
            "the future is read somewhere",
            partial(
                models,
                names=[
                    "reads chunks of eight both ways",
                    "looks ahead in the last row",
                    "centres one feature over time",
                    "looks ahead from step 16 on",
                ],
                sound=PLAIN,
            ),
        ),
        Case(
            "the far future is read",
            partial(models, names=["looks twelve steps ahead"], sound=PLAIN),
        ),
        Case(
            "the end is known",
            partial(models, names=["divides by the number of steps"], sound=PLAIN),
        ),
        Case(
            "the present is not heard",
            partial(
                models,
                names=["one step late", "constant", "stops listening after 16 steps"],
                sound=["a layer without memory"],
            ),
        ),
        Case(
            "large and small numbers",
            partial(
                models,
                names=["looks ahead, in small numbers"],
                sound=["outputs in the thousands", "outputs of millionths"],
            ),
        ),
        Case(
            "something is kept",
            partial(models, names=["keeps its state between calls"], sound=PLAIN),
        ),
        Case(
            "other sound models",
            partial(
                models,
                names=["reads both ways"],
                sound=[
                    "an LSTM of two layers",
                    "a causal convolution",
                    "a layer without memory",
                    "a running mean",
                    "a GRU with rounding errors",
                ],
            ),
        ),
    ],
)


def examine_padding(answer, names, D, H, seed):
    """Return what the test says of each model: nothing, or the error's name."""
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence

    class Model(nn.Module):
        def __init__(self, function, *parts):
            super().__init__()
            self.parts, self.function = nn.ModuleList(parts), function

        def forward(self, x, lengths):
            return self.function(x, lengths, *self.parts)

    def real(x, lengths):
        return (torch.arange(x.shape[1]) < lengths[:, None])[..., None]  # (B, T, 1)

    def at(states, steps):
        return states[torch.arange(len(states)), steps]

    def last(x, n, f):
        return at(f(x)[0], n - 1)

    def packed(x, n, f):
        sequences = pack_padded_sequence(x, n, batch_first=True, enforce_sorted=False)
        return torch.cat([*f(sequences)[1][0][-2:]], 1)

    def alone(x, n, f):
        return torch.cat([f(x[b : b + 1, :m])[1][0] for b, m in enumerate(n.tolist())])

    def masked_mean(x, n, f):
        return (f(x)[0] * real(x, n)).sum(1) / n[:, None]

    def attention(x, n, f):
        states = f(x)[0]
        weight = states.sum(2, keepdim=True).masked_fill(~real(x, n), -torch.inf)
        return (states * weight.softmax(1)).sum(1)

    def rounded(x, n, f):
        y = last(x, n, f)
        return y + 32 - 32 if len(x) == 1 else y

    def masked_sum(x, n, g):
        return g(x * real(x, n)).sum(1) / 4

    def too_far(x, n, f):
        return at(f(x)[0], n.clamp(max=x.shape[1] - 1))

    def longest(x, n, f):
        return f(x)[0][:, n.max() - 1]

    def by_zeros(x, n, f):
        return at(f(x)[0], (x != 0).any(2).sum(1) - 1)

    def both_ways(x, n, f):
        states = f(x)[0]
        return torch.cat([at(states, n - 1)[:, :H], states[:, 0, H:]], 1)

    def not_unsorted(x, n, f):
        n, order = n.sort(descending=True)
        return f(pack_padded_sequence(x[order], n, batch_first=True))[1][0]

    def convolution(x, n, f):
        return at(f(x.mT).mT, n - 1)

    def company(x, n, f):
        mask = real(x, n)
        return last(x - (x * mask).sum((0, 1)) / n.sum(), n, f)

    def softmax_of_zeros(x, n, f):
        states = f(x)[0] * real(x, n)
        return (states * states.sum(2, keepdim=True).softmax(1)).sum(1)

    def build(name):
        one, two = nn.GRU(D, H, batch_first=True), nn.Linear(D, H, bias=False)
        both = nn.GRU(D, H, batch_first=True, bidirectional=True)
        known = {
            "a GRU's last real state": (last, one),
            "an LSTM on packed sequences": (
                packed,
                nn.LSTM(D, H, batch_first=True, bidirectional=True),
            ),
            "each sequence read alone": (alone, one),
            "the mean of the real states": (masked_mean, one),
            "attention to the real states": (attention, one),
            "a GRU with rounding errors": (rounded, one),
            "a sum of the real inputs": (masked_sum, two),
            "outputs in the thousands": (lambda x, n, f: 5000 * last(x, n, f), one),
            "outputs of millionths": (lambda x, n, f: 1e-6 * last(x, n, f), one),
            "the last state of the batch": (lambda x, n, f: f(x)[0][:, -1], one),
            "the same, in small numbers": (lambda x, n, f: 1e-6 * f(x)[0][:, -1], one),
            "the mean of all states": (lambda x, n, f: f(x)[0].mean(1), one),
            "a sum divided by the wrong number": (
                lambda x, n, f: (f(x)[0] * real(x, n)).mean(1),
                one,
            ),
            "zeros get attention": (softmax_of_zeros, one),
            "one step too far": (too_far, one),
            "one step too early": (lambda x, n, f: at(f(x)[0], (n - 2).clamp(0)), one),
            "a mean without the last state": (
                lambda x, n, f: masked_mean(x, (n - 1).clamp(1), f),
                one,
            ),
            "the longest sequence's last step": (longest, one),
            "padding is what is zero": (by_zeros, one),
            "a sum of all inputs": (lambda x, n, f: f(x).sum(1) / 4, two),
            "the way back begins in the padding": (both_ways, both),
            "rows left sorted": (not_unsorted, one),
            "a convolution reaches into the padding": (
                convolution,
                nn.Conv1d(D, H, 3, padding=1),
            ),
            "centred by the batch": (company, one),
            "constant": (lambda x, n: torch.ones(len(x), H),),
        }
        return Model(*known[name]).eval()

    said = []
    for i, name in enumerate(names):
        torch.manual_seed(seed + i)
        model = build(name)
        try:
            answer(model, D)
        except AssertionError:
            said.append("AssertionError")
        except Exception as error:
            said.append(type(error).__name__)
        else:
            said.append("")
    return said


USUAL = ["a GRU's last real state"]

test_padding = Exercise(
    "test_padding",
    through=examine_padding,
    judge=verdicts,
    cases=[
        Case(
            "the padding is read",
            partial(
                models,
                names=[
                    "the last state of the batch",
                    "the mean of all states",
                    "the longest sequence's last step",
                ],
                sound=USUAL,
            ),
        ),
        Case(
            "the border is missed",
            partial(
                models,
                names=["one step too far", "a convolution reaches into the padding"],
                sound=USUAL,
            ),
        ),
        Case(
            "the end is not heard",
            partial(
                models,
                names=[
                    "one step too early",
                    "a mean without the last state",
                    "constant",
                ],
                sound=USUAL,
            ),
        ),
        Case(
            "zeros hide it",
            partial(
                models,
                names=["padding is what is zero", "a sum of all inputs"],
                sound=USUAL,
            ),
        ),
        Case(
            "only the amount matters",
            partial(
                models,
                names=["a sum divided by the wrong number", "zeros get attention"],
                sound=USUAL,
            ),
        ),
        Case(
            "the way back",
            partial(models, names=["the way back begins in the padding"], sound=USUAL),
        ),
        Case(
            "the other rows",
            partial(
                models, names=["rows left sorted", "centred by the batch"], sound=USUAL
            ),
        ),
        Case(
            "large and small numbers",
            partial(
                models,
                names=["the same, in small numbers"],
                sound=["outputs in the thousands", "outputs of millionths"],
            ),
        ),
        Case(
            "other sound models",
            partial(
                models,
                names=["the last state of the batch"],
                sound=[
                    "an LSTM on packed sequences",
                    "each sequence read alone",
                    "the mean of the real states",
                    "attention to the real states",
                    "a GRU with rounding errors",
                    "a sum of the real inputs",
                ],
            ),
        ),
    ],
)


def examine_state(answer, names, D, H, seed):
    """Return what the test says of each model: nothing, or the error's name."""
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self, function, *parts):
            super().__init__()
            self.parts, self.function = nn.ModuleList(parts), function
            self.kept = None

        def forward(self, x, state):
            return self.function(self, x, state, *self.parts)

    def plain(self, x, state, f):
        states, last = f(x, None if state is None else state[None])
        return states, last[0]  # a state of shape (B, H)

    def counts(self, x, state):
        total, n = (torch.zeros_like(x[:, 0]), 0) if state is None else state
        sums = total[:, None] + x.cumsum(1)
        steps = n + torch.arange(1, x.shape[1] + 1)
        return sums / steps[:, None] ** 0.5, [sums[:, -1], n + x.shape[1]]

    def rounded(self, x, state, f):
        states, state = f(x, state)
        return (states + 32 - 32 if x.shape[1] % 2 else states), state

    def scaled(factor):
        def model(self, x, state, f):
            states, state = f(x, state)
            return factor * states, state

        return model

    def deaf(self, x, state, f):
        return f(x)

    def deaf_in_small(self, x, state, f):
        states, state = f(x)
        return 1e-6 * states, state

    def first_state(self, x, state, f):
        return f(x, state)[0], f(x[:, :1], state)[1]

    def before_last(self, x, state, f):
        if x.shape[1] == 1:
            return f(x, state)
        return f(x, state)[0], f(x[:, :-1], state)[1]

    def no_cell(self, x, state, f):
        states, (h, c) = f(x, state)
        return states, (h, torch.zeros_like(c))

    def lower_layer(self, x, state, f):
        states, h = f(x, state)
        return states, torch.stack([h[0], torch.zeros_like(h[1])])

    def rows_turned(self, x, state, f):
        states, h = f(x, state)
        return states, h.flip(1)

    def rows_mixed(self, x, state, f):
        states, h = f(x, state)
        return states, h.mean(1, keepdim=True).expand_as(h).contiguous()

    def single_steps(self, x, state, f):
        states, h = f(x, state)
        return states, h * (x.shape[1] > 1)

    def long_pieces(self, x, state, f):
        pieces = [
            f(piece, None if i else state) for i, piece in enumerate(x.split(10, 1))
        ]
        return torch.cat([states for states, _ in pieces], 1), pieces[-1][1]

    def third_piece(self, x, state, f):
        return f(x, state)[0], f(x)[1]

    def leaks(self, x, state, f):
        fits = self.kept is not None and self.kept.shape[1] == len(x)
        states, last = f(x, self.kept if state is None and fits else state)
        self.kept = last
        return states, last

    def own_state(self, x, state, f):
        states, self.kept = f(x, None if state is None else self.kept)
        return states, self.kept

    def in_place(self, x, state, f):
        states, last = f(x, state)
        if state is None:
            return states, last
        state.copy_(last)
        return states, state

    def forgetful(self, x, state, f):
        return f(x), torch.zeros(len(x))

    def build(name):
        one, two = nn.GRU(D, H, batch_first=True), nn.GRU(D, H, 2, batch_first=True)
        known = {
            "a plain network with a state (B, H)": (
                plain,
                nn.RNN(D, H, batch_first=True),
            ),
            "a running sum with a count": (counts,),
            "a GRU with rounding errors": (rounded, one),
            "outputs in the thousands": (scaled(5000), one),
            "outputs of millionths": (scaled(1e-6), one),
            "ignores the state": (deaf, one),
            "ignores it, in small numbers": (deaf_in_small, one),
            "hands back the first state": (first_state, one),
            "hands back the state before the last": (before_last, one),
            "drops the cell": (no_cell, nn.LSTM(D, H, batch_first=True)),
            "drops the upper layer": (lower_layer, two),
            "turns the rows": (rows_turned, one),
            "mixes the rows": (rows_mixed, one),
            "loses the state of single steps": (single_steps, one),
            "begins anew every ten steps": (long_pieces, one),
            "hands back a state from the start": (third_piece, one),
            "goes on when it should begin": (leaks, one),
            "knows one stream only": (own_state, one),
            "changes the state it is given": (in_place, one),
            "has no memory": (forgetful, nn.Linear(D, H)),
        }
        if name == "a GRU":
            return one
        if name == "an LSTM of two layers":
            return nn.LSTM(D, H, 2, batch_first=True)
        return Model(*known[name]).eval()

    said = []
    for i, name in enumerate(names):
        torch.manual_seed(seed + i)
        model = build(name)
        try:
            answer(model, D)
        except AssertionError:
            said.append("AssertionError")
        except Exception as error:
            said.append(type(error).__name__)
        else:
            said.append("")
    return said


test_state = Exercise(
    "test_state",
    through=examine_state,
    judge=verdicts,
    cases=[
        Case(
            "the state is lost",
            partial(
                models,
                names=[
                    "ignores the state",
                    "drops the cell",
                    "drops the upper layer",
                    "hands back the first state",
                ],
                sound=PLAIN,
            ),
        ),
        Case(
            "the wrong state",
            partial(
                models,
                names=[
                    "hands back the state before the last",
                    "mixes the rows",
                    "turns the rows",
                ],
                sound=PLAIN,
            ),
        ),
        Case(
            "some pieces only",
            partial(
                models,
                names=[
                    "loses the state of single steps",
                    "begins anew every ten steps",
                ],
                sound=PLAIN,
            ),
        ),
        Case(
            "more than two pieces",
            partial(models, names=["hands back a state from the start"], sound=PLAIN),
        ),
        Case(
            "a new stream",
            partial(models, names=["goes on when it should begin"], sound=PLAIN),
        ),
        Case(
            "a state used twice",
            partial(
                models,
                names=["knows one stream only", "changes the state it is given"],
                sound=PLAIN,
            ),
        ),
        Case(
            "no memory",
            partial(models, names=["has no memory"], sound=PLAIN),
        ),
        Case(
            "large and small numbers",
            partial(
                models,
                names=["ignores it, in small numbers"],
                sound=["outputs in the thousands", "outputs of millionths"],
            ),
        ),
        Case(
            "other sound models",
            partial(
                models,
                names=["ignores the state"],
                sound=[
                    "an LSTM of two layers",
                    "a plain network with a state (B, H)",
                    "a running sum with a count",
                    "a GRU with rounding errors",
                ],
            ),
        ),
    ],
)
