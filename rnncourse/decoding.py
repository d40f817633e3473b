"""From a model's probabilities to one sequence: greedy, beam, and exhaustive search.

A model is given as ``step(y, state)``: from the last symbols (N,) and the states
(N, ...) of N unfinished sequences to log-probabilities (N, K) and new states. A
sequence ends with the symbol ``end``, or after ``most`` symbols. Its score is

    log p(y) / |y|^α

with |y| the number of its symbols, ``end`` included. α = 0 is the probability itself,
under which short sequences win; α = 1 the mean for each symbol.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from rnncourse.checks import positive

Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class Found(NamedTuple):
    """A sequence, without the symbol that started it, and what the model thinks of it."""

    score: float
    log_prob: float
    symbols: tuple[int, ...]


def _found(log_prob: float, symbols: tuple[int, ...], alpha: float) -> Found:
    return Found(log_prob / len(symbols) ** alpha, log_prob, symbols)


@torch.no_grad()
def greedy(step: Step, state: Tensor, start: int, end: int, most: int) -> list[Found]:
    """Write the most probable symbol at every step, for N sequences side by side.

    Parameters
    ----------
    step : callable
        See above.
    state : torch.Tensor
        First states, shape (N, ...).
    start, end : int
        The symbol before the first one, and the one that ends a sequence.
    most : int
        Most symbols of a sequence.

    Returns
    -------
    list of Found
        One for each state, with the log-probability as its score.
    """
    N = len(state)
    y, written, total = torch.full((N,), start), [], torch.zeros(N)
    open_ = torch.ones(N, dtype=torch.bool)
    for _ in range(positive(most, "most")):
        log_p, state = step(y, state)
        best, y = log_p.max(1)
        total = total + best * open_
        written.append(torch.where(open_, y, -1))
        open_ = open_ & (y != end)
        if not open_.any():
            break
    rows = torch.stack(written, 1).tolist()  # (N, T)
    cut = [tuple(symbol for symbol in row if symbol >= 0) for row in rows]
    return [_found(p, symbols, 0.0) for p, symbols in zip(total.tolist(), cut, strict=True)]


@torch.no_grad()
def beam_search(
    step: Step,
    state: Tensor,
    start: int,
    end: int,
    most: int,
    *,
    width: int,
    alpha: float = 0.0,
) -> list[Found]:
    """Keep the ``width`` most probable beginnings at every step.

    Parameters
    ----------
    step : callable
        See above.
    state : torch.Tensor
        The first state of one sequence, shape (1, ...).
    start, end, most : int
        As for :func:`greedy`, which a width of 1 is.
    width : int
        Beginnings to keep. One that ends leaves the beam and makes no room.
    alpha : float
        Exponent of the length by which a log-probability is divided, at least 0.

    Returns
    -------
    list of Found
        All finished sequences, the best score first.

    Notes
    -----
    The search stops when no beginning can overtake any more: its log-probability can only
    fall, so that log p / most^α bounds the score of all that it can become.
    Graves, 2012 (arXiv 1211.3711); the exponent as in Wu et al., 2016, simplified.
    """
    positive(width, "width")
    done: list[Found] = []
    y, total = torch.full((1,), start), torch.zeros(1)
    prefixes: list[tuple[int, ...]] = [()]
    for t in range(1, positive(most, "most") + 1):
        log_p, state = step(y, state)
        scores = (total[:, None] + log_p).flatten()  # (N K,)
        total, places = scores.topk(min(width, len(scores)))
        total, places = total[total > -math.inf], places[total > -math.inf]
        parents, y = places // log_p.shape[1], places % log_p.shape[1]
        prefixes = [prefixes[n] + (s,) for n, s in zip(parents.tolist(), y.tolist(), strict=True)]
        ended = (y == end) | torch.tensor(t == most)
        for i in ended.nonzero()[:, 0].tolist():
            done.append(_found(total[i].item(), prefixes[i], alpha))
        going = (~ended).nonzero()[:, 0]
        if len(going) == 0:
            break
        y, total, state = y[going], total[going], state[parents[going]]
        prefixes = [prefixes[i] for i in going.tolist()]
        if done and max(done).score >= total.max().item() / most**alpha:
            break
    return sorted(done, reverse=True)


@torch.no_grad()
def exhaustive_search(
    step: Step, state: Tensor, start: int, end: int, most: int, *, alpha: float = 0.0
) -> Found:
    """Look at every sequence there is, and return the best: what a search should find.

    Parameters
    ----------
    step, state, start, end, most, alpha
        As for :func:`beam_search`.

    Raises
    ------
    ValueError
        If there are more than a million sequences to look at.
    """
    best, y, total = Found(-math.inf, -math.inf, ()), torch.full((1,), start), torch.zeros(1)
    prefixes = torch.zeros(1, 0, dtype=torch.long)
    for t in range(1, positive(most, "most") + 1):
        log_p, state = step(y, state)
        N, K = log_p.shape
        if N * K > 1_000_000:
            raise ValueError(f"{K} symbols and {most} steps are too many; expected fewer sequences")
        total = (total[:, None] + log_p).flatten()  # (N K,)
        y, state = torch.arange(K).repeat(N), state.repeat_interleave(K, 0)
        prefixes = torch.cat([prefixes.repeat_interleave(K, 0), y[:, None]], 1)  # (N K, t)
        ended = (y == end) | torch.tensor(t == most)
        i = int(total.masked_fill(~ended, -math.inf).argmax())
        best = max(best, _found(total[i].item(), tuple(prefixes[i].tolist()), alpha))
        y, total, state, prefixes = y[~ended], total[~ended], state[~ended], prefixes[~ended]
        if len(y) == 0:
            break
    return best
