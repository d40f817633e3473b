"""What travels between grader and sandbox, and what is refused."""

import contextlib
import io
import socket
import threading
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnncourse.grading import protocol
from rnncourse.grading.compare import difference
from rnncourse.grading.values import Foreign, ProtocolError, TorchArray, decode, encode

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["array", "torch", "scalar", "int", "float", "list", "dict", "other"]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(plain)
def test_plain_values_come_back(value):
    back = decode(*encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int64", "uint8", "bool", "complex128", "<U3"]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_arrays_come_back(dtype, shape):
    array = np.zeros(shape, dtype=dtype)
    back = decode(*encode([array, array.copy(order="F")]))
    assert all(b.dtype == array.dtype and b.shape == shape for b in back)


def test_tensors_come_back_as_tensors_where_they_are_wanted():
    tensor = torch.arange(6.0).reshape(2, 3)
    assert isinstance(decode(*encode(tensor)), TorchArray)
    assert torch.equal(decode(*encode(tensor), live=True), tensor)


class Sly(float):
    def __eq__(self, other):
        return True

    __hash__ = None


def test_a_fraction_arrives_as_a_number():
    assert decode(*encode(Fraction(1, 3))) == 1 / 3
    assert isinstance(decode(*encode(Fraction(10**400))), Foreign)


@pytest.mark.parametrize("value", [Sly(1), object(), {1}, b"x", lambda: 0, 10**400,
                                   np.array([object()]), np.ma.masked_array([1])])  # fmt: skip
def test_other_types_travel_as_a_name(value):
    assert isinstance(decode(*encode(value)), Foreign)


@given(trees, st.binary(max_size=200))
def test_nonsense_is_refused_or_harmless(tree, blob):
    with contextlib.suppress(ProtocolError):
        decode(tree, blob)


def _npy(header):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue()


@pytest.mark.parametrize("shape", [(1 << 40,), (1 << 62, 1 << 62), (-1,), (0, -5)])
@pytest.mark.parametrize("kind", ["<f8", "|O", "|V8", "|S0"])
def test_an_array_must_have_the_bytes_it_claims(shape, kind):
    blob = _npy({"descr": kind, "fortran_order": False, "shape": shape})
    with pytest.raises(ProtocolError):
        decode(["array", 0, len(blob)], blob)


def test_a_pickle_is_never_loaded(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (tmp_path / "loaded").touch, ()

    stream = io.BytesIO()
    np.save(stream, np.array([Bomb()], dtype=object), allow_pickle=True)
    with pytest.raises(ProtocolError):
        decode(["array", 0, len(stream.getvalue())], stream.getvalue())
    assert not (tmp_path / "loaded").exists()


@pytest.mark.parametrize(
    "tree", [["int", "9" * 5000], ["float", "0x1p" + "9" * 90], ["str", "x" * 10**6]]
)
def test_sizes_are_bounded(tree):
    with pytest.raises(ProtocolError):
        decode(tree, b"")


def _say(data, close=True):
    ours, theirs = socket.socketpair()

    def talk():
        theirs.sendall(data)
        if close:
            theirs.close()

    threading.Thread(target=talk).start()
    return ours, theirs


@pytest.mark.parametrize("data", [b"\xff" * 8, b"\x00\x00\x00\x02\x00\x00\x00\x00[]",
                                  b"\x00\x00\x00\x02\x00\x00\x00\x00{{"])  # fmt: skip
def test_what_is_no_message_is_refused(data):
    ours, _ = _say(data)
    with ours, pytest.raises(ProtocolError):
        protocol.receive(ours, 5)


def test_half_a_message_times_out_or_ends():
    ours, theirs = _say(b"\x00\x00\x00\x05\x00\x00\x00\x00{", close=False)
    with ours, theirs, pytest.raises(TimeoutError):
        protocol.receive(ours, 0.2)
    ours, _ = _say(b"\x00\x00\x00\x05\x00\x00\x00\x00{")
    with ours, pytest.raises(EOFError):
        protocol.receive(ours, 5)


@pytest.mark.parametrize(("expected", "got", "words"), [
    (1.0, 1.0 + 1e-12, None),
    (1.0, np.float32(1), None),
    (1.0, 2.0, "^the result is not the right number$"),
    (3, 3.0, None),
    (1.0, np.ones(1), "a NumPy array; expected a number"),
    (1.0, float("nan"), "NaN"),
    (1.0, True, "a bool"),
    (True, 1, "an int; expected a bool"),
    (True, np.True_, None),
    (np.ones(3), [1.0, 1.0, 1.0], "a list; expected a NumPy array"),
    (np.ones(3), TorchArray(np.ones(3)), "a torch tensor"),
    (np.ones((2, 3)), np.ones((3, 2)), r"shape \(3, 2\); expected \(2, 3\)"),
    (np.ones(3), np.array([1, 1, 2.0]), "1 of 3 values"),
    (np.arange(3), np.array([0, 1, 2.0]), None),
    (np.array([np.nan]), np.array([np.nan]), None),
    ((1, 2), [1, 2], None),
    ([1, 2], [1], "1 items; expected 2"),
    ({"a": 1}, {"b": 1}, "has not the right keys: 1 of them, expected 1"),
    ("no", "yes", "not the right one"),
    (1.0, None, "is a `return` missing"),
    (1.0, 1j, "complex"),
])  # fmt: skip
def test_differences_are_named(expected, got, words):
    found = difference(expected, got, 1e-6, 1e-8)
    if words is None:
        assert found is None
    else:
        import re

        assert found is not None
        assert re.search(words, found)
