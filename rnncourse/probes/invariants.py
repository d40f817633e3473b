"""What must not change, whatever the weights: checks to call on a model of one's own.

Each check is two-sided. It changes something that must not matter and compares
the outputs; and it makes sure that a change which must matter does, because a
check that changes nothing passes on everything. A model that breaks an
invariant raises an :class:`InvariantError` that says where and by how much.

``predict`` is the function with which *you* predict, preprocessing and modes
included: a check of a clean copy says nothing about what you run. It takes
tensors and gives a tensor, or a tuple whose first entry is one (as ``nn.GRU``).
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from rnncourse.checks import positive, shape

TOLERANCE = 1e-4  # of the largest output; single precision rounds at 1e-7 a step

Predict = Callable[..., Any]


class InvariantError(AssertionError):
    """Something changed that must not, or did not change although it must.

    Attributes
    ----------
    invariant : str
        Which one: ``"causality"``, ``"padding"``, ….
    """

    def __init__(self, invariant: str, message: str):
        super().__init__(f"{invariant}: {message}")
        self.invariant = invariant


def outputs_of(predict: Predict, *inputs: Any) -> Tensor:
    """Call without gradients, and return the outputs alone.

    Raises
    ------
    InvariantError
        If an output is NaN or infinite (``"finite"``): it would equal nothing.
    """
    with torch.no_grad():
        result = predict(*inputs)
    outputs = result[0] if isinstance(result, tuple) else result
    if not bool(outputs.isfinite().all()):
        raise InvariantError("finite", "the outputs contain NaN or infinite numbers")
    return outputs


def gap(before: Tensor, after: Tensor) -> float:
    """Largest difference, as a share of the largest number of ``before``.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would hide the fault.
    """
    if before.shape != after.shape:
        shapes = f"{tuple(before.shape)} and {tuple(after.shape)}"
        raise ValueError(f"outputs have shapes {shapes}; expected equal ones")
    scale = before.abs().max().item() or 1.0
    return (before - after).abs().max().item() / scale


def check_determinism(predict: Predict, *inputs: Any) -> Tensor:
    """Twice the same input, twice the same output; the first step of other checks.

    Returns
    -------
    torch.Tensor
        The outputs.

    Raises
    ------
    InvariantError
        If the second call differs in any digit: dropout at work, a state that
        is kept from call to call, a random choice.
    """
    first, second = outputs_of(predict, *inputs), outputs_of(predict, *inputs)
    if not torch.equal(first, second):
        apart = f"one input, outputs {gap(first, second):.2g} apart"
        raise InvariantError("determinism", f"{apart} (training mode? kept state?)")
    return first


def check_causality(
    predict: Predict,
    x: Tensor,
    other: Tensor,
    steps: Iterable[int] | None = None,
    lookahead: int = 0,
) -> None:
    """Let the future be another one: what was said before must not change.

    Parameters
    ----------
    predict : callable
        From inputs (B, T, ...) to outputs (B, T, ...), one for each step.
    x, other : torch.Tensor
        Two batches of inputs of one shape. The first steps of ``x`` are
        followed by the last steps of ``other``.
    steps : iterable of int, optional
        The t at which to cut, from 1 to T - 1; all if not given.
    lookahead : int
        Future steps that an output may use.

    Raises
    ------
    InvariantError
        If an output before the cut changes, or none after it does.
    ValueError
        If the shapes differ, or no step could be tested.
    """
    T, tested = x.shape[1], 0
    before = check_determinism(predict, x)  # (B, T, ...)
    for t in range(1, T) if steps is None else steps:
        if t <= lookahead or torch.equal(x[:, t:], other[:, t:]):
            continue
        after = outputs_of(predict, torch.cat([x[:, :t], other[:, t:]], 1))
        tested += 1
        past, future = slice(0, t - lookahead), slice(t - lookahead, T)
        if (seen := gap(before[:, past], after[:, past])) > TOLERANCE:
            where = f"inputs from step {t} on changed outputs before step {t - lookahead}"
            raise InvariantError("causality", f"{where} by {seen:.2g}")
        if gap(before[:, future], after[:, future]) <= TOLERANCE:
            raise InvariantError("causality", f"no output feels the inputs from step {t} on")
    if not tested:
        raise ValueError("x and other agree at all steps to test; expected two different batches")


def with_junk(array: Tensor, lengths: Tensor, extra: int, generator: torch.Generator) -> Tensor:
    """Make a batch ``extra`` steps longer, and fill it after ``lengths`` with its own values."""
    B, T = array.shape[:2]
    pool = array.flatten(0, 1)  # values that are valid, whatever they mean
    longer = torch.cat([array, array.new_zeros(B, extra, *array.shape[2:])], 1)
    after = torch.arange(T + extra) >= lengths[:, None]  # (B, T + extra)
    draw = torch.randint(len(pool), (int(after.sum()),), generator=generator)
    longer[after] = pool[draw]
    return longer


def check_padding(
    function: Predict, lengths: Tensor, *arrays: Tensor, extra: int = 3, seed: int = 0
) -> None:
    """Let the padding be longer, and full of junk: nothing real must change.

    And the other side of the border: the last real step of each array must count.

    Parameters
    ----------
    function : callable
        ``function(*arrays, lengths)`` gives outputs for each step, for each
        sequence, or one loss for the batch.
    lengths : torch.Tensor
        Shape (B,).
    *arrays : torch.Tensor
        Padded, shapes (B, T, ...): inputs, or inputs and targets.
    extra : int
        Steps of padding to add.
    seed : int
        Decides the junk, which consists of values of the arrays themselves.

    Raises
    ------
    InvariantError
        If padding changes an output, or a last real step changes none.
    """
    generator = torch.Generator().manual_seed(seed)
    B, T = arrays[0].shape[:2]
    shape(lengths, "lengths", "B", B=B)
    before = check_determinism(function, *arrays, lengths)
    junk = [with_junk(a, lengths, extra, generator) for a in arrays]
    after = outputs_of(function, *junk, lengths)
    # An output for each step, not T numbers for each sequence: it is longer now.
    each_step = before.shape[:2] == (B, T) and after.shape[:2] == (B, T + extra)
    if each_step:  # look at the real ones
        real = torch.arange(T) < lengths[:, None]
        before, after = before[real], after[:, :T][real]
    if (seen := gap(before, after)) > TOLERANCE:
        raise InvariantError("padding", f"padding changed the result by {seen:.2g}")
    for i, array in enumerate(arrays):
        changed = [*arrays]
        changed[i] = with_junk(array, lengths - 1, 0, generator)  # the last real step as well
        after = outputs_of(function, *changed, lengths)
        after = after[real] if each_step else after
        if gap(before, after) <= TOLERANCE:
            raise InvariantError("padding", f"the last real step of array {i} does not count")


def check_batch(predict: Predict, *arrays: Tensor) -> None:
    """Read each sequence alone: it must not feel its neighbours.

    Parameters
    ----------
    predict : callable
        From inputs with B rows to outputs with B rows.
    *arrays : torch.Tensor
        Inputs, B rows each, B at least 2.

    Raises
    ------
    InvariantError
        If a sequence alone gives something else than in the batch, or all
        sequences give the same.
    """
    positive(len(arrays[0]), "the number of rows", at_least=2)
    together = check_determinism(predict, *arrays)  # (B, ...)
    for b in range(len(together)):
        alone = outputs_of(predict, *[a[b : b + 1] for a in arrays])
        if (seen := gap(together[b : b + 1], alone)) > TOLERANCE:
            raise InvariantError("batch", f"row {b} alone differs by {seen:.2g} from the batch's")
    if gap(together[:1].expand_as(together), together) <= TOLERANCE:
        raise InvariantError("batch", "all rows give the same output, whatever the inputs")


def check_permutation(predict: Predict, *arrays: Tensor) -> None:
    """Turn the batch upside down: the outputs must be the same, upside down.

    Raises
    ------
    InvariantError
        If a sequence's output depends on its row, or turning changes nothing.
    """
    before = check_determinism(predict, *arrays)
    after = outputs_of(predict, *[a.flip(0) for a in arrays])
    if (seen := gap(before.flip(0), after)) > TOLERANCE:
        raise InvariantError("permutation", f"the order of the rows changed outputs by {seen:.2g}")
    if gap(before, after) <= TOLERANCE:
        raise InvariantError("permutation", "all rows give the same output, whatever the inputs")


def check_chunking(model: Predict, x: Tensor, size: int) -> None:
    """Read a stream in pieces, handing on the state: it must be as if read at once.

    Parameters
    ----------
    model : callable
        ``model(x, state)`` gives outputs (B, T, ...) and the state after; the
        state before the first step is None.
    x : torch.Tensor
        Inputs, shape (B, T, ...).
    size : int
        Steps of a piece, fewer than T.

    Raises
    ------
    InvariantError
        If the pieces differ from the whole, or the state makes no difference.
    """
    whole = check_determinism(model, x, None)
    with torch.no_grad():
        state, carried, fresh = None, [], []
        for piece in x.split(positive(size, "size"), 1):
            fresh.append(model(piece, None)[0])
            outputs, state = model(piece, state)
            carried.append(outputs)
    if (seen := gap(whole, torch.cat(carried, 1))) > TOLERANCE:
        raise InvariantError("chunking", f"in pieces of {size} steps outputs differ by {seen:.2g}")
    if gap(whole, torch.cat(fresh, 1)) <= TOLERANCE:
        raise InvariantError("chunking", "the state handed on makes no difference")


def failures(**checks: Callable[[], Any]) -> dict[str, str]:
    """Run checks, and collect what they say: an empty string where all is well.

    Parameters
    ----------
    **checks : callable
        Each without arguments: ``causality=lambda: check_causality(model, x, other)``.

    Returns
    -------
    dict of str
        For each name the message of its :class:`InvariantError`, or "".
    """
    found = {}
    for name, check in checks.items():
        try:
            check()
        except InvariantError as error:
            found[name] = str(error)
        else:
            found[name] = ""
    return found
