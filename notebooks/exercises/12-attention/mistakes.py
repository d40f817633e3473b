"""Other answers to the assignment of chapter 12: typical mistakes, and right ones."""

import itertools

import numpy as np
import torch
from torch.nn import functional as F

from rnncourse.grading.exercise import alternative, mistake

# --- read


@alternative("read")
def row_by_row(q, keys, lengths, W_q, W_k, w):
    B, T, _ = q.shape
    contexts = np.zeros((B, T, keys.shape[2]))
    weights = np.zeros((B, T, keys.shape[1]))
    for b, n in enumerate(lengths):
        if n == 0:
            continue
        for t in range(T):
            r = np.array([w @ np.tanh(W_q @ q[b, t] + W_k @ k) for k in keys[b, :n]])
            a = np.exp(r - r.max())
            a /= a.sum()
            weights[b, t, :n] = a
            contexts[b, t] = a @ keys[b, :n]
    return contexts, weights


@alternative("read")
def returned_in_single_precision(q, keys, lengths, W_q, W_k, w):
    q, keys, W_q, W_k, w = (
        torch.tensor(v, dtype=torch.float64) for v in (q, keys, W_q, W_k, w)
    )
    mask = torch.arange(keys.shape[1]) < torch.tensor(lengths)[:, None]
    keys = keys.masked_fill(~mask[:, :, None], 0)
    fit = torch.tanh((q @ W_q.T).unsqueeze(2) + (keys @ W_k.T).unsqueeze(1)) @ w
    weights = fit.masked_fill(~mask[:, None], -torch.inf).softmax(-1).nan_to_num()
    return [(weights @ keys).float().numpy(), weights.float().numpy()]


@alternative("read")
def with_log_sums(q, keys, lengths, W_q, W_k, w):
    off = np.arange(keys.shape[1])[None] >= lengths[:, None]
    clean = keys.copy()
    clean[off] = 0
    fit = np.tanh(
        np.einsum("btq,hq->bth", q, W_q)[:, :, None] + (clean @ W_k.T)[:, None]
    )
    fit = np.einsum("btsh,h->bts", fit, w)
    fit[np.broadcast_to(off[:, None], fit.shape)] = -np.inf
    with np.errstate(invalid="ignore"):
        weights = np.exp(fit - np.logaddexp.reduce(fit, axis=2, keepdims=True))
    weights[lengths == 0] = 0
    return np.einsum("bts,bsd->btd", weights, clean), weights


@mistake(
    "read",
    hint="A place behind the end is looked at as if it were real.",
)
def no_mask(q, keys, lengths, W_q, W_k, w):
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    e = np.exp(fit - fit.max(axis=2, keepdims=True))
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="A score of zero is a score like any other: what weight does it get?",
)
def zero_behind_the_ends(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, 0.0)
    e = np.exp(fit - fit.max(axis=2, keepdims=True))
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="The weights of the real places do not add up to one: which places are "
    "in the sum below the line?",
)
def masked_afterwards(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    e = np.exp(fit - fit.max(axis=2, keepdims=True))
    total = e.sum(axis=2, keepdims=True)
    weights = e / total * real[:, None]
    return weights @ keys, weights


@mistake(
    "read",
    hint="Which places does your mask allow, those before the end or those behind?",
)
def mask_turned_round(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) >= lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="A row of length three has the places 0, 1 and 2.",
)
def one_place_too_many(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) <= lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="What is the sum of the weights of a row without places, and what do "
    "you divide by it?",
)
def empty_rows_are_nan(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / total
    return weights @ keys, weights


@mistake(
    "read",
    hint="All scores of an empty row are equally low, and the softmax shares one "
    "among them. What was asked?",
)
def empty_rows_look_everywhere(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True))
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="What is zero times NaN?",
)
def times_zero(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="There is something between the sum and the product with w.",
)
def no_tanh(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = ((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="For each query the weights of the places add up to one: over which "
    "axis is your sum?",
)
def softmax_over_queries(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=1, keepdims=True)) * real[:, None]
    total = e.sum(axis=1, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="What does exp give for a score of 2000, and what may be taken off all "
    "scores?",
)
def overflow(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="One maximum for the whole batch: what becomes of a row whose scores "
    "are all far below it?",
)
def underflow_by_one_maximum(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max()) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="The additive fit is not divided by anything.",
)
def scaled_by_the_root(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = (
        np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w / np.sqrt(len(w))
    )
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="Your code writes into `keys`, which belong to whoever called.",
)
def changed_keys(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys[~real] = 0.0
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ keys, weights


@mistake(
    "read",
    hint="The values are the keys themselves, not what W_k makes of them.",
)
def contexts_of_projected_keys(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ (keys @ W_k.T), weights


@mistake(
    "read",
    hint="In which order are the two arrays to be returned?",
)
def results_exchanged(q, keys, lengths, W_q, W_k, w):
    real = np.arange(keys.shape[1]) < lengths[:, None]
    keys = np.where(real[:, :, None], keys, 0.0)
    fit = np.tanh((q @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w
    fit = np.where(real[:, None], fit, np.finfo(float).min)
    e = np.exp(fit - fit.max(axis=2, keepdims=True)) * real[:, None]
    total = e.sum(axis=2, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights, weights @ keys


# --- write


@alternative("write")
def row_by_row_in_write(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    (B, T, D), (_, S, E) = y.shape, states.shape
    made, weights = np.zeros((B, T, h.shape[1])), np.zeros((B, T, S))
    for b in range(B):
        state, fed = h[b], np.zeros(h.shape[1])
        for t in range(T):
            total = W_xh[:, :D] @ y[b, t] + W_xh[:, D:] @ fed + W_hh @ state + b_h
            state = np.tanh(total)
            r = states[b] @ (W_a.T @ state)
            a = np.exp(r - max(r))
            a = a / sum(a)
            fed = np.tanh(W_c[:, :E] @ (a @ states[b]) + W_c[:, E:] @ state)
            made[b, t], weights[b, t] = fed, a
    return made, weights


@alternative("write")
def with_torch(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    y, h, states, W_xh, W_hh, b_h, W_a, W_c = (
        torch.tensor(v) for v in (y, h, states, W_xh, W_hh, b_h, W_a, W_c)
    )
    keys, fed, made, weights = states @ W_a.T, torch.zeros_like(h), [], []
    for y_t in y.unbind(1):
        h = torch.tanh(F.linear(torch.hstack([y_t, fed]), W_xh, b_h) + h @ W_hh.T)
        a = (keys @ h[:, :, None]).squeeze(-1).softmax(1)
        c = (a[:, None] @ states).squeeze(1)
        fed = torch.tanh(torch.hstack([c, h]) @ W_c.T)
        made.append(fed)
        weights.append(a)
    return [torch.stack(v, 1).numpy() for v in (made, weights)]


@mistake(
    "write",
    hint="With which state does the decoder ask, that before the step or that "
    "after it?",
)
def looks_before_it_moves(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        q = h
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", q @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="What goes into the cell beside y, from the second step on?",
)
def nothing_is_fed(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        found = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(found)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="Which state is carried to the next step: that of the cell, or what was "
    "made of the look?",
)
def context_is_state(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        h = seen
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="Every step begins with the same state: is it carried on?",
)
def state_not_carried(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        new = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", new @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, new], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="What goes into the cell beside y: the state, or what was made of the look?",
)
def state_fed(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
        seen = h
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="What is fed at the first step, when nothing has been looked at?",
)
def first_feed_is_the_state(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = h, [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="In which order are the input and what is fed joined?",
)
def input_order(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([seen, y[:, t]], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="In which order are context and state joined?",
)
def output_order(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([h, c], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="Look at the last line of the formulas once more.",
)
def no_tanh_at_the_end(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.concatenate([c, h], axis=1) @ W_c.T
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="The cell has a bias.",
)
def no_bias(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="A matrix takes a column vector from the right; which way round is it "
    "for rows?",
)
def recurrent_transposed(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="Is there a root in the fit of this exercise?",
)
def scaled(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states) / np.sqrt(h.shape[1])
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="What does exp give for a score of 2000, and what may be taken off all "
    "scores?",
)
def overflow_in_write(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit)
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="Of each step what was made of the look is wanted, not the state of the cell.",
)
def states_returned(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(h)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="For each row of the batch the weights add up to one: over which axis "
    "is your sum?",
)
def softmax_over_the_batch(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=0, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


@mistake(
    "write",
    hint="The batch is the first axis of the results, the steps are the second.",
)
def time_first(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=0), np.stack(weights, axis=0)


@mistake(
    "write",
    hint="Your code writes into `h`, which belongs to whoever called.",
)
def changed_h(y, h, states, W_xh, W_hh, b_h, W_a, W_c):
    seen, made, weights = np.zeros_like(h), [], []
    for t in range(y.shape[1]):
        x_t = np.concatenate([y[:, t], seen], axis=1)
        h[:] = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        fit = np.einsum("be,bse->bs", h @ W_a, states)
        e = np.exp(fit - fit.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        c = np.einsum("bs,bse->be", a, states)
        seen = np.tanh(np.concatenate([c, h], axis=1) @ W_c.T)
        made.append(seen)
        weights.append(a)
    return np.stack(made, axis=1), np.stack(weights, axis=1)


# --- read_backward


@alternative("read_backward")
def row_by_row_in_read_backward(dc, q, keys):
    dq, dkeys = np.zeros_like(q), np.zeros_like(keys)
    for b in range(len(q)):
        D = len(q[b])
        r = keys[b] @ q[b] / D**0.5
        a = np.exp(r - r.max()) / np.exp(r - r.max()).sum()
        J = np.diag(a) - np.outer(a, a)
        dr = J @ (keys[b] @ dc[b]) / D**0.5
        dq[b] = keys[b].T @ dr
        dkeys[b] = np.outer(a, dc[b]) + np.outer(dr, q[b])
    return dq, dkeys


@alternative("read_backward")
def by_the_library(dc, q, keys):
    q, keys = (torch.tensor(v).requires_grad_() for v in (q, keys))
    a = ((keys @ q[:, :, None]).squeeze(-1) / q.shape[1] ** 0.5).softmax(1)
    c = (a[:, :, None] * keys).sum(1)
    return [v.numpy() for v in torch.autograd.grad(c, (q, keys), torch.tensor(dc))]


@mistake(
    "read_backward",
    hint="The keys are on two roads, and yours is that of the values only.",
)
def values_alone(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None]


@mistake(
    "read_backward",
    hint="The keys are on two roads, and yours is that of the scores only.",
)
def scores_alone(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="The scores are divided by a root; so is what comes back through them.",
)
def no_root(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None])
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="Look at the scores once more: what are they divided by?",
)
def no_root_anywhere(dc, q, keys):
    np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys)
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None])
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="If one weight rises, the others fall: what has to be taken off the value?",
)
def mean_not_taken_off(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="A score rises if its value is better than the mean: which of the two "
    "is taken off the other?",
)
def sign_of_the_difference(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, c[:, None] - keys) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="A place without weight gets no gradient through its score.",
)
def no_weight(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="What does exp give for a score of 2000, and what may be taken off all "
    "scores?",
)
def overflow_in_read_backward(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit)
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="Under the root stands the number of numbers in a key, not the number "
    "of keys.",
)
def root_of_the_places(dc, q, keys):
    root = np.sqrt(keys.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="The scores are divided by the root of D, not by D.",
)
def not_a_root(dc, q, keys):
    root = q.shape[1]
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="The derivative of a softmax has a diagonal, and more than that.",
)
def diagonal_alone(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    np.einsum("bs,bsd->bd", a, keys)
    dfit = a * (1 - a) * np.einsum("bd,bsd->bs", dc, keys) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="For each row of the batch the weights add up to one: over which axis "
    "is your sum?",
)
def softmax_over_the_batch_in_read_backward(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=0, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None]


@mistake(
    "read_backward",
    hint="In which order are the two derivatives to be returned?",
)
def results_exchanged_in_read_backward(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return a[:, :, None] * dc[:, None] + dfit[:, :, None] * q[:, None], dq


@mistake(
    "read_backward",
    hint="By what is the share of the values multiplied, by the query or by what "
    "comes back?",
)
def context_and_query_exchanged(dc, q, keys):
    root = np.sqrt(q.shape[1])
    fit = np.einsum("bd,bsd->bs", q, keys) / root
    e = np.exp(fit - fit.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    c = np.einsum("bs,bsd->bd", a, keys)
    dfit = a * np.einsum("bd,bsd->bs", dc, keys - c[:, None]) / root
    dq = np.einsum("bs,bsd->bd", dfit, keys)
    return dq, a[:, :, None] * q[:, None] + dfit[:, :, None] * dc[:, None]


# --- beam


@alternative("beam")
def with_lists(log_probs, end, most, width):
    going, done = [(0.0, ())], []
    for _ in range(most):
        new = [
            (p + float(more), (*s, k))
            for p, s in going
            for k, more in enumerate(log_probs(s))
            if more != -np.inf
        ]
        best = sorted(new + done, key=lambda f: f[1])
        best.sort(key=lambda f: f[0], reverse=True)
        best = best[:width]
        done = [f for f in best if f[1][-1] == end]
        going = [f for f in best if f[1][-1] != end]
        if not going:
            break
    return [(s, p) for p, s in best]


@alternative("beam")
def with_a_heap(log_probs, end, most, width):
    from heapq import nsmallest

    kept = [(-0.0, ())]
    for _ in range(most):
        if all(s[-1:] == (end,) for _, s in kept):
            break
        found = []
        for cost, s in kept:
            if s[-1:] == (end,):
                found.append((cost, s))
            else:
                p = np.asarray(log_probs(s))
                found += [
                    (cost - p[k], (*s, int(k))) for k in np.flatnonzero(p > -np.inf)
                ]
        kept = nsmallest(width, found)
    return [[s, -cost] for cost, s in kept]


@mistake(
    "beam",
    hint="A sequence that has ended must not be asked what comes next.",
)
def ended_ones_go_on(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="What becomes of a sequence that has ended, in the rounds after?",
)
def ended_ones_are_lost(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="A symbol with a log-probability of minus infinity cannot be written.",
)
def impossible_ones_kept(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="Log-probabilities of successive symbols are added.",
)
def probabilities_multiplied(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total * float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="The log-probability of a sequence is that of all its symbols, not of "
    "the last.",
)
def last_step_alone(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="Which are the best: those with the largest log-probability, or with "
    "the smallest?",
)
def worst_kept(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (pair[1], pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="Of equal ones, which comes first? Try a model in which all symbols are "
    "alike.",
)
def ties_the_other_way(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (pair[1], pair[0]), reverse=True)[:width]
    return kept


@mistake(
    "beam",
    hint="Of equal ones, which comes first? A sort that looks at the log- "
    "probability alone leaves them as they were found.",
)
def ties_by_the_order_found(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: -pair[1])[:width]
    return kept


@mistake(
    "beam",
    hint="Of equal ones the order is that of the tuples, not of the lengths.",
)
def shortest_first_among_equals(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], len(pair[0]), pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="Nothing is divided by a length here.",
)
def divided_by_the_length(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1] / len(pair[0]), pair[0]))[
            :width
        ]
    return kept


@mistake(
    "beam",
    hint="The width is that of the whole beam, not of the extensions of one sequence.",
)
def width_at_each_sequence(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            more = []
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    more.append(((*symbols, symbol), total + float(log_p)))
            found += sorted(more, key=lambda pair: (-pair[1], pair[0]))[:width]
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))
    return kept


@mistake(
    "beam",
    hint="How many symbols may the longest sequence have?",
)
def one_round_short(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most - 1):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept


@mistake(
    "beam",
    hint="When may the search stop: when one has ended, or when all have?",
)
def stops_at_the_first_end(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
        if any(symbols[-1] == end for symbols, _ in kept):
            break
    return kept


@mistake(
    "beam",
    hint="The whole beam is wanted, not only its best sequence.",
)
def the_best_alone(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept[:1]


@mistake(
    "beam",
    hint="The symbol that ends a sequence is part of it.",
)
def without_the_end(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return [(tuple(k for k in s if k != end), p) for s, p in kept]


@mistake(
    "beam",
    hint="A sequence of `most` symbols without an end belongs to the beam, too.",
)
def without_those_that_were_cut(log_probs, end, most, width):
    kept = [((), 0.0)]
    for _ in range(most):
        found = []
        for symbols, total in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, total))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return [(s, p) for s, p in kept if s[-1] == end]


@mistake(
    "beam",
    hint="Sequences that have ended keep a place of the beam here; do not put "
    "them aside.",
)
def ended_ones_leave(log_probs, end, most, width):
    going, done = [((), 0.0)], []
    for _ in range(most):
        found = []
        for symbols, total in going:
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), total + float(log_p)))
        found = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
        done += [pair for pair in found if pair[0][-1] == end]
        going = [pair for pair in found if pair[0][-1] != end]
    return sorted(done + going, key=lambda pair: (-pair[1], pair[0]))


@mistake(
    "beam",
    hint="Probabilities are wanted as logarithms.",
)
def probabilities(log_probs, end, most, width):
    kept = [((), 1.0)]
    for _ in range(most):
        found = []
        for symbols, p in kept:
            if symbols and symbols[-1] == end:
                found.append((symbols, p))
                continue
            for symbol, log_p in enumerate(log_probs(symbols)):
                if np.isfinite(log_p):
                    found.append(((*symbols, symbol), p * float(np.exp(log_p))))
        kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:width]
    return kept


# --- gaze


@alternative("gaze")
def row_by_row_in_gaze(weights, lengths):
    B, T, S = weights.shape
    places, shares = np.zeros((B, T)), np.ones(B)
    for b, n in enumerate(lengths):
        peaks = []
        for t in range(n):
            places[b, t] = sum(s * weights[b, t, s] for s in range(S))
            peaks.append(int(np.argmax(weights[b, t])))
        if n > 1:
            shares[b] = sum(q >= p for p, q in itertools.pairwise(peaks)) / (n - 1)
    return places, shares


@alternative("gaze")
def with_differences(weights, lengths):
    T, S = weights.shape[1:]
    off = np.arange(T) >= lengths[:, None]
    clean = weights.copy()
    clean[off] = 0
    back = (np.diff(clean.argmax(-1), axis=1) < 0) & ~off[:, 1:]
    shares = 1 - back.sum(1) / np.maximum(lengths - 1, 1)
    return [np.einsum("bts,s->bt", clean, np.arange(S)), shares]


@mistake(
    "gaze",
    hint="To stay where one is is not to go back.",
)
def staying_is_going_back(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] > peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="Which of two neighbouring steps is the later one?",
)
def backwards(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] <= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="How many moves are there between four steps?",
)
def share_of_steps(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves + 1, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="Only moves between two real steps count, above the line and below.",
)
def all_moves_counted(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = peak[:, 1:] >= peak[:, :-1]
    moves = np.full(len(peak), T - 1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="A short translation has fewer moves than the array has.",
)
def divided_by_all_moves(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = np.full(len(peak), T - 1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="The move from the last real step to the first padded one is no move.",
)
def last_move_into_the_padding(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, :-1]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="Where there are no moves, which share was asked for?",
)
def no_moves_are_zero(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 0.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="What do you divide by where there are no moves?",
)
def no_moves_are_nan(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = on.sum(axis=1) / moves
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="NaN from behind an end has come into the mean places: what is zero "
    "times NaN?",
)
def nan_times_zero(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return (weights @ np.arange(S)) * real, shares


@mistake(
    "gaze",
    hint="Places are counted from zero.",
)
def places_from_one(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(1, S + 1), shares


@mistake(
    "gaze",
    hint="The mean place is wanted, not that with the largest weight.",
)
def place_of_the_largest(weights, lengths):
    _, T, _S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return peak * 1.0, shares


@mistake(
    "gaze",
    hint="Whether the gaze goes back is asked of the place with the largest "
    "weight, not of the mean place.",
)
def mean_place_goes_back(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights @ np.arange(S)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="Of several largest weights the first counts.",
)
def last_of_the_largest(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = S - 1 - weights[:, :, ::-1].argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares


@mistake(
    "gaze",
    hint="Every translation has a share of its own.",
)
def one_share_for_all(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), np.full(len(shares), shares.mean())


@mistake(
    "gaze",
    hint="The share that does not go back is wanted, not that which does.",
)
def share_of_going_back(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights = np.where(real[:, :, None], weights, 0.0)
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), np.where(moves > 0, 1 - shares, 1.0)


@mistake(
    "gaze",
    hint="Your code writes into `weights`, which belong to whoever called.",
)
def changed_weights(weights, lengths):
    _, T, S = weights.shape
    real = np.arange(T) < lengths[:, None]
    weights[~real] = 0.0
    peak = weights.argmax(axis=2)
    on = (peak[:, 1:] >= peak[:, :-1]) & real[:, 1:]
    moves = real[:, 1:].sum(axis=1)
    shares = np.where(moves > 0, on.sum(axis=1) / np.maximum(moves, 1), 1.0)
    return weights @ np.arange(S), shares
