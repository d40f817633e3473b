"""How the assignment of chapter 5 is judged.

Sizes, weights and inputs are drawn for each student, all sizes different. Many
weights make a latch, so what they do is looked at, outside.
"""

from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise


def parameters(rng, D, H, scale=1.0):
    shapes = {
        "W_ih": (4 * H, D),
        "W_hh": (4 * H, H),
        "b_ih": (4 * H,),
        "b_hh": (4 * H,),
    }
    return {name: scale * rng.normal(size=s) for name, s in shapes.items()}


def sequences(rng, B=3, T=7, D=2, H=5, scale=1.0, whole=False, empty=False):
    """Draw a batch whose fillings are no numbers, and states before the first step."""
    x = rng.normal(size=(B, T, D))
    lengths = rng.integers(1, T + 1, B)
    lengths[int(rng.integers(B))] = T
    if whole:
        lengths[:] = T
    elif B > 1:
        lengths[lengths.argmin()] = 1
    x[np.arange(T) >= lengths[:, None]] = np.nan
    h, c = (0.0 if empty else 1.0) * rng.normal(size=(2, B, H))
    states = {"x": x, "lengths": lengths, "h": np.tanh(h), "c": c}
    return states | parameters(rng, D, H, scale)


def short(rng):
    """Draw sequences that all end before the last step, filled with numbers."""
    arguments = sequences(rng, B=4, T=6, D=3, H=2)
    arguments["lengths"] = rng.integers(2, 5, 4)
    return arguments | {"x": rng.normal(size=(4, 6, 3))}


def kept(answer, **arguments):
    """Return the results, and which arguments were changed."""
    before = {
        name: v.tobytes() for name, v in arguments.items() if hasattr(v, "tobytes")
    }
    result = answer(**arguments)
    return (
        *result,
        [name for name, v in before.items() if arguments[name].tobytes() != v],
    )


def kept_one(answer, **arguments):
    """Return the result, and which arguments were changed."""
    before = {
        name: v.tobytes() for name, v in arguments.items() if hasattr(v, "tobytes")
    }
    result = answer(**arguments)
    return result, [
        name for name, v in before.items() if arguments[name].tobytes() != v
    ]


close = {"rtol": 1e-4, "atol": 1e-5}  # single precision is precise enough

lstm_forward = Exercise(
    "lstm_forward",
    through=kept,
    parts=["the states", "h", "c", "the list of changed arguments"],
    cases=[
        Case("sequences of one length", partial(sequences, whole=True), weight=2),
        Case("sequences of different lengths", partial(sequences, B=4), weight=2),
        Case("all shorter than the batch", short),
        Case("states of zero", partial(sequences, empty=True), weight=0.5),
        Case("a batch of one", partial(sequences, B=1)),
        Case("a single step", partial(sequences, T=1, B=2), weight=0.5),
        Case("a single unit", partial(sequences, H=1, D=4)),
        Case("saturated gates", partial(sequences, scale=30.0)),
        Case("a hundred steps", partial(sequences, T=100)),
    ],
    **close,
)


def step(rng, B=3, D=2, H=5, scale=1.0, dh=1.0, dc=1.0, before=1.0):
    arguments = parameters(rng, D, H, scale)
    b = arguments.pop("b_ih") + arguments.pop("b_hh")
    states = {n: s * rng.normal(size=(B, H)) for n, s in [("dh", dh), ("dc", dc)]}
    states |= {"x": rng.normal(size=(B, D))}
    states |= {n: before * rng.normal(size=(B, H)) for n in "hc"}
    return states | arguments | {"b": b}


lstm_step_back = Exercise(
    "lstm_step_back",
    through=kept,
    parts=[*(f"d{n}" for n in ("x", "h", "c", "W_ih", "W_hh", "b"))]
    + ["the list of changed arguments"],
    cases=[
        Case("a batch of three", step, weight=2),
        Case("only the hidden state is told something", partial(step, dc=0.0)),
        Case("only the cell is told something", partial(step, dh=0.0)),
        Case("a batch of one", partial(step, B=1)),
        Case("a single unit", partial(step, H=1, D=4, B=2)),
        Case("states of zero before", partial(step, before=0.0), weight=0.5),
        Case("saturated gates", partial(step, scale=8.0)),
    ],
    **close,
)


def memory(rng, low=0.0, high=3.0, share=(0.05, 0.95)):
    return {
        "n": float(10 ** rng.uniform(low, high)),
        "share": float(rng.uniform(*share)),
    }


forget_bias = Exercise(
    "forget_bias",
    cases=[
        Case("a thousand steps at most", memory, weight=2),
        Case("a half-life", partial(memory, low=1.0, share=(0.5, 0.5))),
        Case("a single step", partial(memory, high=0.0)),
        Case("a small share", partial(memory, share=(1e-6, 1e-4))),
        Case("a share near one", partial(memory, share=(0.999, 0.99999))),
        Case("a million steps", partial(memory, low=5.5, high=6.5)),
        Case(
            "more steps than a gate can tell from for ever",
            partial(memory, low=17.0, high=30.0),
        ),
    ],
    **close,
)


def gates(rng, B=3, T=40, H=5, low=0.7, high=1.0, share=(0.1, 0.9)):
    f = rng.uniform(low, high, (B, T, H))
    f[0, :, 0] = 0.9 + 0.1 * f[0, :, 0] ** 0.1
    return {"f": f, "share": float(rng.uniform(*share))}


def exactly(rng):
    """Draw powers of two, so that a share is reached exactly, and ones."""
    return {
        "f": rng.choice([0.5, 1.0], (2, 30, 4)),
        "share": 0.5 ** int(rng.integers(1, 5)),
    }


def dipping(rng):
    """Draw gates that shut nearly at one step, and are open before and after it."""
    arguments = gates(rng, low=0.99)
    arguments["f"][np.arange(3), rng.integers(5, 35, 3)] = 0.01
    return arguments


steps_kept = Exercise(
    "steps_kept",
    through=kept_one,
    parts=["the result", "the list of changed arguments"],
    cases=[
        Case("forty steps", gates, weight=2),
        Case("more steps in between", partial(gates, low=0.95, T=90)),
        Case("a share reached exactly", exactly),
        Case("gates that dip", dipping),
        Case("nothing is lost in time", partial(gates, low=0.9999)),
        Case("everything is lost at once", partial(gates, low=0.0, high=0.05)),
        Case("a single step", partial(gates, T=1), weight=0.5),
        Case("one sequence, one cell", partial(gates, B=1, H=1), weight=0.5),
    ],
)


def story(rng, T=400, B=10, write=0.1, read=0.5):
    x = (rng.random((B, T, 3)) < [0.5, write, read]).astype(float)
    x[..., 0] = 2 * x[..., 0] - 1
    return {"x": x}


def long_wait(rng):
    """Draw one bit, and ten thousand of the other sign that are not to be written."""
    x = np.zeros((2, 10_000, 3))
    x[..., 0] = [[-1.0], [1.0]]
    x[:, 0, :2] = [[1.0, 1.0], [-1.0, 1.0]]
    x[:, -int(rng.integers(1, 20)) :, 2] = 1.0
    return {"x": x}


def silence(rng):
    """Draw a long time in which nothing is written, and all is read."""
    x = story(rng, T=10_000, B=2, write=0.0, read=0.5)["x"]
    x[..., 0] = [[-1.0], [1.0]]
    return {"x": x}


def built(answer, x):
    """Return the weights as arrays of double precision, whatever they were."""
    import numpy as np

    return [np.array(v, dtype=float) for v in answer()]


def latches(expected, got, inputs):
    """Run the unit on the inputs and look at what it says, and when."""
    shapes = [(4, 3), (4, 1), (4,), (4,)]
    if not isinstance(got, (tuple, list)) or [np.shape(v) for v in got] != shapes:
        return "expected four arrays, of shapes (4, 3), (4, 1), (4,) and (4,)"
    W_ih, W_hh, b_ih, b_hh = got
    if not all(np.isfinite(v).all() for v in got):
        return "a weight is no finite number"
    x = inputs["x"]
    B, T, _ = x.shape
    h, c, bit = np.zeros((B, 1)), np.zeros((B, 1)), np.zeros(B)
    said, wanted = np.zeros((B, T)), np.zeros((B, T))
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        gate = 0.5 + 0.5 * np.tanh(z / 2)
        c = gate[:, 1:2] * c + gate[:, :1] * np.tanh(z[:, 2:3])
        h = gate[:, 3:] * np.tanh(c)
        bit = np.where(x[:, t, 1] == 1, x[:, t, 0], bit)
        said[:, t], wanted[:, t] = h[:, 0], bit * x[:, t, 2]
    read, asked = x[..., 2] == 1, wanted != 0
    if (np.abs(said[~read]) > 0.01).any():
        return "something is heard at a step without a read mark"
    if (np.abs(said[read & ~asked]) > 0.01).any():
        return "something is heard at a read mark before anything was written"
    if (np.abs(said[asked]) < 0.5).any():
        return "what is read is too faint: its size is below 0.5"
    if (said * wanted)[asked].min(initial=1.0) < 0:
        return "what is read is loud enough, but not always the last bit written"
    return None


latch = Exercise(
    "latch",
    through=built,
    judge=latches,
    cases=[
        Case("a few writes", story, weight=2),
        Case("many writes", partial(story, write=0.6)),
        Case("seldom read", partial(story, read=0.02)),
        Case("a long wait among other bits", long_wait, weight=2),
        Case("nothing is written for long", silence),
    ],
)


def layer(rng, B=3, T=7, D=2, H=5, scale=1.0, forget=0.0):
    arguments = parameters(rng, D, H, scale)
    arguments["b_ih"][H : 2 * H] += forget
    return {"x": rng.normal(size=(B, T, D)), **arguments}


log_carried = Exercise(
    "log_carried",
    through=kept_one,
    parts=["the result", "the list of changed arguments"],
    cases=[
        Case("a batch of three", layer, weight=2),
        Case("a batch of one", partial(layer, B=1)),
        Case("a single step", partial(layer, T=1), weight=0.5),
        Case("two steps", partial(layer, T=2), weight=0.5),
        Case("a single unit", partial(layer, H=1, D=4)),
        Case("as many steps as units", partial(layer, T=5, H=5, D=3, B=2)),
        Case("gates nearly shut", partial(layer, forget=-30.0)),
        Case("gates too far shut for a number", partial(layer, forget=-2000.0)),
        Case("a product too small for a number", partial(layer, T=400, forget=-5.0)),
        Case("saturated gates", partial(layer, scale=20.0)),
    ],
    **close,
)


def setting(rng, D=3, H=4, **others):
    return parameters(rng, D, H) | others


def with_forget_bias(rng):
    return setting(rng, D=2, H=5, forget_bias=float(rng.uniform(1.5, 4)))


to_single = Exercise(
    "to_single",
    through=kept,
    parts=["kernel", "bias", "the list of changed arguments"],
    cases=[
        Case("no forget_bias named", setting, weight=2),
        Case("another forget_bias", with_forget_bias),
        Case("no forget_bias added", partial(setting, D=5, H=3, forget_bias=0.0)),
        Case("a single unit", partial(setting, H=1)),
        Case("a single input", partial(setting, D=1, H=2)),
        Case("as many inputs as units", partial(setting, D=3, H=3), weight=0.5),
    ],
    **close,
)
