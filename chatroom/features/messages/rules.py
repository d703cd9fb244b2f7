"""What a message may be."""

from typing import Final

from chatroom.core.errors import Problem
from chatroom.core.text import clean_text
from chatroom.features.messages.types import MessageReceived, MessageType, SendMessage

CONTENT_LENGTH: Final = 8000
_TYPES: Final[dict[str, MessageType]] = {"text": "text", "image": "image", "video": "video", "link": "link"}


def clean_content(content: str) -> str:
    """Return content fit to store: as said, in NFC. Raises `Problem("bad_input")`."""
    return clean_text(content, field="content", length=CONTENT_LENGTH)


def message_type(given: str) -> MessageType:
    """Return the type in lower case; an unknown one, and `system`, which is the server's, is a text (C36, K15)."""
    return _TYPES.get(given.lower(), "text")


def must_repeat(first: MessageReceived, cmd: SendMessage) -> None:
    """Check that a retry says what was said first. Raises `Problem("message_conflict")` (promise P2)."""
    if first.content != clean_content(cmd.content) or first.message_type != message_type(cmd.message_type):
        raise Problem("message_conflict")
