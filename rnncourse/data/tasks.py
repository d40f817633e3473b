"""Memory tasks whose best possible score is known.

Each call draws a fresh batch; the generator, and nothing else, decides it.
"""

import torch
from torch import Tensor

from rnncourse.checks import positive


def parity(
    batch: int, steps: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Is the number of ones so far odd? One bit of memory, for ever.

    Changing any one input changes every later answer, so a model that misses
    a single bit of the past can do no better than guessing: accuracy 1/2,
    cross-entropy ln 2.

    Parameters
    ----------
    batch, steps : int
        B sequences of T steps.
    generator : torch.Generator, optional
        Source of randomness; torch's own if not given.

    Returns
    -------
    bits : torch.Tensor
        Fair coin flips, int64, shape (B, T).
    targets : torch.Tensor
        Parity of the bits up to and including each step, int64, shape (B, T).

    Raises
    ------
    ValueError
        If a size is not an integer of at least 1.

    Examples
    --------
    ``1 0 1 1 0`` gives ``1 1 0 1 1``.
    """
    size = (positive(batch, "batch"), positive(steps, "steps"))
    bits = torch.randint(2, size, generator=generator)
    return bits, bits.cumsum(1) % 2


def delayed_recall(
    batch: int, delay: int, symbols: int = 8, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Which symbol came first? Keep it over ``delay`` blanks until asked.

    A model that has forgotten the symbol can do no better than guessing:
    accuracy 1/K, cross-entropy ln K, for K symbols.

    Parameters
    ----------
    batch : int
        B, the number of sequences.
    delay : int
        Blanks between the symbol and the question, 0 or more.
    symbols : int
        K, the number of different symbols.
    generator : torch.Generator, optional
        Source of randomness; torch's own if not given.

    Returns
    -------
    inputs : torch.Tensor
        A symbol below K, then ``delay`` blanks (K), then the question
        (K + 1); int64, shape (B, delay + 2).
    targets : torch.Tensor
        The symbol, int64, shape (B,).

    Raises
    ------
    ValueError
        If an argument is not an integer or is too small.

    Examples
    --------
    With K = 8 and a delay of 3, ``5 8 8 8 9`` gives ``5``.
    """
    B, K = positive(batch, "batch"), positive(symbols, "symbols", at_least=2)
    inputs = torch.full((B, positive(delay, "delay", at_least=0) + 2), K)
    inputs[:, 0] = torch.randint(K, (B,), generator=generator)
    inputs[:, -1] = K + 1
    return inputs, inputs[:, 0].clone()


def adding(
    batch: int, steps: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Add the two numbers that are marked, one in each half of the sequence.

    A model that ignores its inputs does best with the mean, 1: mean squared
    error 2 · 1/12 = 1/6, the variance of a sum of two uniform numbers. One that
    remembers the later number only has 1/12.

    Parameters
    ----------
    batch, steps : int
        B sequences of T steps, T at least 2.
    generator : torch.Generator, optional
        Source of randomness; torch's own if not given.

    Returns
    -------
    inputs : torch.Tensor
        A number uniform in [0, 1) and a marker, 0 or 1, shape (B, T, 2).
    targets : torch.Tensor
        The sum of the two marked numbers, shape (B,).

    Raises
    ------
    ValueError
        If a size is not an integer or is too small.

    Notes
    -----
    Hochreiter and Schmidhuber, 1997, in the form of Arjovsky et al., 2016.

    Examples
    --------
    Numbers ``.3 .8 .1 .5``, markers ``1 0 0 1``: ``.8``.
    """
    B, T = positive(batch, "batch"), positive(steps, "steps", at_least=2)
    numbers = torch.rand(B, T, generator=generator)
    markers, rows = torch.zeros(B, T), torch.arange(B)
    markers[rows, torch.randint(T // 2, (B,), generator=generator)] = 1
    markers[rows, torch.randint(T // 2, T, (B,), generator=generator)] = 1
    return torch.stack([numbers, markers], -1), (numbers * markers).sum(1)


def copying(
    batch: int,
    delay: int,
    length: int = 10,
    symbols: int = 8,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Read some symbols, wait, and write them down in order when asked.

    A model that knows when to write but has forgotten what does best with
    "blank" and then equal chances: cross-entropy n ln K / (delay + 2 n) a step
    for n symbols out of K, which is ln K for each symbol to write and 0
    elsewhere; accuracy 1/K on the symbols to write.

    Parameters
    ----------
    batch : int
        B, the number of sequences.
    delay : int
        Steps from the end of the symbols to the start of the copy, at least 1.
    length : int
        n, how many symbols to copy.
    symbols : int
        K, the number of different symbols.
    generator : torch.Generator, optional
        Source of randomness; torch's own if not given.

    Returns
    -------
    inputs : torch.Tensor
        n symbols below K, ``delay - 1`` blanks (K), the sign to start (K + 1),
        and n blanks; int64, shape (B, delay + 2 n).
    targets : torch.Tensor
        ``delay + n`` blanks (K), then the symbols; int64, of the same shape.

    Raises
    ------
    ValueError
        If an argument is not an integer or is too small.

    Notes
    -----
    Hochreiter and Schmidhuber, 1997, in the form of Arjovsky et al., 2016, whose
    T is ``delay``.

    Examples
    --------
    With K = 8, n = 2 and a delay of 3, ``5 1 8 8 9 8 8`` gives ``8 8 8 8 8 5 1``.
    """
    B, T = positive(batch, "batch"), positive(delay, "delay")
    n, K = positive(length, "length"), positive(symbols, "symbols", at_least=2)
    inputs = torch.full((B, T + 2 * n), K)
    targets = inputs.clone()
    inputs[:, :n] = targets[:, -n:] = torch.randint(K, (B, n), generator=generator)
    inputs[:, -n - 1] = K + 1
    return inputs, targets


def associative_recall(
    batch: int, pairs: int, symbols: int = 64, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Read pairs of a key and a value, then give the value of each key that is asked for.

    Keys differ from one another and so do values. A model that remembers which
    values it has read, but not with which key, does best with equal chances:
    accuracy 1/n for n pairs, cross-entropy ln n. One that remembers nothing has
    1/K and ln K.

    Parameters
    ----------
    batch : int
        B, the number of sequences.
    pairs : int
        n, from 1 to K.
    symbols : int
        K, the number of different keys, and of different values.
    generator : torch.Generator, optional
        Source of randomness; torch's own if not given.

    Returns
    -------
    inputs : torch.Tensor
        A key and a value at each of the first n steps, then each key once more, in
        another order, with a blank (K); int64, shape (B, 2 n, 2).
    targets : torch.Tensor
        The value that belongs to each of the last n keys; int64, shape (B, n).

    Raises
    ------
    ValueError
        If an argument is not an integer or is out of range.

    Notes
    -----
    Multi-query associative recall of Arora et al., 2023 (Zoology), with key and value
    of a pair at one step.

    Examples
    --------
    With K = 8, the pairs ``(5, 2) (0, 7)`` and the questions ``(0, 8) (5, 8)``: ``7 2``.
    """
    B, n = positive(batch, "batch"), positive(pairs, "pairs")
    K = positive(symbols, "symbols")
    if n > K:
        raise ValueError(f"pairs is {n}; expected at most {K}, the number of symbols")
    keys, values, order = (
        torch.rand(B, m, generator=generator).argsort(1)[:, :n] for m in (K, K, n)
    )  # (B, n) each
    read = torch.stack([keys, values], -1)  # (B, n, 2)
    asked = torch.stack([keys.gather(1, order), torch.full_like(keys, K)], -1)
    return torch.cat([read, asked], 1), values.gather(1, order)
