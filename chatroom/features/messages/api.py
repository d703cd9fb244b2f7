"""What clients may ask of messages, and what messages tell them."""

from chatroom.core.effort import told
from chatroom.core.operation import Operation
from chatroom.core.schema import Event
from chatroom.features.messages import service
from chatroom.features.messages.reading import receipts, recovery
from chatroom.features.messages.types import MessageReceived, MessagesRead, RoomsReset

operations = [
    Operation(
        service.send,
        may="messages.send",
        http="POST /rooms/{roomId}/messages",
        socket="send_message",
        limit="messages.send",
        status=201,
        newer=True,
    ),
    Operation(service.say, may="messages.send", socket="message", limit="messages.send"),
    Operation(
        service.chat,
        may="messages.send",
        socket="chat message",
        bare="message",
        verbatim=True,
        limit="messages.send",
    ),
    Operation(service.history, may="messages.read", http="GET /rooms/{roomId}/messages"),
    Operation(
        recovery.resume,
        may="messages.read",
        socket="resume",
        bare="rooms",
        price=lambda _, cmd: 10 + len(cmd.rooms) / 5,
    ),
    Operation(
        receipts.mark_read,
        may="messages.mark_read",
        http="POST /rooms/{roomId}/read",
        socket="mark_read",
        price=lambda ctx, cmd: told(ctx, cmd.room_id),
    ),
]
events: list[type[Event]] = [MessageReceived, MessagesRead, RoomsReset]
