"""How the assignment of chapter 1 is judged.

Every case draws its sizes too, so that no two students have the same one.
"""

from collections import Counter
from functools import partial

import numpy as np

from rnncourse.grading.exercise import Case, Exercise


def series(rng, longest=8, test_windows=None):
    context, horizon = (int(n) for n in rng.integers(2, longest, 2))
    cut = context + horizon + int(rng.integers(8, 20))
    more = (
        context + int(rng.integers(4, 20)) if test_windows is None else test_windows - 1
    )
    values = rng.normal(5, 3, cut + horizon + more)
    return {"values": values, "cut": cut, "context": context, "horizon": horizon}


def with_values_after(answer, values, cut, context, horizon):
    """Return the windows, and whether the given series is as it was."""
    before = values.copy()
    windows = answer(values, cut, context, horizon)
    return windows, bool((values == before).all())


rolling_data = Exercise(
    "rolling_data",
    through=with_values_after,
    parts=["the result", "whether `values` stays as it was"],
    cases=[
        Case("windows of several steps", series),
        Case("context and horizon of two", partial(series, longest=3)),
        Case("a single test window", partial(series, test_windows=1)),
    ],
)


def batches(rng, n=5):
    return {
        "perplexities": np.exp(rng.uniform(0.5, 2, n)),
        "sizes": rng.integers(1, 50, n),
    }


total_perplexity = Exercise(
    "total_perplexity",
    cases=[
        Case("five batches", batches),
        Case("one batch", partial(batches, n=1), weight=0.25),
    ],
)


def words(rng, n=20):
    text = ["x" * length for length in rng.integers(1, 12, n)]
    return {"perplexity": float(rng.uniform(2, 900)), "words": text}


word_bits = Exercise(
    "word_bits",
    cases=[
        Case("twenty words", words),
        Case("one word", partial(words, n=1), weight=0.5),
    ],
)


def clips(rng, fill=np.nan, shortest=2, longest=9, padding=2, constant=False):
    B, D = rng.integers(2, 6, 2)
    lengths = rng.integers(shortest, longest, B)
    batch = np.full((B, lengths.max() + padding, D), fill)
    for row, n in zip(batch, lengths, strict=True):
        row[:n] = rng.normal(100, 5, (n, D))
        if constant:
            # A whole number, whose mean is exact: the guard `std == 0` is right too.
            row[:n, 0] = rng.integers(50, 150)
    return {"batch": batch, "lengths": lengths}


def unchanged(answer, batch, lengths):
    """Return the result, and whether the given batch is as it was."""
    before = batch.copy()
    result = answer(batch, lengths)
    return result, bool(((batch == before) | (batch != batch)).all())


standardise_clips = Exercise(
    "standardise_clips",
    through=unchanged,
    parts=["the result", "whether `batch` stays as it was"],
    cases=[
        Case("padding of NaN", clips),
        Case("padding of infinities", partial(clips, fill=np.inf)),
        Case("padding of zeros", partial(clips, fill=0.0)),
        Case("a feature that does not vary", partial(clips, constant=True)),
        Case("clips of one frame", partial(clips, longest=3, shortest=1, padding=0)),
    ],
)


def past(rng, periods=2, more=3, N=3, shortest=2, ahead=2):
    m = int(rng.integers(shortest, 9)) if shortest > 1 else 1
    x = rng.normal(size=(N, periods * m + more))
    return {"x": x, "horizon": max(1, int(ahead * m) + 1), "period": m}


seasonal_drift = Exercise(
    "seasonal_drift",
    cases=[
        Case("more than two periods of past", past),
        Case("exactly two periods of past", partial(past, more=0)),
        Case("less than a period ahead", partial(past, ahead=0.5, shortest=4)),
        Case("one series", partial(past, N=1)),
        Case("a period of one step", partial(past, shortest=1)),
    ],
)


def symbols(rng, T=40, order=None):
    order = int(rng.integers(3, 5)) if order is None else order
    return {"ids": rng.integers(0, 4, T).tolist(), "order": order}


count_contexts = Exercise(
    "count_contexts",
    cases=[
        Case("forty symbols", symbols),
        Case("order one", partial(symbols, order=1)),
        Case("fewer symbols than the order", partial(symbols, T=2, order=4)),
    ],
)


def questions(rng, lengths=(3, 4, 5, 6), seen=60, K=4):
    """Draw counts of contexts longer than asked for, and pasts to answer after."""
    ids, order = rng.integers(0, K, seen).tolist(), 3
    counts = {}
    for t, x in enumerate(ids):
        for n in range(min(order + 1, t + 1)):
            counts.setdefault(tuple(ids[t - n : t]), Counter())[x] += 1
    pasts = [rng.integers(0, K, n).tolist() for n in lengths]
    return {"counts": counts, "order": order, "K": K, "pasts": pasts}


def chances(answer, counts, order, K, pasts):
    """Return q(x | past) for all symbols and pasts."""
    from collections import Counter

    counts = {context: Counter(after) for context, after in counts.items()}
    return [answer(counts, past, x, order, K) for past in pasts for x in range(K)]


probability = Exercise(
    "probability",
    through=chances,
    cases=[
        Case("pasts longer than the contexts", questions),
        Case("pasts shorter than the contexts", partial(questions, lengths=(0, 1))),
        Case("contexts that were never seen", partial(questions, seen=6)),
    ],
)
