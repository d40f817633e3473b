"""How the assignment of chapter 7 is judged.

Sizes, lengths, chains, weights and models are drawn for each student. Padding
is drawn too, and large, so that it cannot come through unseen.
"""

from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise


def kept(answer, **inputs):
    """Return the result, and a code of what each argument holds afterwards."""
    from hashlib import sha256  # the bits themselves would be too long a text

    result = answer(**inputs)
    held = [v.tobytes() for v in inputs.values() if hasattr(v, "tobytes")]
    return result, *(sha256(v).hexdigest() for v in held)


def parts(*names):
    return ["the result", *(f"{name} after the call" for name in names)]


def chain(rng, B=3, T=9, K=4, M=5, sure=1.0):
    """Draw a chain with no symmetry, and symbols that it gave."""
    start, A = rng.dirichlet(np.ones(K)), rng.dirichlet(np.full(K, sure), K)
    return spoken(rng, B, T, start, A, rng.dirichlet(np.full(M, sure), K))


def spoken(rng, B, T, start, A, E):
    def draw(p):  # (B, n), one index for each row
        scale = p.cumsum(-1)
        return (rng.uniform(size=(B, 1)) * scale[:, -1:] >= scale).sum(-1)

    state, seen = draw(np.tile(start, (B, 1))), np.empty((B, T), int)
    for t in range(T):
        seen[:, t], state = draw(E[state]), draw(A[state])
    return {"seen": seen, "start": start, "A": A, "E": E}


def round_and_round(rng, K=4, M=3):
    """Draw a chain that goes round its states, and symbols that some states lack."""
    A, E = np.eye(K)[np.roll(np.arange(K), -1)], rng.dirichlet(np.ones(M), K)
    E[0] = np.eye(M)[int(rng.integers(M))]
    return spoken(rng, 3, 8, rng.dirichlet(np.ones(K)), A, E)


def known_start(rng):
    """Draw a chain whose first state is certain."""
    arguments = chain(rng)
    start = np.eye(4)[int(rng.integers(4))]
    return spoken(rng, 3, 9, start, arguments["A"], arguments["E"])


forecasts = Exercise(
    "forecasts",
    through=kept,
    parts=parts("seen", "start", "A", "E"),
    rtol=1e-4,  # single precision is precise enough
    atol=1e-6,
    cases=[
        Case("a batch of three", chain, weight=2),
        Case("a batch of one", partial(chain, B=1)),
        Case("a single step", partial(chain, T=1), weight=0.5),
        Case("as many symbols as states", partial(chain, M=4)),
        Case("as many of everything", partial(chain, B=4, T=4, M=4)),
        Case("a first state that is certain", known_start),
        Case("probabilities of zero", round_and_round),
        Case("a thousand steps", partial(chain, T=1000, M=6)),
        Case("many steps and few surprises", partial(chain, T=1500, M=8, sure=0.1)),
    ],
)


def padded(rng, B=4, T=7, D=3, padding=None, full=False, fill=True):
    """Draw a batch with ends of all kinds, and padding of its own."""
    lengths = rng.integers(2, T, B) if T > 2 else np.full(B, T)
    if B > 2:
        lengths[:2] = 1, (T if fill or T < 3 else T - 1)
        lengths = rng.permutation(lengths)
    lengths = np.full(B, T) if full else lengths
    x = rng.normal(size=(B, T, D))
    behind = np.arange(T) >= lengths[:, None]
    junk = 5 * rng.normal(size=x.shape)
    x[behind] = junk[behind] if padding is None else padding
    return {"x": x, "lengths": lengths}


def readers(rng, H=4, G=5, **sizes):
    """Draw a padded batch, and the weights of two tanh networks."""
    arguments = padded(rng, **sizes)
    D = arguments["x"].shape[2]
    for name, units in (("ahead", H), ("back", G)):
        arguments["W_" + name] = rng.normal(size=(units, D + units)) / np.sqrt(units)
    return arguments


def read(answer, x, lengths, W_ahead, W_back):
    """Build the two layers, hand them in, and look at the arguments afterwards."""
    import numpy as np

    def layer(W):
        H = len(W)

        def run(x):
            x = np.asarray(x)
            h = np.full((len(x), H), 0.3)  # a first state of its own
            states = np.empty((*x.shape[:2], H))
            for t in range(x.shape[1]):
                h = np.tanh(np.concatenate([x[:, t], h], -1) @ W.T)
                states[:, t] = h
            return states

        return run

    result = answer(x, lengths, layer(W_ahead), layer(W_back))
    return result, x.tobytes().hex(), lengths.tobytes().hex()


read_both = Exercise(
    "read_both",
    through=read,
    parts=parts("x", "lengths"),
    rtol=1e-4,
    atol=1e-6,
    cases=[
        Case("sequences of many lengths", readers, weight=2),
        Case("no sequence as long as the batch", partial(readers, fill=False)),
        Case("a batch of one", partial(readers, B=1)),
        Case("sequences that fill the batch", partial(readers, full=True)),
        Case("as many sequences as steps", partial(readers, B=5, T=5)),
        Case("padding of zeros", partial(readers, padding=0.0)),
        Case("a single step", partial(readers, T=1), weight=0.5),
        Case("one unit", partial(readers, H=1, G=1, D=1), weight=0.5),
        Case("padding of NaN", partial(readers, padding=np.nan)),
    ],
)


def turning(rng, **sizes):
    """Draw lengths whose order and the way back from it are not the same."""
    while True:
        arguments = padded(rng, **({"B": 5, "T": 8} | sizes))
        order = np.argsort(-arguments["lengths"], kind="stable")
        if (np.argsort(order) != order).any():
            return arguments


def many_alike(rng):
    """Draw many sequences of few lengths, so that most of them are equally long."""
    arguments = padded(rng, B=40, T=4, D=2)
    return arguments | {"lengths": rng.integers(1, 4, 40)}


def sorted_ones(rng, longest_first=True):
    lengths = np.sort(rng.choice(np.arange(1, 8), 5, replace=False))
    lengths = lengths[::-1].copy() if longest_first else lengths
    return padded(rng, B=5, T=9) | {"lengths": lengths}


def lengths_alike(rng):
    return padded(rng, full=True) | {"lengths": np.full(4, int(rng.integers(2, 6)))}


pack = Exercise(
    "pack",
    through=kept,
    parts=parts("x", "lengths"),
    cases=[
        Case("sequences of many lengths", turning, weight=2),
        Case("a batch of one", partial(padded, B=1)),
        Case("the longest first already", sorted_ones),
        Case("the longest last", partial(sorted_ones, longest_first=False)),
        Case("many that are equally long", many_alike),
        Case("all equally long, and padded", lengths_alike),
        Case("no sequence as long as the batch", partial(turning, fill=False)),
        Case("sequences that fill the batch", partial(padded, full=True)),
        Case("as many sequences as steps", partial(turning, B=6, T=6)),
        Case("a single step", partial(padded, T=1), weight=0.5),
        Case("padding of NaN", partial(turning, padding=np.nan), weight=0.5),
    ],
)


def packed(make, rng):
    """Draw a batch, and pack it with the library."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence

    arguments = make(rng)
    x, lengths = (torch.tensor(v) for v in arguments.values())
    order = torch.sort(lengths, descending=True, stable=True).indices
    done = pack_padded_sequence(x[order], lengths[order], batch_first=True)
    return {
        "data": done.data.numpy(),
        "batch_sizes": done.batch_sizes.numpy(),
        "order": order.numpy(),
    }


def with_zeros(rng):
    """Draw a batch in which some of the real steps are zero."""
    arguments = turning(rng)
    arguments["x"][rng.uniform(size=(5, 8)) < 0.5] = 0.0
    return arguments


unpack = Exercise(
    "unpack",
    through=kept,
    parts=parts("data", "batch_sizes", "order"),
    cases=[
        Case("sequences of many lengths", partial(packed, turning), weight=2),
        Case("a batch of one", partial(packed, partial(padded, B=1))),
        Case("the longest first already", partial(packed, sorted_ones)),
        Case(
            "the longest last",
            partial(packed, partial(sorted_ones, longest_first=False)),
        ),
        Case("many that are equally long", partial(packed, many_alike)),
        Case("all equally long", partial(packed, lengths_alike)),
        Case("as many as steps", partial(packed, partial(turning, B=6, T=7))),
        Case("a single step", partial(packed, partial(padded, T=1)), weight=0.5),
        Case("rows of one number", partial(packed, partial(turning, D=1)), weight=0.5),
        Case("rows that are zero", partial(packed, with_zeros)),
    ],
)


def pooled(answer, **inputs):
    """Return three plain arrays, and a code of what each argument holds afterwards."""
    from hashlib import sha256

    import numpy as np

    result = answer(**inputs)
    if isinstance(result, (tuple, list)):  # masked arrays are arrays too
        result = tuple(
            np.asarray(v) if isinstance(v, np.ndarray) else v for v in result
        )
    return result, *(sha256(v.tobytes()).hexdigest() for v in inputs.values())


def halves(rng, H=3, below=0.0, size=1.0, **sizes):
    """Draw the states of a layer in both directions, with padding."""
    arguments = padded(rng, D=2 * H, **sizes)
    real = np.arange(arguments["x"].shape[1]) < arguments["lengths"][:, None]
    arguments["x"][real] = size * (arguments["x"][real] - below)
    return {"states": arguments["x"], "lengths": arguments["lengths"]}


pool = Exercise(
    "pool",
    through=pooled,
    parts=parts("states", "lengths"),
    rtol=1e-4,
    atol=1e-6,
    cases=[
        Case("sequences of many lengths", halves, weight=2),
        Case("states that are all negative", partial(halves, below=9.0)),
        Case("states that are all positive", partial(halves, below=-9.0)),
        Case("padding of zeros", partial(halves, below=9.0, padding=0.0)),
        Case("states far below zero", partial(halves, below=9.0, size=1e6), weight=0.5),
        Case("a batch of one", partial(halves, B=1)),
        Case("sequences that fill the batch", partial(halves, full=True)),
        Case("no sequence as long as the batch", partial(halves, fill=False)),
        Case("as many of everything", partial(halves, B=6, T=6)),
        Case("a single step", partial(halves, T=1), weight=0.5),
        Case("one unit a direction", partial(halves, H=1), weight=0.5),
        Case("padding of NaN", partial(halves, padding=np.nan)),
    ],
)


def network(rng, B=3, T=6, D=2, H=4, p=None, **others):
    """Draw a tanh network, inputs, a first state, and the numbers of the masks."""
    shapes = {"x": (B, T, D), "h": (B, H), "W_xh": (H, D), "W_hh": (H, H), "b_h": (H,)}
    arguments = {name: 0.7 * rng.normal(size=s) for name, s in shapes.items()}
    p = float(rng.uniform(0.3, 0.7)) if p is None else p
    # Some units are in and some are out, in both masks; otherwise p would not matter.
    for name, size in (("u_x", (B, D)), ("u_h", (B, H))):
        u = rng.uniform(size=size)
        ends = rng.permuted(np.tile(np.linspace(0.001, 0.999, size[1]), (B, 1)), axis=1)
        arguments[name] = np.where(rng.uniform(size=size) < 0.7, ends, u)
    return arguments | {"p": p} | others


def half_way(rng):
    """Draw numbers that are p, to the bit."""
    arguments = network(rng, p=0.5)
    for name in ("u_x", "u_h"):
        u = arguments[name]
        u[rng.uniform(size=u.shape) < 0.4] = 0.5
        u[0, 0] = 0.5
    return arguments


def all_out(rng):
    arguments = network(rng, p=0.9)
    return arguments | {
        n: 0.9 * rng.uniform(size=arguments[n].shape) for n in ("u_x", "u_h")
    }


def empty_start(rng):
    arguments = network(rng)
    return arguments | {"h": np.zeros_like(arguments["h"])}


noisy_rnn = Exercise(
    "noisy_rnn",
    through=kept,
    parts=parts("x", "h", "W_xh", "W_hh", "b_h", "u_x", "u_h"),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("a batch of three", network, weight=2),
        Case("a first state of zero", empty_start),
        Case("a batch of one", partial(network, B=1)),
        Case("as many of everything", partial(network, B=5, T=5, D=5, H=5)),
        Case("a single step", partial(network, T=1)),
        Case("out of training", partial(network, training=False)),
        Case("training named", partial(network, training=True), weight=0.5),
        Case("no noise", partial(network, p=0.0), weight=0.5),
        Case("little noise", partial(network, H=12, D=9, p=0.1)),
        Case("all units out", all_out, weight=0.5),
        Case("numbers that are p exactly", half_way, weight=0.5),
    ],
)


def suspect(
    rng,
    kind="kernel",
    B=3,
    T=9,
    D=2,
    ahead=None,
    past=2,
    size=1.0,
    below=False,
    even=False,
):
    """Draw two batches, and what a model of a given kind is made of."""
    ahead = int(rng.integers(2, T - 2)) if ahead is None else ahead
    x, other = rng.normal(size=(2, B, T, D))
    if kind == "symbols":
        x = rng.integers(0, 5, (B, T))
        other = (x + rng.integers(1, 5, (B, T))) % 5
    if kind == "one of them":  # it is known by its first number
        signs = np.where(np.arange(B) == rng.integers(1, B), 1, -1)
        x[:, 0, 0], other[:, 0, 0] = (
            signs * abs(x[:, 0, 0]),
            signs * abs(other[:, 0, 0]),
        )
    first = int(rng.integers(1, 3))  # where the first block begins
    weights = rng.normal(size=(D, 3)) + np.sign(rng.normal(size=(D, 3)))
    if below:  # whatever is disturbed, the outputs fall
        weights, other = abs(weights), x - abs(other)
    if even:  # every disturbance changes what the model sees by one
        weights, other = np.ones((D, 3)) / D, x + 1
    made = {"kind": kind, "ahead": ahead, "past": past, "size": size}
    made |= {"weights": weights, "first": first}
    return {"x": x, "other": other, "made": made}


def examined(answer, x, other, made):
    """Build the model, have it examined, and look at the batches afterwards."""
    import numpy as np

    kind, d, size, W = made["kind"], made["ahead"], made["size"], made["weights"]

    def later(z, d):
        """Take the step that is d later; there is nothing beyond the ends."""
        result = np.zeros_like(z)
        T = z.shape[1]
        if abs(d) < T:
            result[:, max(-d, 0) : T - max(d, 0)] = z[:, max(d, 0) : T + min(d, 0)]
        return result

    def read(z, fade=0.8):
        states, h = np.zeros_like(z), np.zeros_like(z[:, 0])
        for t in range(z.shape[1]):
            h = states[:, t] = fade * h + z[:, t]
        return states

    def model(x):
        x = np.array(x)
        if kind == "symbols":
            z = np.array([[0.9], [-0.7], [0.4], [1.3], [-1.1]])[x]
        else:
            z = x @ W
        T = z.shape[1]
        if kind in ("kernel", "symbols"):
            near = sum(later(z, s) for s in range(-made["past"], d)) if d else read(z)
            return near / (1 + d) + size * later(z, d)
        if kind == "read":
            return read(z)
        if kind == "both":
            return np.concatenate([read(z), read(z[:, ::-1])[:, ::-1]], -1)
        if kind == "gap":
            return z + size * later(z, d)
        if kind == "far past":
            return later(z, -d)
        if kind == "square":
            return read(z) + later(z, d) ** 2
        if kind == "end":
            return read(z) + 0.5 * z[:, -1:]
        if kind == "start":  # the first step alone waits for another
            result = read(z)
            result[:, 0] += z[:, d]
            return result
        if kind == "blocks":  # read backwards, block by block
            result = read(z)
            for begin in range(made["first"], T, d + 1):
                block = slice(begin, min(begin + d + 1, T))
                result[:, block] += z[:, block][:, ::-1].cumsum(1)[:, ::-1]
            return result
        if kind == "one of them":
            return read(z) + size * (x[:, :1, :1] > 0) * later(z, d)
        if kind == "one output":
            result = read(z)
            result[..., -1] += later(z, d)[..., -1]
            return result
        if kind == "rounding":  # causal, by way of frequencies
            n, fade = 2 * T, 0.7 ** np.arange(T)[:, None]
            product = np.fft.rfft(z, n, 1) * np.fft.rfft(fade, n, 0)
            return np.fft.irfft(product, n, 1)[:, :T]
        raise ValueError(kind)

    result = answer(model, x, other)
    return result, x.tobytes().hex(), other.tobytes().hex()


look_ahead = Exercise(
    "look_ahead",
    through=examined,
    parts=parts("x", "other"),
    cases=[
        Case("a few steps", suspect, weight=2),
        Case("one step", partial(suspect, ahead=1)),
        Case("a causal network", partial(suspect, kind="read")),
        Case("the past alone", partial(suspect, kind="far past"), weight=0.5),
        Case("both directions", partial(suspect, kind="both", T=13)),
        Case("a far step and none between", partial(suspect, kind="gap")),
        Case("always the last step", partial(suspect, kind="end")),
        Case("the first output alone", partial(suspect, kind="start")),
        Case("block by block", partial(suspect, kind="blocks", T=14, ahead=3)),
        Case("one sequence alone", partial(suspect, kind="one of them")),
        Case("one output alone", partial(suspect, kind="one output")),
        Case("the sign is all the same", partial(suspect, kind="square")),
        Case("very little", partial(suspect, size=3e-9, even=True)),
        Case(
            "very little, in one sequence of a hundred",
            partial(suspect, kind="one of them", B=100, size=5e-9),
        ),
        Case(
            "less than very little",
            partial(suspect, kind="gap", size=3e-10, even=True),
        ),
        Case("outputs that fall", partial(suspect, kind="gap", below=True)),
        Case("rounding", partial(suspect, kind="rounding", T=12)),
        Case("a batch of one", partial(suspect, B=1)),
        Case("as many of everything", partial(suspect, B=6, T=6, D=6)),
        Case("two steps", partial(suspect, T=2, ahead=1), weight=0.5),
        Case("a single step", partial(suspect, T=1, ahead=0), weight=0.5),
        Case("symbols", partial(suspect, kind="symbols")),
    ],
)
