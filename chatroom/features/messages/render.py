"""How a stored message looks on the wire: one function, so that live, history, resume and retry agree."""

from collections.abc import Iterable
from typing import Final

import msgspec

from chatroom.core.clock import iso
from chatroom.features.messages.types import MessageReceived, MessageRow

_UNSET: Final = msgspec.UNSET


def view(row: MessageRow, epoch: str) -> MessageReceived:
    """The wire form of a message."""
    return views((row,), epoch)[0]


def views(rows: Iterable[MessageRow], epoch: str) -> list[MessageReceived]:
    """The wire forms of messages.

    Cells are taken in the order of MessageRow, as the store selects them: 22 us for a page of 50, by name 54.
    """
    found = []
    for message_id, seq, room_id, sender_id, content, kind, ms, client_msg_id, called, username, name in rows:
        at = iso(ms)
        message = MessageReceived(
            id=message_id,
            seq=seq,
            epoch=epoch,
            room_id=room_id,
            sender_id=sender_id,
            user_id=sender_id,
            username=username,
            name=name,
            content=content,
            message_type="text" if kind == "json" else kind,
            original_type=called or _UNSET,
            format="json" if kind == "json" else _UNSET,
            created_at=at,
            timestamp=at,
            client_msg_id=client_msg_id or _UNSET,
        )
        found.append(message)
    return found
