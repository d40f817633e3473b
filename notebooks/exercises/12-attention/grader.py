"""How the assignment of chapter 12 is judged.

Sizes, weights, lengths and models to be searched are drawn for each student. Equal
log-probabilities are sums of quarters, which are exact in any order of adding.
"""

from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise


def kept(answer, **arguments):
    """Return the result, and what the arguments hold afterwards, bit for bit."""
    from hashlib import sha256

    import numpy as np

    result = answer(**arguments)
    results = result if isinstance(result, (tuple, list)) else [result]
    after = (np.ascontiguousarray(v).tobytes() for v in arguments.values())
    return *results, *(sha256(v).hexdigest() for v in after)


def parts(results, arguments):
    return [*results, *(f"{name} after the call" for name in arguments.split())]


def queries(
    rng, B=4, T=3, S=6, Q=2, D=5, H=7, size=1.0, shift=0.0, behind=None, empty=()
):
    """Draw queries and keys of different lengths; the longest is among them."""
    lengths = rng.integers(1, S + 1, B)
    lengths[rng.integers(B)] = S
    lengths[list(empty)] = 0
    keys = rng.normal(size=(B, S, D))
    if behind is not None:
        lengths[B // 2] = min(lengths[B // 2], S - 1)
        keys[np.arange(S) >= lengths[:, None]] = behind
    return {
        "q": rng.normal(size=(B, T, Q)),
        "keys": keys,
        "lengths": lengths,
        "W_q": rng.normal(size=(H, Q)),
        "W_k": rng.normal(size=(H, D)),
        "w": size * rng.normal(size=H) + shift,
    }


def all_full(rng):
    return (made := queries(rng)) | {"lengths": np.full_like(made["lengths"], 6)}


read = Exercise(
    "read",
    through=kept,
    parts=parts(
        ["the array of contexts", "the array of weights"], "q keys lengths W_q W_k w"
    ),
    rtol=1e-4,  # single precision is precise enough
    atol=1e-5,
    cases=[
        Case("no padding", all_full),
        Case("different lengths", queries, weight=2),
        Case("NaN behind the ends", partial(queries, behind=np.nan)),
        Case("infinities behind the ends", partial(queries, behind=np.inf)),
        Case("some rows of length zero", partial(queries, empty=[0, 2])),
        Case("a batch of one", partial(queries, B=1)),
        Case("a single query", partial(queries, T=1)),
        Case("a single place", partial(queries, S=1), weight=0.5),
        Case("all sizes equal", partial(queries, B=4, T=4, S=4, Q=4, D=4, H=4)),
        Case("large fits below zero", partial(queries, size=300.0, shift=-2000.0)),
        Case("large fits above zero", partial(queries, size=300.0, shift=2000.0)),
        Case(
            "rows of length zero, and NaN",
            partial(queries, empty=[1], behind=np.nan),
            weight=0.5,
        ),
    ],
)


def decoder(rng, B=3, T=4, S=5, D=2, H=6, E=7, size=0.7, looks=1.0):
    sizes = {
        "y": (B, T, D),
        "h": (B, H),
        "states": (B, S, E),
        "W_xh": (H, D + H),
        "W_hh": (H, H),
        "b_h": (H,),
        "W_a": (H, E),
        "W_c": (H, E + H),
    }
    made = {name: size * rng.normal(size=shape) for name, shape in sizes.items()}
    return made | {"W_a": looks * made["W_a"]}


write = Exercise(
    "write",
    through=kept,
    parts=parts(
        ["the array of the steps", "the array of weights"],
        "y h states W_xh W_hh b_h W_a W_c",
    ),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("four steps", decoder, weight=2),
        Case("a single step", partial(decoder, T=1)),
        Case("a batch of one", partial(decoder, B=1)),
        Case("a single place", partial(decoder, S=1), weight=0.5),
        Case("all sizes equal", partial(decoder, B=4, T=4, S=4, D=4, H=4, E=4)),
        Case("a single unit", partial(decoder, H=1, E=2)),
        Case("small weights", partial(decoder, size=0.2)),
        Case("large scores", partial(decoder, looks=2000.0)),
    ],
)


def reading(rng, B=4, S=5, D=3, size=1.0):
    return {
        "dc": rng.normal(size=(B, D)),
        "q": size * rng.normal(size=(B, D)),
        "keys": rng.normal(size=(B, S, D)),
    }


read_backward = Exercise(
    "read_backward",
    through=kept,
    parts=parts(["the derivative of q", "the derivative of the keys"], "dc q keys"),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("a batch of four", reading, weight=2),
        Case("a batch of one", partial(reading, B=1)),
        Case("a single place", partial(reading, S=1)),
        Case("a single number in a key", partial(reading, D=1)),
        Case("all sizes equal", partial(reading, B=4, S=4, D=4)),
        Case("queries of zero", partial(reading, size=0.0)),
        Case("more places than numbers", partial(reading, S=30, D=7)),
        Case("large scores", partial(reading, size=5000.0)),
    ],
)


def model(rng, K=3, most=4, width=5, zeros=0.0, quarters=False, end=None, ending=1.0):
    """Draw a model: what follows depends on the place and two symbols before."""
    end = int(rng.integers(K)) if end is None else end
    shape = (most, K + 1, K + 1, K)
    p = rng.gamma(0.7, size=shape) + 1e-6
    p[..., end] *= ending
    table = np.log(p / p.sum(-1, keepdims=True))
    if quarters:
        table = -0.25 * rng.integers(4, 7, shape)
        table[..., end] = -0.25 * rng.integers(4, 20, shape[:-1])
    impossible = rng.random(shape) < zeros
    impossible[..., rng.integers(K)] = False
    table[impossible] = -np.inf
    return {"table": table, "end": end, "most": most, "width": width}


def search(answer, table, end, most, width):
    """Search a model that does not answer what must not be asked."""

    def log_probs(prefix):
        if not isinstance(prefix, tuple):
            raise TypeError("log_probs takes a tuple of symbols")
        symbols = tuple(int(symbol) for symbol in prefix)
        if end in symbols:
            raise ValueError("log_probs was asked about a sequence that has ended")
        if len(symbols) >= most:
            raise ValueError("log_probs was asked about a sequence of `most` symbols")
        last, before = (*reversed(symbols), -1, -1)[:2]
        return table[len(symbols), before, last].copy()

    found = answer(log_probs, end, most, width)
    if not isinstance(found, (list, tuple)) or not all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in found
    ):
        raise TypeError("beam did not return a list of pairs")
    return [list(symbols) for symbols, _ in found], [log_p for _, log_p in found]


beam = Exercise(
    "beam",
    through=search,
    parts=["the list of sequences", "the list of log-probabilities"],
    rtol=1e-5,
    atol=1e-6,
    cases=[
        Case("three symbols, a width of five", model, weight=2),
        Case("as wide as can be", partial(model, width=100)),
        Case("a width of one", partial(model, width=1)),
        Case("many symbols", partial(model, K=9, width=4)),
        Case("two symbols, many steps", partial(model, K=2, most=8, width=3)),
        Case("long sequences", partial(model, K=3, most=8, width=6, ending=0.05)),
        Case(
            "sequences that end early", partial(model, K=4, most=6, width=4, ending=9.0)
        ),
        Case("impossible symbols", partial(model, K=4, zeros=0.6, width=30)),
        Case("equal log-probabilities", partial(model, K=4, width=20, quarters=True)),
        Case("equal ones, a narrow beam", partial(model, K=5, width=7, quarters=True)),
        Case(
            "equal ones, a wide beam",
            partial(model, K=4, most=4, width=999, quarters=True),
        ),
        Case("the end is the last symbol", partial(model, K=4, end=3)),
        Case("the end is the first symbol", partial(model, K=4, end=0)),
        Case("a single step", partial(model, K=6, most=1, width=3)),
    ],
)


def looks(rng, B=5, T=6, S=7, behind=None, even=False, lengths=None, forward=False):
    n = rng.integers(2, T + 1, B) if T > 1 else np.ones(B, dtype=int)
    n[rng.integers(B)] = T
    if lengths is not None:
        n[: len(lengths)] = lengths
    weights = rng.dirichlet(np.full(S, 0.4), size=(B, T))
    if even:  # a few places share the largest weight
        weights = rng.integers(1, 3, (B, T, S)).astype(float)
        weights /= weights.sum(-1, keepdims=True)
    if forward:
        weights = np.take_along_axis(
            weights, np.argsort(weights.argmax(2), axis=1)[:, :, None], axis=1
        )
    if behind is not None:
        n[-1] = min(n[-1], T - 1)
        weights[np.arange(T) >= n[:, None]] = behind
    return {"weights": weights, "lengths": n}


gaze = Exercise(
    "gaze",
    through=kept,
    parts=parts(["the array of mean places", "the array of shares"], "weights lengths"),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("different lengths", looks, weight=2),
        Case("a gaze that never goes back", partial(looks, forward=True)),
        Case("NaN behind the ends", partial(looks, behind=np.nan)),
        Case("infinities behind the ends", partial(looks, behind=np.inf), weight=0.5),
        Case("lengths of none and one", partial(looks, lengths=[0, 1, 2])),
        Case("equal weights", partial(looks, even=True)),
        Case("a batch of one", partial(looks, B=1)),
        Case("a single step", partial(looks, T=1), weight=0.5),
        Case("a single place", partial(looks, S=1), weight=0.5),
        Case("all sizes equal", partial(looks, B=5, T=5, S=5)),
        Case("many short ones", partial(looks, B=20, T=4, S=3)),
    ],
)
