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
_ONE_KIND = bytes.maketrans(b"{}", b"[]")


def check_json(data: bytes, depth: int, digits: int) -> None:
    """Raise ProtocolError when `data` nests deeper than `depth` or holds an integer of more than `digits`."""
    rest = data.translate(None, _HARMLESS)
    if len(rest) <= depth and len(rest) <= digits:
        return
    if len(rest.translate(None, _DIGITS)) > depth and _is_deep(data, depth):
        raise ProtocolError("JSON too deep")
    if len(rest) > digits and re.search(rb"[0-9]{%d}" % (digits + 1), _STRING.sub(b"", data)):
        raise ProtocolError("integer too long")


def _is_deep(data: bytes, depth: int) -> bool:
    """Take the innermost pairs away, one level at a time: 20 000 brackets one by one held the loop for 10 ms."""
    rest = _STRING.sub(b"", data).translate(_ONE_KIND, _NOT_BRACKETS)
    if b"[" * (depth + 1) in rest:
        return True
    for _ in range(depth):
        left = rest.replace(b"[]", b"")
        if left == rest:  # empty, or no JSON, which is deep when it opens more than it may
            return len(rest) > depth
        rest = left
    return bool(rest)
