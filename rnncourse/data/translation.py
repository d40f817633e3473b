"""Pairs of a source and its translation: dates as people write them, numbers in words.

Both come from the Unicode consortium's locale data, so that every pair is real and
there is no end of them. What is held out is decided by the date or the number
itself: no draw of whatever seed can move it to the other side.
"""

import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnncourse.checks import positive
from rnncourse.data.batches import pad
from rnncourse.data.installed import installed_module
from rnncourse.data.text import Vocabulary

START, END = "^", "$"  # of a target; neither occurs in the data

Pair = tuple[Sequence[str], Sequence[str]]


def is_held_out(thing: Any, share: float = 0.2) -> bool:
    """Say whether a number or date is for testing, the same in every run.

    Parameters
    ----------
    thing : int or datetime.date
    share : float
        Share of all things that are held out.
    """
    return zlib.crc32(str(thing).encode()) < share * 2**32


def dates(
    size: int,
    locales: Sequence[str],
    *,
    formats: Sequence[str] = ("full", "long"),
    years: tuple[int, int] = (1900, 2099),
    held_out: bool = False,
    seed: int = 0,
) -> list[Pair]:
    """Dates as people write them, and as ISO 8601 does: "jeudi 5 mars 2020" → "2020-03-05".

    Parameters
    ----------
    size : int
        How many.
    locales : sequence of str
        Such as "fr" or "en_GB"; each pair draws one.
    formats : sequence of str
        Of "full" (with the day of the week), "long", "medium", "short"; each pair draws one.
    years : tuple of int
        The first and the last year.
    held_out : bool
        True: only dates that are held out; False: only others.
    seed : int

    Returns
    -------
    list of tuple of str
        A source and its target, each of which is a sequence of characters.

    References
    ----------
    Unicode CLDR, as shipped by babel.
    """
    formatted = installed_module("babel.dates", '"rnncourse[data]"').format_date
    rng = np.random.default_rng(seed)
    first, last = date(years[0], 1, 1).toordinal(), date(years[1], 12, 31).toordinal()
    pairs: list[Pair] = []
    while len(pairs) < positive(size, "size"):
        day = date.fromordinal(int(rng.integers(first, last + 1)))
        style, locale = str(rng.choice(list(formats))), str(rng.choice(list(locales)))
        if is_held_out(day) == held_out:
            pairs.append((formatted(day, style, locale=locale), day.isoformat()))
    return pairs


@cache
def _speller(language: str) -> Any:
    engine = installed_module("unicode_rbnf", '"rnncourse[data]"').RbnfEngine
    return engine.for_language(language)


def in_words(number: int, language: str) -> list[str]:
    """Spell a number out: 98 in "fr" is quatre, vingt, dix, huit.

    Parameters
    ----------
    number : int
    language : str
        A code such as "en"; or "digits", for which 98 is 9, 8.

    Returns
    -------
    list of str
        Its words, split at spaces and hyphens.

    References
    ----------
    Unicode CLDR's rule-based number formats, as shipped by unicode-rbnf.
    """
    if language == "digits":
        return list(str(number))
    text = _speller(language).format_number(number).text
    return str(text).replace("\N{SOFT HYPHEN}", "").replace("-", " ").split()


def numbers(
    size: int,
    source: str = "en",
    target: str = "fr",
    *,
    digits: tuple[int, int] = (1, 9),
    held_out: bool = False,
    seed: int = 0,
) -> list[Pair]:
    """Whole numbers in the words of two languages, as many of each number of digits.

    Parameters
    ----------
    size : int
        How many.
    source, target : str
        Languages, or "digits".
    digits : tuple of int
        Fewest and most digits of the number.
    held_out : bool
        True: only numbers that are held out; False: only others.
    seed : int

    Returns
    -------
    list of tuple of list of str
        A source and its target, each of which is a list of words.
    """
    rng = np.random.default_rng(seed)
    pairs: list[Pair] = []
    while len(pairs) < positive(size, "size"):
        n = int(rng.integers(digits[0], digits[1] + 1))
        number = int(rng.integers(10 ** (n - 1), 10**n))
        if is_held_out(number) == held_out:
            pairs.append((in_words(number, source), in_words(number, target)))
    return pairs


def vocabularies(pairs: Sequence[Pair]) -> tuple[Vocabulary, Vocabulary]:
    """Collect the symbols of the sources, and those of the targets with START and END."""
    sources, targets = zip(*pairs, strict=True)
    return (
        Vocabulary.fit([symbol for source in sources for symbol in source]),
        Vocabulary.fit([START, END, *(symbol for target in targets for symbol in target)]),
    )


def batches(
    pairs: Sequence[Pair],
    source: Vocabulary,
    target: Vocabulary,
    *,
    batch_size: int = 64,
    seed: int | None = None,
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Yield padded batches of numbered symbols.

    Parameters
    ----------
    pairs : list of pair
    source, target : Vocabulary
        As :func:`vocabularies` gives them.
    batch_size : int
        B.
    seed : int, optional
        Order of the pairs; as they are if not given.

    Yields
    ------
    x : torch.Tensor
        Sources, int64, shape (B, S).
    x_lengths : torch.Tensor
        Shape (B,).
    y : torch.Tensor
        START, the target, END; int64, shape (B, T + 1).
    y_lengths : torch.Tensor
        Symbols to predict, which are all but START, shape (B,).
    """
    order = np.arange(len(pairs))
    begins = np.arange(0, len(pairs), positive(batch_size, "batch_size"))
    if seed is not None:
        rng = np.random.default_rng(seed)
        rng.shuffle(order)
        order = order[np.argsort([len(pairs[i][0]) for i in order.tolist()], kind="stable")]
        rng.shuffle(begins)
    for begin in begins:
        rows = [pairs[i] for i in order[begin : begin + batch_size].tolist()]
        x, x_lengths = pad([source.encode(s) for s, _ in rows])
        y, y_lengths = pad([target.encode([START, *t, END]) for _, t in rows])
        arrays = x, x_lengths, y, y_lengths - 1
        yield tuple(map(torch.as_tensor, arrays))  # type: ignore[misc]
