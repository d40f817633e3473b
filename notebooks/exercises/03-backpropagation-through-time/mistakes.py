"""Other answers to the assignment of chapter 3: typical mistakes, and right ones."""

import numpy as np
import torch
from torch import nn

from rnncourse.grading.exercise import alternative, mistake
from rnncourse.models.rnn import rnn_forward
from rnncourse.probes.gradient_check import central_differences, relative_error

# --- leaky_step_backward


@alternative("leaky_step_backward")
def from_autograd(dh, x_t, h, W_xh, W_hh, b_h, a):
    leaves = [torch.tensor(v).requires_grad_() for v in (x_t, h, W_xh, W_hh, b_h)]
    x, s, U, W, b = leaves
    new = (1 - a) * s + a * torch.tanh(x @ U.T + s @ W.T + b)
    return [g.numpy() for g in torch.autograd.grad(new, leaves, torch.tensor(dh))]


@alternative("leaky_step_backward")
def with_einsum(dh, x_t, h, W_xh, W_hh, b_h, a):
    z = np.einsum("bd,hd->bh", x_t, W_xh) + np.einsum("bk,hk->bh", h, W_hh) + b_h
    dz = a * dh / np.cosh(z) ** 2
    d_before = dh - a * dh + np.einsum("bh,hk->bk", dz, W_hh)
    dW_xh, dW_hh = np.einsum("bh,bd->hd", dz, x_t), np.einsum("bh,bk->hk", dz, h)
    return (
        np.einsum("bh,hd->bd", dz, W_xh),
        d_before,
        dW_xh,
        dW_hh,
        np.einsum("bh->h", dz),
    )


@mistake(
    "leaky_step_backward",
    hint="One path from the old state is missing: the share of it that stays.",
)
def no_direct_path(dh, x_t, h, W_xh, W_hh, b_h, a):
    dz = a * dh * (1 - np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h) ** 2)
    return dz @ W_xh, dz @ W_hh, dz.T @ x_t, dz.T @ h, dz.sum(axis=0)


@mistake(
    "leaky_step_backward",
    hint="The slope of tanh is that of its own value, which is not the state after.",
)
def slope_of_the_state(dh, x_t, h, W_xh, W_hh, b_h, a):
    new = (1 - a) * h + a * np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
    dz = a * dh * (1 - new**2)
    return dz @ W_xh, (1 - a) * dh + dz @ W_hh, dz.T @ x_t, dz.T @ h, dz.sum(axis=0)


@mistake(
    "leaky_step_backward",
    hint="What passes through the tanh is scaled by the leak too.",
)
def leak_forgotten(dh, x_t, h, W_xh, W_hh, b_h, a):
    dz = dh * (1 - np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h) ** 2)
    return dz @ W_xh, (1 - a) * dh + dz @ W_hh, dz.T @ x_t, dz.T @ h, dz.sum(axis=0)


@mistake("leaky_step_backward", hint="The slope of the tanh is missing.")
def no_slope(dh, x_t, h, W_xh, W_hh, b_h, a):
    dz = a * dh
    return dz @ W_xh, (1 - a) * dh + dz @ W_hh, dz.T @ x_t, dz.T @ h, dz.sum(axis=0)


@mistake(
    "leaky_step_backward",
    hint="Going back, the recurrent matrix is transposed against the way forward.",
)
def not_transposed(dh, x_t, h, W_xh, W_hh, b_h, a):
    dz = a * dh * (1 - np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h) ** 2)
    return dz @ W_xh, (1 - a) * dh + dz @ W_hh.T, dz.T @ x_t, dz.T @ h, dz.sum(axis=0)


@mistake(
    "leaky_step_backward",
    hint="The sequences of a batch share the weights: their derivatives add up.",
)
def mean_over_batch(dh, x_t, h, W_xh, W_hh, b_h, a):
    dz = a * dh * (1 - np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h) ** 2)
    B = len(dz)
    d_before = (1 - a) * dh + dz @ W_hh
    return dz @ W_xh, d_before, dz.T @ x_t / B, dz.T @ h / B, dz.mean(axis=0)


@mistake(
    "leaky_step_backward",
    hint="The rows of the weights' derivatives belong to the units that listen.",
)
def outer_product_turned(dh, x_t, h, W_xh, W_hh, b_h, a):
    dz = a * dh * (1 - np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h) ** 2)
    d_before = (1 - a) * dh + dz @ W_hh
    return dz @ W_xh, d_before, dz.T @ x_t, h.T @ dz, dz.sum(axis=0)


@mistake("leaky_step_backward", hint="`dh` is yours to read and not to change.")
def changed_in_place(dh, x_t, h, W_xh, W_hh, b_h, a):
    target = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
    stays = (1 - a) * dh
    dh *= a * (1 - target**2)
    return dh @ W_xh, stays + dh @ W_hh, dh.T @ x_t, dh.T @ h, dh.sum(axis=0)


# --- leaky_backward


@alternative("leaky_backward")
def whole_by_autograd(direct, x, h, W_xh, W_hh, b_h, a):
    leaves = [torch.tensor(v).requires_grad_() for v in (x, h, W_xh, W_hh, b_h)]
    x, s, U, W, b = leaves
    loss = 0.0
    for t in range(x.shape[1]):
        s = (1 - a) * s + a * torch.tanh(x[:, t] @ U.T + s @ W.T + b)
        loss = loss + (torch.tensor(direct[:, t]) * s).sum()
    return [g.numpy() for g in torch.autograd.grad(loss, leaves)]


@alternative("leaky_backward")
def forward_kept(direct, x, h, W_xh, W_hh, b_h, a):
    kept = [h]
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh.T + kept[-1] @ W_hh.T + b_h
        kept.append((1 - a) * kept[-1] + a * np.tanh(z))
    told, back = np.zeros_like(h), []
    for t in range(x.shape[1] - 1, -1, -1):
        arguments = (x[:, t], kept[t], W_xh, W_hh, b_h, a)
        back.append(leaky_step_backward(told + direct[:, t], *arguments))
        told = back[-1][1]
    dx = np.stack([b[0] for b in back[::-1]], axis=1)
    return dx, told, *(sum(b[i] for b in back) for i in (2, 3, 4))


@mistake(
    "leaky_backward",
    hint="Only the last loss is felt: every step's own output has something to say.",
)
def last_loss_only(direct, x, h, W_xh, W_hh, b_h, a):
    states = leaky_forward(x, h, W_xh, W_hh, b_h, a)
    before = np.concatenate([h[:, None], states[:, :-1]], axis=1)
    dx, dh, totals = np.zeros_like(x), direct[:, -1], [0.0] * 3
    for t in reversed(range(x.shape[1])):
        arguments = (x[:, t], before[:, t], W_xh, W_hh, b_h, a)
        dx[:, t], dh, *uses = leaky_step_backward(dh, *arguments)
        totals = [total + use for total, use in zip(totals, uses, strict=True)]
    return dx, dh, *totals


@mistake(
    "leaky_backward",
    hint="Nothing is handed to the step before: add `dh` to the direct part.",
)
def nothing_handed_back(direct, x, h, W_xh, W_hh, b_h, a):
    states = leaky_forward(x, h, W_xh, W_hh, b_h, a)
    before = np.concatenate([h[:, None], states[:, :-1]], axis=1)
    dx, totals = np.zeros_like(x), [0.0] * 3
    for t in reversed(range(x.shape[1])):
        arguments = (x[:, t], before[:, t], W_xh, W_hh, b_h, a)
        dx[:, t], dh, *uses = leaky_step_backward(direct[:, t], *arguments)
        totals = [total + use for total, use in zip(totals, uses, strict=True)]
    return dx, dh, *totals


@mistake(
    "leaky_backward",
    hint="The weights keep the last use alone: the derivatives of all uses add up.",
)
def first_use_only(direct, x, h, W_xh, W_hh, b_h, a):
    states = leaky_forward(x, h, W_xh, W_hh, b_h, a)
    before = np.concatenate([h[:, None], states[:, :-1]], axis=1)
    dx, dh = np.zeros_like(x), np.zeros_like(h)
    for t in reversed(range(x.shape[1])):
        arguments = (x[:, t], before[:, t], W_xh, W_hh, b_h, a)
        dx[:, t], dh, *uses = leaky_step_backward(dh + direct[:, t], *arguments)
    return dx, dh, *uses


@mistake(
    "leaky_backward", hint="Each step has to be given the state before it, not after."
)
def state_after(direct, x, h, W_xh, W_hh, b_h, a):
    states = leaky_forward(x, h, W_xh, W_hh, b_h, a)
    dx, dh, totals = np.zeros_like(x), np.zeros_like(h), [0.0] * 3
    for t in reversed(range(x.shape[1])):
        arguments = (x[:, t], states[:, t], W_xh, W_hh, b_h, a)
        dx[:, t], dh, *uses = leaky_step_backward(dh + direct[:, t], *arguments)
        totals = [total + use for total, use in zip(totals, uses, strict=True)]
    return dx, dh, *totals


@mistake(
    "leaky_backward",
    hint="The states before the first step are given: they are not zero.",
)
def zero_first_state(direct, x, h, W_xh, W_hh, b_h, a):
    states = leaky_forward(x, h, W_xh, W_hh, b_h, a)
    before = np.concatenate([0 * h[:, None], states[:, :-1]], axis=1)
    dx, dh, totals = np.zeros_like(x), np.zeros_like(h), [0.0] * 3
    for t in reversed(range(x.shape[1])):
        arguments = (x[:, t], before[:, t], W_xh, W_hh, b_h, a)
        dx[:, t], dh, *uses = leaky_step_backward(dh + direct[:, t], *arguments)
        totals = [total + use for total, use in zip(totals, uses, strict=True)]
    return dx, dh, *totals


@mistake("leaky_backward", hint="The way back begins at the last step.")
def from_the_first_step(direct, x, h, W_xh, W_hh, b_h, a):
    states = leaky_forward(x, h, W_xh, W_hh, b_h, a)
    before = np.concatenate([h[:, None], states[:, :-1]], axis=1)
    dx, dh, totals = np.zeros_like(x), np.zeros_like(h), [0.0] * 3
    for t in range(x.shape[1]):
        arguments = (x[:, t], before[:, t], W_xh, W_hh, b_h, a)
        dx[:, t], dh, *uses = leaky_step_backward(dh + direct[:, t], *arguments)
        totals = [total + use for total, use in zip(totals, uses, strict=True)]
    return dx, dh, *totals


@mistake(
    "leaky_backward",
    hint="The derivatives of a weight's uses add up; no mean over time.",
)
def mean_over_time(direct, x, h, W_xh, W_hh, b_h, a):
    states = leaky_forward(x, h, W_xh, W_hh, b_h, a)
    before = np.concatenate([h[:, None], states[:, :-1]], axis=1)
    dx, dh, totals = np.zeros_like(x), np.zeros_like(h), [0.0] * 3
    for t in reversed(range(x.shape[1])):
        arguments = (x[:, t], before[:, t], W_xh, W_hh, b_h, a)
        dx[:, t], dh, *uses = leaky_step_backward(dh + direct[:, t], *arguments)
        totals = [
            total + use / x.shape[1] for total, use in zip(totals, uses, strict=True)
        ]
    return dx, dh, *totals


# --- read_and_learn


@alternative("read_and_learn")
def zeros_to_begin_with(model, chunks):
    losses, h = [], None
    for x, y, new in chunks:
        old = torch.zeros(len(x), model.layer.hidden_size) if h is None else h.data
        out, h = model(x, torch.where(new[:, None], torch.zeros_like(old), old))
        loss = (out - y).square().mean()
        loss.backward()
        losses.append(float(loss))
    return losses


@alternative("read_and_learn")
def multiplied(model, chunks):
    state, losses = None, []
    for x, y, new in chunks:
        if state is not None:
            state = state * (~new)[:, None].float()
        out, state = model(x, state)
        loss = torch.mean((out - y) ** 2)
        loss.backward()
        state = state.detach()
        losses.append(loss.item())
    return losses


@mistake(
    "read_and_learn",
    hint="The gradient passes on into earlier chunks: detach the state between them.",
)
def graph_retained(model, chunks):
    losses, state = [], None
    for x, y, new in chunks:
        if state is not None:
            state = state.masked_fill(new[:, None], 0.0)
        out, state = model(x, state)
        loss = nn.functional.mse_loss(out, y)
        loss.backward(retain_graph=True)
        losses.append(loss.item())
    return losses


@mistake(
    "read_and_learn",
    hint="PyTorch is asked to go back through a chunk a second time: detach the state.",
)
def not_detached(model, chunks):
    losses, state = [], None
    for x, y, new in chunks:
        if state is not None:
            state = state.masked_fill(new[:, None], 0.0)
        out, state = model(x, state)
        loss = nn.functional.mse_loss(out, y)
        loss.backward()
        losses.append(loss.item())
    return losses


@mistake("read_and_learn", hint="The state has to be carried from chunk to chunk.")
def not_carried(model, chunks):
    losses = []
    for x, y, _ in chunks:
        loss = nn.functional.mse_loss(model(x)[0], y)
        loss.backward()
        losses.append(loss.item())
    return losses


@mistake(
    "read_and_learn", hint="A row that begins anew still remembers the text before."
)
def never_reset(model, chunks):
    losses, state = [], None
    for x, y, _ in chunks:
        out, state = model(x, None if state is None else state.detach())
        loss = nn.functional.mse_loss(out, y)
        loss.backward()
        losses.append(loss.item())
    return losses


@mistake(
    "read_and_learn", hint="If one row begins anew, the others go on: reset it alone."
)
def all_reset(model, chunks):
    losses, state = [], None
    for x, y, new in chunks:
        state = None if new.any() or state is None else state.detach()
        out, state = model(x, state)
        loss = nn.functional.mse_loss(out, y)
        loss.backward()
        losses.append(loss.item())
    return losses


@mistake(
    "read_and_learn",
    hint="The rows that go on are reset, and those that begin anew are not.",
)
def others_reset(model, chunks):
    losses, state = [], None
    for x, y, new in chunks:
        if state is not None:
            state = state.detach() * new[:, None].float()
        out, state = model(x, state)
        loss = nn.functional.mse_loss(out, y)
        loss.backward()
        losses.append(loss.item())
    return losses


@mistake(
    "read_and_learn",
    hint="`new` speaks of the chunk that it comes with, not of the one after it.",
)
def reset_too_late(model, chunks):
    losses, state = [], None
    for x, y, new in chunks:
        out, state = model(x, state)
        loss = nn.functional.mse_loss(out, y)
        loss.backward()
        losses.append(loss.item())
        state = state.detach().masked_fill(new[:, None], 0.0)
    return losses


@mistake(
    "read_and_learn",
    hint="Gradients are added to what is there: leave `zero_grad` to the caller.",
)
def cleared(model, chunks):
    losses, state = [], None
    for x, y, new in chunks:
        if state is not None:
            state = state.detach().masked_fill(new[:, None], 0.0)
        out, state = model(x, state)
        loss = nn.functional.mse_loss(out, y)
        model.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return losses


@mistake(
    "read_and_learn",
    hint="The loss of a chunk is a mean over all its outputs, not a sum.",
)
def summed(model, chunks):
    losses, state = [], None
    for x, y, new in chunks:
        if state is not None:
            state = state.detach().masked_fill(new[:, None], 0.0)
        out, state = model(x, state)
        loss = nn.functional.mse_loss(out, y, reduction="sum")
        loss.backward()
        losses.append(loss.item())
    return losses


# --- credited


@alternative("credited")
def place_by_place(T, w, lag):
    total = 0
    for length, times in ((w, T // w), (T % w, 1)):
        total += times * len(range(lag, length))
    return total


@alternative("credited")
def last_window_first(T, w, lag):
    last = T - (T // w) * w
    return (T // w) * (w - min(lag, w)) + last - min(lag, last)


@mistake("credited", hint="The last window is shorter: its pairs are missing.")
def whole_windows_only(T, w, lag):
    return (T // w) * max(w - lag, 0)


@mistake(
    "credited", hint="The last window is shorter, and you count it like the others."
)
def last_window_as_long(T, w, lag):
    return -(-T // w) * max(w - lag, 0)


@mistake("credited", hint="Of w steps in a window, the first `lag` have no such use.")
def one_too_many(T, w, lag):
    windows, rest = divmod(T, w)
    return windows * max(w - lag + 1, 0) + max(rest - lag + 1, 0)


@mistake("credited", hint="There is no cut: a pair counts only within one window.")
def nothing_cut(T, w, lag):
    return max(T - lag, 0)


@mistake(
    "credited", hint="A window of w steps reaches w - 1 steps back, from its last step."
)
def one_too_few(T, w, lag):
    windows, rest = divmod(T, w)
    return windows * max(w - lag - 1, 0) + max(rest - lag - 1, 0)


@mistake(
    "credited",
    hint="Count the use exactly `lag` steps earlier, not all uses up to there.",
)
def all_up_to_the_lag(T, w, lag):
    windows, rest = divmod(T, w)
    return sum(windows * max(w - k, 0) + max(rest - k, 0) for k in range(lag + 1))


@mistake(
    "credited",
    hint="A lag beyond the window makes your count negative: nothing is left.",
)
def negative(T, w, lag):
    windows, rest = divmod(T, w)
    return windows * (w - lag) + (rest - lag)


# --- is_right


@alternative("is_right")
def against_autograd(backward):
    rng = np.random.default_rng(1)
    made = [rng.normal(size=s) for s in ((2, 4, 3), (2, 5), (5, 3), (5, 5), (5,))]
    direct = rng.normal(size=(2, 4, 5))
    leaves = [torch.tensor(v).requires_grad_() for v in made]
    x, h, U, W, b = leaves
    loss = 0.0
    for t in range(4):
        h = torch.tanh(x[:, t] @ U.T + h @ W.T + b)
        loss = loss + (torch.tensor(direct[:, t]) * h).sum()
    true = torch.autograd.grad(loss, leaves)
    try:
        mine = backward(direct, *made)
        return len(mine) == 5 and all(
            np.shape(m) == tuple(t.shape)
            and np.linalg.norm(m - t.numpy()) <= 1e-6 * np.linalg.norm(t.numpy())
            for m, t in zip(mine, true, strict=True)
        )
    except Exception:
        return False


@alternative("is_right")
def along_random_directions(backward):
    rng = np.random.default_rng(2)
    shapes = ((4, 6, 2), (4, 3), (3, 2), (3, 3), (3,))
    arrays, direct = [rng.normal(size=s) for s in shapes], rng.normal(size=(4, 6, 3))
    try:
        slopes = backward(direct, *arrays)
    except Exception:
        return False
    if len(slopes) != 5 or any(
        np.shape(s) != a.shape for s, a in zip(slopes, arrays, strict=True)
    ):
        return False
    for i, slope in enumerate(slopes):
        for _ in range(30):
            way = rng.normal(size=arrays[i].shape)
            sides = []
            for sign in (1e-5, -1e-5):
                moved = [a + sign * way if j == i else a for j, a in enumerate(arrays)]
                sides.append((direct * rnn_forward(*moved)[0]).sum())
            off = abs((sides[0] - sides[1]) / 2e-5 - (slope * way).sum())
            size = 1 + np.linalg.norm(slope) * np.linalg.norm(way)
            if not off <= 1e-6 * size:  # a NaN is not below either
                return False
    return True


@mistake(
    "is_right",
    hint="A batch of one hides every mistake about the batch: try several sequences.",
)
def a_single_sequence(backward):
    rng = np.random.default_rng(0)
    shapes = (1, 5, 2), (1, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(1, 5, 4))

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-6
            for array, slope in zip(arrays, slopes, strict=True)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="With one step nothing is handed back and nothing summed: try several.",
)
def a_single_step(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 1, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 1, 4))

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-6
            for array, slope in zip(arrays, slopes, strict=True)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="A first state of zeros hides what is done with it: draw it at random.",
)
def first_state_zero(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 5, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 5, 4))
    arrays[1] *= 0

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-6
            for array, slope in zip(arrays, slopes, strict=True)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="A loss at the last step alone hides whether the other steps are heard.",
)
def loss_at_the_end(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 5, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 5, 4))
    direct[:, :-1] = 0

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-6
            for array, slope in zip(arrays, slopes, strict=True)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="The derivatives of inputs and first state can be wrong too: check all five.",
)
def weights_alone(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 5, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 5, 4))

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-6
            for array, slope in zip(arrays[2:], slopes[2:], strict=True)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="Your tolerance lets small errors through: differences are better than that.",
)
def too_tolerant(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 5, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 5, 4))

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-2
            for array, slope in zip(arrays, slopes, strict=True)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="You call right ones wrong: differences are good to nine or ten digits.",
)
def too_strict(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 5, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 5, 4))

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-13
            for array, slope in zip(arrays, slopes, strict=True)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="A result that is too short passes: check that there are five arrays.",
)
def short_results_pass(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 5, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 5, 4))

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    try:
        slopes = backward(direct, *(array.copy() for array in arrays))
        return all(
            relative_error(slope, central_differences(loss, array)) < 1e-6
            for array, slope in zip(arrays, slopes, strict=False)
        )
    except Exception:
        return False


@mistake(
    "is_right",
    hint="A backward pass that raises an error is wrong: catch the error.",
)
def errors_escape(backward):
    rng = np.random.default_rng(0)
    shapes = (3, 5, 2), (3, 4), (4, 2), (4, 4), (4,)
    arrays = [rng.normal(size=s) for s in shapes]
    direct = rng.normal(size=(3, 5, 4))

    def loss():
        return float((direct * rnn_forward(*arrays)[0]).sum())

    slopes = backward(direct, *(array.copy() for array in arrays))
    return len(slopes) == 5 and all(
        relative_error(slope, central_differences(loss, array)) < 1e-6
        for array, slope in zip(arrays, slopes, strict=True)
    )


@mistake("is_right", hint="You call everything right.")
def trusts(backward):
    return True
