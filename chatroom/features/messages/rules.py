"""What a message may be."""

from typing import Final

import msgspec

from chatroom.core.errors import Problem
from chatroom.core.principal import Principal, Role
from chatroom.core.text import clean_text, escape_refused, without_refused
from chatroom.features.messages.types import (
    MessageReceived,
    MessageType,
    SendMessage,
    SendValue,
    SendVerbatim,
    StoredType,
)

CONTENT_LENGTH: Final = 8000
_TYPES: Final[dict[str, MessageType]] = {"text": "text", "image": "image", "video": "video", "link": "link"}


def clean_content(content: str) -> str:
    """Return content fit to store: as said, in NFC. Raises `Problem("bad_input")`."""
    return clean_text(content, field="content", length=CONTENT_LENGTH)


def stored_content(cmd: SendMessage) -> str:
    """Return the content of a send as it is stored. Raises `Problem("bad_input")`."""
    return cmd.content if isinstance(cmd, SendVerbatim) else clean_content(cmd.content)


def message_type(given: str) -> MessageType:
    """Return the type in lower case; an unknown one, and `system`, which is the server's, is a text (C36, K15)."""
    return _TYPES.get(given.lower(), "text")


def original_type(given: str) -> str | None:
    """Return what a client called a type that is none, as it was written; None for one of ours (C36)."""
    return None if given.lower() in _TYPES else given


def stored_type(cmd: SendMessage) -> StoredType:
    """Return the type under which a message is stored."""
    return "json" if isinstance(cmd, SendValue) else message_type(cmd.message_type)


def from_value(room_id: str, value: bytes) -> SendMessage:
    """Return what saying a JSON value means: it will come back as it went, numbers as they were written.

    A text is stored as it is. The empty one, and one with control characters or overrides of direction, which no text
    of a room may hold, are stored as JSON like objects are, with escapes for those. Raises `Problem("bad_input")` for
    what is too long or shows nothing.
    """
    try:
        plain = msgspec.json.decode(value)
    except msgspec.DecodeError:
        raise Problem("bad_input", "The message is not valid JSON.") from None
    compact = escape_refused(msgspec.json.format(value, indent=-1).decode())
    if plain and isinstance(plain, str):
        shown = without_refused(plain)
        clean_content(shown)
        if len(shown) == len(plain):
            return SendVerbatim(room_id=room_id, content=plain)
    long = plain if isinstance(plain, str) else compact
    if len(long) > CONTENT_LENGTH:
        raise Problem("bad_input", f"A message has at most {CONTENT_LENGTH} characters.")
    return SendValue(room_id=room_id, content=compact)


def must_speak_plainly(who: Principal, cmd: SendMessage) -> None:
    """Check that a guest sends a text. Raises `Problem("forbidden")`."""
    if who.role is Role.GUEST and message_type(cmd.message_type) != "text":
        raise Problem("forbidden", "Guests send text only.")


def must_repeat(first: MessageReceived, cmd: SendMessage) -> None:
    """Check that a retry says what was said first. Raises `Problem("message_conflict")` (promise P2)."""
    kind = (message_type(cmd.message_type), original_type(cmd.message_type) or msgspec.UNSET)
    if first.content != stored_content(cmd) or (first.message_type, first.original_type) != kind:
        raise Problem("message_conflict")
