"""How the toy assignment of the grading tests is judged."""

from functools import partial

from rnncourse.grading.exercise import Case, Exercise


def step(rng, B=3, D=2, H=4):
    return {
        "x_t": rng.normal(size=(B, D)),
        "h": rng.normal(size=(B, H)),
        "W_xh": rng.normal(size=(H, D)),
        "W_hh": rng.normal(size=(H, H)),
        "b_h": rng.normal(size=H),
    }


def sequence(rng, T=6, **sizes):
    first = step(rng, **sizes)
    x_t, h = first.pop("x_t"), first.pop("h")
    return {"x": rng.normal(size=(len(x_t), T, x_t.shape[1])), "h": h, **first}


def sizes(rng):
    return {name: int(n) for name, n in zip("DHK", rng.integers(2, 50, 3), strict=True)}


rnn_step = Exercise(
    "rnn_step",
    cases=[
        Case("three sequences", step),
        Case("one sequence", partial(step, B=1)),
        Case("as many inputs as units", partial(step, D=4)),
    ],
)

rnn_forward = Exercise(
    "rnn_forward",
    uses=["rnn_step"],
    cases=[
        Case("six steps", sequence),
        Case("one step", partial(sequence, T=1)),
        Case("one sequence", partial(sequence, B=1)),
    ],
)

n_parameters = Exercise(
    "n_parameters", cases=[Case("some sizes", sizes), Case("other sizes", sizes)]
)
