"""How a stored message looks on the wire: one function, so that live, history, resume and retry agree."""

import msgspec

from chatroom.core.clock import iso
from chatroom.features.messages.types import MessageReceived, MessageRow


def view(row: MessageRow, epoch: str) -> MessageReceived:
    """The wire form of a message."""
    at = iso(row.created_at)
    return MessageReceived(
        id=row.id,
        seq=row.seq,
        epoch=epoch,
        room_id=row.room_id,
        sender_id=row.sender_id,
        user_id=row.sender_id,
        username=row.username,
        name=row.name,
        content=row.content,
        message_type="text" if row.message_type == "json" else row.message_type,
        original_type=row.original_type or msgspec.UNSET,
        format="json" if row.message_type == "json" else msgspec.UNSET,
        created_at=at,
        timestamp=at,
        client_msg_id=row.client_msg_id or msgspec.UNSET,
    )
