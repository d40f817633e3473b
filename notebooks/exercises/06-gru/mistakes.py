"""Other answers to the assignment of chapter 6: typical mistakes, and right ones."""

import numpy as np
import torch

from rnncourse.grading.exercise import Survivor, alternative, mistake

# --- read


@alternative("read")
def row_by_row(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    B, T, D = x.shape
    H = h.shape[-1]
    W_xr, W_xz, W_xn = W_xh.reshape(3, H, D)
    W_hr, W_hz, W_hn = W_hh.reshape(3, H, H)
    b_xr, b_xz, b_xn = b_xh.reshape(3, H)
    b_hr, b_hz, b_hn = b_hh.reshape(3, H)
    states = np.zeros((B, T, H))
    last = []
    for b in range(B):
        s = h[b]
        for t in range(lengths[b]):
            v = x[b, t]
            r = 1 / (1 + np.exp(-(W_xr @ v + b_xr + W_hr @ s + b_hr)))
            z = 1 / (1 + np.exp(-(W_xz @ v + b_xz + W_hz @ s + b_hz)))
            n = np.tanh(W_xn @ v + b_xn + r * (W_hn @ s + b_hn))
            s = n - z * n + z * s
            states[b, t] = s
        last.append(s)
    return states, np.array(last)


@alternative("read")
def with_where(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    heard = np.moveaxis(x, 1, 0) @ W_xh.T + b_xh
    states = []
    for t, a in enumerate(heard):
        p = h @ W_hh.T + b_hh
        (a_r, a_z, a_n), (p_r, p_z, p_n) = np.split(a, 3, 1), np.split(p, 3, 1)
        z, n = sigmoid(a_z + p_z), np.tanh(a_n + sigmoid(a_r + p_r) * p_n)
        on = t < np.asarray(lengths)[:, None]
        h = np.where(on, n + z * (h - n), h)
        states.append(np.where(on, h, 0))
    return [np.stack(states, axis=1), h]


@alternative("read")
def in_single_precision(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    x, h, W_xh, W_hh, b_xh, b_hh = (
        torch.tensor(v, dtype=torch.float32) for v in (x, h, W_xh, W_hh, b_xh, b_hh)
    )
    states = torch.zeros(*x.shape[:2], h.shape[1])
    for t in range(x.shape[1]):
        on = torch.tensor(lengths > t)
        new = gru_step(x[:, t] @ W_xh.T + b_xh, h, W_hh, b_hh)
        h = torch.where(on[:, None], new, h)
        states[on, t] = h[on]
    return states.numpy(), h.numpy()


@mistake(
    "read",
    hint="How much of the old state is left where z is one?",
)
def z_takes_the_new(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h.copy()
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T + b_hh
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = z * n + (1 - z) * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="In the library the reset gate acts on the product, not on the state.",
)
def reset_before_the_product(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h.copy()
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T + b_hh
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        after = (r * last[on]) @ W_hh[2 * H :].T + b_hh[2 * H :]
        n = np.tanh(heard[:, 2 * H :] + after)
        last[on] = (1 - z) * n + z * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="Which of the blocks comes first, that of r or that of z?",
)
def blocks_of_r_and_z_exchanged(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h.copy()
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T + b_hh
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        z, r = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = (1 - z) * n + z * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="Which of the biases does the reset gate multiply? Look at the bracket.",
)
def recurrent_bias_outside(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h.copy()
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh + b_hh
        said = last[on] @ W_hh.T
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = (1 - z) * n + z * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="Both biases belong to the layer.",
)
def one_bias_forgotten(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h.copy()
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = (1 - z) * n + z * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="Where do the sequences begin? You are given states.",
)
def starts_at_zero(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), np.zeros_like(h)
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T + b_hh
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = (1 - z) * n + z * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="Your code writes into `h`, which belongs to whoever called.",
)
def changed_in_place(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T + b_hh
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = (1 - z) * n + z * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="A sequence of three steps has the steps 0, 1 and 2.",
)
def one_step_too_many(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h.copy()
    for t in range(T):
        on = lengths >= t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T + b_hh
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = (1 - z) * n + z * last[on]
        states[on, t] = last[on]
    return states, last


@mistake(
    "read",
    hint="The last states are right, but behind the ends the result is to be zero.",
)
def frozen_behind_the_ends(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, last = np.zeros((B, T, H)), h.copy()
    for t in range(T):
        on = lengths > t
        heard = x[on, t] @ W_xh.T + b_xh
        said = last[on] @ W_hh.T + b_hh
        gates = sigmoid(heard[:, : 2 * H] + said[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        last[on] = (1 - z) * n + z * last[on]
        states[:, t] = last
    return states, last


@mistake(
    "read",
    hint="`lengths` is heard for the zeros, but not for the last states.",
)
def end_of_the_array(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states = np.zeros((B, T, H))
    state = h
    for t in range(T):
        heard = x[:, t] @ W_xh.T + b_xh
        said = state @ W_hh.T + b_hh
        r = sigmoid(heard[:, :H] + said[:, :H])
        z = sigmoid(heard[:, H : 2 * H] + said[:, H : 2 * H])
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        state = (1 - z) * n + z * state
        states[:, t] = state
    states[np.arange(T) >= lengths[:, None]] = 0
    return states, state


@mistake(
    "read",
    hint="What is at the index of the last step if a sequence has no step?",
)
def index_minus_one(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states = np.zeros((B, T, H))
    state = h
    for t in range(T):
        heard = x[:, t] @ W_xh.T + b_xh
        said = state @ W_hh.T + b_hh
        r = sigmoid(heard[:, :H] + said[:, :H])
        z = sigmoid(heard[:, H : 2 * H] + said[:, H : 2 * H])
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        state = (1 - z) * n + z * state
        states[:, t] = state
    last = states[np.arange(B), lengths - 1]
    states[np.arange(T) >= lengths[:, None]] = 0
    return states, last


@mistake(
    "read",
    hint="A sequence without steps stays where it began: at `h`, not at zero.",
)
def nothing_read_is_zero(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states = np.zeros((B, T, H))
    state = h
    for t in range(T):
        heard = x[:, t] @ W_xh.T + b_xh
        said = state @ W_hh.T + b_hh
        r = sigmoid(heard[:, :H] + said[:, :H])
        z = sigmoid(heard[:, H : 2 * H] + said[:, H : 2 * H])
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        state = (1 - z) * n + z * state
        states[:, t] = state
    states[np.arange(T) >= lengths[:, None]] = 0
    last = states[np.arange(B), lengths - 1]
    last[lengths == 0] = 0
    return states, last


@mistake(
    "read",
    hint="What is zero times NaN?",
)
def times_zero(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    states, state = np.zeros((B, T, H)), h
    for t in range(T):
        heard = x[:, t] @ W_xh.T + b_xh
        said = state @ W_hh.T + b_hh
        r = sigmoid(heard[:, :H] + said[:, :H])
        z = sigmoid(heard[:, H : 2 * H] + said[:, H : 2 * H])
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        on = (lengths > t)[:, None] * 1.0
        state = on * ((1 - z) * n + z * state) + (1 - on) * state
        states[:, t] = on * state
    return states, state


@mistake(
    "read",
    hint="A step with an input of zeros is a step too: the state moves on.",
)
def zeros_as_input(x, lengths, h, W_xh, W_hh, b_xh, b_hh):
    (B, T, _), H = x.shape, h.shape[1]
    over = np.arange(T) >= lengths[:, None]
    x, states, state = np.where(over[..., None], 0.0, x), np.zeros((B, T, H)), h
    for t in range(T):
        heard = x[:, t] @ W_xh.T + b_xh
        said = state @ W_hh.T + b_hh
        r = sigmoid(heard[:, :H] + said[:, :H])
        z = sigmoid(heard[:, H : 2 * H] + said[:, H : 2 * H])
        n = np.tanh(heard[:, 2 * H :] + r * said[:, 2 * H :])
        state = (1 - z) * n + z * state
        states[:, t] = np.where(over[:, t : t + 1], 0.0, state)
    return states, state


# --- to_torch


@alternative("to_torch")
def by_index(kernel, recurrent, bias):
    H = recurrent.shape[0]
    order = [*range(H, 2 * H), *range(H), *range(2 * H, 3 * H)]
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return {
        "bias_hh_l0": bias[1, order] * sign,
        "bias_ih_l0": bias[0, order] * sign,
        "weight_hh_l0": (recurrent[:, order] * sign).T,
        "weight_ih_l0": (kernel[:, order] * sign).T,
    }


@alternative("to_torch")
def by_copies(kernel, recurrent, bias):
    H = len(recurrent)
    converted = {}
    for name, array in {"ih": kernel, "hh": recurrent}.items():
        W = array.copy().T
        W[:H], W[H : 2 * H] = array.T[H : 2 * H], -array.T[:H]
        converted[f"weight_{name}_l0"] = W
    for name, row in zip(("ih", "hh"), bias, strict=True):
        b = np.empty_like(row)
        b[:H], b[H : 2 * H], b[2 * H :] = row[H : 2 * H], 0 - row[:H], row[2 * H :]
        converted[f"bias_{name}_l0"] = b
    return converted


@mistake("to_torch", hint="The order is right, but the sense of z is still the other.")
def sense_left(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([r, z, n])
    return found


@mistake("to_torch", hint="The sense is converted, the order of the blocks is not.")
def order_left(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([-z, r, n])
    return found


@mistake("to_torch", hint="The arrays are turned round and otherwise as they were.")
def transposed_alone(kernel, recurrent, bias):
    return {
        "weight_ih_l0": kernel.T,
        "weight_hh_l0": recurrent.T,
        "bias_ih_l0": bias[0],
        "bias_hh_l0": bias[1],
    }


@mistake("to_torch", hint="A gate's complement needs its biases negated as well.")
def biases_not_negated(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([r, -z if array.ndim == 2 else z, n])
    return found


@mistake("to_torch", hint="The recurrent weights of z are part of the gate, too.")
def recurrent_not_negated(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([r, z if name == "weight_hh_l0" else -z, n])
    return found


@mistake("to_torch", hint="Which row of `bias` is the input's?")
def biases_exchanged(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_hh_l0", "bias_ih_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([r, -z, n])
    return found


@mistake(
    "to_torch", hint="A gate's complement is a matter of its weights' sign: 1 - z?"
)
def one_minus_the_weights(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([r, 1 - z, n])
    return found


@mistake("to_torch", hint="What shapes has torch? Here the matrices lie on their side.")
def not_turned(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel, recurrent, *bias), strict=True):
        z, r, n = np.split(array, 3, axis=-1)
        found[name] = np.concatenate([r, -z, n], axis=-1)
    return found


@mistake("to_torch", hint="Shapes are right, but a reshape is no transpose.")
def reshaped(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    (D, rows), H = kernel.shape, len(recurrent)
    arrays = kernel.reshape(rows, D), recurrent.reshape(rows, H), *bias
    for name, array in zip(names, arrays, strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([r, -z, n])
    return found


@mistake("to_torch", hint="A slice is a view: your code negates the other's arrays.")
def negated_in_place(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        z *= -1
        found[name] = np.concatenate([r, z, n])
    return found


@mistake("to_torch", hint="The arrays are wanted by the library's names, in a dict.")
def without_names(kernel, recurrent, bias):
    found = []
    for array in (kernel.T, recurrent.T, *bias):
        z, r, n = np.split(array, 3)
        found.append(np.concatenate([r, -z, n]))
    return tuple(found)


@mistake("to_torch", hint="Whose sense differs, that of r or that of z?")
def other_gate_negated(kernel, recurrent, bias):
    found = {}
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    for name, array in zip(names, (kernel.T, recurrent.T, *bias), strict=True):
        z, r, n = np.split(array, 3)
        found[name] = np.concatenate([-r, z, n])
    return found


@mistake(
    "to_torch",
    hint="Two views of one array are not exchanged like two numbers: look at r and z.",
)
def views_exchanged(kernel, recurrent, bias):
    H = len(recurrent)
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    arrays = kernel.T.copy(), recurrent.T.copy(), *bias.copy()
    for array in arrays:
        array[:H], array[H : 2 * H] = array[H : 2 * H], array[:H]
        array[H : 2 * H] *= -1
    return dict(zip(names, arrays, strict=True))


# --- identify


@alternative("identify")
def translated(step, W_xh, W_hh, b_xh, b_hh):
    from itertools import product

    rng = np.random.default_rng(3)
    H = len(b_hh) // 3
    x_t = torch.tensor(rng.uniform(-1, 1, (50, W_xh.shape[1])))
    h = torch.tensor(rng.uniform(-1, 1, (50, H)))
    wanted = torch.tensor(step(x_t.numpy(), h.numpy()))
    best = float("inf"), None
    for form in product(("zrn", "rzn"), ("after", "before"), ("replaces", "keeps")):
        order, place, sense = form
        weights = []
        for w in (W_xh, W_hh, b_xh, b_hh):
            first, second, n = torch.tensor(w).chunk(3)
            r, z = (first, second) if order == "rzn" else (second, first)
            weights.append(torch.cat([r, z if sense == "keeps" else -z, n]))
        V, U, a, b = weights
        state = gru_step(x_t @ V.T + a, h, U, b, reset_after=place == "after")
        best = min(best, (float(((state - wanted) ** 2).sum()), form))
    return list(best[1])


@alternative("identify")
def loops(step, W_xh, W_hh, b_xh, b_hh):
    H = W_hh.shape[1]
    x_t = np.cos(np.arange(8 * W_xh.shape[1])).reshape(8, -1)
    h = np.sin(1 + np.arange(8 * H)).reshape(8, -1)
    state = step(x_t, h)

    def one(form):
        k = 0 if form[0] == "rzn" else H
        pre = x_t @ W_xh.T + b_xh + h @ W_hh.T + b_hh
        r = sigmoid(pre[:, k : k + H])
        z = sigmoid(pre[:, H - k : 2 * H - k])
        W, b = W_hh[2 * H :], b_hh[2 * H :]
        said = h * r @ W.T + b if form[1] == "before" else (h @ W.T + b) * r
        n = np.tanh(x_t @ W_xh[2 * H :].T + b_xh[2 * H :] + said)
        old, new = (z, 1 - z) if form[2] == "keeps" else (1 - z, z)
        return np.linalg.norm(old * h + new * n - state)

    forms = [
        (a, b, c)
        for a in ("rzn", "zrn")
        for b in ("before", "after")
        for c in ("keeps", "replaces")
    ]
    return sorted(forms, key=one)[0]


@mistake(
    "identify",
    hint="From a state of zero, what does the reset gate act on if there is no bias?",
)
def asked_at_zero(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), np.zeros((20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)


@mistake(
    "identify",
    hint="The first form within a tolerance is taken: could another be closer?",
)
def wide_tolerance(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                new = n + keep * (h - n)
                if np.allclose(new, state):
                    return order, place, sense
    return "rzn", "after", "keeps"


@mistake(
    "identify",
    hint="Before and after are exchanged: what does the reset gate multiply in each?",
)
def places_exchanged(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("after", before), ("before", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)


@mistake(
    "identify",
    hint="Keeping and replacing are exchanged: what is left of h where z is one?",
)
def senses_exchanged(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("replaces", z), ("keeps", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)


@mistake(
    "identify",
    hint="The blocks of the gates may stand in another order than torch's.",
)
def order_taken_for_granted(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second),):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)


@mistake(
    "identify",
    hint="After the product the reset gate multiplies the bias as well.",
)
def bias_outside_the_bracket(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (
            ("before", before),
            ("after", r * (h_n - b_hh[2 * H :]) + b_hh[2 * H :]),
        ):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)


@mistake(
    "identify",
    hint="Errors of either sign are added up, so that they cancel: how large are they?",
)
def signs_cancel(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = (n + keep * (h - n) - state).sum()
    return min(off, key=off.get)


@mistake(
    "identify",
    hint="The differences are smaller than the rounding of single precision.",
)
def single_precision(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    x_t, h = x_t.astype(np.float32), h.astype(np.float32)
    W_xh, W_hh = W_xh.astype(np.float32), W_hh.astype(np.float32)
    b_xh, b_hh = b_xh.astype(np.float32), b_hh.astype(np.float32)
    state = step(x_t, h).astype(np.float32)
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)


@mistake(
    "identify",
    hint="Three words, in the order of the exercise: blocks, reset gate, z.",
)
def sense_first(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = rng.normal(size=(20, D)), rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)[::-1]


@mistake(
    "identify",
    hint="You ask with numbers so large that every gate is at its end.",
)
def saturated_question(step, W_xh, W_hh, b_xh, b_hh):
    H, D = W_hh.shape[1], W_xh.shape[1]
    rng = np.random.default_rng(0)
    x_t, h = 1e6 * rng.normal(size=(20, D)), 1e6 * rng.normal(size=(20, H))
    state = step(x_t.copy(), h.copy())
    x_1, x_2, x_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
    h_1, h_2, h_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    first, second = sigmoid(x_1 + h_1), sigmoid(x_2 + h_2)
    off = {}
    for order, r, z in (("rzn", first, second), ("zrn", second, first)):
        before = (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :]
        for place, heard in (("before", before), ("after", r * h_n)):
            n = np.tanh(x_n + heard)
            for sense, keep in (("keeps", z), ("replaces", 1 - z)):
                off[order, place, sense] = np.abs(n + keep * (h - n) - state).max()
    return min(off, key=off.get)


# --- step_backward


@alternative("step_backward")
def gate_by_gate(dh, x_t, h, W_xh, W_hh, b):
    H, D = h.shape[1], x_t.shape[1]
    V_r, V_z, V_n = W_xh.reshape(3, H, D)
    U_r, U_z, U_n = W_hh.reshape(3, H, H)
    b_r, b_z, b_n = b.reshape(3, H)
    r = 1 / (1 + np.exp(-(x_t @ V_r.T + h @ U_r.T + b_r)))
    z = 1 / (1 + np.exp(-(x_t @ V_z.T + h @ U_z.T + b_z)))
    s = r * h
    n = np.tanh(x_t @ V_n.T + s @ U_n.T + b_n)
    dz = (dh * h - dh * n) * z * (1 - z)
    dn = (dh - dh * z) * (1 - n) * (1 + n)
    ds = np.einsum("bi,ij->bj", dn, U_n)
    dr = ds * h * (r - r**2)
    dx = dr @ V_r + dz @ V_z + dn @ V_n
    dh_before = ds * r + dh * z + dr @ U_r + dz @ U_z
    dV = np.vstack([dr.T @ x_t, dz.T @ x_t, dn.T @ x_t])
    dU = np.vstack([dr.T @ h, dz.T @ h, dn.T @ s])
    return dx, dh_before, dV, dU, np.hstack([dr.sum(0), dz.sum(0), dn.sum(0)])


@alternative("step_backward")
def by_automatic_differentiation(dh, x_t, h, W_xh, W_hh, b):
    leaves = [torch.tensor(a).requires_grad_() for a in (x_t, h, W_xh, W_hh, b)]
    x_t, h, W_xh, W_hh, b = leaves
    after = gru_step(x_t @ W_xh.T + b, h, W_hh, torch.zeros_like(b), False)
    return [g.numpy() for g in torch.autograd.grad(after, leaves, torch.tensor(dh))]


@alternative("step_backward")
def row_after_row(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    dx, dh_before = np.empty_like(x_t), np.empty_like(h)
    dW_xh, dW_hh, db = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b)
    for k, (g, x, s) in enumerate(zip(dh, x_t, h, strict=True)):
        a = W_xh @ x + b
        r, z = np.split(sigmoid(a[: 2 * H] + W_hh[: 2 * H] @ s), 2)
        n = np.tanh(a[2 * H :] + W_hh[2 * H :] @ (r * s))
        d = np.empty(3 * H)
        d[2 * H :] = g * (1 - z) * (1 - n * n)
        to_rs = W_hh[2 * H :].T @ d[2 * H :]
        d[:H] = to_rs * s * r * (1 - r)
        d[H : 2 * H] = g * (s - n) * z * (1 - z)
        dx[k] = W_xh.T @ d
        dh_before[k] = g * z + to_rs * r + W_hh[: 2 * H].T @ d[: 2 * H]
        dW_xh += np.outer(d, x)
        dW_hh[: 2 * H] += np.outer(d[: 2 * H], s)
        dW_hh[2 * H :] += np.outer(d[2 * H :], r * s)
        db += d
    return dx, dh_before, dW_xh, dW_hh, db


@mistake(
    "step_backward",
    hint="This is the way back of the form with the reset gate after the product.",
)
def the_librarys_form(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    p = h @ W_hn.T
    n = np.tanh(heard[:, 2 * H :] + r * p)
    d_n = dh * (1 - z) * (1 - n**2)
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_n * p * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + (d_n * r) @ W_hn + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, (d_n * r).T @ h])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="Forwards is right, but r is told what it would be told after the product.",
)
def chapters_delta_of_r(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_n * (h @ W_hn.T) * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="The state before is also copied: one path to it is missing.",
)
def copy_forgotten(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="The state before also enters the candidate: that path is missing.",
)
def reset_path_forgotten(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="The gates hear the state before, too.",
)
def gates_paths_forgotten(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="On its way to the state before, the candidate's share passes the reset gate.",
)
def r_outside(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="The reset gate acts on entries of h: on which side of the matrix is it?",
)
def r_before_the_matrix(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + (d_n * r) @ W_hn + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="r reaches the candidate through the matrix: what does it multiply there?",
)
def product_rule_half(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="Rows go back through the matrix that they came through transposed.",
)
def matrix_not_transposed_back(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn.T
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="If z grows, is more of the candidate taken or more of the old state?",
)
def sign_of_z(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (n - h) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="z multiplies the old state, and 1 - z the candidate: both are heard.",
)
def z_half(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * h * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="Forwards is right, but two blocks of the derivatives are exchanged.",
)
def order_of_the_result(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_z, d_reset * h * r * (1 - r)], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="What does the last block of the recurrent matrix multiply?",
)
def weights_of_n_see_h(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = d.T @ h
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


@mistake(
    "step_backward",
    hint="A batch's derivatives of weights are added up, not averaged.",
)
def averaged(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t / len(h), dW_hh / len(h), d.mean(axis=0)


@mistake(
    "step_backward",
    hint="The bias has no batch axis: what remains of it?",
)
def bias_not_summed(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh_before = dh * z + d_reset * r + d_gates @ W_h
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d


@mistake(
    "step_backward",
    hint="Your code changes `dh`.",
)
def dh_changed(dh, x_t, h, W_xh, W_hh, b):
    H = h.shape[1]
    W_h, W_hn = W_hh[: 2 * H], W_hh[2 * H :]
    heard = x_t @ W_xh.T + b
    gates = sigmoid(heard[:, : 2 * H] + h @ W_h.T)
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(heard[:, 2 * H :] + (r * h) @ W_hn.T)
    d_n = dh * (1 - z) * (1 - n**2)
    d_reset = d_n @ W_hn
    d_z = dh * (h - n) * z * (1 - z)
    d_gates = np.concatenate([d_reset * h * r * (1 - r), d_z], axis=1)
    d = np.concatenate([d_gates, d_n], axis=1)
    dh *= z
    dh += d_reset * r + d_gates @ W_h
    dh_before = dh
    dW_hh = np.concatenate([d_gates.T @ h, d_n.T @ (r * h)])
    return d @ W_xh, dh_before, d.T @ x_t, dW_hh, d.sum(axis=0)


# --- cost


@alternative("cost")
def layer_by_layer(kind, D, H, layers=1, bias=True, both=False):
    blocks = 1 if kind == "RNN" else 3 if kind == "GRU" else 4
    total, products, inputs = 0, 0, D
    for _ in range(layers):
        for _ in range(1 + both):
            matrices = blocks * H * inputs + blocks * H * H
            products += matrices
            total += matrices
            if bias:
                total += blocks * H + blocks * H
        inputs = H + both * H
    return total, products


@alternative("cost")
def first_and_others(kind, D, H, layers=1, bias=True, both=False):
    rows = H * {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    ways = int(both) + 1
    first = rows * (D + H) * ways
    others = rows * (ways * H + H) * ways * (layers - 1)
    return [first + others + bool(bias) * 2 * rows * ways * layers, first + others]


@mistake(
    "cost",
    hint="How many biases has a layer of torch? Look at its parameters.",
)
def single_bias(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = cells * H * layers if bias else 0
    return products + biases, products


@mistake(
    "cost",
    hint="Every layer has biases.",
)
def biases_of_one_layer(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = 2 * cells * H if bias else 0
    return products + biases, products


@mistake(
    "cost",
    hint="A bias is added: no multiplication.",
)
def biases_multiplied(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products + biases, products + biases


@mistake(
    "cost",
    hint="What does a second layer hear of a first one that reads both ways?",
)
def states_of_one_direction(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    above = H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products + biases, products


@mistake(
    "cost",
    hint="The layers above the first do not hear the input: what do they hear?",
)
def layers_all_alike(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    heard = layers * (D + H)
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products + biases, products


@mistake(
    "cost",
    hint="Reading in both directions takes two cells per layer.",
)
def one_direction_alone(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products + biases, products


@mistake(
    "cost",
    hint="A cell hears the state of its own direction alone, not that of the other.",
)
def recurrent_of_both(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * above
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products + biases, products


@mistake(
    "cost",
    hint="How many blocks has a GRU? The candidate has weights of its own.",
)
def gru_with_two_blocks(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 2, "LSTM": 4}[kind] * (2 if both else 1)
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products + biases, products


@mistake(
    "cost",
    hint="Multiplications alone are asked for, without the additions.",
)
def multiplied_and_added(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products + biases, 2 * products


@mistake(
    "cost",
    hint="Parameters come first, second.",
)
def exchanged(kind, D, H, layers=1, bias=True, both=False):
    cells = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    above = 2 * H if both else H
    heard = D + (layers - 1) * above + layers * H
    products = cells * H * heard
    biases = 2 * cells * H * layers if bias else 0
    return products, products + biases


# --- widest


@alternative("widest")
def solved(kind, D, budget, layers=1, bias=True, both=False):
    from math import isqrt

    ways = 2 if both else 1
    blocks = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * ways
    a = blocks * (layers + (layers - 1) * ways)
    b = blocks * (D + (2 * layers if bias else 0))
    return (isqrt(b * b + 4 * a * budget) - b) // (2 * a)


@alternative("widest")
def bit_by_bit(kind, D, budget, layers=1, bias=True, both=False):
    H = 0
    for power in reversed(range(64)):
        wider = H + 2**power
        if cost(kind, D, wider, layers=layers, bias=bias, both=both)[0] <= budget:
            H = wider
    return H


@alternative("widest")
def growing_steps(kind, D, budget, layers=1, bias=True, both=False):
    from bisect import bisect_right

    class Costs:
        def __len__(self):
            return 2**40

        def __getitem__(self, H):
            return cost(kind, D, H, layers, bias, both)[0]

    return bisect_right(Costs(), budget) - 1


@mistake(
    "widest",
    hint="A budget that is met exactly is met.",
)
def must_be_below(kind, D, budget, layers=1, bias=True, both=False):
    low, high = 0, 1
    while cost(kind, D, high, layers, bias, both)[0] < budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if cost(kind, D, middle, layers, bias, both)[0] < budget:
            low = middle
        else:
            high = middle
    return low


@mistake(
    "widest",
    hint="This is the smallest width that costs too much.",
)
def first_too_wide(kind, D, budget, layers=1, bias=True, both=False):
    low, high = 0, 1
    while cost(kind, D, high, layers, bias, both)[0] <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if cost(kind, D, middle, layers, bias, both)[0] <= budget:
            low = middle
        else:
            high = middle
    return high


@mistake(
    "widest",
    hint="If even one unit is too many, the answer is 0.",
)
def at_least_one(kind, D, budget, layers=1, bias=True, both=False):
    low, high = 0, 1
    while cost(kind, D, high, layers, bias, both)[0] <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if cost(kind, D, middle, layers, bias, both)[0] <= budget:
            low = middle
        else:
            high = middle
    return max(low, 1)


@mistake(
    "widest",
    hint="Layers, biases and directions do not reach your count.",
)
def options_forgotten(kind, D, budget, layers=1, bias=True, both=False):
    low, high = 0, 1
    while cost(kind, D, high)[0] <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if cost(kind, D, middle)[0] <= budget:
            low = middle
        else:
            high = middle
    return low


@mistake(
    "widest",
    hint="The search stops at a power of two.",
)
def power_of_two(kind, D, budget, layers=1, bias=True, both=False):
    H = 0
    while cost(kind, D, max(2 * H, 1), layers, bias, both)[0] <= budget:
        H = max(2 * H, 1)
    return H


@mistake(
    "widest",
    hint="If even one unit is too many, the answer is the number 0.",
)
def nothing_instead_of_zero(kind, D, budget, layers=1, bias=True, both=False):
    low, high = 0, 1
    while cost(kind, D, high, layers, bias, both)[0] <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if cost(kind, D, middle, layers, bias, both)[0] <= budget:
            low = middle
        else:
            high = middle
    return low if low else None


@mistake(
    "widest",
    hint="The exact width is rounded to the nearest: that may be too wide.",
)
def rounded(kind, D, budget, layers=1, bias=True, both=False):
    blocks = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    a = blocks * (layers + (layers - 1) * (2 if both else 1))
    b = blocks * (D + (2 * layers if bias else 0))
    from math import sqrt

    return round((sqrt(b * b + 4 * a * budget) - b) / (2 * a))


@mistake(
    "widest",
    hint="Huge budgets go wrong: a floating-point root has only sixteen digits.",
)
def by_floating_point(kind, D, budget, layers=1, bias=True, both=False):
    blocks = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * (2 if both else 1)
    a = blocks * (layers + (layers - 1) * (2 if both else 1))
    b = blocks * (D + (2 * layers if bias else 0))
    return int((-b + np.sqrt(float(b * b + 4 * a * budget))) / (2 * a))


# --- two_states


@alternative("two_states")
def with_biases(effects):
    is_of = {e: np.array([float(v == e) for v in effects]) for e in set(effects)}
    none = np.zeros(len(effects))
    hold, flip = is_of.get("hold", none), is_of.get("flip", none)
    to = is_of.get("set", none) - is_of.get("clear", none)
    W_xh = np.stack([60 * flip, 60 * hold, 30 * to])  # r opens for a flip alone
    return (
        W_xh,
        np.array([[0], [0], [-12]]),
        np.array([-15, -30, 0]),
        np.array([-15, 0, 0]),
    )


@alternative("two_states")
def held_by_the_candidate(effects):
    weights = {"set": (50, 50), "clear": (50, -50), "hold": (900, 0), "flip": (-50, 0)}
    columns = [(0, *weights[effect]) for effect in effects]
    W_xh = np.array(columns, dtype=float).T - np.array([[0], [100], [0]])
    return [
        W_xh,
        np.array([0.0, 0.0, -9.0])[:, None],
        np.zeros(3),
        np.array([9.0, 0, 0]),
    ]


@mistake(
    "two_states",
    hint="In the library, is an update gate of one the old state or the new?",
)
def gate_in_the_other_sense(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = -20.0 if effect == "hold" else 20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="The candidate of a flip is the state itself: which sign makes it the other?",
)
def flip_keeps(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="A flip ends at zero: does the candidate hear the state?",
)
def flip_goes_to_zero(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [0.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="Only `hold` moves the update gate: where is it for the other symbols?",
)
def half_open(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else 0.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="The update gate of `hold` is half open.",
)
def nothing_held(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 0.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="No symbol shuts the update gate: what does `hold` do?",
)
def never_held(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="Which of `set` and `clear` makes the state positive?",
)
def set_and_clear_exchanged(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": -40.0, "clear": 40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="A flip depends on the state: from one of them yours stays where it is.",
)
def flip_is_clear(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0, "flip": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="From the other state, `set` and `clear` are outweighed by the state.",
)
def set_outweighed(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 10.0, "clear": -10.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="`set` and `clear` flip: the input has to outweigh the state.",
)
def set_too_weak(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 5.0, "clear": -5.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="Right by sign, but not within 0.01: how flat is each function there?",
)
def gentle(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 3.0 if effect == "hold" else -3.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="One step of `hold` is right, thousands are not: what is lost in each?",
)
def leaks(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 7.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="The blocks stand in the order r, z, n.",
)
def update_gate_first(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[0, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="The input's weights have a row for each block and a column for each symbol.",
)
def as_columns(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = 20.0 if effect == "hold" else -20.0
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh.T, W_hh, np.zeros(3), np.zeros(3)


@mistake(
    "two_states",
    hint="A weight is infinite.",
)
def infinite(effects):
    W_xh = np.zeros((3, len(effects)))
    for k, effect in enumerate(effects):
        W_xh[1, k] = np.inf if effect == "hold" else -np.inf
        W_xh[2, k] = {"set": 40.0, "clear": -40.0}.get(effect, 0.0)
    W_hh = np.array([[0.0], [0.0], [-20.0]])
    return W_xh, W_hh, np.zeros(3), np.zeros(3)


wider_gate = Survivor(
    "two_states",
    "line 6: 20.0 → 41.0",
    why="A larger weight of the update gate is right too: it shuts the gate further.",
    right=True,
)
stronger_input = Survivor(
    "two_states",
    "line 7: 40.0 → 81.0",
    why="A larger weight of `set` or `clear` is right too: the candidate saturates.",
    right=True,
)
small_default = Survivor(
    "two_states",
    "line 7: 0.0 → 1.0",
    why="A small weight of the other symbols does not outweigh the state's.",
    right=True,
)
stronger_state = Survivor(
    "two_states",
    "line 8: 20.0 → 41.0",
    why="A larger recurrent weight is right too: half of it is still below 40.",
    right=True,
)
