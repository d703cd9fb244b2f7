"""What a handle may be."""

import re
import unicodedata

NAME_LENGTH = 64
_HANDLE_LENGTH = 24
_NOT_HANDLE = re.compile(r"[^a-z0-9]+")


def handle_from(name: str) -> str:
    """Return the start of a handle for a display name: ASCII letters and digits, `member` when none are left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_HANDLE.sub("-", plain).strip("-")[:_HANDLE_LENGTH].strip("-") or "member"
