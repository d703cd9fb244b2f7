"""What a message may be."""

from typing import Any, Final

import msgspec

from chatroom.core.errors import Problem
from chatroom.core.principal import Principal, Role
from chatroom.core.text import clean_text
from chatroom.features.messages.types import MessageReceived, MessageType, SendMessage, SendValue, StoredType

CONTENT_LENGTH: Final = 8000
VALUE_DEPTH: Final = 8
_TYPES: Final[dict[str, MessageType]] = {"text": "text", "image": "image", "video": "video", "link": "link"}


def clean_content(content: str) -> str:
    """Return content fit to store: as said, in NFC. Raises `Problem("bad_input")`."""
    return clean_text(content, field="content", length=CONTENT_LENGTH)


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
    """Return what saying a JSON value means; numbers stay as they were written. Raises `Problem("bad_input")`."""
    try:
        plain = msgspec.json.decode(value)
    except msgspec.DecodeError:
        raise Problem("bad_input", "The message is not valid JSON.") from None
    if isinstance(plain, str):
        return SendMessage(room_id=room_id, content=plain)
    if _depth(plain) > VALUE_DEPTH:
        raise Problem("bad_input", f"A message is at most {VALUE_DEPTH} levels deep.")
    return SendValue(room_id=room_id, content=msgspec.json.format(value, indent=-1).decode())


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    inside = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inside), default=0)


def must_speak_plainly(who: Principal, cmd: SendMessage) -> None:
    """Check that a guest sends a text (trust.md section 12, note 1). Raises `Problem("forbidden")`."""
    if who.role is Role.GUEST and message_type(cmd.message_type) != "text":
        raise Problem("forbidden", "Guests send text only.")


def must_repeat(first: MessageReceived, cmd: SendMessage) -> None:
    """Check that a retry says what was said first. Raises `Problem("message_conflict")` (promise P2)."""
    kind = (message_type(cmd.message_type), original_type(cmd.message_type) or msgspec.UNSET)
    if first.content != clean_content(cmd.content) or (first.message_type, first.original_type) != kind:
        raise Problem("message_conflict")
