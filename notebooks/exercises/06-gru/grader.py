"""How the assignment of chapter 6 is judged.

Sizes, weights, lengths and budgets are drawn for each student. Many weights of
a two-state unit are right, so the unit is run outside and its states compared.
"""

from functools import partial
from math import tanh

import numpy as np

from rnncourse.grading.exercise import Case, Exercise

FORMS = [
    [order, place, sense]
    for order in ("rzn", "zrn")
    for place in ("before", "after")
    for sense in ("keeps", "replaces")
]


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


def weights(rng, D, H, scale=1.0):
    """Draw the weights of a GRU, as torch has them."""
    sizes = {"W_xh": (3 * H, D), "W_hh": (3 * H, H), "b_xh": (3 * H,), "b_hh": (3 * H,)}
    return {name: scale * rng.normal(size=size) for name, size in sizes.items()}


def batch(rng, B=6, T=8, D=None, H=None, scale=1.0, behind=None):
    """Draw sequences of different lengths; the longest, and one empty, among them."""
    D = int(rng.integers(2, 4)) if D is None else D
    H = D + 1 + int(rng.integers(2)) if H is None else H
    lengths = rng.integers(1, T, B) if T > 1 else np.ones(B, int)
    lengths[int(rng.integers(B))] = T
    x = rng.normal(size=(B, T, D))
    if behind is not None:
        x[np.arange(T) >= lengths[:, None]] = behind
    h = 1.5 * rng.normal(size=(B, H))
    return {"x": x, "lengths": lengths, "h": h, **weights(rng, D, H, scale)}


def all_full(rng):
    return (made := batch(rng)) | {"lengths": np.full_like(made["lengths"], 8)}


def none_full(rng):
    made = batch(rng, behind=np.nan)
    return made | {"lengths": np.minimum(made["lengths"], 5)}


def some_empty(rng):
    made = batch(rng)
    made["lengths"][:2] = 0
    return made


def all_empty(rng):
    return (made := batch(rng)) | {"lengths": 0 * made["lengths"]}


read = Exercise(
    "read",
    through=kept,
    parts=parts(
        ["the array of states", "the array of last states"],
        "x lengths h W_xh W_hh b_xh b_hh",
    ),
    rtol=1e-4,  # single precision is precise enough
    atol=1e-5,
    cases=[
        Case("sequences of one length", all_full),
        Case("different lengths", batch, weight=2),
        Case("NaN behind the ends", partial(batch, behind=np.nan)),
        Case("infinities behind the ends", partial(batch, behind=-np.inf)),
        Case("no sequence reaches the last step", none_full),
        Case("some sequences without steps", some_empty),
        Case("a batch of one", partial(batch, B=1)),
        Case("a single step", partial(batch, T=1), weight=0.5),
        Case(
            "as many inputs as units, steps and rows",
            partial(batch, B=4, T=4, D=4, H=4),
        ),
        Case("a single unit", partial(batch, D=2, H=1)),
        Case("saturated gates", partial(batch, scale=200.0)),
        Case("a long batch", partial(batch, T=150), weight=0.5),
        Case("no steps at all", all_empty, weight=0.5),
    ],
)


def elsewhere(rng, D=None, H=None, dtype=float):
    D = int(rng.integers(2, 6)) if D is None else D
    H = D + 1 + int(rng.integers(3)) if H is None else H
    sizes = {"kernel": (D, 3 * H), "recurrent": (H, 3 * H), "bias": (2, 3 * H)}
    return {name: rng.normal(size=size).astype(dtype) for name, size in sizes.items()}


to_torch = Exercise(
    "to_torch",
    through=kept,
    parts=parts(["the result"], "kernel recurrent bias"),
    rtol=0,  # not a rounding error
    atol=0,
    cases=[
        Case("more units than inputs", elsewhere),
        Case("more inputs than units", partial(elsewhere, D=7, H=3)),
        Case("as many inputs as units", partial(elsewhere, D=3, H=3)),
        Case("as many inputs as all blocks have rows", partial(elsewhere, D=6, H=2)),
        Case("a single unit", partial(elsewhere, D=2, H=1)),
        Case("single precision", partial(elsewhere, dtype=np.float32), weight=0.5),
    ],
)


def layers(rng, D=None, H=None, scale=1.0, silent=(), reset=0.0, update=0.0):
    """Draw a layer of each of the eight forms; gates with a bias, if wanted."""
    drawn = []
    for form in rng.permutation(FORMS).tolist():
        inputs = int(rng.integers(2, 4)) if D is None else D
        units = inputs + 1 + int(rng.integers(3)) if H is None else H
        made = weights(rng, inputs, units, scale)
        # With one unit the place shows in this bias alone, so it is not small.
        made["b_hh"][2 * units :] += scale * np.sign(made["b_hh"][2 * units :])
        gates = (reset, update) if form[0] == "rzn" else (update, reset)
        made["b_xh"][: 2 * units] += np.repeat(gates, units)
        for name in silent:
            made[name] *= 0.0
        drawn.append({"form": form, **made})
    return {"drawn": drawn}


def ask(answer, drawn):
    """Ask about each layer, and look what the weights are afterwards."""
    from hashlib import sha256

    import numpy as np

    def step_of(form, weights):
        order, place, sense = form
        W_xh, W_hh, b_xh, b_hh = (w.copy() for w in weights)
        H = W_hh.shape[1]

        def step(x_t, h):
            x_t, h = np.array(x_t, dtype=float), np.array(h, dtype=float)
            if x_t.ndim != 2 or h.ndim != 2:
                raise ValueError("step takes a batch: x_t of (B, D), and h of (B, H)")
            heard, said = x_t @ W_xh.T + b_xh, h @ W_hh.T + b_hh
            gates = 0.5 + 0.5 * np.tanh(0.5 * (heard + said)[:, : 2 * H])
            r, z = gates[:, :H], gates[:, H:]
            if order == "zrn":
                r, z = z, r
            p = r * said[:, 2 * H :]
            if place == "before":
                p = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
            n = np.tanh(heard[:, 2 * H :] + p)
            return z * h + (1 - z) * n if sense == "keeps" else (1 - z) * h + z * n

        return step

    found, after = [], []
    for layer in drawn:
        given = [layer[name] for name in ("W_xh", "W_hh", "b_xh", "b_hh")]
        words = answer(step_of(layer["form"], given), *given)
        if not isinstance(words, (list, tuple)) or len(words) != 3:
            raise TypeError(f"identify returned {words!r:.60}, expected three words")
        found.append([str(w) if isinstance(w, str) else w for w in words])
        after.append([sha256(w.tobytes()).hexdigest() for w in given])
    return *map(list, zip(*found, strict=True)), after


identify = Exercise(
    "identify",
    through=ask,
    parts=[
        "the list of the orders that you found",
        "the list of the places of the reset gate that you found",
        "the list of the senses of z that you found",
        "the weights after the calls",
    ],
    cases=[
        Case("one layer of each form", layers, weight=2),
        Case("as many inputs as units", partial(layers, D=3, H=3)),
        Case("a single unit and a single input", partial(layers, D=1, H=1)),
        Case("no recurrent bias", partial(layers, silent=["b_hh"])),
        Case("no bias", partial(layers, silent=["b_xh", "b_hh"])),
        Case("small weights", partial(layers, scale=0.01)),
        Case("a reset gate nearly open", partial(layers, reset=22.0)),
        Case("a reset gate nearly shut", partial(layers, reset=-22.0)),
        Case("an update gate nearly open", partial(layers, update=22.0)),
        Case("an update gate nearly shut", partial(layers, update=-22.0)),
    ],
)


def step(rng, B=3, D=None, H=None, size=1.0, z=0.0):
    D = int(rng.integers(2, 4)) if D is None else D
    H = D + 2 + int(rng.integers(2)) if H is None else H
    made = weights(rng, D, H)
    b = made["b_xh"] + np.repeat([0.0, z, 0.0], H)
    return {
        "dh": rng.normal(size=(B, H)),
        "x_t": rng.normal(size=(B, D)),
        "h": size * rng.normal(size=(B, H)),
        "W_xh": made["W_xh"],
        "W_hh": made["W_hh"],
        "b": b,
    }


step_backward = Exercise(
    "step_backward",
    through=kept,
    parts=parts(
        [f"the derivative of {name}" for name in ("x_t", "h", "W_xh", "W_hh", "b")],
        "dh x_t h W_xh W_hh b",
    ),
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("a batch of three", step, weight=2),
        Case("a batch of one", partial(step, B=1)),
        Case("as many inputs as units and rows", partial(step, B=3, D=3, H=3)),
        Case("a single unit", partial(step, D=2, H=1)),
        Case("states beyond one", partial(step, size=3.0)),
        Case("an update gate nearly open", partial(step, z=8.0)),
        Case("an update gate nearly shut", partial(step, z=-8.0)),
        Case("states of zero", partial(step, size=0.0), weight=0.5),
        Case("saturated gates", partial(step, size=2000.0), weight=0.5),
    ],
)

KINDS = {"RNN": 1, "GRU": 3, "LSTM": 4}


def network(rng, several=False, bias=True, both=False, largest=40):
    """Draw a network; what is as the function has it by default is not named."""
    options = {"layers": int(rng.integers(3, 6))} if several else {}
    options |= {} if bias else {"bias": False}
    options |= {"both": True} if both else {}
    D, H = (int(n) for n in rng.choice(np.arange(2, largest), 2, replace=False))
    return {"D": D, "H": H, **options}


def each_kind(answer, D, H, **options):
    kinds = "RNN", "GRU", "LSTM"
    return tuple(n for kind in kinds for n in answer(kind, D, H, **options))


shapes = {
    "one layer": {},
    "one layer without biases": {"bias": False},
    "several layers": {"several": True},
    "several layers without biases": {"several": True, "bias": False},
    "both directions": {"both": True},
    "both directions without biases": {"both": True, "bias": False},
    "several layers in both directions": {"several": True, "both": True},
    "all three": {"several": True, "both": True, "bias": False},
}

cost = Exercise(
    "cost",
    through=each_kind,
    parts=[
        f"the count of {what} of the {kind}"
        for kind in KINDS
        for what in ("parameters", "multiplications")
    ],
    rtol=0,
    atol=0,
    cases=[
        *(Case(name, partial(network, **options)) for name, options in shapes.items()),
        Case("a single unit", lambda rng: network(rng) | {"H": 1}, weight=0.5),
        Case("a very wide network", partial(network, largest=10**7), weight=0.5),
    ],
)


def parameters(kind, D, H, layers=1, bias=True, both=False):
    """Count as torch does; budgets that are met exactly are drawn with it."""
    ways, total, heard = 1 + both, 0, D
    for _ in range(layers):
        total += KINDS[kind] * ways * H * (heard + H + 2 * bias)
        heard = ways * H
    return total


def budgets(rng, largest=None, tight=0, **options):
    """Draw a budget for each kind that a width meets, or misses by one."""
    made = network(rng, **options)
    D, rest = made["D"], {k: v for k, v in made.items() if k not in ("D", "H")}
    H = int(rng.integers(largest // 2, largest) if largest else rng.integers(3, 200))
    asked = [[k, parameters(k, D, H, **rest) - tight] for k in KINDS]
    return {"asked": asked, "D": D, **rest}


def too_small(rng):
    D = network(rng)["D"]
    short = {"RNN": D + 3, "GRU": 1, "LSTM": 1}  # nothing is left for the RNN
    return {"asked": [[k, parameters(k, D, 1) - n] for k, n in short.items()], "D": D}


def one_unit(rng):
    D = network(rng)["D"]
    return {"asked": [[k, parameters(k, D, 1)] for k in KINDS], "D": D}


def each_budget(answer, asked, D, **options):
    return tuple(answer(kind, D, budget, **options) for kind, budget in asked)


widest = Exercise(
    "widest",
    through=each_budget,
    parts=[f"the width of the {kind}" for kind in KINDS],
    uses=["cost"],
    cases=[
        *(
            Case(f"{name}, met exactly", partial(budgets, **options))
            for name, options in shapes.items()
        ),
        Case("one parameter is missing", partial(budgets, tight=1)),
        Case("a few parameters are left", partial(budgets, tight=-2)),
        Case("several layers, one is missing", partial(budgets, tight=1, several=True)),
        Case("just one unit", one_unit, weight=0.5),
        Case("not even one unit", too_small, weight=0.5),
        # Last, since a loop over all widths does not come back from them.
        Case("a huge budget, met exactly", partial(budgets, largest=4 * 10**8)),
        Case(
            "a huge budget, one is missing",
            partial(budgets, largest=4 * 10**8, tight=1),
        ),
    ],
)

EFFECTS = ["set", "clear", "hold", "flip"]


def machine(rng, effects=EFFECTS, more=0, rest=0, T=2000):
    """Draw a machine and a word; with ``rest``, one symbol many times in between."""
    chosen = [str(e) for e in [*effects, *rng.choice(effects, more)]]
    effects = [chosen[k] for k in rng.permutation(len(chosen))]
    word = rng.integers(0, len(effects), T)
    if rest:
        word = np.insert(word, T // 2, np.full(rest, effects.index("hold")))
    return {"effects": effects, "word": word, "start": int(rng.choice([-1, 1]))}


def weights_of(answer, effects, word, start):
    """Return the weights, which do not depend on the word, and the list afterwards."""
    return answer(effects), effects


def moved(effect, state):
    return {"set": 1, "clear": -1, "hold": state, "flip": -state}[effect]


def unit(given, word, state):
    """Return the states of one GRU unit of the given weights."""
    W_xh, W_hh, b_xh, b_hh = (np.asarray(w, dtype=float) for w in given)
    heard, (u_r, u_z, u_n) = (W_xh.T + b_xh).tolist(), W_hh[:, 0].tolist()
    c_r, c_z, c_n = b_hh.tolist()
    states = []
    for symbol in word.tolist():
        x_r, x_z, x_n = heard[symbol]
        r = 0.5 + 0.5 * tanh(0.5 * (x_r + u_r * state + c_r))
        z = 0.5 + 0.5 * tanh(0.5 * (x_z + u_z * state + c_z))
        state = (1 - z) * tanh(x_n + r * (u_n * state + c_n)) + z * state
        states.append(state)
    return np.array(states)


def near(end, wanted):
    """Say where a state came to, in words that do not depend on every digit."""
    place = f"{round(end):+d}" if round(end) else "0"
    return f"near {place}" + ", but not within 0.01" * (round(end) == wanted)


def is_the_machine(expected, got, inputs):
    """Run the unit of the given weights: whichever follow the machine are right."""
    given, after = got
    effects, K = inputs["effects"], len(inputs["effects"])
    if after != effects:
        return "effects was changed"
    if not isinstance(given, (tuple, list)) or len(given) != 4:
        return "expected four arrays, W_xh, W_hh, b_xh and b_hh"
    if not all(isinstance(w, np.ndarray) and w.dtype.kind in "fiu" for w in given):
        return "expected NumPy arrays of real numbers"
    if [w.shape for w in given] != [(3, K), (3, 1), (3,), (3,)]:
        return "expected shapes (3, K), (3, 1), (3,) and (3,)"
    if not all(np.isfinite(w).all() for w in given):
        return "a weight is not a finite number"
    wrong = set()
    for k, effect in enumerate(effects):
        for state in (1, -1):
            end, wanted = (
                float(unit(given, np.array([k]), state)[0]),
                moved(effect, state),
            )
            if abs(end - wanted) >= 0.01:
                wrong.add(f"{effect} at {state:+d} ends {near(end, wanted)}")
    if wrong:
        return "after one symbol: " + "; ".join(sorted(wrong))
    state, states = inputs["start"], []
    for k in inputs["word"].tolist():
        state = moved(effects[k], state)
        states.append(state)
    off = np.abs(unit(given, inputs["word"], inputs["start"]) - states)
    if off.max() >= 0.01:
        return "each symbol alone is right, but over a long word the state drifts away"
    return None


two_states = Exercise(
    "two_states",
    through=weights_of,
    judge=is_the_machine,
    cases=[
        Case("one symbol of each kind", machine, weight=2),
        Case("several symbols of a kind", partial(machine, more=4)),
        Case("hold and flip alone", partial(machine, effects=["hold", "flip"])),
        Case("a long rest", partial(machine, rest=8000)),
        Case("nothing holds", partial(machine, effects=["set", "clear", "flip"])),
        Case("nothing flips", partial(machine, effects=["set", "clear", "hold"])),
        Case("a single symbol, which flips", partial(machine, effects=["flip"])),
    ],
)
