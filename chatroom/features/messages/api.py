"""What clients may ask of messages, and what messages tell them."""

from chatroom.core.effort import told
from chatroom.core.errors import Entry
from chatroom.core.limits import MINUTE, Bucket
from chatroom.core.operation import Operation
from chatroom.core.parts import Part
from chatroom.core.principal import PEOPLE, Permission
from chatroom.core.schema import Event
from chatroom.features.log.ports import Follower
from chatroom.features.log.service import Told
from chatroom.features.log.types import EntryKinds
from chatroom.features.messages import jobs as work
from chatroom.features.messages import service
from chatroom.features.messages.reading import receipts, recovery
from chatroom.features.messages.reading.history import Pages
from chatroom.features.messages.sending.writer import MessageWriter
from chatroom.features.messages.types import MessageReceived, MessagesRead, RoomsReset
from chatroom.features.rooms.ports import LastMessages

SEND = Permission("messages.send", PEOPLE)
READ = Permission("messages.read", PEOPLE)
SET_READ_MARK = Permission("messages.read_mark.set", PEOPLE)

problems = {"message_conflict": Entry(409, "This clientMsgId was used for another message.")}
limits = {"history": Bucket(300, MINUTE)}  # reading back, on any surface

operations = [
    Operation(
        "messages.send",
        service.send,
        may=SEND,
        http="POST /rooms/{roomId}/messages",
        newer=True,
        socket="send_message",
        limit="messages.send",
        status=201,
        done="Message sent",
        refuses=(
            "bad_input",
            "busy",
            "forbidden",
            "message_conflict",
            "not_a_member",
            "rate_limited",
            "room_not_found",
            "too_many_rooms",
            "unavailable",
        ),
    ),
    Operation(
        "messages.lounge.say",
        service.say,
        may=SEND,
        socket="message",
        limit="messages.send",
        refuses=("bad_input", "busy", "rate_limited", "room_not_found", "too_many_rooms", "unavailable"),
    ),
    Operation(
        "messages.lobby.say",
        service.chat,
        may=SEND,
        socket="chat message",
        bare="message",
        verbatim=True,
        limit="messages.send",
        refuses=("bad_input", "busy", "rate_limited", "too_many_rooms", "unavailable"),
    ),
    Operation(
        "messages.history",
        service.history,
        may=READ,
        http="GET /rooms/{roomId}/messages",
        bucket="history",
        hot=True,
        refuses=("bad_cursor", "bad_input", "room_not_found"),
    ),
    Operation(
        "messages.resume",
        recovery.resume,
        may=READ,
        socket="resume",
        bare="rooms",
        price=lambda _, cmd: 10 + len(cmd.rooms) / 5,
    ),
    Operation(
        "messages.read_mark.set",
        receipts.mark_read,
        may=SET_READ_MARK,
        http="POST /rooms/{roomId}/read",
        socket="mark_read",
        price=lambda ctx, cmd: told(ctx, cmd.room_id),
        done="Room marked as read",
        refuses=("bad_input", "not_a_member", "not_found", "room_not_found"),
    ),
]
GO_ON = Operation(
    "messages.go_on",
    recovery.go_on,
    may=READ,
)
"""What the `auth.resume` of a handshake asks for."""
events: list[type[Event]] = [MessageReceived, MessagesRead, RoomsReset]
jobs = work.jobs
parts = [
    Part(MessageWriter, lambda kernel: MessageWriter(kernel, kernel.ports[Told]), finish=MessageWriter.idle),
    Part(Pages, lambda kernel: Pages(kernel.db, kernel.ports[EntryKinds])),
    Part(Follower, lambda kernel: kernel.ports[Pages]),
    Part(LastMessages, lambda kernel: kernel.ports[Pages].last),
    Part(recovery.Steps, lambda _: recovery.Steps()),
]
