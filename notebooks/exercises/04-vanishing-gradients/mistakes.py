"""Other answers to the assignment of chapter 4: typical mistakes, and right ones."""

import numpy as np

from rnncourse.grading.exercise import alternative, mistake

# --- clip


@alternative("clip")
def norm_of_norms(gradients, largest):
    largest_entries = np.array([np.max(np.abs(g)) for g in gradients])
    scale = largest_entries.max()
    if np.isnan(scale) or np.isinf(scale):
        return float(scale), [0 * np.ones_like(g) for g in gradients]
    if scale == 0.0:
        return 0.0, [g.copy() for g in gradients]
    norm = scale * np.sqrt(sum(((g / scale) ** 2).sum() for g in gradients))
    if norm <= largest:
        return norm, [g.copy() for g in gradients]
    return norm, [g / norm * largest for g in gradients]


@alternative("clip")
def by_hypot(gradients, largest):
    import math

    entries = [float(v) for g in gradients for v in g.flat]
    norm = math.nan if any(map(math.isnan, entries)) else math.hypot(*entries)
    if not math.isfinite(norm):
        return norm, [np.zeros(g.shape) for g in gradients]
    if norm > largest:
        return norm, [g * (largest / norm) for g in gradients]
    return norm, list(gradients)


@mistake(
    "clip",
    hint="Each array is clipped by its own norm: that turns the step as a whole.",
)
def each_on_its_own(gradients, largest):
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if not np.isfinite(peak):
        return peak, [np.zeros_like(g) for g in gradients]
    if peak == 0:
        return 0.0, gradients
    norms = [peak * np.linalg.norm(g / peak) for g in gradients]
    return peak * np.linalg.norm(flat / peak), [
        g * min(1.0, largest / n) for g, n in zip(gradients, norms, strict=True)
    ]


@mistake(
    "clip", hint="Entries are clipped one by one: that is by value, and bends the step."
)
def by_value(gradients, largest):
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if not np.isfinite(peak):
        return peak, [np.zeros_like(g) for g in gradients]
    norm = peak * np.linalg.norm(flat / peak) if peak > 0 else 0.0
    return norm, [np.clip(g, -largest, largest) for g in gradients]


@mistake(
    "clip",
    hint="Each array is clipped by its own norm, and huge entries are not cared for.",
)
def each_on_its_own_on_good_days(gradients, largest):
    norms = [np.linalg.norm(g) for g in gradients]
    return np.linalg.norm(norms), [
        g * min(1.0, largest / n) if n > 0 else g
        for g, n in zip(gradients, norms, strict=True)
    ]


@mistake(
    "clip",
    hint="Clipped by value, which bends the step, and huge entries are not cared for.",
)
def by_value_on_good_days(gradients, largest):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    return norm, [np.clip(g, -largest, largest) for g in gradients]


@mistake(
    "clip",
    hint="The square of a large entry overflows: what could be divided out before?",
)
def squares_overflow(gradients, largest):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    if not np.isfinite(norm):
        return norm, [np.zeros_like(g) for g in gradients]
    factor = largest / norm if norm > largest else 1.0
    return norm, [g * factor for g in gradients]


@mistake("clip", hint="Small gradients are blown up: they should stay as they are.")
def always_rescaled(gradients, largest):
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if not np.isfinite(peak):
        return peak, [np.zeros_like(g) for g in gradients]
    if peak == 0:
        return 0.0, gradients
    norm = peak * np.linalg.norm(flat / peak)
    return norm, [g * (largest / norm) for g in gradients]


@mistake("clip", hint="With gradients of zero something is divided by zero.")
def zero_by_zero(gradients, largest):
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if not np.isfinite(peak):
        return peak, [np.zeros_like(g) for g in gradients]
    norm = peak * np.linalg.norm(flat / peak)
    return norm, [g / norm * min(norm, largest) for g in gradients]


@mistake("clip", hint="The arrays that you are given are changed in place.")
def in_place(gradients, largest):
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if not np.isfinite(peak):
        return peak, [np.zeros_like(g) for g in gradients]
    norm = peak * np.linalg.norm(flat / peak) if peak > 0 else 0.0
    for g in gradients:
        g *= min(1.0, largest / norm) if norm > 0 else 1.0
    return norm, gradients


@mistake(
    "clip",
    hint="The norms of the arrays are added: of one long vector, what is added up?",
)
def sum_of_norms(gradients, largest):
    peak = np.abs(np.concatenate([g.ravel() for g in gradients])).max()
    if not np.isfinite(peak):
        return peak, [np.zeros_like(g) for g in gradients]
    if peak == 0:
        return 0.0, gradients
    norm = peak * sum(np.linalg.norm(g / peak) for g in gradients)
    return norm, [g * min(1.0, largest / norm) for g in gradients]


@mistake("clip", hint="The largest entry is taken for the norm.")
def largest_entry(gradients, largest):
    norm = np.abs(np.concatenate([g.ravel() for g in gradients])).max()
    if not np.isfinite(norm):
        return norm, [np.zeros_like(g) for g in gradients]
    factor = largest / norm if norm > largest else 1.0
    return norm, [g * factor for g in gradients]


@mistake("clip", hint="The norm is asked for as it was before clipping.")
def norm_afterwards(gradients, largest):
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if not np.isfinite(peak):
        return peak, [np.zeros_like(g) for g in gradients]
    if peak == 0:
        return 0.0, gradients
    norm = peak * np.linalg.norm(flat / peak)
    factor = min(1.0, largest / norm)
    return norm * factor, [g * factor for g in gradients]


@mistake(
    "clip",
    hint="Where an entry is infinite or NaN, what is returned is not a skipped step.",
)
def not_finite_goes_through(gradients, largest):
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if peak == 0:
        return 0.0, gradients
    norm = peak * np.linalg.norm(flat / peak) if np.isfinite(peak) else peak
    factor = largest / norm if norm > largest else 1.0
    return norm, [g * factor for g in gradients]


@mistake(
    "clip",
    hint="A bad entry is replaced and the rest goes on: there is no direction left.",
)
def bad_entries_replaced(gradients, largest):
    gradients = [np.where(np.isfinite(g), g, 0.0) for g in gradients]
    flat = np.concatenate([g.ravel() for g in gradients])
    peak = np.abs(flat).max()
    if peak == 0:
        return 0.0, gradients
    norm = peak * np.linalg.norm(flat / peak)
    return norm, [g * min(1.0, largest / norm) for g in gradients]


# --- radius_lag


@alternative("radius_lag")
def by_logarithms(W_hh, share, a=1.0):
    eigenvalues = 1 - a + a * np.linalg.eigvals(W_hh)
    rho = max(abs(value) for value in eigenvalues)
    if rho > 1 - 1e-9:
        return None
    if rho < 1e-12:
        return 1
    guess = int(np.log(share) / np.log(rho))
    return next(k for k in range(max(guess - 1, 0), guess + 3) if rho**k < share)


@alternative("radius_lag")
def step_by_step(W_hh, share, a=1.0):
    rho = np.abs(np.linalg.eig(np.identity(len(W_hh)) * (1 - a) + a * W_hh)[0]).max()
    k, left = 0, 1.0
    while rho <= 1 - 1e-9 and left >= share:
        k, left = k + 1, left * rho
    return k if left < share else None


@mistake("radius_lag", hint="The leak is not in the Jacobian: the unit keeps a part.")
def leak_ignored(W_hh, share, a=1.0):
    rho = np.abs(np.linalg.eigvals(W_hh)).max()
    if rho > 1 - 1e-9:
        return None
    k = 0
    while rho**k >= share:
        k += 1
    return k


@mistake(
    "radius_lag",
    hint="The leak is put into the radius: where an eigenvalue points counts too.",
)
def leak_of_the_radius(W_hh, share, a=1.0):
    rho = 1 - a + a * np.abs(np.linalg.eigvals(W_hh)).max()
    if rho > 1 - 1e-9:
        return None
    k = 0
    while rho**k >= share:
        k += 1
    return k


@mistake(
    "radius_lag", hint="The shares are swapped: `a` is what moves, not what stays."
)
def leak_turned_round(W_hh, share, a=1.0):
    rho = np.abs(np.linalg.eigvals(a * np.eye(len(W_hh)) + (1 - a) * W_hh)).max()
    if rho > 1 - 1e-9:
        return None
    k = 0
    while rho**k >= share:
        k += 1
    return k


@mistake(
    "radius_lag",
    hint="The largest real part is no radius: eigenvalues may be negative or complex.",
)
def real_part(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    rho = np.linalg.eigvals(J).real.max()
    if rho > 1 - 1e-9:
        return None
    k = 0
    while rho**k >= share:
        k += 1
    return k


@mistake("radius_lag", hint="This is the norm: the radius is about eigenvalues.")
def norm_for_radius(W_hh, share, a=1.0):
    rho = np.linalg.norm((1 - a) * np.eye(len(W_hh)) + a * W_hh, 2)
    if rho > 1 - 1e-9:
        return None
    k = 0
    while rho**k >= share:
        k += 1
    return k


@mistake(
    "radius_lag",
    hint="One too few: at your lag there is still the share, or more of it.",
)
def one_too_few(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    rho = np.abs(np.linalg.eigvals(J)).max()
    if rho > 1 - 1e-9:
        return None
    k = 0
    while rho ** (k + 1) >= share:
        k += 1
    return k


@mistake(
    "radius_lag",
    hint="Where the share is reached exactly, it is not yet passed.",
)
def reached_is_enough(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    rho = np.abs(np.linalg.eigvals(J)).max()
    if rho > 1 - 1e-9:
        return None
    k = 0
    while rho**k > share:
        k += 1
    return k


@mistake(
    "radius_lag", hint="Rounded up, a share that is reached exactly is not passed."
)
def rounded_up(W_hh, share, a=1.0):
    rho = np.abs(np.linalg.eigvals((1 - a) * np.eye(len(W_hh)) + a * W_hh)).max()
    if rho > 1 - 1e-9:
        return None
    with np.errstate(divide="ignore"):
        return int(np.ceil(np.log(share) / np.log(rho)))


@mistake("radius_lag", hint="Where there is no such lag the answer is `None`.")
def infinity_for_none(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    rho = np.abs(np.linalg.eigvals(J)).max()
    if rho > 1 - 1e-9:
        return np.inf
    k = 0
    while rho**k >= share:
        k += 1
    return k


@mistake("radius_lag", hint="A lag is a whole number of steps.")
def no_whole_number(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    rho = np.abs(np.linalg.eigvals(J)).max()
    if rho > 1 - 1e-9:
        return None
    return np.log(share) / np.log(rho)


# --- norm_lag


@alternative("norm_lag")
def one_product_a_step(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    if np.abs(np.linalg.eigvals(J)).max() > 1 - 1e-9:
        return None
    product, k = np.eye(len(J)), 0
    while np.linalg.svd(product, compute_uv=False)[0] >= share:
        product, k = J @ product, k + 1
    return k


@alternative("norm_lag")
def counted(W_hh, share, a=1.0):
    from itertools import count

    if radius_lag(W_hh, share, a) is None:
        return None
    J = a * W_hh + np.diag(np.full(len(W_hh), 1 - a))
    powers = (np.linalg.matrix_power(J, k) for k in count())
    squares = (np.linalg.eigvalsh(P.T @ P)[-1] for P in powers)
    return next(
        k for k, square in enumerate(squares) if np.sqrt(max(square, 0)) < share
    )


@mistake(
    "norm_lag",
    hint="The power of the norm is only a bound: the norm of the power is asked for.",
)
def power_of_the_norm(W_hh, share, a=1.0):
    norm = np.linalg.norm((1 - a) * np.eye(len(W_hh)) + a * W_hh, 2)
    if norm > 1 - 1e-9:
        return None
    k = 0
    while norm**k >= share:
        k += 1
    return k


@mistake(
    "norm_lag",
    hint="A norm above one at the first step does not mean that nothing is forgotten.",
)
def none_by_the_norm(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    if np.linalg.norm(J, 2) > 1 - 1e-9:
        return None
    k = 0
    while np.linalg.norm(np.linalg.matrix_power(J, k), 2) >= share:
        k += 1
    return k


@mistake("norm_lag", hint="This is what the radius says: the norm may be larger.")
def what_the_radius_says(W_hh, share, a=1.0):
    return radius_lag(W_hh, share, a)


@mistake(
    "norm_lag",
    hint="This is the Frobenius norm: it is that of all directions, not of one.",
)
def frobenius(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    k = radius_lag(W_hh, share, a)
    if k is not None:
        k = 0
        while np.linalg.norm(np.linalg.matrix_power(J, k)) >= share:
            k += 1
    return k


@mistake("norm_lag", hint="The entries are raised to a power: a matrix is multiplied.")
def power_of_entries(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    if radius_lag(W_hh, share, a) is None:
        return None
    for k in range(2000):
        power = J**k
        if not np.isfinite(power).all():
            break
        if np.linalg.norm(power, 2) < share:
            return k
    return None


@mistake("norm_lag", hint="The leak is missing from the Jacobian whose norm you take.")
def no_leak_in_the_power(W_hh, share, a=1.0):
    if radius_lag(W_hh, share, a) is None:
        return None
    for k in range(2000):
        power = np.linalg.matrix_power(W_hh, k)
        if not np.isfinite(power).all():
            break
        if np.linalg.norm(power, 2) < share:
            return k
    return None


@mistake("norm_lag", hint="The largest entry of a matrix is not its spectral norm.")
def entry_for_norm(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    k = None if radius_lag(W_hh, share, a) is None else 0
    while k is not None and np.abs(np.linalg.matrix_power(J, k)).max() >= share:
        k += 1
    return k


@mistake("norm_lag", hint="Lag 0 is the identity: is your count one too high?")
def one_too_many(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    k = radius_lag(W_hh, share, a)
    if k is not None:
        while np.linalg.norm(np.linalg.matrix_power(J, k), 2) >= share:
            k += 1
        k += 1
    return k


@mistake("norm_lag", hint="Where the share is reached exactly, it is not yet passed.")
def reached_is_below(W_hh, share, a=1.0):
    J = (1 - a) * np.eye(len(W_hh)) + a * W_hh
    if radius_lag(W_hh, share, a) is None:
        return None
    k = 0
    while np.linalg.norm(np.linalg.matrix_power(J, k), 2) > share:
        k += 1
    return k


# --- orthogonal


@alternative("orthogonal")
def nearest(G, rho):
    U, _, V = np.linalg.svd(G)
    return rho * (U @ V)


@alternative("orthogonal")
def gram_schmidt(G, rho):
    Q = np.zeros(G.shape)
    for j, column in enumerate(G.T):
        for _ in range(2):  # once more, against rounding
            column = column - Q @ (Q.T @ column)
        Q[:, j] = column / np.linalg.norm(column)
    return rho * Q


@alternative("orthogonal")
def transposed(G, rho):
    Q, R = np.linalg.qr(G.T)
    return rho * (Q @ np.diag(np.where(np.diag(R) < 0, -1.0, 1.0))).T


@mistake(
    "orthogonal",
    hint="The library's signs are left in: compare the diagonals of many matrices.",
)
def signs_of_the_library(G, rho):
    return rho * np.linalg.qr(G)[0]


@mistake(
    "orthogonal", hint="The scale is not rho: what does a factor do to the radius?"
)
def scaled_twice(G, rho):
    Q, R = np.linalg.qr(G)
    return rho**2 * Q * np.sign(np.diag(R))


@mistake("orthogonal", hint="The spectral radius is 1 here, whatever `rho` is.")
def rho_forgotten(G, rho):
    Q, R = np.linalg.qr(G)
    return Q * np.sign(np.diag(R))


@mistake(
    "orthogonal",
    hint="The radius is right, but `G` is only scaled: its columns are not orthogonal.",
)
def scaled_to_the_radius(G, rho):
    return rho * G / np.abs(np.linalg.eigvals(G)).max()


@mistake(
    "orthogonal",
    hint="Columns of one length are not yet at right angles to each other.",
)
def columns_of_one_length(G, rho):
    return rho * G / np.linalg.norm(G, axis=0)


@mistake(
    "orthogonal",
    hint="Of the diagonal you need the signs: its sizes stretch the columns.",
)
def diagonal_without_signs(G, rho):
    Q, R = np.linalg.qr(G)
    return rho * Q * np.diag(R)


@mistake("orthogonal", hint="The matrix does not depend on `G`.")
def identity(G, rho):
    return rho * np.eye(len(G))


@mistake("orthogonal", hint="Reflections are left out: half of all matrices are some.")
def rotations_alone(G, rho):
    Q, R = np.linalg.qr(G)
    Q = Q * np.sign(np.diag(R))
    Q[:, 0] = Q[:, 0] * np.linalg.det(Q)
    return rho * Q


@mistake("orthogonal", hint="`G` itself is changed.")
def changed_in_place(G, rho):
    Q, R = np.linalg.qr(G)
    G[:] = rho * Q * np.sign(np.diag(R))
    return G


@mistake("orthogonal", hint="All chance comes from `G`: draw nothing of your own.")
def chance_of_its_own(G, rho):
    Q, R = np.linalg.qr(np.random.default_rng().normal(size=G.shape))
    return rho * Q * np.sign(np.diag(R))


# --- log_gradient_norms


@alternative("log_gradient_norms")
def one_sequence_after_the_other(states, W_hh, g):
    B, T, _ = states.shape
    logs = np.full((B, T), -np.inf)
    for b in range(B):
        v, total = g[b], 0.0
        for k in range(T):
            size = np.sqrt(v @ v)
            if size == 0:
                break
            v, total = v / size, total + np.log(size)
            logs[b, k] = total
            v = W_hh.T @ (v * (1 - states[b, T - 1 - k] ** 2))
    return logs


@alternative("log_gradient_norms")
def jacobians(states, W_hh, g):
    J = (1 - states**2)[..., None] * W_hh  # (B, T, H, H)
    logs = np.empty(states.shape[:2])
    shift = np.zeros(len(g))
    for k in range(states.shape[1]):
        peak = np.abs(g).max(1)
        peak = np.where(peak == 0, 1.0, peak)
        g, shift = g / peak[:, None], shift + np.log(peak)
        with np.errstate(divide="ignore"):
            logs[:, k] = shift + 0.5 * np.log((g**2).sum(1))
        g = np.einsum("bh,bhk->bk", g, J[:, -1 - k])
    return logs


@mistake(
    "log_gradient_norms",
    hint="The logarithm is taken too late: the number itself is already 0 or infinite.",
)
def too_late(states, W_hh, g):
    logs = []
    for h in states.swapaxes(0, 1)[::-1]:
        logs.append(np.log(np.linalg.norm(g, axis=1)))
        g = (g * (1 - h**2)) @ W_hh
    return np.stack(logs, axis=1)


@mistake(
    "log_gradient_norms",
    hint="Backwards the gradient goes through the transpose of what went forwards.",
)
def forwards_matrix(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g * (1 - h**2)) @ W_hh.T
    return np.stack(logs, axis=1)


@mistake(
    "log_gradient_norms",
    hint="The slope is that of the step's new state, not of the one before it.",
)
def slope_of_the_state_before(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    T = states.shape[1]
    for k in range(T):
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g * (1 - states[:, max(T - 2 - k, 0)] ** 2)) @ W_hh
    return np.stack(logs, axis=1)


@mistake(
    "log_gradient_norms",
    hint="The slope and the matrix are in the wrong order: which came last, forwards?",
)
def slope_after_the_matrix(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g @ W_hh) * (1 - h**2)
    return np.stack(logs, axis=1)


@mistake("log_gradient_norms", hint="The slope of tanh is missing.")
def no_slope(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for _ in range(states.shape[1]):
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None] @ W_hh
    return np.stack(logs, axis=1)


@mistake(
    "log_gradient_norms",
    hint="The states are outputs of tanh: its slope, written with the output, is …?",
)
def tanh_of_the_state(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g * (1 - np.tanh(h) ** 2)) @ W_hh
    return np.stack(logs, axis=1)


@mistake(
    "log_gradient_norms", hint="The lags are in the wrong order: lag 0 comes first."
)
def last_lag_first(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g * (1 - h**2)) @ W_hh
    return np.stack(logs[::-1], axis=1)


@mistake("log_gradient_norms", hint="The states are walked through from the first on.")
def from_the_first_on(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1):
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g * (1 - h**2)) @ W_hh
    return np.stack(logs, axis=1)


@mistake(
    "log_gradient_norms",
    hint="A gradient of zero is divided by its norm, which makes it NaN.",
)
def zero_by_its_norm(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log(norm)
        logs.append(total)
        g = (g / norm[:, None] * (1 - h**2)) @ W_hh
    return np.stack(logs, axis=1)


@mistake(
    "log_gradient_norms",
    hint="One norm for the whole batch: every sequence has its own.",
)
def norm_of_the_batch(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g)
        total = total + np.log(norm)
        logs.append(total)
        g = (g / (norm if norm > 0 else 1.0) * (1 - h**2)) @ W_hh
    return np.stack(logs, axis=1)


@mistake("log_gradient_norms", hint="This is the growth of each step: add them up.")
def growth_alone(states, W_hh, g):
    logs = []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g, axis=1)
        logs.append(np.log(norm))
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g * (1 - h**2)) @ W_hh
    return np.stack(logs, axis=1)


@mistake("log_gradient_norms", hint="The natural logarithm is asked for.")
def to_base_ten(states, W_hh, g):
    total, logs = np.zeros(len(g)), []
    for h in states.swapaxes(0, 1)[::-1]:
        norm = np.linalg.norm(g, axis=1)
        total = total + np.log10(norm)
        logs.append(total)
        g = g / np.where(norm > 0, norm, 1.0)[:, None]
        g = (g * (1 - h**2)) @ W_hh
    return np.stack(logs, axis=1)


# --- adding_loss


@alternative("adding_loss")
def by_counting(T, m):
    halves = range(T // 2), range(T // 2, T)
    missed = [sum(step < T - m for step in half) / len(half) for half in halves]
    return sum(missed) / 12


@alternative("adding_loss")
def by_cases(T, m):
    early = T // 2
    late = T - early
    if m <= late:
        return (1 + (late - m) / late) / 12
    return (T - m) / early / 12


@mistake(
    "adding_loss",
    hint="Each half has a mark of its own, and those of an odd length differ in size.",
)
def anywhere(T, m):
    return 2 * (T - m) / T / 12


@mistake(
    "adding_loss",
    hint="What is the best guess for a number that was not seen? It is not zero.",
)
def zero_as_a_guess(T, m):
    half, unseen = T // 2, T - m
    return (min(unseen, half) / half + max(unseen - half, 0) / (T - half)) / 3


@mistake(
    "adding_loss",
    hint="The halves are exchanged: which is out of sight first, and which is longer?",
)
def first_steps_seen(T, m):
    half = T // 2
    return (max(half - m, 0) / half + min(T - m, T - half) / (T - half)) / 12


@mistake("adding_loss", hint="The squared error is a variance, not its square root.")
def standard_deviation(T, m):
    half, unseen = T // 2, T - m
    loss = (min(unseen, half) / half + max(unseen - half, 0) / (T - half)) / 12
    return loss**0.5


@mistake("adding_loss", hint="A probability here is negative, or larger than one.")
def no_bounds(T, m):
    half, unseen = T // 2, T - m
    return (unseen / half + (unseen - half) / (T - half)) / 12


@mistake("adding_loss", hint="A half may be seen in part: then there is a chance.")
def all_or_nothing(T, m):
    missed = (m < T) + (m < T - T // 2)
    return missed / 12


@mistake("adding_loss", hint="One step too many is seen: how many are the last m?")
def one_step_more(T, m):
    half, unseen = T // 2, max(T - m - 1, 0)
    return (min(unseen, half) / half + max(unseen - half, 0) / (T - half)) / 12


# --- copying_loss


@alternative("copying_loss")
def by_chances(d, n, K, e):
    chances = np.array([1 - e] + [e / (K - 1)] * (K - 1))
    surprise = [-p * np.log(p) for p in chances if p > 0]
    return n / (d + 2 * n) * sum(surprise)


@alternative("copying_loss")
def two_questions(d, n, K, e):
    from math import log

    right_or_wrong = 0.0
    if 0 < e < 1:
        right_or_wrong = -e * log(e) - (1 - e) * log(1 - e)
    return n * (right_or_wrong + e * log(K - 1)) / (d + 2 * n)


@mistake("copying_loss", hint="The mean is over all steps, the easy ones as well.")
def written_steps_alone(d, n, K, e):
    entropy = 0.0
    if e > 0:
        entropy -= e * np.log(e / (K - 1))
    if e < 1:
        entropy -= (1 - e) * np.log(1 - e)
    return entropy


@mistake("copying_loss", hint="This is the sum over the sequence: a mean is asked for.")
def sum_over_steps(d, n, K, e):
    entropy = 0.0
    if e > 0:
        entropy -= e * np.log(e / (K - 1))
    if e < 1:
        entropy -= (1 - e) * np.log(1 - e)
    return n * entropy


@mistake(
    "copying_loss", hint="How many steps has the sequence? Count both symbol parts."
)
def too_few_steps(d, n, K, e):
    entropy = 0.0
    if e > 0:
        entropy -= e * np.log(e / (K - 1))
    if e < 1:
        entropy -= (1 - e) * np.log(1 - e)
    return n * entropy / (d + n)


@mistake(
    "copying_loss",
    hint="The memory does not know which symbols are wrong: it cannot mix like this.",
)
def knows_its_errors(d, n, K, e):
    return n * e * np.log(K) / (d + 2 * n)


@mistake(
    "copying_loss",
    hint="This is the entropy of right or wrong: and which of the wrong symbols?",
)
def right_or_wrong_alone(d, n, K, e):
    entropy = 0.0
    if e > 0:
        entropy -= e * np.log(e)
    if e < 1:
        entropy -= (1 - e) * np.log(1 - e)
    return n * entropy / (d + 2 * n)


@mistake("copying_loss", hint="How many symbols are there besides the right one?")
def right_one_among_the_wrong(d, n, K, e):
    entropy = 0.0
    if e > 0:
        entropy -= e * np.log(e / K)
    if e < 1:
        entropy -= (1 - e) * np.log(1 - e)
    return n * entropy / (d + 2 * n)


@mistake("copying_loss", hint="In nats: the natural logarithm.")
def in_bits(d, n, K, e):
    entropy = 0.0
    if e > 0:
        entropy -= e * np.log2(e / (K - 1))
    if e < 1:
        entropy -= (1 - e) * np.log2(1 - e)
    return n * entropy / (d + 2 * n)


@mistake("copying_loss", hint="Without errors, or with nothing else, you get NaN.")
def logarithm_of_zero(d, n, K, e):
    entropy = -np.float64(1 - e) * np.log(1 - e) - e * np.log(np.float64(e) / (K - 1))
    return n * entropy / (d + 2 * n)


@mistake(
    "copying_loss",
    hint="A memory that is wrong more often than by chance still says something.",
)
def chance_at_worst(d, n, K, e):
    entropy = np.log(K)
    if e < 1 - 1 / K:
        entropy = -(1 - e) * np.log(1 - e)
        if e > 0:
            entropy -= e * np.log(e / (K - 1))
    return n * entropy / (d + 2 * n)


@mistake(
    "copying_loss",
    hint="Being right has a cost too, as long as you cannot be certain of it.",
)
def wrong_ones_alone(d, n, K, e):
    entropy = -e * np.log(e / (K - 1)) if e > 0 else 0.0
    return n * entropy / (d + 2 * n)
