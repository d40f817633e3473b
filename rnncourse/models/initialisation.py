"""First values for recurrent weights, chosen by their spectrum."""

from typing import Any

import torch
from torch import Tensor

from rnncourse.checks import choice, positive

KINDS = ("normal", "orthogonal", "identity")


def recurrent_matrix(
    kind: str, size: int, scale: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    """Return a square matrix whose spectrum is known.

    Parameters
    ----------
    kind : str
        ``"normal"``: independent entries with standard deviation scale/√H; its
        spectral radius tends to ``scale`` as H grows, its norm to twice that.
        ``"orthogonal"``: ``scale`` times a random orthogonal matrix; all
        eigenvalues have the modulus ``scale``, all singular values are
        ``scale`` (Saxe et al., 2014). ``"identity"``: ``scale`` times the
        identity (Le et al., 2015).
    size : int
        H.
    scale : float
        See ``kind``.
    generator : torch.Generator, optional
        Source of randomness; torch's own if not given.

    Returns
    -------
    torch.Tensor
        Shape (H, H), float32.

    Raises
    ------
    ValueError
        If ``kind`` is none of the above or ``size`` is no positive integer.
    """
    choice(kind, "kind", KINDS)
    H = positive(size, "size")
    if kind == "identity":
        return scale * torch.eye(H)
    normal = torch.randn(H, H, generator=generator)
    if kind == "normal":
        return scale / H**0.5 * normal
    Q, R = torch.linalg.qr(normal)
    return scale * Q * R.diagonal().sign()  # without the signs it is not uniform


def scaled_to(W: Tensor, rho: float) -> Tensor:
    """Return ``W`` times the number that gives it the spectral radius ``rho``.

    Parameters
    ----------
    W : torch.Tensor
        Shape (H, H).
    rho : float
        At least 0.

    Returns
    -------
    torch.Tensor
        Shape (H, H).

    Raises
    ------
    ValueError
        If all eigenvalues of ``W`` are zero (then no number will do), or
        ``rho`` is negative.
    """
    if not rho >= 0:
        raise ValueError(f"rho is {rho!r}; expected a number of at least 0")
    now = torch.linalg.eigvals(W).abs().max()
    if now == 0:
        raise ValueError("W has no eigenvalue but zero; no factor changes its spectral radius")
    return W * (rho / now)


@torch.no_grad()
def set_recurrent_(layer: Any, W_hh: Tensor) -> Any:
    """Give a plain recurrent layer these recurrent weights, and biases of zero.

    Parameters
    ----------
    layer : torch.nn.Module
        With the parameters' names of ``torch.nn.RNN``, one layer; changed in place.
    W_hh : torch.Tensor
        Shape (H, H).

    Returns
    -------
    torch.nn.Module
        The same layer.

    Raises
    ------
    ValueError
        If the shape is not that of the layer's recurrent weights.
    """
    if layer.weight_hh_l0.shape != W_hh.shape:
        raise ValueError(
            f"W_hh has shape {tuple(W_hh.shape)}; "
            f"expected the layer's, {tuple(layer.weight_hh_l0.shape)}"
        )
    layer.weight_hh_l0.copy_(W_hh)
    layer.bias_ih_l0.zero_()
    layer.bias_hh_l0.zero_()
    return layer
