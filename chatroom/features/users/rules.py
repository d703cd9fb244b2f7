"""What a handle may be."""

import re
import unicodedata

from chatroom.core.errors import Problem

NAME_LENGTH = 64
_HANDLE_LENGTH = 24
_NOT_HANDLE = re.compile(r"[^a-z0-9_]+")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]{1,22}[a-z0-9]")


def handle_from(name: str) -> str:
    """Return the start of a handle for a display name: ASCII letters and digits, `member` when none are left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_HANDLE.sub("-", plain).strip("-")[:_HANDLE_LENGTH].strip("-") or "member"


def clean_handle(handle: str) -> str:
    """Return a handle that a person chose. Raises `Problem("bad_input")`."""
    if not _HANDLE.fullmatch(handle):
        raise Problem(
            "bad_input",
            "A username has 3 to 24 letters a-z, digits, _ or -, a letter or digit first and last.",
            errors={"username": ["form"]},
        )
    return handle
