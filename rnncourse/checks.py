"""Errors that name the argument, what it was and what was expected."""

from typing import Any

_AXES = {
    "B": "batch",
    "T": "time steps",
    "D": "input size",
    "H": "hidden size",
    "K": "classes",
    "L": "layers",
}


def shape(array: Any, name: str, axes: str, **known: int) -> tuple[int, ...]:
    """Return the sizes of ``array``, whose axes are called ``axes``.

    One line at the top of a function both documents and checks a shape::

        B, T, D = shape(x, "x", "B T D", D=W_xh.shape[1])

    Parameters
    ----------
    array : numpy.ndarray or torch.Tensor
        The argument to check.
    name : str
        The argument's name, for the message.
    axes : str
        A letter for each axis, separated by spaces: ``"B T D"``.
    **known : int
        Axes whose size is already known, ``D=64``.

    Returns
    -------
    tuple of int
        The size of each axis.

    Raises
    ------
    TypeError
        If ``array`` has no shape.
    ValueError
        If the number of axes or a known size differs.
    """
    if not hasattr(array, "shape"):
        raise TypeError(
            f"{name} is {array!r} of type {type(array).__name__}; expected a NumPy array "
            f"or a torch tensor of shape ({', '.join(axes.split())})"
        )
    letters = axes.split()
    sizes = tuple(int(n) for n in array.shape)
    expected = ", ".join(f"{a}={known[a]}" if a in known else a for a in letters)
    if len(sizes) != len(letters):
        words = ", ".join(f"{a} {_AXES[a]}" for a in letters if a in _AXES)
        raise ValueError(
            f"{name} has shape {sizes}, {len(sizes)} axes; "
            f"expected {len(letters)}: ({expected})" + (f", with {words}" if words else "")
        )
    for letter, size in zip(letters, sizes, strict=True):
        if letter in known and size != known[letter]:
            raise ValueError(
                f"{name} has shape {sizes}; expected ({expected}), but {letter} is {size}"
            )
    return sizes


def positive(value: Any, name: str, *, at_least: int = 1) -> int:
    """Return ``value`` as an int, or say which argument is not an integer ≥ ``at_least``.

    Raises
    ------
    ValueError
        If ``value`` is not a whole number or is too small.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < at_least:
        raise ValueError(f"{name} is {value!r}; expected an integer of at least {at_least}")
    return int(value)


def choice(value: Any, name: str, options: tuple[Any, ...]) -> Any:
    """Return ``value`` if it is one of ``options``, else say what the options are.

    Raises
    ------
    ValueError
        If ``value`` is none of ``options``.
    """
    if value not in options:
        raise ValueError(f"{name} is {value!r}; expected one of {', '.join(map(repr, options))}")
    return value
