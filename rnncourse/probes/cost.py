"""What a computation costs: memory kept for the way back, and time."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from rnncourse.checks import positive


def kept_bytes(run: Callable[[], Any]) -> int:
    """Count the memory that autograd keeps of a forward pass for the way back.

    The count is exact and does not ask the operating system: PyTorch calls a
    hook for every tensor that it puts aside. Tensors that share their memory
    count once; inputs and weights that are needed again are among them.

    Parameters
    ----------
    run : callable
        ``run()`` does the forward pass and returns what it computed.

    Returns
    -------
    int
        Bytes.

    Notes
    -----
    https://docs.pytorch.org/docs/stable/autograd.html, "Hooks for saved tensors".
    """
    storages = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = run()  # alive until the count, so that no memory is used twice
    total = sum(storages.values())
    del result
    return total


def best_milliseconds(run: Callable[[], Any], turns: int = 4) -> float:
    """Time ``run()`` several times and return the shortest: what it takes undisturbed.

    Parameters
    ----------
    run : callable
    turns : int

    Returns
    -------
    float
        Milliseconds.

    Raises
    ------
    ValueError
        If ``turns`` is not an integer of at least 1.
    """
    laps = []
    for _ in range(positive(turns, "turns")):
        begin = perf_counter()
        run()
        laps.append(1e3 * (perf_counter() - begin))
    return min(laps)
