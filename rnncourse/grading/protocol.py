"""Messages between the grader and the sandbox.

A message is a JSON header and a blob, both with a stated length. Values in it
are made by ``values``.
"""

import json
import socket
import struct
import time

from rnncourse.grading.values import MAX_MESSAGE, ProtocolError

_MAX_HEADER = 4 * 2**20
START, STOP = b"start", b"stop!"  # of a session; a descriptor comes with the first
_FRAME = struct.Struct(">II")


def send(sock: socket.socket, header: dict, blob: bytes = b"") -> None:
    """Send one message."""
    text = json.dumps(header, allow_nan=False).encode()
    if len(text) > _MAX_HEADER or len(text) + len(blob) > MAX_MESSAGE:
        raise ProtocolError(f"message of {len(text) + len(blob)} bytes; at most {MAX_MESSAGE}")
    sock.sendall(_FRAME.pack(len(text), len(blob)) + text + blob)


def receive(sock: socket.socket, seconds: float | None = None) -> tuple[dict, bytes]:
    """Receive one message within ``seconds``.

    Raises
    ------
    ProtocolError
        If it is too long or is not a JSON object.
    TimeoutError
        If it is not complete in time, however slowly it trickles in.
    EOFError
        If the other side is gone.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    header_size, blob_size = _FRAME.unpack(_exactly(sock, _FRAME.size, deadline))
    if header_size > _MAX_HEADER or header_size + blob_size > MAX_MESSAGE:
        raise ProtocolError(f"reply of {header_size + blob_size} bytes; at most {MAX_MESSAGE}")
    text, blob = (_exactly(sock, header_size, deadline), _exactly(sock, blob_size, deadline))
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("reply is not JSON") from error
    if type(header) is not dict:
        raise ProtocolError("reply is not a JSON object")
    return header, blob


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        try:
            part = sock.recv(min(size - len(parts), 2**20))
        except ConnectionError as error:
            raise EOFError from error
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
