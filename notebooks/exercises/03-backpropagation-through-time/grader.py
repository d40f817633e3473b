"""How the assignment of chapter 3 is judged.

Sizes, leaks and cuts are drawn for each student. Gradients are added up where
the student's code runs; whether they are right is decided outside.
"""

from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise


def weights(rng, D, H):
    shapes = {"W_xh": (H, D), "W_hh": (H, H), "b_h": (H,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def step(rng, B=3, D=None, H=None, a=None):
    D = int(rng.integers(2, 5)) if D is None else D
    H = D + 1 + int(rng.integers(3)) if H is None else H
    a = float(rng.uniform(0.1, 0.9)) if a is None else a
    dh, h = rng.normal(size=(B, H)), rng.normal(size=(B, H))
    return {
        "dh": dh,
        "x_t": rng.normal(size=(B, D)),
        "h": h,
        **weights(rng, D, H),
        "a": a,
    }


def kept(answer, **arguments):
    """Return the derivatives, and what the arguments hold afterwards, bit for bit."""
    import numpy as np

    result = answer(**arguments)
    return *result, *(np.asarray(v).tobytes().hex() for v in arguments.values())


def names_of_parts(derivatives, arguments):
    found = [f"the derivative of {name}" for name in derivatives.split()]
    return [*found, *(f"{name} after the call" for name in arguments.split())]


leaky_step_backward = Exercise(
    "leaky_step_backward",
    through=kept,
    parts=names_of_parts("x_t h W_xh W_hh b_h", "dh x_t h W_xh W_hh b_h a"),
    rtol=1e-4,  # single precision is precise enough
    atol=1e-5,
    cases=[
        Case("a batch of three", step),
        Case("a batch of one", partial(step, B=1)),
        Case("as many inputs as units", partial(step, D=4, H=4)),
        Case("no leak", partial(step, a=1.0)),
    ],
)


def sequence(rng, B=3, T=5, last_only=False):
    made = step(rng, B)
    D, H = made["W_xh"].shape[::-1]
    direct = rng.normal(size=(B, T, H))
    if last_only:
        direct[:, :-1] = 0
    made |= {"direct": direct, "x": rng.normal(size=(B, T, D))}
    return {
        name: made[name] for name in ("direct", "x", "h", "W_xh", "W_hh", "b_h", "a")
    }


leaky_backward = Exercise(
    "leaky_backward",
    through=kept,
    parts=names_of_parts("x h W_xh W_hh b_h", "direct x h W_xh W_hh b_h a"),
    uses=["leaky_step_backward"],
    rtol=1e-4,
    atol=1e-5,
    cases=[
        Case("a loss at every step", sequence),
        Case("a loss at the last step", partial(sequence, last_only=True)),
        Case("a batch of one", partial(sequence, B=1)),
        Case("a single step", partial(sequence, T=1), weight=0.5),
    ],
)


def chunked(rng, cuts=None, often=0.0, first=0.0):
    B, D, H, K = (int(n) for n in rng.integers(3, 6, 4))
    cuts = [int(n) for n in rng.integers(2, 5, 4)] if cuts is None else cuts
    new = rng.random((len(cuts), B)) < often
    new[0] = rng.random(B) < first
    if often:
        new[1:, 0], new[1:, 1] = (
            True,
            False,
        )  # a row that begins anew, and one that goes on
    return {
        "x": rng.normal(size=(B, sum(cuts), D)).astype(np.float32),
        "y": rng.normal(size=(B, sum(cuts), K)).astype(np.float32),
        "new": new,
        "cuts": cuts,
        "H": H,
        "seed": int(rng.integers(2**31)),
    }


def learn(answer, x, y, new, cuts, H, seed):
    """Return the losses, and the gradients added to those that were there."""
    import torch

    from rnncourse.models.rnn import RNN, SequenceModel

    torch.manual_seed(seed)
    model = SequenceModel(RNN(x.shape[2], H), y.shape[2])
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    pieces = (torch.from_numpy(z).split(cuts, dim=1) for z in (x, y))
    chunks = zip(*pieces, torch.from_numpy(new), strict=True)
    losses = answer(model, list(chunks))
    gradients = [p.grad.numpy() for p in model.parameters()]
    return losses, gradients


read_and_learn = Exercise(
    "read_and_learn",
    through=learn,
    parts=["what is returned", "the gradients"],
    rtol=1e-3,
    atol=1e-5,
    cases=[
        Case("streams without an end", chunked),
        Case("some rows begin anew", partial(chunked, often=0.5)),
        Case("some begin with the first chunk", partial(chunked, often=0.5, first=0.5)),
        Case("a single chunk", partial(chunked, cuts=[4]), weight=0.25),
    ],
)


def counts(rng, cut=True, near=True, scale=1):
    w = int(rng.integers(6, 20))
    T = (
        (w * int(rng.integers(3, 9)) + int(rng.integers(2, w))) * scale
        if cut
        else w - 3
    )
    lag = int(rng.integers(1, 3)) if near else w - 2
    return {"T": T, "w": w, "lag": lag}


credited = Exercise(
    "credited",
    cases=[
        Case("a short lag", counts),
        Case("a lag almost as long as the window", partial(counts, near=False)),
        Case("a lag beyond the window", lambda rng: counts(rng) | {"lag": 25}),
        Case("a window longer than the stream", partial(counts, cut=False)),
        Case("the step itself", lambda rng: counts(rng) | {"lag": 0}),
        Case("a very long stream", partial(counts, scale=10**13)),
    ],
)


def examine(answer, faults):
    """Ask about a backward pass for each fault; the empty one is right."""
    import numpy as np

    from rnncourse.models.rnn import rnn_forward

    def with_fault(fault):
        def backward(direct, x, h, W_xh, W_hh, b_h):
            states = rnn_forward(x, h, W_xh, W_hh, b_h)[0]
            T = states.shape[1]
            before = np.concatenate([h[:, None], states[:, :-1]], axis=1)
            if fault == "zero first":
                before[:, 0] = 0
            dx, dh = np.zeros_like(x), np.zeros_like(h)
            sums = [np.zeros_like(w) for w in (W_xh, W_hh, b_h)]
            for t in reversed(range(T)):
                said = {"row of the first": direct[:1, t], "same": direct[:, -1]}
                own = said.get(fault, direct[:, t])
                own = own * (fault != "last loss" or t == T - 1)
                told = own + dh * (fault != "window of one")
                if (fault == "every other step" and t % 2) or (
                    fault == "cut after three steps" and t == 2
                ):
                    told = own
                slope = 1 - (before if fault == "slope before" else states)[:, t] ** 2
                dz = told * (1 if fault == "no slope" else slope)
                from_state = (states if fault == "state after" else before)[:, t]
                mean = fault == "mean over batch"
                read = x[:, 0 if fault == "first input" else t]
                uses = [
                    np.outer(dz.sum(0), read.mean(0))
                    if fault == "mean row"
                    else dz.T @ read,
                    dz.T @ from_state,
                    dz.mean(0) if mean else dz.sum(0),
                ]
                if fault == "last use" and t < T - 1:
                    uses = [0 * use for use in uses]
                sums = [total + use for total, use in zip(sums, uses, strict=True)]
                dx[:, t] = dz @ W_xh
                transposed = fault == "not transposed" or (
                    fault == "transposed where it shows least" and t == 0
                )
                dh = dz @ (W_hh.T if transposed else W_hh)
            if fault == "mean over time":
                sums = [total / T for total in sums]
            if fault == "a little off":
                sums[1] = sums[1] * 1.001
            if fault == "one sequence":
                dx[1:] = 0
            if fault == "raises":
                raise RuntimeError("planted")
            if fault == "too short":
                return dx, dh, *sums[:2]
            if fault == "another shape":
                sums[2] = sums[2][None]
            if fault == "not a number":
                sums[0][0, 0] = np.nan
            return dx, dh, *sums

        return backward

    return [answer(with_fault(fault)) for fault in faults]


def planted(rng, faults):
    return {"faults": rng.permutation([*faults, "", ""]).tolist()}


is_right = Exercise(
    "is_right",
    through=examine,
    cases=[
        Case(
            "errors in one step",
            partial(planted, faults=["slope before", "no slope", "state after"]),
        ),
        Case(
            "errors in what is handed back",
            partial(
                planted,
                faults=[
                    "not transposed",
                    "window of one",
                    "transposed where it shows least",
                ],
            ),
        ),
        Case(
            "errors in the sum over time",
            partial(
                planted,
                faults=[
                    "last use",
                    "mean over time",
                    "last loss",
                    "cut after three steps",
                    "same",
                ],
            ),
        ),
        Case(
            "errors of the batch",
            partial(
                planted,
                faults=["mean over batch", "one sequence", "row of the first"],
            ),
        ),
        Case(
            "errors of the input's weights",
            partial(planted, faults=["first input", "mean row"]),
        ),
        Case("an error in the first state", partial(planted, faults=["zero first"])),
        Case(
            "small and rare errors",
            partial(planted, faults=["a little off", "every other step"]),
        ),
        Case(
            "no result",
            partial(
                planted,
                faults=["raises", "too short", "another shape", "not a number"],
            ),
            weight=0.5,
        ),
    ],
)
