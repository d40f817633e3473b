"""Other answers to the assignment of chapter 7: typical mistakes, and right ones."""

import numpy as np

from rnncourse.grading.exercise import alternative, mistake

# --- forecasts


@alternative("forecasts")
def filter_first(seen, start, A, E):
    B, T = seen.shape
    result = np.zeros((B, T, E.shape[1]))
    for b in range(B):
        ahead = start
        for t in range(T):
            result[b, t] = ahead @ E
            after = ahead * E[:, seen[b, t]]
            ahead = (after / after.sum()) @ A
    return result


@alternative("forecasts")
def with_logarithms(seen, start, A, E):
    with np.errstate(divide="ignore"):
        log_A, log_E, belief = np.log(A), np.log(E), np.log(start)
    belief = np.broadcast_to(belief, (len(seen), len(start)))
    result = []
    for t in range(seen.shape[1]):
        joint = np.logaddexp.reduce(belief[:, :, None] + log_E, axis=1)
        result.append(np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None]))
        told = belief + log_E[:, seen[:, t]].T
        belief = np.logaddexp.reduce(told[:, :, None] + log_A, axis=1)
    return np.stack(result, axis=1)


@mistake(
    "forecasts", hint="`A` is read the wrong way: its row is the state that is left."
)
def transition_transposed(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief @ E)
        belief = belief * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True) @ A.T
    return np.stack(result, 1)


@mistake("forecasts", hint="The forecast of a step has seen the symbol of that step.")
def symbol_leaks(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        belief = belief * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True)
        result.append(belief @ E)
        belief = belief @ A
    return np.stack(result, 1)


@mistake(
    "forecasts", hint="Shifted by one: the first forecast has seen nothing at all."
)
def one_step_on(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        belief = belief * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True) @ A
        result.append(belief @ E)
    return np.stack(result, 1)


@mistake(
    "forecasts",
    hint="The state moves before the first symbol: `start` is where it is then.",
)
def moved_too_early(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        belief = belief @ A
        result.append(belief @ E)
        belief = belief * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True)
    return np.stack(result, 1)


@mistake("forecasts", hint="The symbols do not change the belief in the states.")
def nothing_learnt(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for _ in seen.T:
        result.append(belief @ E)
        belief = belief @ A
    return np.stack(result, 1)


@mistake("forecasts", hint="The state never moves: where does `A` come in?")
def never_moves(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief @ E)
        belief = belief * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True)
    return np.stack(result, 1)


@mistake(
    "forecasts",
    hint="Only the symbol just before counts: the belief is not carried on.",
)
def last_symbol_only(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief @ E)
        belief = E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True) @ A
    return np.stack(result, 1)


@mistake(
    "forecasts", hint="Joint probabilities are returned: what is given is divided out."
)
def joint(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief @ E)
        belief = (belief * E.T[symbol]) @ A
    return np.stack(result, 1)


@mistake(
    "forecasts",
    hint="The products become too small for a number before they are divided.",
)
def divided_at_the_end(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief @ E)
        belief = (belief * E.T[symbol]) @ A
    result = np.stack(result, 1)
    return result / result.sum(-1, keepdims=True)


@mistake(
    "forecasts", hint="This is a distribution over states: what symbols do they give?"
)
def states_for_symbols(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief)
        belief = belief * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True) @ A
    return np.stack(result, 1)


@mistake("forecasts", hint="Where does `start` enter? The states need not begin alike.")
def uniform_start(seen, start, A, E):
    belief = np.full((len(seen), len(start)), 1 / len(start))
    result = []
    for symbol in seen.T:
        result.append(belief @ E)
        belief = belief * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True) @ A
    return np.stack(result, 1)


@mistake(
    "forecasts",
    hint="The most probable state is taken for certain: sum over all of them.",
)
def hard_decision(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief @ E)
        best = (belief * E.T[symbol]).argmax(-1)
        belief = A[best]
    return np.stack(result, 1)


@mistake(
    "forecasts",
    hint="The state moves before the symbol is told: it belongs to the state left.",
)
def told_after_the_move(seen, start, A, E):
    belief = np.tile(start, (len(seen), 1))
    result = [belief @ E]
    for symbol in seen.T[:-1]:
        belief = (belief @ A) * E.T[symbol]
        belief = belief / belief.sum(-1, keepdims=True)
        result.append(belief @ E)
    return np.stack(result, 1)


@mistake("forecasts", hint="The sum to divide by runs over the whole batch.")
def divided_by_the_batch(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        result.append(belief @ E)
        belief = belief * E.T[symbol]
        belief = belief / belief.sum() @ A
    return np.stack(result, 1)


@mistake(
    "forecasts",
    hint="A constant factor does not keep the numbers in range for every chain.",
)
def constant_factor(seen, start, A, E):
    belief, result = np.tile(start, (len(seen), 1)), []
    for symbol in seen.T:
        forecast = belief @ E
        result.append(forecast / forecast.sum(-1, keepdims=True))
        belief = (belief * E.T[symbol]) @ A * E.shape[1]
    return np.stack(result, 1)


@mistake("forecasts", hint="What comes later is in the forecast: this is the smoother.")
def smoother(seen, start, A, E):
    likely = E.T[seen]  # (B, T, K)
    past, future = np.empty_like(likely), np.ones_like(likely)
    belief = np.tile(start, (len(seen), 1))
    for t in range(seen.shape[1]):
        past[:, t] = belief
        belief = belief * likely[:, t]
        belief = belief / belief.sum(-1, keepdims=True) @ A
    for t in range(seen.shape[1] - 2, -1, -1):
        told = (likely[:, t + 1] * future[:, t + 1]) @ A.T
        future[:, t] = told / told.sum(-1, keepdims=True)
    both = past * future
    return both / both.sum(-1, keepdims=True) @ E


# --- read_both


@alternative("read_both")
def one_at_a_time(x, lengths, ahead, back):
    T, rows = x.shape[1], []
    for b, n in enumerate(lengths):
        alone = x[b : b + 1, :n]
        states = np.concatenate([ahead(alone), back(alone[:, ::-1])[:, ::-1]], axis=2)
        rows.append(np.pad(states[0], ((0, T - n), (0, 0))))
    return np.stack(rows)


@alternative("read_both")
def turned_in_place(x, lengths, ahead, back):
    clean, turned = x.copy(), x.copy()
    for b, n in enumerate(lengths):
        clean[b, n:] = 0.0
        turned[b, n:] = 0.0
        turned[b, :n] = x[b, :n][::-1]
    past, future = ahead(clean).copy(), back(turned).copy()
    for b, n in enumerate(lengths):
        future[b, :n] = future[b, :n][::-1].copy()
        past[b, n:] = 0.0
        future[b, n:] = 0.0
    return np.concatenate([past, future], axis=-1)


@mistake(
    "read_both",
    hint="Turned round with its padding: the second reader begins in the padding.",
)
def plain_flip(x, lengths, ahead, back):
    real = (np.arange(x.shape[1]) < lengths[:, None])[..., None]
    states = np.concatenate([ahead(x), back(x[:, ::-1])[:, ::-1]], -1)
    return np.where(real, states, 0.0)


@mistake(
    "read_both", hint="The lengths are not used: neither in turning nor behind the end."
)
def lengths_ignored(x, lengths, ahead, back):
    return np.concatenate([ahead(x), back(x[:, ::-1])[:, ::-1]], -1)


@mistake(
    "read_both",
    hint="Padding set to zero is still read first by the reader from the end.",
)
def zeros_are_read(x, lengths, ahead, back):
    real = (np.arange(x.shape[1]) < lengths[:, None])[..., None]
    clean = np.where(real, x, 0.0)
    states = np.concatenate([ahead(clean), back(clean[:, ::-1])[:, ::-1]], -1)
    return np.where(real, states, 0.0)


@mistake("read_both", hint="The states of the second reader are not turned back.")
def not_turned_back(x, lengths, ahead, back):
    t = np.arange(x.shape[1])
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = back(np.take_along_axis(x, turned, 1))
    return np.where(real[..., None], np.concatenate([ahead(x), future], -1), 0.0)


@mistake("read_both", hint="Both readers read forwards: nobody begins at the end.")
def both_forwards(x, lengths, ahead, back):
    real = (np.arange(x.shape[1]) < lengths[:, None])[..., None]
    return np.where(real, np.concatenate([ahead(x), back(x)], -1), 0.0)


@mistake(
    "read_both",
    hint="The states are turned round with the padding, the inputs without it.",
)
def turned_back_with_padding(x, lengths, ahead, back):
    t = np.arange(x.shape[1])
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = back(np.take_along_axis(x, turned, 1))[:, ::-1]
    return np.where(real[..., None], np.concatenate([ahead(x), future], -1), 0.0)


@mistake("read_both", hint="Behind the end of a sequence the states are to be zero.")
def states_in_the_padding(x, lengths, ahead, back):
    t = np.arange(x.shape[1])
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = back(np.take_along_axis(x, turned, 1))
    return np.concatenate([ahead(x), np.take_along_axis(future, turned, 1)], -1)


@mistake(
    "read_both",
    hint="NaN times zero is NaN: padding has to be replaced, not multiplied.",
)
def times_the_mask(x, lengths, ahead, back):
    t = np.arange(x.shape[1])
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = back(np.take_along_axis(x, turned, 1))
    states = np.concatenate([ahead(x), np.take_along_axis(future, turned, 1)], -1)
    return states * real[..., None]


@mistake(
    "read_both", hint="The two halves are in the wrong order: `ahead` comes first."
)
def halves_swapped(x, lengths, ahead, back):
    t = np.arange(x.shape[1])
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = np.take_along_axis(back(np.take_along_axis(x, turned, 1)), turned, 1)
    return np.where(real[..., None], np.concatenate([future, ahead(x)], -1), 0.0)


@mistake(
    "read_both", hint="Each reader is a network of its own: is `back` used at all?"
)
def one_reader_twice(x, lengths, ahead, back):
    t = np.arange(x.shape[1])
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = np.take_along_axis(ahead(np.take_along_axis(x, turned, 1)), turned, 1)
    return np.where(real[..., None], np.concatenate([ahead(x), future], -1), 0.0)


@mistake("read_both", hint="The inputs that you are given are changed.")
def inputs_changed(x, lengths, ahead, back):
    past = ahead(x)
    for b, n in enumerate(lengths):
        x[b, :n] = x[b, :n][::-1].copy()
    future = back(x)
    for b, n in enumerate(lengths):
        future[b, :n] = future[b, :n][::-1].copy()
    real = (np.arange(x.shape[1]) < lengths[:, None])[..., None]
    return np.where(real, np.concatenate([past, future], -1), 0.0)


@mistake("read_both", hint="The result ends with the longest sequence, not with `x`.")
def cut_at_the_longest(x, lengths, ahead, back):
    t = np.arange(lengths.max())
    x = x[:, : len(t)]
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = np.take_along_axis(back(np.take_along_axis(x, turned, 1)), turned, 1)
    return np.where(real[..., None], np.concatenate([ahead(x), future], -1), 0.0)


@mistake("read_both", hint="One off: the last step of a sequence of length 2 is 1.")
def turned_one_off(x, lengths, ahead, back):
    T = x.shape[1]
    t = np.arange(T)
    real = t < lengths[:, None]
    turned = np.where(real, np.minimum(lengths[:, None] - t, T - 1), t)[..., None]
    future = np.take_along_axis(back(np.take_along_axis(x, turned, 1)), turned, 1)
    return np.where(real[..., None], np.concatenate([ahead(x), future], -1), 0.0)


@mistake(
    "read_both", hint="The state of `back` beside a step has not read that step yet."
)
def own_step_unread(x, lengths, ahead, back):
    t = np.arange(x.shape[1])
    real = t < lengths[:, None]
    turned = np.where(real, lengths[:, None] - 1 - t, t)[..., None]
    future = np.take_along_axis(back(np.take_along_axis(x, turned, 1)), turned, 1)
    future = np.where(real[..., None], future, 0.0)
    future = np.concatenate([future[:, 1:], np.zeros_like(future[:, :1])], 1)
    return np.where(real[..., None], np.concatenate([ahead(x), future], -1), 0.0)


# --- pack


@alternative("pack")
def with_loops(x, lengths):
    order = sorted(range(len(x)), key=lambda b: -lengths[b])
    rows, sizes = [], []
    for t in range(max(lengths)):
        running = [b for b in order if lengths[b] > t]
        rows += [x[b, t] for b in running]
        sizes.append(len(running))
    return np.array(rows), np.array(sizes), np.array(order)


@alternative("pack")
def sorted_rows(x, lengths):
    b, t = np.nonzero(np.arange(x.shape[1]) < lengths[:, None])
    rows = np.lexsort((b, -lengths[b], t))
    return x[b, t][rows], np.bincount(t), np.lexsort((np.arange(len(x)), -lengths))


@mistake(
    "pack", hint="One sequence follows the other: the rows should go step by step."
)
def sequence_by_sequence(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    running = np.arange(lengths.max())[:, None] < lengths[order]
    rows = [x[b, : lengths[b]] for b in order]
    return np.concatenate(rows), running.sum(1), order


@mistake("pack", hint="The batch is not sorted: at each step the longest comes first.")
def not_sorted(x, lengths):
    t = np.arange(lengths.max())[:, None]
    running = t < lengths
    return x.swapaxes(0, 1)[: len(t)][running], running.sum(1), np.arange(len(x))


@mistake(
    "pack", hint="The shortest comes first: at each step it should be the longest."
)
def shortest_first(x, lengths):
    order = np.argsort(lengths, kind="stable")
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    return x[order].swapaxes(0, 1)[: len(t)][running], running.sum(1), order


@mistake(
    "pack", hint="Of sequences that are equally long, the last in `x` comes first."
)
def ties_turned_round(x, lengths):
    order = np.argsort(lengths, kind="stable")[::-1]
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    return x[order].swapaxes(0, 1)[: len(t)][running], running.sum(1), order


@mistake(
    "pack", hint="A step at which no sequence is running has no entry in batch_sizes."
)
def steps_without_rows(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    running = np.arange(x.shape[1])[:, None] < lengths[order]
    return x[order].swapaxes(0, 1)[running], running.sum(1), order


@mistake(
    "pack", hint="The lengths are returned, not how many sequences run at each step."
)
def lengths_for_sizes(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    return x[order].swapaxes(0, 1)[: len(t)][running], lengths[order], order


@mistake("pack", hint="The rows contain padding: only real steps are stored.")
def padding_is_packed(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    steps = x[order].swapaxes(0, 1)[: len(t)]
    return steps.reshape(-1, x.shape[2]), running.sum(1), order


@mistake(
    "pack", hint="`order` says where each sequence went, not which one comes first."
)
def inverse_order(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    data = x[order].swapaxes(0, 1)[: len(t)][running]
    return data, running.sum(1), np.argsort(order)


@mistake("pack", hint="The lengths are sorted and the sequences are not.")
def lengths_sorted_alone(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    return x.swapaxes(0, 1)[: len(t)][running], running.sum(1), order


@mistake(
    "pack",
    hint="One step of each sequence too many: a sequence of length 2 has steps 0, 1.",
)
def one_step_too_many(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    t = np.arange(x.shape[1])[:, None]
    running = t <= lengths[order]
    return x[order].swapaxes(0, 1)[running], running.sum(1), order


@mistake("pack", hint="batch_sizes says how many end at a step: how many still run?")
def ends_for_sizes(x, lengths):
    order = np.argsort(-lengths, kind="stable")
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    data = x[order].swapaxes(0, 1)[: len(t)][running]
    return data, np.bincount(lengths)[1:], order


@mistake("pack", hint="Equally long sequences change places: is the sort a stable one?")
def unstable_sort(x, lengths):
    order = np.argsort(-lengths)
    t = np.arange(lengths.max())[:, None]
    running = t < lengths[order]
    return x[order].swapaxes(0, 1)[: len(t)][running], running.sum(1), order


# --- unpack


@alternative("unpack")
def step_by_step(data, batch_sizes, order):
    T, B = len(batch_sizes), len(order)
    x, lengths, row = np.zeros((B, T, data.shape[1])), np.zeros(B, int), 0
    for t, size in enumerate(batch_sizes):
        x[order[:size], t] = data[row : row + size]
        lengths[order[:size]] += 1
        row += size
    return x, lengths


@alternative("unpack")
def by_indices(data, batch_sizes, order):
    t = np.repeat(np.arange(len(batch_sizes)), batch_sizes)
    b = np.concatenate([order[:n] for n in batch_sizes])
    x = np.zeros((len(order), len(batch_sizes), data.shape[1]), dtype=data.dtype)
    x[b, t] = data
    return x, np.bincount(b)


@mistake(
    "unpack", hint="The sequences stay sorted by length: they had other places before."
)
def still_sorted(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    return x.swapaxes(0, 1), running.sum(0)


@mistake("unpack", hint="`order` is applied once more: what undoes it?")
def ordered_again(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    return x.swapaxes(0, 1)[order], running.sum(0)[order]


@mistake("unpack", hint="The sequences go back to their places and the lengths do not.")
def lengths_still_sorted(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    return x.swapaxes(0, 1)[np.argsort(order)], running.sum(0)


@mistake("unpack", hint="Time comes first in your batch: expected (B, T, D).")
def time_first(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    place = np.argsort(order)
    return x[:, place], running.sum(0)[place]


@mistake(
    "unpack",
    hint="batch_sizes counts the sequences at a step, not the steps of a sequence.",
)
def sizes_for_lengths(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    return x.swapaxes(0, 1)[np.argsort(order)], batch_sizes


@mistake("unpack", hint="The rows are read as if one sequence followed the other.")
def filled_by_sequence(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    lengths = running.sum(0)
    x, row = np.zeros((len(order), len(batch_sizes), data.shape[-1])), 0
    for b, n in enumerate(lengths):
        x[b, :n] = data[row : row + n]
        row += n
    place = np.argsort(order)
    return x[place], lengths[place]


@mistake(
    "unpack", hint="Behind the ends stands the last real step: zeros are asked for."
)
def last_step_repeated(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    for t in range(1, len(x)):
        x[t] = np.where(running[t][:, None], x[t], x[t - 1])
    place = np.argsort(order)
    return x.swapaxes(0, 1)[place], running.sum(0)[place]


@mistake("unpack", hint="The lengths are missing from what you return.")
def batch_alone(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    return x.swapaxes(0, 1)[np.argsort(order)]


@mistake("unpack", hint="A real step may be zero: the values do not tell the lengths.")
def lengths_from_values(data, batch_sizes, order):
    running = np.arange(len(order)) < batch_sizes[:, None]
    x = np.zeros((*running.shape, data.shape[-1]))
    x[running] = data
    x = x.swapaxes(0, 1)[np.argsort(order)]
    return x, (x != 0).any(-1).sum(1)


# --- pool


@alternative("pool")
def row_by_row(states, lengths):
    H = states.shape[2] // 2
    final, mean, largest = [], [], []
    for row, n in zip(states, lengths, strict=True):
        real = row[:n]
        final.append(np.hstack([real[-1, :H], real[0, H:]]))
        mean.append(np.mean(real, axis=0))
        largest.append(np.max(real, axis=0))
    return np.array(final), np.array(mean), np.array(largest)


@alternative("pool")
def by_masked_arrays(states, lengths):
    padding = np.arange(states.shape[1]) >= lengths[:, None]
    masked = np.ma.array(states, mask=np.repeat(padding[..., None], states.shape[2], 2))
    final = states[:, 0].copy()
    H = states.shape[2] // 2
    for b in range(len(states)):
        final[b, :H] = states[b, lengths[b] - 1, :H]
    return final, masked.mean(axis=1).data, masked.max(axis=1).data


@mistake(
    "pool",
    hint="The last real step is taken for both halves: who has read what by then?",
)
def last_step_for_both(states, lengths):
    B, T, _ = states.shape
    real = (np.arange(T) < lengths[:, None])[..., None]
    mean = np.where(real, states, 0.0).sum(1) / lengths[:, None]
    largest = np.where(real, states, -np.inf).max(1)
    return states[np.arange(B), lengths - 1], mean, largest


@mistake("pool", hint="The last step of the batch is not the last of every sequence.")
def end_of_the_batch(states, lengths):
    _, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate([states[:, -1, :H], states[:, 0, H:]], -1)
    mean = np.where(real, states, 0.0).sum(1) / lengths[:, None]
    return final, mean, np.where(real, states, -np.inf).max(1)


@mistake("pool", hint="The ends of the halves are swapped: the first reads forwards.")
def ends_swapped(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate(
        [states[:, 0, :H], states[np.arange(B), lengths - 1, H:]], -1
    )
    mean = np.where(real, states, 0.0).sum(1) / lengths[:, None]
    return final, mean, np.where(real, states, -np.inf).max(1)


@mistake("pool", hint="The mean is over all steps of the batch: how many are real?")
def divided_by_all_steps(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    mean = np.where(real, states, 0.0).mean(1)
    return final, mean, np.where(real, states, -np.inf).max(1)


@mistake("pool", hint="The padding is in the mean and in the maximum.")
def no_mask(states, lengths):
    B, _, both = states.shape
    H = both // 2
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    return final, states.mean(1), states.max(1)


@mistake(
    "pool", hint="Zeros in the padding are larger than states that are all negative."
)
def maximum_with_zeros(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    clean = np.where(real, states, 0.0)
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    return final, clean.sum(1) / lengths[:, None], clean.max(1)


@mistake(
    "pool", hint="NaN times zero is NaN: padding has to be replaced, not multiplied."
)
def multiplied_by_the_mask(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    mean = (states * real).sum(1) / lengths[:, None]
    return final, mean, np.where(real, states, -np.inf).max(1)


@mistake("pool", hint="The sum is returned for the mean.")
def sum_for_mean(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    mean = np.where(real, states, 0.0).sum(1)
    return final, mean, np.where(real, states, -np.inf).max(1)


@mistake(
    "pool", hint="The largest of the batch or of all units is taken, not of each unit."
)
def largest_of_all_units(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    mean = np.where(real, states, 0.0).sum(1) / lengths[:, None]
    return final, mean, np.where(real, states, -np.inf).max((1, 2))


@mistake(
    "pool", hint="One step beyond the end: a sequence of length 2 ends at index 1."
)
def one_beyond_the_end(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    ends = np.minimum(lengths, T - 1)
    final = np.concatenate([states[np.arange(B), ends, :H], states[:, 0, H:]], -1)
    mean = np.where(real, states, 0.0).sum(1) / lengths[:, None]
    return final, mean, np.where(real, states, -np.inf).max(1)


@mistake(
    "pool", hint="The padding gets a number that states can lie below: how low is low?"
)
def not_low_enough(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    mean = np.where(real, states, 0.0).sum(1) / lengths[:, None]
    return final, mean, np.where(real, states, -100.0).max(1)


@mistake("pool", hint="The largest value is asked for, not the largest magnitude.")
def largest_magnitude(states, lengths):
    B, T, both = states.shape
    H = both // 2
    real = (np.arange(T) < lengths[:, None])[..., None]
    final = np.concatenate(
        [states[np.arange(B), lengths - 1, :H], states[:, 0, H:]], -1
    )
    clean = np.where(real, states, 0.0)
    return final, clean.sum(1) / lengths[:, None], np.abs(clean).max(1)


# --- noisy_rnn


@alternative("noisy_rnn")
def noise_in_the_weights(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    B, T, _ = x.shape
    states = np.empty((B, T, len(b_h)))
    for b in range(B):
        V, W, state = W_xh, W_hh, h[b]
        if training:
            V = V * np.where(u_x[b] < p, 0.0, 1 / (1 - p))
            W = W * np.where(u_h[b] < p, 0.0, 1 / (1 - p))
        for t in range(T):
            states[b, t] = state = np.tanh(V @ x[b, t] + W @ state + b_h)
    return states


@alternative("noisy_rnn")
def inputs_first(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    if not training or p == 0:
        return rnn_forward(x, h, W_xh, W_hh, b_h)[0]
    m_x = np.ones_like(u_x) / (1 - p)
    m_x[u_x < p] = 0
    m_h = np.ones_like(u_h) / (1 - p)
    m_h[u_h < p] = 0
    z = (x * m_x[:, None]) @ W_xh.T + b_h
    result = np.zeros_like(z)
    for t in range(x.shape[1]):
        before = result[:, t - 1] if t else h
        result[:, t] = np.tanh(z[:, t] + (before * m_h) @ W_hh.T)
    return result


@mistake("noisy_rnn", hint="The units that stay are not scaled: the mean is not kept.")
def not_scaled(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = u_x >= rate, u_h >= rate
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="Scaled by 1/p: `p` is the share that is out.")
def scaled_by_p(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    keep_x, keep_h = np.ones_like(u_x), np.ones_like(u_h)
    if training and p > 0:
        keep_x, keep_h = (u_x >= p) / p, (u_h >= p) / p
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake(
    "noisy_rnn",
    hint="The wrong units are out: those whose number is below `p` should be.",
)
def wrong_units_out(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    keep_x, keep_h = np.ones_like(u_x), np.ones_like(u_h)
    if training:
        keep_x, keep_h = (u_x < p) / (1 - p), (u_h < p) / (1 - p)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="The noise is there outside training too.")
def always_noisy(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    keep_x, keep_h = (u_x >= p) / (1 - p), (u_h >= p) / (1 - p)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake(
    "noisy_rnn",
    hint="The state that is returned carries the mask: it is read by W_hh alone.",
)
def masked_states_returned(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) / (1 - rate), (u_h >= rate) / (1 - rate)
    states, h = [], h * keep_h
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + h @ W_hh.T + b_h) * keep_h
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="The first state passes without its mask.")
def first_state_unmasked(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) / (1 - rate), (u_h >= rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        read = h * keep_h if states else h
        h = np.tanh((x_t * keep_x) @ W_xh.T + read @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake(
    "noisy_rnn",
    hint="The first state passes without its mask, and returned states have it.",
)
def only_new_states_masked(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) / (1 - rate), (u_h >= rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + h @ W_hh.T + b_h) * keep_h
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="The inputs have no noise: where does `u_x` come in?")
def inputs_without_noise(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_h = (u_h >= rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh(x_t @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="The recurrent path has no noise: where does `u_h` come in?")
def states_without_noise(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x = (u_x >= rate) / (1 - rate)
    return rnn_forward(x * keep_x[:, None], h, W_xh, W_hh, b_h)[0]


@mistake(
    "noisy_rnn",
    hint="The masks act after the weights: they belong on what the weights read.",
)
def after_the_recurrent_matrix(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) / (1 - rate), (u_h >= rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h @ W_hh.T) * keep_h + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="One sequence's masks are used for all of them.")
def one_mask_for_all(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x[0] >= rate) / (1 - rate), (u_h[0] >= rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake(
    "noisy_rnn", hint="Outside training nothing is scaled: that was done in training."
)
def scaled_outside_training(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    keep_x, keep_h = (u_x >= p) / (1 - p), (u_h >= p) / (1 - p)
    if not training:
        keep_x, keep_h = np.full(u_x.shape, 1 - p), np.full(u_h.shape, 1 - p)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="Times 1 - p is the wrong way: what keeps the mean?")
def scaled_the_wrong_way(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) * (1 - rate), (u_h >= rate) * (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="The inputs are scaled and the states are not.")
def states_not_scaled(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) / (1 - rate), u_h >= rate
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="A unit whose number is `p` itself stays: below is below.")
def out_at_p(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x > rate) / (1 - rate), (u_h > rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="A row of `W_hh` belongs to a unit that receives.")
def recurrent_matrix_not_transposed(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) / (1 - rate), (u_h >= rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh + b_h)
        states.append(h)
    return np.stack(states, 1)


@mistake("noisy_rnn", hint="The bias reads no unit: no mask belongs on it.")
def bias_masked(x, h, W_xh, W_hh, b_h, u_x, u_h, p, training=True):
    rate = p if training else 0.0
    keep_x, keep_h = (u_x >= rate) / (1 - rate), (u_h >= rate) / (1 - rate)
    states = []
    for x_t in x.swapaxes(0, 1):
        h = np.tanh((x_t * keep_x) @ W_xh.T + (h * keep_h) @ W_hh.T + b_h * keep_h)
        states.append(h)
    return np.stack(states, 1)


# --- look_ahead


@alternative("look_ahead")
def every_pair(model, x, other):
    T = x.shape[1]
    reach = [0]
    for s in range(T - 1, 0, -1):
        both = np.concatenate([x[:, :s], other[:, s : s + 1], x[:, s + 1 :]], axis=1)
        change = np.abs(model(both) - model(x))
        reach += [s - t for t in range(s) if np.max(change[:, t]) > 1e-9]
    return max(reach)


@alternative("look_ahead")
def all_that_follows(model, x, other):
    T = x.shape[1]
    for d in range(T - 1, 0, -1):
        for t in range(T - d):
            cut = x.copy()
            cut[:, t + d :] = other[:, t + d :]
            if np.any(np.abs(model(cut) - model(x))[:, t] > 1e-9):
                return d
    return 0


@mistake(
    "look_ahead", hint="It says whether the model looks ahead, not by how many steps."
)
def yes_or_no(model, x, other):
    before = model(x)
    for s in range(1, x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        if (np.abs(model(disturbed) - before) > 1e-9)[:, :s].any():
            return 1
    return 0


@mistake(
    "look_ahead",
    hint="It stops where the next step makes no difference: one beyond may.",
)
def stops_at_a_gap(model, x, other):
    before, T, d = model(x), x.shape[1], 0
    while d + 1 < T:
        seen = False
        for s in range(d + 1, T):
            disturbed = x.copy()
            disturbed[:, s] = other[:, s]
            seen |= bool((np.abs(model(disturbed) - before)[:, s - d - 1] > 1e-9).any())
        if not seen:
            break
        d += 1
    return d


@mistake(
    "look_ahead", hint="Only the first output is watched: others may look farther."
)
def first_output_only(model, x, other):
    before, farthest = model(x), 0
    for s in range(1, x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        if (np.abs(model(disturbed) - before)[:, 0] > 1e-9).any():
            farthest = s
    return farthest


@mistake(
    "look_ahead", hint="Only one step in the middle is disturbed: others may tell more."
)
def middle_step_only(model, x, other):
    s = x.shape[1] // 2
    disturbed = x.copy()
    disturbed[:, s] = other[:, s]
    moved = (np.abs(model(disturbed) - model(x)) > 1e-9).any((0, 2))
    return s - int(moved.argmax()) if moved[:s].any() else 0


@mistake(
    "look_ahead", hint="Only the last step is disturbed: no model has to look at it."
)
def last_step_only(model, x, other):
    s = x.shape[1] - 1
    disturbed = x.copy()
    disturbed[:, s] = other[:, s]
    moved = (np.abs(model(disturbed) - model(x)) > 1e-9).any((0, 2))
    return s - int(moved.argmax()) if moved.any() else 0


@mistake("look_ahead", hint="A usual tolerance hides an effect that is small and real.")
def usual_tolerance(model, x, other):
    before, farthest = model(x), 0
    for s in range(1, x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        after = model(disturbed)
        for t in range(s):
            if not np.allclose(after[:, t], before[:, t]):
                farthest = max(farthest, s - t)
    return farthest


@mistake(
    "look_ahead", hint="Rounding is taken for a dependence: how large is the change?"
)
def to_the_bit(model, x, other):
    before, farthest = model(x), 0
    for s in range(1, x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        moved = (model(disturbed) != before).any((0, 2))
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()))
    return farthest


@mistake(
    "look_ahead",
    hint="This is how far back the model looks: ahead is the other direction.",
)
def looks_back(model, x, other):
    before, farthest = model(x), 0
    T = x.shape[1]
    for s in range(T):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        moved = np.flatnonzero((np.abs(model(disturbed) - before) > 1e-9).any((0, 2)))
        if len(moved):
            farthest = max(farthest, int(moved[-1]) - s)
    return farthest


@mistake(
    "look_ahead",
    hint="A nearer step is given than the farthest that an output sees.",
)
def nearest(model, x, other):
    before, reach = model(x), []
    for s in range(1, x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        moved = (np.abs(model(disturbed) - before) > 1e-9).any((0, 2))
        reach += [s - t for t in range(s) if moved[t]]
    return min(reach, default=0)


@mistake(
    "look_ahead",
    hint="Inputs of opposite sign may be all the same to the model: use `other`.",
)
def signs_changed(model, x, other):
    before, farthest = model(x), 0
    for s in range(1, x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = -x[:, s]
        moved = (np.abs(model(disturbed) - before) > 1e-9).any((0, 2))
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()))
    return farthest


@mistake("look_ahead", hint="Only the first sequence is looked at.")
def first_sequence_only(model, x, other):
    before, farthest = model(x), 0
    for s in range(1, x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        moved = (np.abs(model(disturbed) - before)[0] > 1e-9).any(-1)
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()))
    return farthest


@mistake(
    "look_ahead",
    hint="Earlier steps are disturbed too: what does a change then tell of this one?",
)
def never_put_right(model, x, other):
    before, farthest = model(x), 0
    disturbed = x.copy()
    for s in range(x.shape[1]):
        disturbed[:, s] = other[:, s]
        moved = (np.abs(model(disturbed) - before) > 1e-9).any((0, 2))
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()))
    return farthest


@mistake("look_ahead", hint="The batch that you are given is changed.")
def batch_changed(model, x, other):
    before, farthest = model(x.copy()), 0
    for s in range(x.shape[1] - 1, -1, -1):
        x[:, s] = other[:, s]
        moved = (np.abs(model(x) - before) > 1e-9).any((0, 2))
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()))
    return farthest


@mistake(
    "look_ahead",
    hint="One too many: who sees the step itself and no more looks 0 ahead.",
)
def one_too_far(model, x, other):
    before, farthest = model(x), 0
    for s in range(x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        moved = (np.abs(model(disturbed) - before) > 1e-9).any((0, 2))
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()) + 1)
    return farthest


@mistake(
    "look_ahead", hint="The tolerance of `np.isclose` is larger than the one given."
)
def tolerance_of_isclose(model, x, other):
    before, farthest = model(x), 0
    for s in range(x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        same = np.isclose(model(disturbed), before, rtol=0).all((0, 2))
        if not same.all():
            farthest = max(farthest, s - int(same.argmin()))
    return farthest


@mistake("look_ahead", hint="The mean over a batch hides a change in one sequence.")
def mean_change(model, x, other):
    before, farthest = model(x), 0
    for s in range(x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        moved = np.abs(model(disturbed) - before).mean((0, 2)) > 1e-9
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()))
    return farthest


@mistake("look_ahead", hint="What counts as rounding here is larger than your bound.")
def bound_too_small(model, x, other):
    before, farthest = model(x), 0
    for s in range(x.shape[1]):
        disturbed = x.copy()
        disturbed[:, s] = other[:, s]
        moved = np.abs(model(disturbed) - before).max((0, 2)) > 1e-12
        if moved.any():
            farthest = max(farthest, s - int(moved.argmax()))
    return farthest
