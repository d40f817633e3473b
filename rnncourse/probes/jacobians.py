"""How one state depends on an earlier one: products of Jacobians, and how they grow.

For a network with h_t = φ(z_t) the Jacobian of a step is

    ∂h_t/∂h_{t-1} = diag(φ'(z_t)) W_hh

and that of k steps is the product of k of them, the latest on the left.
"""

import numpy as np

from rnncourse.checks import shape


def spectral_radius(W: np.ndarray) -> float:
    """Return the largest modulus among the eigenvalues of a square matrix.

    Parameters
    ----------
    W : numpy.ndarray
        Shape (H, H).

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If ``W`` is not square.
    """
    H, _ = shape(W, "W", "H H2")
    shape(W, "W", "H H2", H2=H)
    return float(np.abs(np.linalg.eigvals(W)).max())


def step_jacobians(slopes: np.ndarray, W_hh: np.ndarray) -> np.ndarray:
    """Return the Jacobian of each step of one sequence.

    Parameters
    ----------
    slopes : numpy.ndarray
        φ'(z_t) at each step and unit, shape (T, H): ``1 - states**2`` for tanh,
        ``states > 0`` for ReLU, ones for a linear network.
    W_hh : numpy.ndarray
        Recurrent weights, shape (H, H).

    Returns
    -------
    numpy.ndarray
        Shape (T, H, H): row i, column j of step t holds ∂h_{t,i}/∂h_{t-1,j}.

    Raises
    ------
    ValueError
        If a shape is not the one given above.
    """
    _, H = shape(slopes, "slopes", "T H")
    shape(W_hh, "W_hh", "H H2", H=H, H2=H)
    return slopes[:, :, None] * W_hh


def log_product_norms(jacobians: np.ndarray) -> np.ndarray:
    """Return the log of the spectral norm of ∂h_T/∂h_{T-k} for each lag k.

    Neither underflows nor overflows: the product is rescaled after every step.

    Parameters
    ----------
    jacobians : numpy.ndarray
        One for each step, the first step first, shape (T, H, H).

    Returns
    -------
    numpy.ndarray
        Shape (T + 1,), natural logarithms; lag 0 is the identity, hence 0. From
        where a product is exactly zero, ``-inf``.

    Raises
    ------
    ValueError
        If the shape is not the one given above.

    Notes
    -----
    Pascanu, Mikolov and Bengio, 2013, for what such products do to training.
    """
    _, H, _ = shape(jacobians, "jacobians", "T H H2")
    shape(jacobians, "jacobians", "T H H2", H2=H)
    product, logs = np.eye(H), [0.0]
    for J in jacobians[::-1]:
        product = product @ J  # ∂h_T/∂h_{T-k}, up to a factor
        norm = np.linalg.norm(product, 2)
        with np.errstate(divide="ignore"):
            logs.append(logs[-1] + np.log(norm))
        product = product / (norm or 1.0)
    return np.array(logs)


def lyapunov_exponents(jacobians: np.ndarray) -> np.ndarray:
    """Return the mean growth a step of each direction, the fastest first.

    A positive one means that small differences grow (explosion, chaos), a
    negative one that they fade. For a constant Jacobian they are the logs of
    its eigenvalues' moduli, as T grows.

    Parameters
    ----------
    jacobians : numpy.ndarray
        One for each step, the first step first, shape (T, H, H).

    Returns
    -------
    numpy.ndarray
        Shape (H,), natural logarithms a step.

    Raises
    ------
    ValueError
        If the shape is not the one given above, or there is no step.

    Notes
    -----
    By repeated QR decomposition: Benettin et al., 1980.
    """
    T, H, _ = shape(jacobians, "jacobians", "T H H2")
    shape(jacobians, "jacobians", "T H H2", H2=H)
    if T == 0:
        raise ValueError("jacobians has no step; expected at least one")
    Q, total = np.eye(H), np.zeros(H)
    for J in jacobians:
        Q, R = np.linalg.qr(J @ Q)
        with np.errstate(divide="ignore"):
            total += np.log(np.abs(np.diag(R)))
    return np.sort(total / T)[::-1]
