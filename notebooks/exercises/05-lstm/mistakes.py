"""Other answers to the assignment of chapter 5: typical mistakes, and right ones."""

import numpy as np

from rnncourse.grading.exercise import Survivor, alternative, mistake

# --- lstm_forward


@alternative("lstm_forward")
def one_by_one(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    H = W_hh.shape[1]
    states, last_h, last_c = np.zeros((B, T, H)), np.zeros((B, H)), np.zeros((B, H))
    for b in range(B):
        h_b, c_b = h[b], c[b]
        for t in range(lengths[b]):
            z = W_ih @ x[b, t] + W_hh @ h_b + b_ih + b_hh
            i, f, o = (sigmoid(z[k * H : (k + 1) * H]) for k in (0, 1, 3))
            c_b = f * c_b + i * np.tanh(z[2 * H : 3 * H])
            h_b = o * np.tanh(c_b)
            states[b, t] = h_b
        last_h[b], last_c[b] = h_b, c_b
    return states, last_h, last_c


@alternative("lstm_forward")
def picked_at_the_end(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    H = h.shape[1]
    hidden, cells = [], []
    z_x = np.nan_to_num(x) @ W_ih.T + (b_ih + b_hh)
    for t in range(x.shape[1]):
        z = (z_x[:, t] + h @ W_hh.T).reshape(len(x), 4, H)
        gate = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
        c = gate[:, 1] * c + gate[:, 0] * np.tanh(z[:, 2])
        h = gate[:, 3] * np.tanh(c)
        hidden.append(h)
        cells.append(c)
    hidden, cells = np.stack(hidden, 1), np.stack(cells, 1)
    rows = np.arange(len(x))
    h, c = hidden[rows, lengths - 1], cells[rows, lengths - 1]
    return hidden * (np.arange(x.shape[1]) < lengths[:, None])[..., None], h, c


@mistake("lstm_forward", hint="The blocks lie in the order i, f, g, o.")
def order_of_the_cell(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_o, z_g = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake(
    "lstm_forward",
    hint=(
        "Which block of rows comes first, that of the input gate or of the forget gate?"
    ),
)
def forget_first(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_f, z_i, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake("lstm_forward", hint="There are two biases, and both are added.")
def one_bias(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake(
    "lstm_forward",
    hint=("What the others hear of a cell has bounds: through what does it pass?"),
)
def no_tanh_at_the_output(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * new_c
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake(
    "lstm_forward",
    hint=("One of the four blocks is no gate: what may be written can be negative."),
)
def gate_for_candidate(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * sigmoid(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake(
    "lstm_forward",
    hint=("Every sequence is run to the end of the batch, its fillings included."),
)
def ends_ignored(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        h, c = new_h, new_c
        states[:, t] = h
    return states, h, c


@mistake("lstm_forward", hint="Behind a sequence's end the states should be zero.")
def last_state_repeated(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = h
    return states, h, c


@mistake(
    "lstm_forward",
    hint=(
        "The final states are those of a sequence's last step, not of the "
        "filling behind it."
    ),
)
def states_wiped_at_the_end(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, 0.0), np.where(runs, new_c, 0.0)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake("lstm_forward", hint="Count: a sequence of one step has one step.")
def one_step_too_many(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t <= lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake("lstm_forward", hint="One of the two states goes on after the end.")
def only_h_stops(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), new_c
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake(
    "lstm_forward",
    hint="The states before the first step are given, and not always zero.",
)
def starts_from_zero(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    h, c = np.zeros_like(h), np.zeros_like(c)
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(new_c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


@mistake("lstm_forward", hint="The output is of the new cell, not of the one before.")
def old_cell_heard(x, lengths, h, c, W_ih, W_hh, b_ih, b_hh):
    states = np.zeros((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        new_c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        new_h = sigmoid(z_o) * np.tanh(c)
        runs = (t < lengths)[:, None]
        h, c = np.where(runs, new_h, h), np.where(runs, new_c, c)
        states[:, t] = np.where(runs, h, 0.0)
    return states, h, c


# --- lstm_step_back


@alternative("lstm_step_back")
def row_by_row(dh, dc, x, h, c, W_ih, W_hh, b):
    H = h.shape[1]
    dx, dh0, dc0 = np.zeros(x.shape), np.zeros(h.shape), np.zeros(c.shape)
    dW_ih, dW_hh, db = np.zeros(W_ih.shape), np.zeros(W_hh.shape), np.zeros(b.shape)
    for n in range(len(x)):
        z = (W_ih @ x[n] + W_hh @ h[n] + b).reshape(4, H)
        i, f, o = sigmoid(z[[0, 1, 3]])
        g = np.tanh(z[2])
        m = np.tanh(f * c[n] + i * g)
        total = dc[n] + dh[n] * o * (1 - m * m)
        dz = np.array([total * g * (i - i * i), total * c[n] * (f - f * f)])
        rest = np.array([total * i * (1 - g * g), dh[n] * m * (o - o * o)])
        dz = np.vstack([dz, rest]).ravel()
        dx[n], dh0[n], dc0[n] = W_ih.T @ dz, W_hh.T @ dz, total * f
        dW_ih += np.outer(dz, x[n])
        dW_hh += np.outer(dz, h[n])
        db += dz
    return dx, dh0, dc0, dW_ih, dW_hh, db


@alternative("lstm_step_back")
def by_slopes(dh, dc, x, h, c, W_ih, W_hh, b):
    z = x @ W_ih.T + h @ W_hh.T + b
    H = h.shape[1]
    a = sigmoid(z)
    a[:, 2 * H : 3 * H] = np.tanh(z[:, 2 * H : 3 * H])
    slope = a * (1 - a)
    slope[:, 2 * H : 3 * H] = 1 - a[:, 2 * H : 3 * H] ** 2
    i, f, g, o = (a[:, k * H : (k + 1) * H] for k in range(4))
    new = f * c + i * g
    dc = dc + dh * o / np.cosh(np.clip(new, -300, 300)) ** 2
    dz = slope * np.hstack([dc * g, dc * c, dc * i, dh * np.tanh(new)])
    back = dz @ W_ih, dz @ W_hh, dc * f
    return back + (
        np.einsum("bz,bd->zd", dz, x),
        np.einsum("bz,bd->zd", dz, h),
        dz.sum(axis=0),
    )


@mistake(
    "lstm_step_back", hint="The new cell is told something by the hidden state as well."
)
def cell_not_told_by_h(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake("lstm_step_back", hint="What comes from the next step's cell is lost.")
def next_cell_dropped(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake(
    "lstm_step_back",
    hint=("Between the cell and what is heard of it there is a tanh, with a slope."),
)
def no_slope_at_the_output(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake(
    "lstm_step_back",
    hint=("The slope of tanh is written with its output, not with its argument."),
)
def slope_of_the_cell(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - (f * c + i * g) ** 2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake("lstm_step_back", hint="The slope of the candidate is that of tanh.")
def candidate_like_a_gate(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * g * (1 - g), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake(
    "lstm_step_back",
    hint=("The derivatives are with respect to the gates: go on through their slopes."),
)
def gates_without_slopes(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g, dc * c
    dg, do = dc * i, dh * heard
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake(
    "lstm_step_back",
    hint=(
        "By what is the forget gate multiplied, on the way forwards: by "
        "the cell before or after?"
    ),
)
def new_cell_for_old(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * (f * c + i * g) * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake("lstm_step_back", hint="The output gate multiplies the tanh of the cell.")
def output_gate_by_the_cell(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * (f * c + i * g) * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake(
    "lstm_step_back",
    hint="What goes back along the cell is all that the new cell is told.",
)
def only_next_cells_share_back(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    given = dc
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, given * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake(
    "lstm_step_back", hint="Along the cell the gradient is multiplied by something."
)
def forget_gate_left_out(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake(
    "lstm_step_back",
    hint=("Derivatives of the weights add up over the batch; a mean has been taken."),
)
def mean_over_the_batch(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return (
        dz @ W_ih,
        dz @ W_hh,
        dc * f,
        dz.T @ x / len(x),
        dz.T @ h / len(x),
        dz.mean(0),
    )


@mistake(
    "lstm_step_back",
    hint=(
        "The blocks are put together in another order than that of the "
        "rows: i, f, g, o."
    ),
)
def blocks_in_another_order(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, do, dg], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


@mistake("lstm_step_back", hint="An argument is changed: `+=` works in place.")
def changed_in_place(dh, dc, x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    heard = np.tanh(f * c + i * g)
    dc += dh * o * (1 - heard**2)
    di, df = dc * g * i * (1 - i), dc * c * f * (1 - f)
    dg, do = dc * i * (1 - g**2), dh * heard * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ W_ih, dz @ W_hh, dc * f, dz.T @ x, dz.T @ h, dz.sum(0)


# --- forget_bias


@alternative("forget_bias")
def by_log1p(n, share):
    q = -np.log(share) / n
    return np.log1p(-np.expm1(-q)) * 0 - np.log(np.expm1(q))


@alternative("forget_bias")
def standard_library(n, share):
    import math

    return -math.log(math.expm1(-math.log(share) / n))


@mistake(
    "forget_bias",
    hint=("For long memories the gate is rounded to one: stay with its logarithm."),
)
def gate_rounded_to_one(n, share):
    f = share ** (1 / n)
    return np.log(f / (1 - f)) if f < 1 else np.inf


@mistake(
    "forget_bias",
    hint=("This is the gate, or its logarithm: the bias stands before the sigmoid."),
)
def gate_itself(n, share):
    log_f = np.log(share) / n
    return np.exp(log_f)


@mistake(
    "forget_bias",
    hint=("This is the logarithm of the gate: the bias stands before the sigmoid."),
)
def logarithm_of_the_gate(n, share):
    log_f = np.log(share) / n
    return log_f


@mistake("forget_bias", hint="This is a half-life whatever `share` is.")
def share_ignored(n, share):
    log_f = np.log(0.5) / n
    return log_f - np.log(-np.expm1(log_f))


@mistake(
    "forget_bias",
    hint="The sign is turned round: does a longer memory need a larger bias?",
)
def wrong_sign(n, share):
    log_f = np.log(share) / n
    return np.log(-np.expm1(log_f)) - log_f


@mistake(
    "forget_bias", hint="The share that is left is meant, not the one that is lost."
)
def lost_for_left(n, share):
    log_f = np.log(1 - share) / n
    return log_f - np.log(-np.expm1(log_f))


@mistake(
    "forget_bias",
    hint="Mixed logarithms: to base two in one place, natural in another.",
)
def in_bits(n, share):
    log_f = np.log2(share) / n
    return log_f - np.log(-np.expm1(log_f))


@mistake("forget_bias", hint="The rule for long memories is near, not exact.")
def rule_of_thumb(n, share):
    log_f = np.log(share) / n
    return -np.log(-log_f)


@mistake(
    "forget_bias",
    hint=("Over n steps the gate is multiplied n times: what is then its logarithm?"),
)
def multiplied_by_n(n, share):
    log_f = np.log(share) * n
    return log_f - np.log(-np.expm1(log_f))


# --- steps_kept


@alternative("steps_kept")
def one_step_after_the_other(f, share):
    left, steps = np.ones(f[:, 0].shape), np.zeros(f[:, 0].shape, dtype=int)
    for t in range(f.shape[1]):
        left = left * f[:, t]
        steps += left >= share
    return steps


@alternative("steps_kept")
def first_below(f, share):
    below = np.multiply.accumulate(f, axis=1) < share
    return np.where(below.any(axis=1), below.argmax(axis=1), f.shape[1])


@mistake("steps_kept", hint="Where the share is reached exactly, it is still left.")
def reached_counts_as_lost(f, share):
    return (np.cumprod(f, axis=1) > share).sum(axis=1)


@mistake("steps_kept", hint="The cell is full before the first step: start there.")
def from_the_last_step(f, share):
    return (np.cumprod(f[:, ::-1], axis=1) >= share).sum(axis=1)


@mistake(
    "steps_kept", hint="Gates multiply from step to step: this looks at each one alone."
)
def each_gate_alone(f, share):
    return (f >= share).sum(axis=1)


@mistake(
    "steps_kept",
    hint=("What is lost at each step is added up: it is a share of what was left."),
)
def sum_of_losses(f, share):
    return (1 - np.cumsum(1 - f, axis=1) >= share).sum(axis=1)


@mistake("steps_kept", hint="Along which axis do the steps lie?")
def along_the_batch(f, share):
    return (np.cumprod(f, axis=0) >= share).sum(axis=1)


@mistake(
    "steps_kept",
    hint="One too many: the step at which too much is lost does not count.",
)
def one_more(f, share):
    return (np.cumprod(f, axis=1) >= share).sum(axis=1) + 1


@mistake("steps_kept", hint="One too few: after no step, how much is left?")
def one_less(f, share):
    return (np.cumprod(f, axis=1) >= share).sum(axis=1) - 1


@mistake("steps_kept", hint="What if a cell never falls below the share?")
def none_for_all(f, share):
    return (np.cumprod(f, axis=1) < share).argmax(axis=1)


@mistake("steps_kept", hint="This counts the steps after the loss.")
def steps_lost(f, share):
    return (np.cumprod(f, axis=1) < share).sum(axis=1)


@mistake("steps_kept", hint="Each cell has a count of its own.")
def mean_over_cells(f, share):
    return (np.cumprod(f, axis=1).mean(axis=2, keepdims=True) + 0 * f >= share).sum(
        axis=1
    )


# --- latch


@alternative("latch")
def one_bias_each():
    W_ih, b_ih, b_hh = np.zeros((4, 3)), np.zeros(4), np.zeros(4)
    W_ih[0, 1], b_ih[0] = 60.0, -30.0
    W_ih[1, 1], b_hh[1] = -60.0, 30.0
    W_ih[2, 0] = 10.0
    W_ih[3, 2], b_hh[3] = 60.0, -30.0
    return W_ih, np.zeros((4, 1)), b_ih, b_hh


@alternative("latch")
def unequal_gates():
    W_ih = np.array([[0.0, 50, 0], [0, -80, 0], [2, 0, 0], [0, 0, 40]])
    return W_ih, np.zeros((4, 1)), np.array([-25.0, 30, 0, -20]), np.zeros(4)


@mistake("latch", hint="A gate of a thousandth, ten thousand times, is ten.")
def gates_half_shut():
    A = 7.0
    W_ih = A * np.array([[0, 2, 0], [0, -2, 0], [1, 0, 0], [0, 0, 2]])
    b_ih = A * np.array([-1, 1, 0, -1])
    return W_ih, np.zeros((4, 1)), b_ih, np.zeros(4)


@mistake(
    "latch",
    hint=(
        "The bit before stays in the cell when a new one is written: which "
        "gate could wipe it?"
    ),
)
def never_forgets():
    A = 30.0
    W_ih = A * np.array([[0, 2, 0], [0, 0, 0], [1, 0, 0], [0, 0, 2]])
    b_ih = A * np.array([-1, 1, 0, -1])
    return W_ih, np.zeros((4, 1)), b_ih, np.zeros(4)


@mistake(
    "latch",
    hint=(
        "It is heard without a read mark: does the output gate depend on that mark, "
        "and are the rows those of i, f, g, o, in this order?"
    ),
)
def always_read():
    A = 30.0
    W_ih = A * np.array([[0, 2, 0], [0, -2, 0], [1, 0, 0], [0, 0, 0]])
    b_ih = A * np.array([-1, 1, 0, 1])
    return W_ih, np.zeros((4, 1)), b_ih, np.zeros(4)


@mistake("latch", hint="The input gate does not depend on the write mark.")
def always_written():
    A = 30.0
    W_ih = A * np.array([[0, 0, 0], [0, -2, 0], [1, 0, 0], [0, 0, 2]])
    b_ih = A * np.array([1, 1, 0, -1])
    return W_ih, np.zeros((4, 1)), b_ih, np.zeros(4)


@mistake(
    "latch",
    hint=(
        "What was written is gone when it should be read: at which marks is the "
        "forget gate open, and at which shut?"
    ),
)
def wiped_when_read():
    A = 30.0
    W_ih = A * np.array([[0, 2, 0], [0, -2, -2], [1, 0, 0], [0, 0, 2]])
    b_ih = A * np.array([-1, 1, 0, -1])
    return W_ih, np.zeros((4, 1)), b_ih, np.zeros(4)


@mistake("latch", hint="Without a mark a gate without a bias is half open.")
def no_bias():
    A = 30.0
    W_ih = A * np.array([[0, 2, 0], [0, -2, 0], [1, 0, 0], [0, 0, 2]])
    b_ih = np.zeros(4)
    return W_ih, np.zeros((4, 1)), b_ih, np.zeros(4)


@mistake("latch", hint="The bit that is said has the other sign.")
def sign_turned():
    A = 30.0
    W_ih = A * np.array([[0, 2, 0], [0, -2, 0], [-1, 0, 0], [0, 0, 2]])
    b_ih = A * np.array([-1, 1, 0, -1])
    return W_ih, np.zeros((4, 1)), b_ih, np.zeros(4)


larger_scale = Survivor(
    "latch",
    "line 4: 30.0 → 61.0",
    why="Gates that are nearer to shut are right as well.",
    right=True,
)
larger_bias = Survivor(
    "latch",
    "line 5: 1 → 2",
    why="A larger weight where the gates are shut or open already is right as well.",
    right=True,
)
larger_weight = Survivor(
    "latch",
    "line 5: 2 → 3",
    why="A larger weight of a mark is right as well.",
    right=True,
)


# --- log_carried


@alternative("log_carried")
def sums_from_the_end(x, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h, c, logs = np.zeros((len(x), H)), np.zeros((len(x), H)), []
    for x_t in x.swapaxes(0, 1):
        z = x_t @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        f = z[:, H : 2 * H]
        logs.append(np.minimum(f, 0) - np.log1p(np.exp(-np.abs(f))))
        c = sigmoid(f) * c + sigmoid(z[:, :H]) * np.tanh(z[:, 2 * H : 3 * H])
        h = sigmoid(z[:, 3 * H :]) * np.tanh(c)
    logs = [np.zeros((len(x), H)), *logs[:0:-1]]
    return np.cumsum(np.stack(logs, axis=1), axis=1)


@alternative("log_carried")
def one_lag_after_the_other(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z_i, z_f, z_g, z_o = np.split(
            x[:, t] @ W_ih.T + h @ W_hh.T + (b_ih + b_hh), 4, axis=1
        )
        c = c * sigmoid(z_f) + np.tanh(z_g) * sigmoid(z_i)
        h = np.tanh(c) * sigmoid(z_o)
        steps.append(-np.logaddexp(-z_f, 0))
    result = [0 * h]
    for k in range(1, T):
        result.append(result[-1] + steps[T - k])
    return np.transpose(np.array(result), (1, 0, 2))


@mistake(
    "log_carried",
    hint=(
        "The gate itself, or the product, is rounded to zero before its "
        "logarithm is taken."
    ),
)
def logarithm_too_late(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(np.log(1 / (1 + np.exp(-z_f))))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake(
    "log_carried",
    hint=("The product is too small for a number long before its logarithm is."),
)
def product_before_logarithm(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(sigmoid(z_f))
    steps = [np.ones_like(h)] + steps[:0:-1]
    return np.log(np.cumprod(np.stack(steps, axis=1), axis=1))


@mistake("log_carried", hint="At lag 0 nothing has been multiplied yet.")
def last_gate_at_lag_zero(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = steps[::-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake("log_carried", hint="The lags are counted from the last step backwards.")
def from_the_first_step(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[1:]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake(
    "log_carried",
    hint=(
        "Which gate stands between two neighbouring cells: that of the "
        "earlier step or of the later one?"
    ),
)
def gate_of_the_step_before(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[-2::-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake(
    "log_carried",
    hint=("This is the gate of each step: the derivative over several is a product."),
)
def each_step_alone(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.stack(steps, axis=1)


@mistake(
    "log_carried", hint="The forget gate hears the hidden state, not the input alone."
)
def hidden_state_ignored(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake("log_carried", hint="There are two biases, and both are added.")
def one_bias_of_two(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake(
    "log_carried",
    hint=("The factor is that of another gate: which block is the forget gate's?"),
)
def input_gate_instead(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_i))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake("log_carried", hint="The blocks lie in the order i, f, g, o.")
def blocks_swapped(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_o, z_g = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake("log_carried", hint="A gate is below one: what sign has its logarithm?")
def sign_lost(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake("log_carried", hint="The gates hear the hidden state, not the cell.")
def cell_heard_by_gates(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + c @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@mistake("log_carried", hint="The natural logarithm is asked for.")
def to_base_ten(x, W_ih, W_hh, b_ih, b_hh):
    B, T, _ = x.shape
    h = c = np.zeros((B, W_hh.shape[1]))
    steps = []
    for t in range(T):
        z = x[:, t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        steps.append(-np.logaddexp(0, -z_f) / np.log(10))
    steps = [np.zeros_like(h)] + steps[:0:-1]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


# --- to_single


@alternative("to_single")
def block_by_block(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    H = W_hh.shape[1]
    columns, numbers = [], []
    for k in (0, 2, 1, 3):
        rows = slice(k * H, (k + 1) * H)
        columns.append(np.vstack([W_ih[rows].T, W_hh[rows].T]))
        numbers.append(b_ih[rows] + b_hh[rows] - (forget_bias if k == 1 else 0))
    return np.concatenate(columns, axis=1), np.concatenate(numbers)


@alternative("to_single")
def reshaped(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    H = W_hh.shape[1]
    rows = np.concatenate([W_ih, W_hh], axis=1).reshape(4, H, -1)[[0, 2, 1, 3]]
    bias = (b_ih + b_hh).reshape(4, H)[[0, 2, 1, 3]]
    bias = bias - forget_bias * np.array([[0.0], [0.0], [1.0], [0.0]])
    return rows.reshape(4 * H, -1).T, bias.ravel()


@mistake("to_single", hint="The blocks are left in torch's order.")
def order_kept(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, f, g, o])
    bias = b_ih + b_hh
    bias[f] -= forget_bias
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake(
    "to_single", hint="Compare the order of the blocks, one by one, with the program's."
)
def another_order_yet(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, o, f])
    bias = b_ih + b_hh
    bias[f] -= forget_bias
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake(
    "to_single",
    hint=(
        "The program adds a number of its own to the forget gate: what is "
        "in the file must make up for it."
    ),
)
def forget_bias_left(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih + b_hh
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake(
    "to_single", hint="The program adds its forget_bias itself: which sign undoes that?"
)
def forget_bias_added_twice(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih + b_hh
    bias[f] += forget_bias
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake("to_single", hint="The setting `forget_bias` is not always one.")
def always_one(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih + b_hh
    bias[f] -= 1.0
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake(
    "to_single",
    hint=(
        "`forget_bias` is taken from another block's bias: before or after "
        "the blocks change places?"
    ),
)
def taken_from_the_wrong_block(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih + b_hh
    bias[g] -= forget_bias
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake("to_single", hint="There are two biases, and both are added.")
def one_of_two_biases(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih.copy()
    bias[f] -= forget_bias
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake("to_single", hint="In the program the input comes first, then the state.")
def state_first(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih + b_hh
    bias[f] -= forget_bias
    return np.hstack([W_hh, W_ih])[order].T, bias[order]


@mistake("to_single", hint="The kernel has a row for each input, not for each gate.")
def not_transposed(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih + b_hh
    bias[f] -= forget_bias
    return np.hstack([W_ih, W_hh])[order], bias[order]


@mistake("to_single", hint="An argument is changed: `+=` works in place.")
def changed_in_place_too(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    b_ih += b_hh
    bias = b_ih
    bias[f] -= forget_bias
    return np.hstack([W_ih, W_hh])[order].T, bias[order]


@mistake(
    "to_single", hint="The columns of the kernel have changed places; has the bias?"
)
def bias_not_reordered(W_ih, W_hh, b_ih, b_hh, forget_bias=1.0):
    i, f, g, o = np.split(np.arange(len(b_ih)), 4)
    order = np.concatenate([i, g, f, o])
    bias = b_ih + b_hh
    bias[f] -= forget_bias
    return np.hstack([W_ih, W_hh])[order].T, bias
