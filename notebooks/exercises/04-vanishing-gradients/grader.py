"""How the assignment of chapter 4 is judged.

Sizes, matrices and spectra are drawn for each student. Many orthogonal matrices
are right, so their properties and their distribution are looked at, outside.
"""

from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise


def arrays(rng, size=1.0, share=0.5, dtype=float, spoiled=()):
    """Draw gradients of a given size, to be clipped to a share of their norm."""
    H, D = (int(n) for n in rng.integers(2, 6, 2))
    gradients = [rng.normal(size=s).astype(dtype) for s in ((H, D), (H, H), (H,))]
    norm = float(np.sqrt(sum((g**2).sum() for g in gradients)))
    for array, value in zip(gradients, spoiled, strict=False):
        array.flat[int(rng.integers(array.size))] = value
    scaled = [g * np.asarray(size, dtype) for g in gradients]
    return {"gradients": scaled, "largest": share * min(size, 1e3) * norm}


def nothing(rng):
    return arrays(rng) | {
        "gradients": [np.zeros(int(n)) for n in rng.integers(1, 5, 2)]
    }


def one_zero(rng):
    arguments = arrays(rng, share=0.3)
    arguments["gradients"][0] *= 0.0
    return arguments


def one_huge(rng):
    arguments = arrays(rng)
    arguments["gradients"][-1] *= 1e200
    return arguments


def alone(rng):
    arguments = arrays(rng, share=0.2)
    return arguments | {"gradients": arguments["gradients"][1:2]}


def clipped(answer, gradients, largest):
    """Return norm and gradients, and what the argument holds afterwards, to the bit."""
    norm, result = answer(gradients, largest)
    return norm, result, [g.tobytes().hex() for g in gradients]


clip = Exercise(
    "clip",
    through=clipped,
    parts=["the norm", "the list of clipped gradients", "`gradients` after the call"],
    rtol=1e-4,  # single precision is precise enough
    atol=1e-6,
    cases=[
        Case("too large by a factor of two", arrays, weight=2),
        Case("single precision", partial(arrays, dtype=np.float32)),
        Case("a single array", alone),
        Case("small enough already", partial(arrays, share=1.5)),
        Case("zeros", nothing, weight=0.5),
        Case("zeros in the first array alone", one_zero),
        Case("squares that overflow", partial(arrays, size=1e200)),
        Case("squares that overflow in the last array alone", one_huge),
        Case("an infinite entry", partial(arrays, spoiled=[-np.inf]), weight=0.5),
        Case(
            "a NaN beside an infinity",
            partial(arrays, spoiled=[np.inf, np.nan]),
            weight=0.5,
        ),
    ],
)


def rotation(rng, H):
    Q, R = np.linalg.qr(rng.normal(size=(H, H)))
    return Q * np.sign(np.diag(R))


def spectrum(rng, low=0.5, high=0.95, a=1.0, share=None):
    """Draw a matrix that is far from normal, whose Jacobian has a given radius."""
    H = int(rng.integers(3, 7))
    rho = float(rng.uniform(low, high))
    J = np.triu(rng.normal(size=(H, H)), 1)
    J[np.diag_indices(H)] = rho * rng.uniform(-1, 0.9, H)
    J[0, 0] = -rho
    Q = rotation(rng, H)
    W_hh = Q @ ((J - (1 - a) * np.eye(H)) / a) @ Q.T
    share = float(rng.uniform(0.01, 0.2)) if share is None else share
    return {"W_hh": W_hh, "share": share, "a": a}


def turning(rng, rho=0.9, a=1.0):
    """Draw a scaled rotation of the plane: complex eigenvalues, and a normal matrix."""
    angle = rng.uniform(0.5, 2.5)
    W_hh = rho * np.array(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    )
    return {"W_hh": W_hh, "share": float(rng.uniform(0.05, 0.3)), "a": a}


def contraction(rng):
    """Draw a matrix that is far from normal, and shrinks whatever it is given."""
    W_hh = spectrum(rng)["W_hh"]
    norm = np.linalg.norm(W_hh, 2)
    return {"W_hh": 0.9 * W_hh / norm, "share": float(rng.uniform(0.01, 0.05))}


def shift(rng):
    """Draw a chain of units: it forgets everything after as many steps as it has."""
    H = int(rng.integers(3, 7))
    W_hh = np.diag(rng.uniform(1.0, 3.0, H - 1), 1)
    return {"W_hh": W_hh, "share": float(rng.uniform(0.05, 0.3))}


def halves(rng):
    """Draw powers of two, so that a share is reached exactly and not passed."""
    signs = rng.choice([-1.0, 1.0], 3)
    return {"W_hh": np.diag(0.5 * signs), "share": 0.5 ** int(rng.integers(2, 7))}


def bouncing(rng):
    """Draw two units that pass on much and little in turn: norms go up and down."""
    much, kept = rng.uniform(3, 5), rng.uniform(0.7, 0.85)
    W_hh = np.array([[0.0, much], [kept / much, 0.0]])
    return {"W_hh": W_hh, "share": 1.05 * kept**2}


def everything(rng):
    return {"W_hh": np.diag(rng.uniform(0.2, 0.9, 3)), "share": 1.0}


def without_a(make, rng):
    return {name: value for name, value in make(rng).items() if name != "a"}


lags = [
    Case("no leak named", partial(without_a, spectrum)),
    Case("a leak", partial(spectrum, a=0.4)),
    Case("a radius near one", partial(spectrum, low=0.99, high=0.995)),
    Case("a rotation that shrinks", turning),
    Case("a radius very near one", partial(turning, rho=1 - 1e-4)),
    Case("norms that go up and down", bouncing),
    Case("a rotation with a leak", partial(turning, rho=1.0, a=0.3)),
    Case("a rotation that shrinks, with a leak", partial(turning, a=0.5)),
    Case("a norm below one", contraction),
    Case("a radius of zero", shift),
    Case("a share reached exactly", halves, weight=0.5),
    Case("the whole of the gradient", everything, weight=0.5),
    # Last, since who looks for a lag that does not exist may look for ever.
    Case("a radius just above one", partial(spectrum, low=1.0005, high=1.002)),
    Case("a radius well above one", partial(spectrum, low=1.5, high=3.0)),
    Case("a rotation", partial(turning, rho=1.0)),
    Case("a rotation, but for rounding", partial(turning, rho=1 - 1e-12)),
]


def unchanged(answer, W_hh, **others):
    """Return the lag, and what the matrix holds afterwards, bit for bit."""
    lag = answer(W_hh, **others)
    return lag, W_hh.tobytes().hex()


lag = {"through": unchanged, "parts": ["the result", "W_hh after the call"]}
radius_lag = Exercise("radius_lag", cases=lags, **lag)
norm_lag = Exercise("norm_lag", cases=lags, uses=["radius_lag"], **lag)


def normal(rng, H=3, N=400):
    """Draw N arrays of normal numbers, and a radius that is not one."""
    return {"stack": rng.normal(size=(N, H, H)), "rho": float(rng.uniform(1.2, 1.8))}


def drawn(answer, stack, rho):
    """Return a matrix for each array, those of the first, and what that one holds."""
    first = stack[0].copy()
    again = [answer(first, rho) for _ in range(20)]
    return [answer(G, rho) for G in stack], again, first.tobytes().hex()


def uniform(expected, got, inputs):
    """Look at what orthogonal, of radius rho and uniform mean: many answers are right.

    The limits of means are six standard errors wide.
    """
    rho, (N, H, _) = inputs["rho"], inputs["stack"].shape
    matrices, again, first = got
    if any(not isinstance(W, np.ndarray) for W in matrices):
        return "expected a NumPy array for each G"
    if any(W.shape != (H, H) or W.dtype.kind != "f" for W in matrices):
        return "expected a square array of real numbers, as large as G"
    if not np.isfinite(matrices).all():
        return "a matrix has an entry that is no finite number"
    if first != inputs["stack"][0].tobytes().hex():
        return "G was changed"
    if not all(np.allclose(W, matrices[0], atol=1e-5) for W in again):
        return "two calls with the same G give different matrices"
    Q = np.stack(matrices) / rho
    square = Q.mT @ Q
    length = square[:, :1, :1]
    if not np.allclose(square, length * np.eye(H), atol=1e-4):
        columns = np.diagonal(square, axis1=1, axis2=2)
        if np.allclose(square, columns[:, None] * np.eye(H), atol=1e-4):
            return "the columns are orthogonal but not all of one length"
        if np.allclose(columns, 1, atol=1e-4):
            return "the columns have length rho, but are not orthogonal to each other"
        return "the columns are not orthogonal to each other"
    if np.allclose(length, 1 / rho**2, rtol=1e-4):
        return "orthogonal, but the radius is 1 whatever rho is"
    if not np.allclose(length, 1, rtol=1e-4):
        return "orthogonal up to a factor, but the radius is not rho"
    if H > 1 and np.allclose(Q, Q[0], atol=1e-4):
        return "the matrix is the same whatever G is"
    limit = 6 / np.sqrt(N)
    reflected = (np.linalg.det(Q) < 0).mean()
    if H > 1 and reflected in (0, 1):
        sign = "negative" if reflected else "positive"
        return f"orthogonal and of radius rho, but the determinant is always {sign}"
    if (np.abs(Q.mean(0)) > limit / np.sqrt(H)).any():
        return "orthogonal and of radius rho, but the mean of an entry is not zero"
    if abs(reflected - 0.5) > limit / 2:
        return "orthogonal and of radius rho, but not half of them are reflections"
    if abs((np.trace(Q, axis1=1, axis2=2) ** 2).mean() - 1) > 1.5 * limit:
        return (
            "orthogonal and of radius rho, but the trace is not spread as it should be"
        )
    # Fourth moments tell signed permutations and other sparse ones from uniform.
    if (np.abs((Q**4).mean(0) - 3 / (H * (H + 2))) > limit / H).any():
        return "orthogonal and of radius rho, but the entries are not spread evenly"
    return None


orthogonal = Exercise(
    "orthogonal",
    through=drawn,
    judge=uniform,
    cases=[
        Case("three units", normal, weight=2),
        Case("two units", partial(normal, H=2)),
        Case("six units", partial(normal, H=6)),
        Case("a single unit", partial(normal, H=1), weight=0.5),
    ],
)


def network(rng, B=3, T=8, H=None, size=1.0, scale=1.0):
    """Draw states as a tanh network has them, weights, and gradients."""
    H = int(rng.integers(3, 6)) if H is None else H
    states = np.tanh(size * rng.normal(size=(B, T, H)))
    W_hh = scale * rng.normal(size=(H, H)) / np.sqrt(H)
    return {"states": states, "W_hh": W_hh, "g": rng.normal(size=(B, H))}


def one_of_them_zero(rng):
    arguments = network(rng)
    arguments["g"][1] = 0.0
    return arguments


def parting(rng):
    """Draw two sequences whose gradients leave the numbers at opposite ends."""
    arguments = network(rng, B=2, T=700, H=3)
    arguments["states"][0], arguments["states"][1] = 0.0, 0.9
    return arguments | {"W_hh": 2.5 * rotation(rng, 3)}


def dying(rng):
    """Draw a chain of units: the gradient is exactly zero after as many steps."""
    arguments = network(rng, H=4)
    arguments["W_hh"] = np.triu(arguments["W_hh"], 1)
    return arguments


def kept(answer, states, W_hh, g):
    """Return the result, and a code of what the arguments hold afterwards."""
    from hashlib import sha256  # the bits themselves would be too long a text

    result = answer(states, W_hh, g)
    return result, *(sha256(v.tobytes()).hexdigest() for v in (states, W_hh, g))


log_gradient_norms = Exercise(
    "log_gradient_norms",
    through=kept,
    parts=[
        "the result",
        *(f"{name} after the call" for name in ("states", "W_hh", "g")),
    ],
    rtol=1e-4,
    atol=1e-4,  # of a logarithm: one part in ten thousand of the norm
    cases=[
        Case("a batch of three", network),
        Case("a batch of one", partial(network, B=1)),
        Case("a single step", partial(network, T=1), weight=0.5),
        Case("as many steps as units", partial(network, T=4, H=4)),
        Case("saturated units", partial(network, size=3.0)),
        Case("too small for a number", partial(network, T=800, scale=0.05)),
        Case("too large for a number", partial(network, T=500, size=0.1, scale=50.0)),
        Case("one grows and the other dies", parting),
        Case("one gradient is zero", one_of_them_zero),
        Case("the gradient ends", dying, weight=0.5),
    ],
)


def window(rng, part="late", odd=False):
    """Draw a length, and how much of it is seen: late part, early too, all, none."""
    T = 2 * int(rng.integers(5, 40)) + odd
    half = T - T // 2
    late, early = int(rng.integers(1, half)), int(rng.integers(half + 1, T))
    return {"T": T, "m": {"late": late, "early": early, "all": T, "none": 0}[part]}


adding_loss = Exercise(
    "adding_loss",
    rtol=1e-5,
    atol=1e-9,
    cases=[
        Case("less than half is seen", window),
        Case("more than half is seen", partial(window, part="early")),
        Case("less than half of an odd length", partial(window, odd=True)),
        Case(
            "more than half of an odd length", partial(window, part="early", odd=True)
        ),
        Case("everything is seen", partial(window, part="all"), weight=0.5),
        Case("nothing is seen", partial(window, part="none"), weight=0.5),
        Case(
            "two steps", lambda rng: {"T": 2, "m": int(rng.integers(0, 3))}, weight=0.5
        ),
    ],
)


def noisy(rng, e=None, K=None):
    d, n = (int(v) for v in rng.integers([5, 2], [60, 12]))
    K = int(rng.integers(3, 12)) if K is None else K
    return {
        "d": d,
        "n": n,
        "K": K,
        "e": float(rng.uniform(0.05, 0.6)) if e is None else e,
    }


def chance(rng):
    arguments = noisy(rng)
    return arguments | {"e": 1 - 1 / arguments["K"]}


copying_loss = Exercise(
    "copying_loss",
    rtol=1e-5,
    atol=1e-9,
    cases=[
        Case("some errors", noisy, weight=2),
        Case("two symbols", partial(noisy, K=2)),
        Case("no better than chance", chance),
        Case("worse than chance", partial(noisy, e=0.97)),
        Case("no errors", partial(noisy, e=0.0), weight=0.5),
        Case("errors alone", partial(noisy, e=1.0), weight=0.5),
    ],
)
