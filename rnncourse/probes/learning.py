"""Can it learn? Checks of a model with its loss, before any long training.

``loss(model, batch)`` is the function that :func:`rnncourse.training.fit` takes.
The model is left as it was found; a broken invariant raises an
:class:`rnncourse.probes.invariants.InvariantError`.
"""

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from rnncourse.checks import positive
from rnncourse.probes.invariants import InvariantError

Loss = Callable[[Any, Any], Tensor]


def check_gradient(
    model: nn.Module, loss: Loss, batch: Any, *, step: float = 1e-6, seed: int = 0
) -> None:
    """Walk a little along a random direction: the loss must change as the gradient says.

    Parameters
    ----------
    model : torch.nn.Module
        Left as it is: a copy with 16 digits is tested, in evaluation mode.
    loss : callable
        ``loss(model, batch)``, as for :func:`rnncourse.training.fit`.
    batch : tuple
        Tensors.
    step : float
        How far to walk, each way.
    seed : int
        Decides the direction.

    Raises
    ------
    InvariantError
        If both slopes differ by more than a thousandth: part of the gradient
        was cut off (``detach``, ``.data``, a trip through NumPy).
    """
    model = copy.deepcopy(model).double().eval()
    batch = [a.double() if a.is_floating_point() else a for a in batch]
    weights = [p for p in model.parameters() if p.requires_grad]
    grads = torch.autograd.grad(loss(model, batch), weights, materialize_grads=True)
    generator = torch.Generator().manual_seed(seed)
    away = [torch.randn(p.shape, generator=generator, dtype=p.dtype) for p in weights]
    slope = sum(float((g * v).sum()) for g, v in zip(grads, away, strict=True))
    values = []
    with torch.no_grad():
        for sign in (1, -2):
            for p, v in zip(weights, away, strict=True):
                p.add_(v, alpha=sign * step)
            values.append(float(loss(model, batch)))
    measured = (values[0] - values[1]) / (2 * step)
    if not math.isclose(slope, measured, rel_tol=1e-3, abs_tol=1e-7):
        raise InvariantError(
            "gradient", f"the gradient says slope {slope:.4g}, the loss {measured:.4g}"
        )


def check_reach(model: nn.Module, loss: Loss, batch: Any) -> None:
    """Every parameter must get a gradient: what gets none is never trained.

    Those that are frozen on purpose, without ``requires_grad``, are left out.

    Raises
    ------
    InvariantError
        If a parameter's gradient is missing, zero or not finite.
    """
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    names, weights = zip(*trained, strict=True)
    grads = torch.autograd.grad(loss(model, batch), weights, allow_unused=True)
    for name, g in zip(names, grads, strict=True):
        if g is None or not bool(g.any()) or not bool(g.isfinite().all()):
            kind = "no gradient" if g is None else f"a gradient of norm {g.norm().item():.3g}"
            raise InvariantError("reach", f"{name} gets {kind}")


def check_initial_loss(
    model: nn.Module, loss: Loss, batch: Any, expected: float, *, within: float = 0.1
) -> None:
    """Before training, a model must know as much as somebody who guesses: ln K for K classes.

    Raises
    ------
    InvariantError
        If the loss is further than ``within * expected`` from ``expected``.
    """
    with torch.no_grad():
        found = float(loss(model, batch))
    if not abs(found - expected) <= within * expected:
        raise InvariantError("initial loss", f"it is {found:.4g}; guessing gives {expected:.4g}")


def check_overfit(
    model: nn.Module, loss: Loss, batch: Any, *, steps: int = 200, lr: float = 1e-2, to: float = 0.1
) -> None:
    """One small batch must be learnt by heart: what cannot be memorised cannot be learnt.

    Parameters
    ----------
    model, loss, batch
        As for :func:`rnncourse.training.fit`; a copy of the model is trained.
    steps, lr
        Of Adam.
    to : float
        The share of the first loss that it must fall to.

    Raises
    ------
    InvariantError
        If it does not.
    """
    model = copy.deepcopy(model)
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    values = []
    for _ in range(positive(steps, "steps")):
        optimiser.zero_grad()
        value = loss(model, batch)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        values.append(value.item())
    if not values[-1] <= to * values[0]:
        raise InvariantError(
            "overfit", f"one batch's loss fell from {values[0]:.3g} to {values[-1]:.3g} only"
        )
