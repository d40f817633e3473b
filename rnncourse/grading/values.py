"""Values as they travel: trees of tagged lists, ``["int", "3"]``, and arrays.

Arrays lie in a blob as ``.npy``. Nothing is ever unpickled, sizes are checked
before memory is taken, and types are exact: a subclass of float that equals
everything arrives as its name.
"""

import io
import math
import sys
from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

MAX_MESSAGE = 32 * 2**20  # bytes, header and blob together
_MAX_DEPTH, _MAX_NODES, _MAX_TEXT, _MAX_DIGITS = 8, 20_000, 65_536, 300
_KINDS = "biufcU"  # booleans, numbers, text; no objects, no records


class ProtocolError(ValueError):
    """The other side sent something that is no message, or too much of it."""


@dataclass(frozen=True, eq=False)
class TorchArray:
    """A torch tensor as it travels: its numbers, without importing torch."""

    array: Any


@dataclass(frozen=True)
class Foreign:
    """A value of a type that does not travel; only the type's name does."""

    type_name: str


def encode(value: Any) -> tuple[list, bytes]:
    """Turn a value into a tree and the blob of its arrays.

    Travelling types: None, bool, int, float, complex, str, list, tuple, dict
    (those of ``collections`` too), NumPy arrays and scalars, torch tensors.
    A fraction travels as the nearest float. Subclasses do not.
    """
    blob = io.BytesIO()
    return _encode(value, blob, _Budget()), blob.getvalue()


class _Budget:
    """Counts nodes, so that neither a deep nor a wide value can exhaust us."""

    nodes = 0

    def take(self, depth: int) -> None:
        self.nodes += 1
        if depth > _MAX_DEPTH or self.nodes > _MAX_NODES:
            raise ProtocolError(
                f"value has more than {_MAX_NODES} items, or is nested over {_MAX_DEPTH} deep"
            )


def _encode(value: Any, blob: io.BytesIO, budget: _Budget, depth: int = 0) -> list:
    import numpy as np

    budget.take(depth)
    kind = type(value)
    if value is None:
        return ["none"]
    if kind is bool:
        return ["bool", value]
    if kind is int and value.bit_length() < 3 * _MAX_DIGITS:
        return ["int", str(value)]
    if kind is float:
        return ["float", value.hex()]
    if kind is Fraction and abs(value) < sys.float_info.max:
        return ["float", float(value).hex()]
    if kind is complex:
        return ["complex", value.real.hex(), value.imag.hex()]
    if kind is str and len(value) <= _MAX_TEXT:
        return ["str", value]
    if kind is list or kind is tuple:
        return [kind.__name__, [_encode(v, blob, budget, depth + 1) for v in value]]
    if kind in (dict, Counter, defaultdict, OrderedDict):
        items = [(_encode(k, blob, budget, depth + 1), v) for k, v in value.items()]
        return ["dict", [[k, _encode(v, blob, budget, depth + 1)] for k, v in items]]
    if kind is TorchArray:
        return ["torch", *_encode_array(value.array, blob)]
    torch = sys.modules.get("torch")
    if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
        try:
            return ["torch", *_encode_array(value.detach().numpy(), blob)]
        except (TypeError, RuntimeError):  # a type that NumPy lacks, or a sparse tensor
            return ["other", f"torch tensor of {str(value.dtype)[:40]}"]
    if (kind is np.ndarray or isinstance(value, np.generic)) and value.dtype.kind in _KINDS:
        tag = "array" if kind is np.ndarray else "scalar"
        return [tag, *_encode_array(np.asarray(value), blob)]
    return ["other", str(kind.__name__)[:80]]


def _encode_array(array: Any, blob: io.BytesIO) -> tuple[int, int]:
    import numpy as np

    start = blob.tell()
    if array.nbytes > MAX_MESSAGE:
        raise ProtocolError(f"array of {array.nbytes} bytes; at most {MAX_MESSAGE}")
    np.lib.format.write_array(blob, array, allow_pickle=False)
    return start, blob.tell() - start


def decode(tree: Any, blob: bytes, *, live: bool = False) -> Any:
    """Turn a tree and its blob back into a value.

    Parameters
    ----------
    tree, blob
        What :func:`encode` gave, or what a hostile program made up.
    live : bool
        Whether tensors become torch tensors; otherwise they stay `TorchArray`.

    Raises
    ------
    ProtocolError
        If tree or blob is anything that :func:`encode` cannot give.
    """
    try:
        return _decode(tree, blob, live, _Budget(), 0)
    except ProtocolError:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise ProtocolError(f"malformed value: {error!s:.100}") from error


def _decode(tree: Any, blob: bytes, live: bool, budget: _Budget, depth: int) -> Any:
    budget.take(depth)
    if type(tree) is not list or not tree or type(tree[0]) is not str:
        raise ProtocolError("malformed value")
    tag, *rest = tree
    if tag == "none" and not rest:
        return None
    if tag in ("array", "scalar", "torch"):
        start, size = rest
        array = _decode_array(start, size, blob)
        if tag == "scalar":
            return array[()]
        if tag == "torch":
            return _tensor(array) if live else TorchArray(array)
        return array
    if tag == "complex":
        real, imag = (_float(part) for part in rest)
        return complex(real, imag)
    (item,) = rest
    if tag == "bool" and type(item) is bool:
        return item
    if tag == "int" and type(item) is str and len(item) <= _MAX_DIGITS + 1:
        return int(item)
    if tag == "float":
        return _float(item)
    if tag == "str" and type(item) is str and len(item) <= _MAX_TEXT:
        return item
    if tag in ("list", "tuple") and type(item) is list:
        values = [_decode(v, blob, live, budget, depth + 1) for v in item]
        return values if tag == "list" else tuple(values)
    if tag == "dict" and type(item) is list:
        both = [[_decode(part, blob, live, budget, depth + 1) for part in pair] for pair in item]
        return dict(both)
    if tag == "other" and type(item) is str:
        return Foreign(item[:80])
    raise ProtocolError("malformed value")


def _float(text: Any) -> float:
    if type(text) is not str or len(text) > 64:
        raise ProtocolError("malformed float")
    return float.fromhex(text)


def _decode_array(start: Any, size: Any, blob: bytes) -> Any:
    import numpy as np

    if (
        type(start) is not int
        or type(size) is not int
        or not 0 <= start <= start + size <= len(blob)
    ):
        raise ProtocolError("array outside the message")
    stream = io.BytesIO(blob[start : start + size])
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ProtocolError("array of an unknown version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    # The header's word is not trusted: the bytes must be there before an array is made.
    data = blob[start + stream.tell() : start + size]
    if dtype.kind not in _KINDS or dtype.itemsize == 0 or any(n < 0 for n in shape):
        raise ProtocolError(f"array of type {dtype!s:.40}")
    if len(shape) > 32 or math.prod(shape) * dtype.itemsize != len(data):
        raise ProtocolError("array whose size is not its shape's")
    array = np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran else "C")
    return array.copy()


def _tensor(array: Any) -> Any:
    import torch

    return torch.from_numpy(array)
