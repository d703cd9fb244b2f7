"""Pages: an opaque cursor over the one thing that orders a list (a `seq`, or an id that only ever grows)."""

import base64
import binascii
from typing import Annotated

import msgspec

from chatroom.core import ids
from chatroom.core.errors import Problem

_DIGITS = 15

Cursor = Annotated[str, msgspec.Meta(max_length=128, description="Opaque; URL-safe characters only.")]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]


def encode(direction: str, key: int | str) -> str:
    """Write a cursor: `direction` is one letter, `key` the last one seen."""
    return base64.urlsafe_b64encode(f"{direction}{key}".encode()).decode().rstrip("=")


def decode(cursor: str, directions: str) -> tuple[str, str]:
    """Read a cursor back as (direction, key). Raises `Problem("bad_cursor")`."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (binascii.Error, ValueError):
        raise Problem("bad_cursor") from None
    if not text or text[0] not in directions:
        raise Problem("bad_cursor")
    return text[0], text[1:]


def decode_seq(cursor: str, directions: str) -> tuple[str, int]:
    """Read a cursor whose key is a `seq`. Raises `Problem("bad_cursor")`."""
    direction, key = decode(cursor, directions)
    if not (key.isascii() and key.isdigit() and len(key) <= _DIGITS):
        raise Problem("bad_cursor")
    return direction, int(key)


def decode_id(cursor: str, directions: str) -> tuple[str, str]:
    """Read a cursor whose key is an id: PostgreSQL takes no other. Raises `Problem("bad_cursor")`."""
    direction, key = decode(cursor, directions)
    if not ids.is_id(key):
        raise Problem("bad_cursor")
    return direction, key
