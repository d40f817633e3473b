"""Pairs as babel and unicode-rbnf spell them; what is held out stays so; padding."""

from datetime import date

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data.translation import (
    END,
    START,
    batches,
    dates,
    in_words,
    is_held_out,
    numbers,
    vocabularies,
)

ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH = {word: n for n, word in enumerate(ONES.split())}
ENGLISH |= {word: 10 * n for n, word in enumerate(TENS.split(), 2)}


def value(words):
    """Read English number words, with a grammar of our own."""
    total = group = 0
    for word in words:
        if word == "hundred":
            group *= 100
        elif word in ("thousand", "million"):
            total, group = total + group * (1000 if word == "thousand" else 10**6), 0
        else:
            group += ENGLISH[word]
    return total + group


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 999_999_999))
def test_english_words_say_the_number(number):
    assert value(in_words(number, "en")) == number


def test_known_words():
    assert in_words(98, "fr") == ["quatre", "vingt", "dix", "huit"]
    assert in_words(71, "fr") == ["soixante", "et", "onze"]
    assert in_words(2305, "digits") == ["2", "3", "0", "5"]
    assert in_words(321, "de") == ["dreihunderteinundzwanzig"]  # no invisible hyphens


def test_numbers_are_spread_over_the_digits_and_never_on_both_sides():
    train = numbers(2000, digits=(1, 6), seed=0)
    test = numbers(500, digits=(1, 6), held_out=True, seed=0)
    values = [value(source) for source, _ in train]
    for n in range(1, 7):
        share = sum(len(str(v)) == n for v in values) / 2000
        assert abs(share - 1 / 6) < 0.05
    assert not set(values) & {value(source) for source, _ in test}
    assert all(target == in_words(v, "fr") for v, (_, target) in zip(values, train, strict=True))
    assert train == numbers(2000, digits=(1, 6), seed=0)
    assert train != numbers(2000, digits=(1, 6), seed=1)


def test_dates_are_held_out_by_day_in_all_languages():
    options = {"years": (2000, 2009), "formats": ("full", "long", "medium")}
    train = dates(500, ["fr", "de"], **options)
    test = dates(500, ["it"], held_out=True, seed=7, **options)
    assert not {day for _, day in train} & {day for _, day in test}
    for _, day in train + test:
        assert 2000 <= date.fromisoformat(day).year <= 2009
    assert all(is_held_out(date.fromisoformat(day)) for _, day in test)
    french = dates(1, ["fr"], formats=("full",), years=(2020, 2020), seed=3)
    weekday, d, month, year = french[0][0].split()
    assert weekday.endswith(("di", "dimanche")) and month.isalpha() and year == "2020"
    assert french[0][1].endswith(f"{int(d.removesuffix('er')):02}")


def test_the_share_that_is_held_out():
    assert abs(sum(map(is_held_out, range(10_000))) / 10_000 - 0.2) < 0.02


def test_batches_hold_what_the_pairs_say():
    pairs = numbers(70, seed=2)
    source, target = vocabularies(pairs)
    seen = []
    for x, x_lengths, y, y_lengths in batches(pairs, source, target, batch_size=32, seed=1):
        assert x.shape[1] == x_lengths.max() and y.shape[1] == y_lengths.max() + 1
        assert x_lengths.max() - x_lengths.min() <= 6  # alike in length
        for row, n, out, m in zip(x, x_lengths, y, y_lengths, strict=True):
            written = [target.symbols[i - 1] for i in out[: m + 1].tolist()]
            assert written[0] == START and written[-1] == END
            seen.append(([source.symbols[i - 1] for i in row[:n].tolist()], written[1:-1]))
    assert sorted(seen) == sorted(pairs)
    in_order = next(batches(pairs, source, target, batch_size=70))
    assert in_order[1].tolist() == [len(s) for s, _ in pairs]
    assert in_order[0].dtype == torch.int64


def test_complains():
    with pytest.raises(ValueError, match="size"):
        numbers(0)
    with pytest.raises(ValueError, match="size"):
        dates(0, ["fr"])
