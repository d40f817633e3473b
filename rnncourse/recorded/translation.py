"""English number words into French ones: what share is right, by length of the source."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from time import process_time
from typing import Any

import torch

from rnncourse.data.text import Vocabulary
from rnncourse.data.translation import END, START, Pair, batches, numbers, vocabularies
from rnncourse.decoding import Found, greedy
from rnncourse.models.seq2seq import Seq2Seq, translation_loss, writer
from rnncourse.training import fit

B, MOST = 32, 24  # batch; symbols of a target, of which the longest has 19 and END


@cache
def lessons(steps: int) -> tuple[list[Pair], list[Pair], Vocabulary, Vocabulary]:
    """Return pairs for so many steps, each to be seen once, others for tests, vocabularies."""
    train = numbers(B * steps, "en", "fr", seed=0)
    test = numbers(3000, "en", "fr", held_out=True, seed=1)
    distinct = {tuple(source): (source, target) for source, target in test}
    return train, list(distinct.values()), *vocabularies(train)


def taught(
    pairs: Sequence[Pair],
    source: Vocabulary,
    target: Vocabulary,
    attend: str,
    seed: int = 0,
    H: int = 48,
    rate: float = 1e-2,
    progress: bool = False,
) -> Seq2Seq:
    """Train a new model, one step for each 32 pairs.

    Parameters
    ----------
    pairs : list of pair
    source, target : Vocabulary
    attend : str
        As for :class:`rnncourse.models.seq2seq.Seq2Seq`.
    seed : int
        Decides first weights and the order of the pairs.
    H : int
        Units of encoder and decoder.
    rate : float
        Learning rate of Adam.
    progress : bool
        Show a bar on stderr.
    """
    torch.manual_seed(seed)
    model = Seq2Seq(len(source), len(target), H=H, attend=attend)

    def shuffled(seed: int) -> Iterator[Any]:
        return batches(pairs, source, target, batch_size=B, seed=seed)

    fit(model, shuffled, translation_loss, epochs=1, lr=rate, seed=seed, progress=progress)
    return model


def translations(
    model: Seq2Seq, pairs: Sequence[Pair], source: Vocabulary, target: Vocabulary, most: int = MOST
) -> list[Found]:
    """Translate greedily.

    Parameters
    ----------
    model : Seq2Seq
    pairs : list of pair
        Of which only the sources are looked at.
    source, target : Vocabulary
    most : int
        Most symbols of a translation.
    """
    start, end = target.encode([START, END]).tolist()
    found: list[Found] = []
    for x, lengths, _, _ in batches(pairs, source, target, batch_size=500):
        found += greedy(*writer(model, x, lengths), start, end, most)
    return found


def is_right(found: Sequence[Found], pairs: Sequence[Pair], target: Vocabulary) -> list[bool]:
    """Say of each translation whether it is the expected one, to the last symbol."""
    wanted = [tuple(target.encode([*t, END]).tolist()) for _, t in pairs]
    return [f.symbols == w for f, w in zip(found, wanted, strict=True)]


def translation_point(
    attend: str,
    H: int,
    steps: int,
    seed: int,
    reverse: bool = False,
    rate: float = 1e-2,
    progress: bool = False,
) -> dict[str, Any]:
    """Train one model on English and French numbers, and test it on others.

    Parameters
    ----------
    attend, H, seed, rate, progress
        As for :func:`taught`.
    steps : int
        Of training.
    reverse : bool
        Read the English words from the last to the first.

    Returns
    -------
    dict
        The arguments; ``tested`` and ``right``, numbers of translations by the number
        of words of their source, from 1 word on; ``seconds`` of processor time.
    """
    train, test, source, target = lessons(steps)
    if reverse:
        train, test = ([(s[::-1], t) for s, t in pairs] for pairs in (train, test))
    begun = process_time()
    model = taught(train, source, target, attend, seed, H, rate, progress)
    seconds = process_time() - begun
    right = is_right(translations(model, test, source, target), test, target)
    tested = Counter(len(s) for s, _ in test)
    good = Counter(len(s) for (s, _), ok in zip(test, right, strict=True) if ok)
    words = range(1, max(tested) + 1)
    return {
        "attend": attend,
        "H": H,
        "steps": steps,
        "seed": seed,
        "reverse": reverse,
        "rate": rate,
        "tested": [tested[n] for n in words],
        "right": [good[n] for n in words],
        "seconds": round(seconds, 1),
    }
