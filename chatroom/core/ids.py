"""Identifiers and secrets. An id names a thing; order and cursors are `seq`, never an id."""

import re
import secrets
from typing import Annotated, Final

import msgspec
from uuid_utils import uuid7

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_IS_UUID = re.compile(_UUID)
_VERSION: Final = 14  # the place of its digit

# The length too: `$` alone lets a newline follow, which PostgreSQL answers with a fault.
Id = Annotated[
    str,
    msgspec.Meta(
        pattern=_UUID,
        max_length=36,
        description="A UUID, in any case; answers have it in lower case.",
        extra_json_schema={"pattern": _UUID.replace("a-f", "a-fA-F")},
    ),
]

NIL: Final = "00000000-0000-0000-0000-000000000000"
"""The id of nothing, before all others (RFC 9562, 5.9)."""


def new() -> str:
    """Return a fresh UUIDv7 (RFC 9562) in canonical text form: unguessable enough to name, never to authorise."""
    return str(uuid7())


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _IS_UUID.fullmatch(text) is not None


def canonical(text: str) -> str:
    """Return a UUID in lower case (RFC 9562, 4: input is case insensitive), every other text as it is."""
    lower = text.lower()
    return lower if is_id(lower) else text


def is_ours(text: str) -> bool:
    """Whether a text has the form of the ids that `new` makes: a UUID of version 7."""
    return is_id(text) and text[_VERSION] == "7"


def token(size: int = 32) -> str:
    """Return `size` random bytes as URL-safe text without padding; 32 bytes are 43 characters."""
    return secrets.token_urlsafe(size)
