"""Encoded output: one Frame is built per broadcast and shared by every receiver.

A server-to-client WebSocket frame is not masked (RFC 6455, 5.1), so its bytes are the same for everybody.
"""

import base64
import struct
from functools import lru_cache

import msgspec

TEXT = 0x81
BINARY = 0x82
CLOSE = 0x88
PING = 0x89
PONG = 0x8A

_medium = struct.Struct(">BBH").pack


def websocket_frame(first: int, payload: bytes) -> bytes:
    """Return one unmasked, final RFC 6455 frame; `first` is its first byte (FIN and opcode)."""
    size = len(payload)
    if size < 126:  # noqa: PLR2004 - the three length forms of RFC 6455, 5.2
        return bytes((first, size)) + payload
    if size < 65536:  # noqa: PLR2004
        return _medium(first, 126, size) + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """Return a close frame with `code` and a reason of at most 123 bytes."""
    return websocket_frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[:123])


class Frame:
    """One Engine.IO packet, encoded for both transports.

    `ws` is the complete WebSocket frame, `packet` the packet as it stands in a polling payload, `size` the
    length of `ws` in bytes. An `ephemeral` frame may be dropped when its receiver is behind.
    """

    __slots__ = ("ephemeral", "packet", "size", "ws")

    def __init__(self, packet: bytes, *, ephemeral: bool = False) -> None:
        """Encode a text packet, for example `b'42["hello"]'`."""
        self.packet = packet
        self.ws = websocket_frame(TEXT, packet)
        self.size = len(self.ws)
        self.ephemeral = ephemeral


class Joined(Frame):
    """Several frames as one, for a WebSocket only."""

    __slots__ = ()

    def __init__(self, ws: bytes) -> None:
        """Hold encoded frames."""
        self.packet = b""
        self.ws = ws
        self.size = len(ws)
        self.ephemeral = False


class Attachment(Frame):
    """A binary message: base64 with a leading `b` in polling payloads, a binary frame on a WebSocket."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        """Encode `data` for both transports."""
        self.data = data
        self.packet = b"b" + base64.b64encode(data)
        self.ws = websocket_frame(BINARY, data)
        self.size = len(self.ws)
        self.ephemeral = False


def event_frame(name: str, args: bytes, *, namespace: str = "/", ephemeral: bool = False) -> Frame:
    """Return the frame of an EVENT; `args` is the JSON of its arguments without brackets (`b""` = none)."""
    head = _event_head(name, namespace)
    return Frame(b"".join((head, b",", args, b"]")) if args else head + b"]", ephemeral=ephemeral)


@lru_cache(256)
def _event_head(name: str, namespace: str) -> bytes:
    """The start of an event; names and namespaces are those of the application, hence few."""
    return (b"42[%b" if namespace == "/" else b"42%b,[%%b" % namespace.encode()) % msgspec.json.encode(name)


def ack_frame(ack_id: int, args: bytes, *, namespace: str = "/") -> Frame:
    """Return the frame of an ACK; `args` is the JSON of its arguments without brackets."""
    head = f"43{ack_id}[" if namespace == "/" else f"43{namespace},{ack_id}["
    return Frame(b"".join((head.encode(), args, b"]")))
