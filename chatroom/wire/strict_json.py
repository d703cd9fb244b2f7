"""Bounds on JSON from strangers, checked before anything decodes it."""

import re

from chatroom.wire.errors import ProtocolError

# Everything but opening brackets and digits: what is left of a usual message is shorter than either bound.
_HARMLESS = bytes(set(range(256)) - set(b"[{0123456789"))
_DIGITS = b"0123456789"
# A string that does not end goes to the end: else each of its escaped quotes would be tried as a beginning, and 20 kB
# of them took 2 s.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def check_json(data: bytes, depth: int, digits: int) -> None:
    """Raise ProtocolError when `data` nests deeper than `depth` or holds an integer of more than `digits`."""
    rest = data.translate(None, _HARMLESS)
    if len(rest) <= depth and len(rest) <= digits:
        return
    if len(rest.translate(None, _DIGITS)) > depth and _depth(data) > depth:
        raise ProtocolError("JSON too deep")
    if len(rest) > digits and re.search(rb"[0-9]{%d}" % (digits + 1), _STRING.sub(b"", data)):
        raise ProtocolError("integer too long")


def _depth(data: bytes) -> int:
    deepest = depth = 0
    for byte in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest
