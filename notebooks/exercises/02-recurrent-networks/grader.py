"""How the assignment of chapter 2 is judged.

Sizes and weights are drawn for each student. Streams and gradients are looked
at where the student's code runs; what a network of set weights does is worked
out here, outside.
"""

from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise


def weights(rng, D, H):
    shapes = {"W_xh": (H, D), "W_hh": (H, H), "b_h": (H,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def step(rng, B=3, D=3, H=4, each=False):
    a = rng.uniform(0.1, 0.9, H) if each else float(rng.uniform(0.1, 0.9))
    x_t, h = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    return {"x_t": x_t, "h": h, **weights(rng, D, H), "a": a}


def kept(answer, **arguments):
    """Return the new state, and what the arguments hold afterwards, bit for bit."""
    import numpy as np

    result = answer(**arguments)
    return result, *(np.asarray(v).tobytes().hex() for v in arguments.values())


def names_of_parts(*arguments):
    return ["the result", *(f"{name} after the call" for name in arguments)]


leaky_step = Exercise(
    "leaky_step",
    through=kept,
    parts=names_of_parts("x_t", "h", "W_xh", "W_hh", "b_h", "a"),
    rtol=1e-4,  # single precision is precise enough
    atol=1e-5,
    cases=[
        Case("one leak", step),
        Case("a leak for each unit", partial(step, each=True)),
        Case("a batch of one", partial(step, B=1)),
        Case("as many inputs as units", partial(step, D=4)),
    ],
)


def numbers(rng, T=7):
    a, b = rng.integers(2, 5, 2).tolist()
    return {"x": rng.integers(1, 9, T).tolist(), "a": a, "b": b}


def fold(answer, x, a, b):
    """Return the states, and how much of the stream each step had been given."""
    read, at_step = [], []

    def stream():
        for x_t in x:
            read.append(x_t)
            yield x_t

    def step(s, x_t):
        at_step.append(len(read))
        return a * s + b * x_t

    return answer(step, 1, stream()), at_step


scan = Exercise(
    "scan",
    through=fold,
    parts=["the result", "how much of the stream was read at each step"],
    cases=[
        Case("a stream of seven", numbers),
        Case("a stream of one", partial(numbers, T=1), weight=0.25),
        Case("an empty stream", partial(numbers, T=0), weight=0.25),
    ],
)


def series(rng, T=9):
    return {"x": rng.normal(3, 2, T).tolist()}


def streamed(answer, x):
    """Hand the numbers over one by one: there is no length, and no second look."""
    return answer(iter(x))


running_mean = Exercise(
    "running_mean",
    through=streamed,
    cases=[
        Case("nine numbers", series),
        Case("one number", partial(series, T=1), weight=0.25),
        Case("no number", partial(series, T=0), weight=0.25),
    ],
)


def sizes(rng, layers=1, both=False, scale=1):
    D, H, K = (int(n) * scale for n in rng.integers(2, 30, 3))
    return {"D": D, "H": H, "K": K, "layers": layers, "bidirectional": both}


def defaults(rng):
    return {name: value for name, value in sizes(rng).items() if name in "DHK"}


parameters = Exercise(
    "parameters",
    cases=[
        Case("neither layers nor directions named", defaults),
        Case("one layer", sizes),
        Case("two layers", partial(sizes, layers=2)),
        Case("four layers", partial(sizes, layers=4)),
        Case("both directions", partial(sizes, both=True)),
        Case("three layers in both directions", partial(sizes, layers=3, both=True)),
        # A layer of this size fits into no address space, so it can only be counted.
        Case("millions of units", partial(sizes, scale=10**7), weight=3),
    ],
)


def chunked(rng, kind="RNN", cuts=None):
    B, D, H = (int(n) for n in rng.integers(2, 5, 3))
    cuts = [int(n) for n in rng.integers(1, 5, 4)] if cuts is None else cuts
    x = rng.normal(size=(B, sum(cuts), D)).astype(np.float32)
    return {
        "x": x,
        "cuts": cuts,
        "H": H,
        "kind": kind,
        "seed": int(rng.integers(2**31)),
    }


def read(answer, x, cuts, H, kind, seed):
    """Return states, chunks read at each, and which ones the last gradient met."""
    import torch
    from torch import nn

    from rnncourse.models.rnn import RNN

    torch.manual_seed(seed)
    D = x.shape[2]
    layer = RNN(D, H) if kind == "RNN" else getattr(nn, kind)(D, H, batch_first=True)
    chunks = [
        c.clone().requires_grad_() for c in torch.from_numpy(x).split(cuts, dim=1)
    ]
    asked, states, calls = [], [], []
    forward = layer.forward  # what both `layer(x)` and `layer.forward(x)` end in

    def recorded(chunk, *rest, **named):
        calls.append(chunk.shape[1])
        return forward(chunk, *rest, **named)

    layer.forward = recorded

    def stream():
        for chunk in chunks:
            asked.append(chunk)
            yield chunk

    counts = []
    for part in answer(layer, stream()):
        states.append(part)
        counts.append(len(asked))
    if states and states[-1].requires_grad:
        states[-1].sum().backward()
    met = [chunk.grad is not None for chunk in chunks]
    return [part.detach() for part in states], counts, met, calls


read_stream = Exercise(
    "read_stream",
    through=read,
    parts=[
        "what is yielded",
        "how many chunks were read at each",
        "which chunks the gradient of the last one reaches",
        "what the layer was given to read",
    ],
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("the course's RNN", chunked),
        Case("a GRU", partial(chunked, kind="GRU")),
        Case("an LSTM, whose state is a pair", partial(chunked, kind="LSTM")),
        Case("a single chunk", partial(chunked, cuts=[3]), weight=0.25),
    ],
)


def padded(rng, B=4, T=6, shortest=0, fill=np.nan):
    D, H = (int(n) for n in rng.integers(2, 6, 2))
    lengths = rng.integers(shortest, T, B)
    lengths[0] = T - 1  # a step of padding after the longest one too
    x = rng.normal(size=(B, T, D))
    for row, n in zip(x, lengths, strict=True):
        row[n:] = fill
    return {"x": x, "lengths": lengths, **weights(rng, D, H)}


def whole(rng):
    arguments = padded(rng, fill=0.0)
    arguments["x"] = rng.normal(size=arguments["x"].shape)
    arguments["lengths"][:] = arguments["x"].shape[1]
    return arguments


final_states = Exercise(
    "final_states",
    through=kept,
    parts=names_of_parts("x", "lengths", "W_xh", "W_hh", "b_h"),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("padding of NaN", partial(padded, shortest=1)),
        Case("padding of zeros", partial(padded, shortest=1, fill=0.0)),
        Case("sequences of length zero", lambda rng: _with_an_empty_one(padded(rng))),
        Case("a batch of one", partial(padded, B=1)),
        Case("no padding", whole),
    ],
)


def _with_an_empty_one(arguments):
    arguments["lengths"][-1] = 0
    arguments["x"][-1] = np.nan
    return arguments


def bits(rng, first, T=200, often=0.1):
    """Draw a stream whose first one stands at step ``first`` (at T: none)."""
    stream = (rng.random(T) < often).astype(int)
    stream[:first] = 0
    stream[first : first + 1] = 1
    return {"stream": stream.tolist()}


def remembers(expected, got, inputs):
    """Run the unit of the given weights: whichever do it are right."""
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        return "expected three arrays, W_xh, W_hh and b_h"
    if not all(isinstance(part, np.ndarray) for part in got):
        return "expected NumPy arrays, neither lists nor tensors nor numbers"
    if any(part.dtype.kind not in "fiu" for part in got):
        return "expected arrays of real numbers"
    if [getattr(part, "shape", None) for part in got] != [(1, 1), (1, 1), (1,)]:
        return "expected shapes (1, 1), (1, 1) and (1,)"
    w, u, b = (float(part.ravel()[0]) for part in got)
    h, seen, states, wanted = 0.0, False, [], []
    for bit in inputs["stream"]:
        h, seen = np.tanh(w * bit + u * h + b), seen or bool(bit)
        states.append(h)
        wanted.append(seen)
    states, wanted = np.array(states), np.array(wanted)
    if (states[~wanted] >= 0).any():
        return "the state is not negative at every step before the first one"
    if wanted.any() and not states[wanted][0] > 0:
        return "the state does not become positive at the first one"
    if (states[wanted] <= 0).any():
        return "the state is right at the first one and turns negative later"
    if not (np.abs(states[2:]) > 0.8).all():
        return "the signs are right, but |h| is not above 0.8 from the third step on"
    return None


def asked(answer, stream):
    """Return the weights: they do not depend on the stream."""
    return answer()


ever = Exercise(
    "ever",
    through=asked,
    judge=remembers,
    cases=[
        Case("nothing happens", partial(bits, first=200)),
        Case(
            "one at the start, then nothing", partial(bits, first=0, T=1000, often=0.0)
        ),
        Case(
            "a late one",
            lambda rng: bits(rng, first=int(rng.integers(50, 150)), often=0.0),
        ),
        Case(
            "many ones",
            lambda rng: bits(rng, first=int(rng.integers(3, 20)), often=0.5),
        ),
    ],
)
