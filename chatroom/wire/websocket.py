"""RFC 6455, the receiving half of a server: bytes in, whole messages out."""

import base64
import binascii
import hashlib
import re

from chatroom.wire.errors import ProtocolError

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without its compiled part
    from websockets.utils import apply_mask

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
PROTOCOL_ERROR, BAD_TEXT, POLICY, TOO_BIG = 1002, 1007, 1008, 1009

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_SIZE = 16
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}", re.ASCII)
_SHORT, _MEDIUM, _LONG = 125, 126, 127  # what the seven length bits say


def accept_key(key: bytes) -> bytes | None:
    """Return the Sec-WebSocket-Accept of `key`, or None when it is not base64 of 16 bytes (4.2.1)."""
    try:
        if len(base64.b64decode(key, validate=True)) != _KEY_SIZE:
            return None
    except binascii.Error:
        return None
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def choose_protocol(header: str) -> str | None:
    """Return the first of the sub-protocols that a client offers, or `""` when it offers none.

    They say nothing to us, but a browser closes a connection that answers none of those it offered. None for a list
    that is not one of different tokens (RFC 6455, 4.1).
    """
    if not header:
        return ""
    offered = [offer.strip() for offer in header.split(",")]
    well = all(map(_TOKEN.fullmatch, offered)) and len(set(offered)) == len(offered)
    return offered[0] if well else None


class Reader:
    """Turns the bytes of one client into messages: `feed`, then `read` until it returns an empty list.

    A message is `(opcode, payload)`: TEXT and BINARY are assembled and checked, CLOSE, PING and PONG come as
    they stand between fragments. Any violation raises ProtocolError with the close code to answer.
    """

    __slots__ = (
        "_at",
        "_count",
        "_data",
        "_max_fragments",
        "_max_size",
        "_need",
        "_opcode",
        "_parts",
        "_rest",
        "_size",
    )

    def __init__(self, max_size: int, max_fragments: int = 1024) -> None:
        """Bound a frame and an assembled message to `max_size` bytes, a message to `max_fragments` frames."""
        self._max_size = max_size
        self._max_fragments = max_fragments
        self._data = b""
        self._at = 0
        self._rest: bytearray | None = None  # an incomplete frame: grows without copying what is there
        self._need = 0  # bytes of `_rest` below which parsing again is useless
        self._parts: list[bytes] | None = None
        self._opcode = 0
        self._size = 0
        self._count = 0

    @property
    def buffered(self) -> int:
        """Bytes received and not yet returned by `read`."""
        return len(self._data) - self._at + (len(self._rest) if self._rest else 0)

    def single(self, data: bytes) -> bytes | None:
        """Return the payload when `data` is exactly one whole ASCII text message and nothing else waits.

        This is what a read brings almost always; for anything else, None: `feed` and `read` then decide.
        """
        size = len(data)
        if size < 7 or data[0] != 0x81 or self._rest is not None or self._parts is not None:  # noqa: PLR2004
            return None
        length = data[1] - 0x80
        if length == _MEDIUM:
            length = data[2] << 8 | data[3]
            if length < _MEDIUM:
                return None
            start = 8
        else:
            start = 6
        if size != start + length or length > self._max_size or self._at < len(self._data):
            return None
        payload = apply_mask(data[start:], data[start - 4 : start])
        return payload if payload.isascii() else None

    def feed(self, data: bytes) -> None:
        """Take bytes from the network."""
        if self._at < len(self._data):
            self._data = self._data[self._at :] + data
        elif self._rest is None:
            self._data = data
        else:
            self._rest += data
            if len(self._rest) < self._need:
                return
            self._data = bytes(self._rest)
            self._rest = None
        self._at = 0

    def read(self, limit: int = 64) -> list[tuple[int, bytes]]:  # size: one loop, no call per frame
        """Return up to `limit` complete messages; an empty list means that more bytes are needed."""
        if self._rest is not None:
            return []
        data, at, end = self._data, self._at, len(self._data)
        messages: list[tuple[int, bytes]] = []
        while len(messages) < limit:
            need = 2
            if end - at < need:
                self._keep(data, at, need)
                return messages
            first, second = data[at], data[at + 1]
            if second < 0x80:  # noqa: PLR2004 - the mask bit
                raise ProtocolError("frame without mask")
            length = second & 0x7F
            start = at + 6
            if length > _SHORT:
                start += 2 if length == _MEDIUM else 8
                if end < start - 4:
                    self._check(first, length)
                    self._keep(data, at, start - at - 4)
                    return messages
                form = length
                length = int.from_bytes(data[at + 2 : start - 4], "big")
                if first & 0x08 or length < (126 if form == _MEDIUM else 65536):
                    raise ProtocolError("length not in its shortest form, or a long control frame")
            if length > self._max_size:
                raise ProtocolError("frame too big", TOO_BIG)
            stop = start + length
            if end < stop:
                self._check(first, length)
                self._keep(data, at, stop - at)
                return messages
            payload = apply_mask(data[start:stop], data[start - 4 : start])
            at = stop
            self._at = at
            if self._parts is None and first in (0x81, 0x82):
                if first == 0x81:  # noqa: PLR2004 - a whole text message
                    _check_text(payload)
                messages.append((first & 0x0F, payload))
                continue
            message = self._frame(first, payload)
            if message is not None:
                messages.append(message)
        return messages

    def _keep(self, data: bytes, at: int, need: int) -> None:
        """Remember an incomplete frame until `need` bytes of it are there."""
        self._data = b""
        self._at = 0
        self._need = need
        self._rest = bytearray(data[at:]) if at < len(data) else None

    def _check(self, first: int, length: int) -> None:
        """Refuse a frame by its first bytes, before its payload is waited for."""
        opcode = first & 0x0F
        if first & 0x70:
            raise ProtocolError("reserved bit set")
        if opcode in (CLOSE, PING, PONG):
            if not first & 0x80 or length > _SHORT:
                raise ProtocolError("control frame fragmented or too long")
        elif opcode > BINARY:
            raise ProtocolError("unknown opcode")
        elif (opcode == CONTINUATION) != (self._parts is not None):
            raise ProtocolError("fragments out of order")
        elif self._parts is not None and self._size + min(length, _SHORT) > self._max_size:
            raise ProtocolError("message too big", TOO_BIG)

    def _frame(self, first: int, payload: bytes) -> tuple[int, bytes] | None:
        """Handle what is not a whole data message: control frames and fragments."""
        self._check(first, len(payload))
        opcode = first & 0x0F
        if opcode >= CLOSE:
            if opcode == CLOSE:
                _check_close(payload)
            return opcode, payload
        if self._parts is None:
            self._parts, self._opcode, self._size, self._count = [], opcode, 0, 0
        self._size += len(payload)
        self._count += 1
        if self._size > self._max_size:
            raise ProtocolError("message too big", TOO_BIG)
        if self._count > self._max_fragments:
            raise ProtocolError("too many fragments", POLICY)
        self._parts.append(payload)
        if not first & 0x80:
            return None
        whole = b"".join(self._parts)
        self._parts = None
        if self._opcode == TEXT:
            _check_text(whole)
        return self._opcode, whole


def _check_text(payload: bytes) -> None:
    if not payload.isascii():
        try:
            payload.decode()
        except UnicodeDecodeError:
            raise ProtocolError("text is not UTF-8", BAD_TEXT) from None


def _check_close(payload: bytes) -> None:
    """Check the body of a close frame (5.5.1, 7.4): nothing, or a code that may travel and a UTF-8 reason."""
    if not payload:
        return
    code = int.from_bytes(payload[:2], "big")
    known = 1000 <= code <= 1014 and code not in (1004, 1005, 1006)  # noqa: PLR2004
    if len(payload) == 1 or not (known or 3000 <= code <= 4999):  # noqa: PLR2004
        raise ProtocolError("bad close code")
    _check_text(payload[2:])
