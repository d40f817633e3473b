"""Other answers to the assignment of chapter 1: typical mistakes, and right ones."""

from collections import Counter

import numpy as np

from rnncourse.grading.exercise import alternative, mistake

# --- rolling_data


@alternative("rolling_data")
def loop_over_starts(values, cut, context, horizon):
    z = (values - np.mean(values[:cut])) / np.std(values[:cut])
    train = range(context, cut - horizon + 1)
    test = range(cut, len(z) - horizon + 1)
    before = [np.array([z[t - context : t] for t in part]) for part in (train, test)]
    after = [np.array([z[t : t + horizon] for t in part]) for part in (train, test)]
    return before[0], after[0], before[1], after[1]


@alternative("rolling_data")
def arrays_of_indices(values, cut, context, horizon):
    known = values[:cut]
    z = (values - known.mean()) / known.std()
    t = np.arange(context, len(z) - horizon + 1)
    x = z[t[:, None] + np.arange(-context, 0)]
    y = z[t[:, None] + np.arange(horizon)]
    train, test = t <= cut - horizon, t >= cut
    return x[train], y[train], x[test], y[test]


@mistake(
    "rolling_data",
    hint="Training contexts change with values after `cut`: what did you scale with?",
)
def scaled_with_everything(values, cut, context, horizon):
    z = (values - values.mean()) / values.std()
    cuts = np.lib.stride_tricks.sliding_window_view(z, context + horizon)
    t = np.arange(len(cuts)) + context
    train, test = t + horizon <= cut, t >= cut
    x, y = cuts[:, :context], cuts[:, context:]
    return x[train], y[train], x[test], y[test]


@mistake(
    "rolling_data", hint="The windows are right, but their values are not standardised."
)
def not_scaled(values, cut, context, horizon):
    cuts = np.lib.stride_tricks.sliding_window_view(values, context + horizon)
    t = np.arange(len(cuts)) + context
    train, test = t + horizon <= cut, t >= cut
    x, y = cuts[:, :context], cuts[:, context:]
    return x[train], y[train], x[test], y[test]


@mistake(
    "rolling_data",
    hint="The deviation is `std()` of the training values, without a correction.",
)
def sample_deviation(values, cut, context, horizon):
    z = (values - values[:cut].mean()) / values[:cut].std(ddof=1)
    cuts = np.lib.stride_tricks.sliding_window_view(z, context + horizon)
    t = np.arange(len(cuts)) + context
    train, test = t + horizon <= cut, t >= cut
    x, y = cuts[:, :context], cuts[:, context:]
    return x[train], y[train], x[test], y[test]


@mistake(
    "rolling_data",
    hint="A test context may reach back before `cut`: there are more test windows.",
)
def test_contexts_after_the_cut(values, cut, context, horizon):
    z = (values - values[:cut].mean()) / values[:cut].std()
    cuts = np.lib.stride_tricks.sliding_window_view(z, context + horizon)
    t = np.arange(len(cuts)) + context
    train, test = t + horizon <= cut, t - context >= cut
    x, y = cuts[:, :context], cuts[:, context:]
    return x[train], y[train], x[test], y[test]


@mistake(
    "rolling_data",
    hint="Your last training windows have targets beyond `cut`: they leak.",
)
def targets_cross_the_cut(values, cut, context, horizon):
    z = (values - values[:cut].mean()) / values[:cut].std()
    cuts = np.lib.stride_tricks.sliding_window_view(z, context + horizon)
    t = np.arange(len(cuts)) + context
    x, y = cuts[:, :context], cuts[:, context:]
    return x[t < cut], y[t < cut], x[t >= cut], y[t >= cut]


@mistake(
    "rolling_data",
    hint="Count the windows: there is one more at the end of each piece.",
)
def one_window_short(values, cut, context, horizon):
    z = (values - values[:cut].mean()) / values[:cut].std()
    cuts = np.lib.stride_tricks.sliding_window_view(z, context + horizon)[:-1]
    t = np.arange(len(cuts)) + context
    train, test = t + horizon < cut, t >= cut
    x, y = cuts[:, :context], cuts[:, context:]
    return x[train], y[train], x[test], y[test]


@mistake("rolling_data", hint="The series that you are given is changed in place.")
def scaled_in_place(values, cut, context, horizon):
    values -= values[:cut].mean()
    values /= values[:cut].std()
    cuts = np.lib.stride_tricks.sliding_window_view(values, context + horizon)
    t = np.arange(len(cuts)) + context
    train, test = t + horizon <= cut, t >= cut
    x, y = cuts[:, :context], cuts[:, context:]
    return x[train], y[train], x[test], y[test]


# --- total_perplexity


@alternative("total_perplexity")
def in_bits(perplexities, sizes):
    bits = sum(n * np.log2(p) for n, p in zip(sizes, perplexities, strict=True))
    return 2 ** (bits / sum(sizes))


@alternative("total_perplexity")
def weighted_geometric_mean(perplexities, sizes):
    return np.prod(np.asarray(perplexities) ** (np.asarray(sizes) / np.sum(sizes)))


@mistake(
    "total_perplexity",
    hint="You average perplexities: average what adds up, the losses.",
)
def weighted_mean_of_perplexities(perplexities, sizes):
    return np.average(perplexities, weights=sizes)


@mistake(
    "total_perplexity",
    hint="The plain mean of the perplexities: neither sizes nor losses.",
)
def mean_of_perplexities(perplexities, sizes):
    return np.mean(perplexities)


@mistake(
    "total_perplexity", hint="All batches count the same: where do the sizes enter?"
)
def mean_of_losses(perplexities, sizes):
    return np.exp(np.mean(np.log(perplexities)))


@mistake(
    "total_perplexity", hint="This is the mean loss: it has yet to become a perplexity."
)
def loss_returned(perplexities, sizes):
    return np.average(np.log(perplexities), weights=sizes)


@mistake("total_perplexity", hint="Logarithm and power have different bases.")
def bases_mixed(perplexities, sizes):
    return 2 ** np.average(np.log(perplexities), weights=sizes)


# --- word_bits


@alternative("word_bits")
def by_the_mean_length(perplexity, words):
    return np.log2(perplexity) / (np.mean([len(word) for word in words]) + 1)


@alternative("word_bits")
def as_one_text(perplexity, words):
    text = "".join(word + " " for word in words)
    return len(words) * np.log(perplexity) / (np.log(2) * len(text))


@mistake("word_bits", hint="The space after each word is predicted too, so it counts.")
def no_spaces(perplexity, words):
    return len(words) * np.log2(perplexity) / sum(len(word) for word in words)


@mistake("word_bits", hint="There is a space after the last word as well.")
def spaces_between(perplexity, words):
    return len(words) * np.log2(perplexity) / len(" ".join(words))


@mistake(
    "word_bits",
    hint="You average over words: divide the sum of bits by that of characters.",
)
def mean_over_words(perplexity, words):
    return np.mean([np.log2(perplexity) / (len(word) + 1) for word in words])


@mistake("word_bits", hint="These are nats: what base has the logarithm of a bit?")
def nats(perplexity, words):
    return len(words) * np.log(perplexity) / sum(len(word) + 1 for word in words)


@mistake(
    "word_bits", hint="These are the bits of a word: spread them over its characters."
)
def bits_of_a_word(perplexity, words):
    return np.log2(perplexity)


@mistake("word_bits", hint="A perplexity is not a number of bits yet.")
def perplexity_spread(perplexity, words):
    return len(words) * perplexity / sum(len(word) + 1 for word in words)


# --- standardise_clips


@alternative("standardise_clips")
def clip_by_clip(batch, lengths):
    result = np.zeros(batch.shape)
    for row, clip, n in zip(result, batch, lengths, strict=True):
        deviation = clip[:n].std(axis=0)
        row[:n] = (clip[:n] - clip[:n].mean(axis=0)) / np.where(
            deviation > 1e-9, deviation, 1
        )
    return result


@alternative("standardise_clips")
def guarded_by_equality(batch, lengths):
    result = np.zeros(batch.shape)
    for b, n in enumerate(lengths):
        deviation = batch[b, :n].std(axis=0)
        deviation[deviation == 0] = 1
        result[b, :n] = (batch[b, :n] - batch[b, :n].mean(axis=0)) / deviation
    return result


@alternative("standardise_clips")
def means_that_skip_nan(batch, lengths):
    real = (np.arange(batch.shape[1]) < np.reshape(lengths, (-1, 1)))[:, :, None]
    clean = np.where(real, batch, np.nan)
    mean = np.nanmean(clean, axis=1, keepdims=True)
    deviation = np.nanstd(clean, axis=1, keepdims=True)
    return np.where(real, clean - mean, 0.0) / np.where(
        deviation > 1e-9, deviation, 1.0
    )


@mistake(
    "standardise_clips",
    hint="Mean and deviation run over padded frames too: how many frames are real?",
)
def padding_counted(batch, lengths):
    mask = (np.arange(batch.shape[1]) < lengths[:, None])[..., None]
    clean = np.where(mask, batch, 0.0)
    std = clean.std(axis=1, keepdims=True)
    centred = np.where(mask, clean - clean.mean(axis=1, keepdims=True), 0.0)
    return centred / np.where(std > 1e-12, std, 1.0)


@mistake(
    "standardise_clips",
    hint="One mean for the whole batch: each clip is to be measured by itself.",
)
def whole_batch(batch, lengths):
    mask = (np.arange(batch.shape[1]) < lengths[:, None])[..., None]
    count = lengths.sum()
    clean = np.where(mask, batch, 0.0)
    centred = np.where(mask, clean - clean.sum(axis=(0, 1)) / count, 0.0)
    std = np.sqrt((centred**2).sum(axis=(0, 1)) / count)
    return centred / np.where(std > 1e-12, std, 1.0)


@mistake(
    "standardise_clips", hint="One mean for all features of a clip: each has its own."
)
def features_together(batch, lengths):
    mask = (np.arange(batch.shape[1]) < lengths[:, None])[..., None]
    count = lengths[:, None, None] * batch.shape[2]
    clean = np.where(mask, batch, 0.0)
    mean = clean.sum(axis=(1, 2), keepdims=True) / count
    centred = np.where(mask, clean - mean, 0.0)
    std = np.sqrt((centred**2).sum(axis=(1, 2), keepdims=True) / count)
    return centred / np.where(std > 1e-12, std, 1.0)


@mistake("standardise_clips", hint="The padding of the result is not zero.")
def padding_not_cleared(batch, lengths):
    mask = (np.arange(batch.shape[1]) < lengths[:, None])[..., None]
    count = lengths[:, None, None]
    clean = np.where(mask, batch, 0.0)
    centred = clean - clean.sum(axis=1, keepdims=True) / count
    std = np.sqrt(
        (np.where(mask, centred, 0.0) ** 2).sum(axis=1, keepdims=True) / count
    )
    return centred / np.where(std > 1e-12, std, 1.0)


@mistake(
    "standardise_clips",
    hint="What stands in the padding reaches the result: zero times `NaN` is `NaN`.",
)
def masked_by_a_product(batch, lengths):
    mask = (np.arange(batch.shape[1]) < lengths[:, None])[..., None]
    count = lengths[:, None, None]
    clean = batch * mask
    centred = (clean - clean.sum(axis=1, keepdims=True) / count) * mask
    std = np.sqrt((centred**2).sum(axis=1, keepdims=True) / count)
    return centred / np.where(std > 1e-12, std, 1.0)


@mistake(
    "standardise_clips",
    hint="Where a feature does not vary you divide by zero: the result should be 0.",
)
def division_by_zero(batch, lengths):
    mask = (np.arange(batch.shape[1]) < lengths[:, None])[..., None]
    count = lengths[:, None, None]
    clean = np.where(mask, batch, 0.0)
    centred = clean - clean.sum(axis=1, keepdims=True) / count
    std = np.sqrt(
        (np.where(mask, centred, 0.0) ** 2).sum(axis=1, keepdims=True) / count
    )
    return np.where(mask, centred / std, 0.0)


@mistake(
    "standardise_clips",
    hint="The shapes do not fit: a mean over frames loses the axis that it ran over.",
)
def axis_lost(batch, lengths):
    return (batch - batch.mean(axis=1)) / batch.std(axis=1)


@mistake(
    "standardise_clips", hint="The deviation is not 1: you only subtract the mean."
)
def only_centred(batch, lengths):
    mask = (np.arange(batch.shape[1]) < lengths[:, None])[..., None]
    clean = np.where(mask, batch, 0.0)
    mean = clean.sum(axis=1, keepdims=True) / lengths[:, None, None]
    return np.where(mask, clean - mean, 0.0)


@mistake("standardise_clips", hint="The batch that you are given is changed in place.")
def in_place(batch, lengths):
    for clip, n in zip(batch, lengths, strict=True):
        deviation = clip[:n].std(axis=0)
        clip[:n] -= clip[:n].mean(axis=0)
        clip[:n] /= np.where(deviation > 1e-9, deviation, 1)
        clip[n:] = 0
    return batch


# --- seasonal_drift


@alternative("seasonal_drift")
def step_by_step(x, horizon, period):
    growth = x[:, -period:].mean(axis=1) - x[:, -2 * period : -period].mean(axis=1)
    known = x
    for _ in range(horizon):
        known = np.column_stack([known, known[:, -period] + growth])
    return known[:, x.shape[1] :]


@alternative("seasonal_drift")
def periods_side_by_side(x, horizon, period):
    last = x[:, -period:]
    growth = np.mean(last - x[:, -2 * period : -period], axis=1)
    periods = -(-horizon // period)
    whole = [last + n * growth[:, None] for n in range(1, periods + 1)]
    return np.concatenate(whole, axis=1)[:, :horizon]


@mistake(
    "seasonal_drift",
    hint="The growth is added once however far ahead: count the periods.",
)
def growth_once(x, horizon, period):
    last, before = x[:, -period:], x[:, -2 * period : -period]
    growth = (last - before).mean(axis=1, keepdims=True)
    return last[:, np.arange(horizon) % period] + growth


@mistake("seasonal_drift", hint="A whole period's growth is added at every step.")
def growth_at_every_step(x, horizon, period):
    last, before = x[:, -period:], x[:, -2 * period : -period]
    growth = (last - before).mean(axis=1, keepdims=True)
    step = np.arange(horizon)
    return last[:, step % period] + growth * (step + 1)


@mistake(
    "seasonal_drift",
    hint="The first period ahead has no growth yet: it lies one period on.",
)
def growth_too_late(x, horizon, period):
    last, before = x[:, -period:], x[:, -2 * period : -period]
    growth = (last - before).mean(axis=1, keepdims=True)
    step = np.arange(horizon)
    return last[:, step % period] + growth * (step // period)


@mistake(
    "seasonal_drift", hint="This is the seasonal naive forecast: the growth is missing."
)
def no_growth(x, horizon, period):
    return x[:, -period:][:, np.arange(horizon) % period]


@mistake(
    "seasonal_drift", hint="All rows get the same growth: each series has its own."
)
def one_growth_for_all(x, horizon, period):
    last, before = x[:, -period:], x[:, -2 * period : -period]
    step = np.arange(horizon)
    return last[:, step % period] + (last - before).mean() * (1 + step // period)


@mistake(
    "seasonal_drift",
    hint="Each phase has a growth of its own here: take the periods' means.",
)
def growth_of_each_phase(x, horizon, period):
    last, before = x[:, -period:], x[:, -2 * period : -period]
    step = np.arange(horizon)
    return last[:, step % period] + (last - before)[:, step % period] * (
        1 + step // period
    )


@mistake(
    "seasonal_drift",
    hint="The growth is that of drift, from the first value to the last.",
)
def growth_of_drift(x, horizon, period):
    growth = (x[:, -1:] - x[:, :1]) / (x.shape[1] - 1) * period
    step = np.arange(horizon)
    return x[:, -period:][:, step % period] + growth * (1 + step // period)


@mistake(
    "seasonal_drift",
    hint="The growth is that of one value only: compare the means of two periods.",
)
def growth_of_the_last_value(x, horizon, period):
    growth = x[:, -1:] - x[:, -1 - period, None]
    step = np.arange(horizon)
    return x[:, -period:][:, step % period] + growth * (1 + step // period)


@mistake(
    "seasonal_drift",
    hint="You take the first two periods of the past, not the last two.",
)
def first_periods(x, horizon, period):
    before, last = x[:, :period], x[:, period : 2 * period]
    growth = (last - before).mean(axis=1, keepdims=True)
    step = np.arange(horizon)
    return last[:, step % period] + growth * (1 + step // period)


# --- count_contexts


@alternative("count_contexts")
def length_by_length(ids, order):
    counts = {}
    for n in range(order):
        for t in range(n, len(ids)):
            after = counts.setdefault(tuple(ids[t - n : t]), Counter())
            after.update([ids[t]])
    return counts


@alternative("count_contexts")
def counted_in_pairs(ids, order):
    pairs = Counter(
        (tuple(ids[t - n : t]), ids[t])
        for t in range(len(ids))
        for n in range(order)
        if n <= t
    )
    counts = {}
    for (context, x), times in pairs.items():
        counts.setdefault(context, Counter())[x] = times
    return counts


@mistake(
    "count_contexts", hint="The empty context is missing: it is what unigrams need."
)
def no_empty_context(ids, order):
    counts = defaultdict(Counter)
    for t, x in enumerate(ids):
        for n in range(1, min(order, t + 1)):
            counts[tuple(ids[t - n : t])][x] += 1
    return dict(counts)


@mistake(
    "count_contexts", hint="Your longest contexts have `order` symbols: one too many."
)
def contexts_too_long(ids, order):
    counts = defaultdict(Counter)
    for t, x in enumerate(ids):
        for n in range(min(order + 1, t + 1)):
            counts[tuple(ids[t - n : t])][x] += 1
    return dict(counts)


@mistake(
    "count_contexts",
    hint="Only the longest contexts are there: the shorter ones count too.",
)
def longest_only(ids, order):
    counts = defaultdict(Counter)
    for t in range(order - 1, len(ids)):
        counts[tuple(ids[t - order + 1 : t])][ids[t]] += 1
    return dict(counts)


@mistake("count_contexts", hint="The symbols of a context stand in reverse.")
def contexts_reversed(ids, order):
    counts = defaultdict(Counter)
    for t, x in enumerate(ids):
        for n in range(min(order, t + 1)):
            counts[tuple(reversed(ids[t - n : t]))][x] += 1
    return dict(counts)


@mistake(
    "count_contexts", hint="You note which symbols followed, not how often each did."
)
def followers_not_counted(ids, order):
    counts = defaultdict(Counter)
    for t, x in enumerate(ids):
        for n in range(min(order, t + 1)):
            counts[tuple(ids[t - n : t])][x] = 1
    return dict(counts)


@mistake(
    "count_contexts",
    hint="Contexts are counted that nothing follows: those at the very end.",
)
def context_at_the_end(ids, order):
    counts = defaultdict(Counter)
    for t in range(len(ids) + 1):
        for n in range(min(order, t + 1)):
            counts[tuple(ids[t - n : t])].update(ids[t : t + 1])
    return dict(counts)


@mistake(
    "count_contexts",
    hint="The beginning is left out: short contexts occur there already.",
)
def beginning_left_out(ids, order):
    counts = defaultdict(Counter)
    for t in range(order, len(ids)):
        for n in range(order):
            counts[tuple(ids[t - n : t])][ids[t]] += 1
    return dict(counts)


# --- probability


@alternative("probability")
def recursion(counts, past, x, order, K):
    if order == 0:
        return 1 / K
    shorter = probability(counts, past, x, order - 1, K)
    if order - 1 > len(past):
        return shorter
    after = counts.get(tuple(past[len(past) - order + 1 :]), Counter())
    if not after:
        return shorter
    return (after[x] + len(after) * shorter) / (sum(after.values()) + len(after))


@alternative("probability")
def contexts_first(counts, past, x, order, K):
    contexts = [()]
    for symbol in past[::-1][: order - 1]:
        contexts.append((symbol, *contexts[-1]))
    q = 1 / K
    for context in contexts:
        if context in counts:
            c, d = sum(counts[context].values()), len(counts[context])
            weight = c / (c + d)
            q = weight * counts[context].get(x, 0) / c + (1 - weight) * q
    return q


@mistake(
    "probability", hint="The longest context alone decides: nothing is interpolated."
)
def no_interpolation(counts, past, x, order, K):
    for n in reversed(range(min(order, len(past) + 1))):
        after = counts.get(tuple(past[len(past) - n :]))
        if after:
            return after[x] / sum(after.values())
    return 1 / K


@mistake(
    "probability",
    hint="The shorter context weighs 1, not as many as different symbols followed.",
)
def one_instead_of_kinds(counts, past, x, order, K):
    p = 1 / K
    for n in range(min(order, len(past) + 1)):
        after = counts.get(tuple(past[len(past) - n :]))
        if after:
            p = (after[x] + p) / (sum(after.values()) + 1)
    return p


@mistake(
    "probability",
    hint="The probabilities of all symbols do not add up to 1: where is 1/K?",
)
def no_uniform_start(counts, past, x, order, K):
    p = 0.0
    for n in range(min(order, len(past) + 1)):
        after = counts.get(tuple(past[len(past) - n :]))
        if after:
            total, kinds = sum(after.values()), len(after)
            p = (after[x] + kinds * p) / (total + kinds)
    return p


@mistake(
    "probability", hint="After an unseen context you forget what the shorter ones said."
)
def unseen_is_uniform(counts, past, x, order, K):
    p = 1 / K
    for n in range(min(order, len(past) + 1)):
        after = counts.get(tuple(past[len(past) - n :]))
        if not after:
            return 1 / K
        total, kinds = sum(after.values()), len(after)
        p = (after[x] + kinds * p) / (total + kinds)
    return p


@mistake(
    "probability",
    hint="Beware of `past[-0:]`: it is the whole past, not the empty one.",
)
def minus_zero(counts, past, x, order, K):
    p = 1 / K
    for n in range(min(order, len(past) + 1)):
        after = counts.get(tuple(past[-n:]))
        if after:
            total, kinds = sum(after.values()), len(after)
            p = (after[x] + kinds * p) / (total + kinds)
    return p


@mistake(
    "probability",
    hint="Print two slices `past[-n:]`: for n = 0, and for n beyond the past.",
)
def past_too_short(counts, past, x, order, K):
    p = 1 / K
    for n in range(order):
        after = counts.get(tuple(past[-n:]))
        if after:
            total, kinds = sum(after.values()), len(after)
            p = (after[x] + kinds * p) / (total + kinds)
    return p


@mistake(
    "probability",
    hint="You look at the first symbols of the past: the last ones count.",
)
def first_symbols(counts, past, x, order, K):
    p = 1 / K
    for n in range(min(order, len(past) + 1)):
        after = counts.get(tuple(past[:n]))
        if after:
            total, kinds = sum(after.values()), len(after)
            p = (after[x] + kinds * p) / (total + kinds)
    return p


@mistake(
    "probability",
    hint="Contexts longer than `order` - 1 symbols are used, if there are any.",
)
def order_ignored(counts, past, x, order, K):
    p = 1 / K
    for n in range(len(past) + 1):
        after = counts.get(tuple(past[len(past) - n :]))
        if after:
            total, kinds = sum(after.values()), len(after)
            p = (after[x] + kinds * p) / (total + kinds)
    return p
