"""What a name and a handle may be."""

import re
import unicodedata

from anyascii import anyascii

from chatroom.core.errors import Problem
from chatroom.core.text import clean_line
from chatroom.features.users.reserved import is_reserved

NAME_LENGTH = 64
_NEUTRAL = "Member"
_HANDLE_LENGTH = 24
_NOT_HANDLE = re.compile(r"[^a-z0-9_]+")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]{1,22}[a-z0-9]")


def handle_from(name: str) -> str:
    """Return the start of a handle for a display name: its letters in ASCII, of any script, and digits.

    `member` when none are left, or when that would be a handle that is kept for whoever runs the server.
    """
    plain = anyascii(unicodedata.normalize("NFC", name)).lower()
    handle = _NOT_HANDLE.sub("-", plain).strip("-_")[:_HANDLE_LENGTH].strip("-_")
    return handle if handle and not is_reserved(handle) else _NEUTRAL.lower()


def clean_name(name: str, *, free: bool = False) -> str:
    """Return a display name as it is stored. Raises `Problem("bad_input")`, also for a reserved one unless `free`."""
    name = clean_line(name, field="name", length=NAME_LENGTH)
    if not free and is_reserved(name):
        raise Problem(
            "bad_input", "This name is kept for whoever runs the server.", errors={"name": ["reserved"]}
        )
    return name


def derived_name(name: str) -> str:
    """Return a name that nobody typed, such as the first part of an address: a neutral one where it is reserved."""
    return _NEUTRAL if is_reserved(name) else name


def clean_handle(handle: str, *, free: bool = False) -> str:
    """Return a handle that a person chose. Raises `Problem("bad_input")`, also for a reserved one unless `free`."""
    if not _HANDLE.fullmatch(handle):
        raise Problem(
            "bad_input",
            "A username has 3 to 24 letters a-z, digits, _ or -, a letter or digit first and last.",
            errors={"username": ["form"]},
        )
    if not free and is_reserved(handle):
        raise Problem(
            "bad_input",
            "This username is kept for whoever runs the server.",
            errors={"username": ["reserved"]},
        )
    return handle
