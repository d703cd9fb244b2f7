"""What clients may ask of presence, and what it tells them."""

from chatroom.core.effort import told
from chatroom.core.errors import Entry
from chatroom.core.limits import MINUTE, Bucket
from chatroom.core.operation import Operation
from chatroom.core.principal import PEOPLE, Permission
from chatroom.core.schema import Event
from chatroom.core.signals import Connected, Disconnected
from chatroom.features.presence import activity, roster, service
from chatroom.features.presence.types import RoomUsers, UserStatus, UserTyping
from chatroom.features.rooms.signals import StoppedListening

READ = Permission("presence.read", PEOPLE)
TYPE = Permission("presence.type", PEOPLE)
HEARTBEAT = Permission("presence.heartbeat", PEOPLE)

problems = {"not_listening": Entry(403, "Send join_room for this room first.")}
limits = {"heartbeat": Bucket(120, MINUTE, "Heartbeat rate exceeded.")}

operations = [
    Operation(
        "presence.members.list",
        roster.room_users,
        may=READ,
        http="GET /rooms/{roomId}/users",
        socket="get_room_users",
        price=lambda _ctx, _cmd: 10.0,
        refuses=("bad_cursor", "not_a_member", "room_not_found"),
    ),
    Operation(
        "presence.heartbeat",
        activity.heartbeat,
        may=HEARTBEAT,
        http="POST /heartbeat",
        socket="heartbeat",
        bucket="heartbeat",
        done="Heartbeat received",
    ),
    # With the end of it, which must never be refused. A client tells once in two seconds, a flood ten times in one.
    Operation(
        "presence.typing",
        service.typing,
        may=TYPE,
        socket="typing",
        price=lambda ctx, cmd: 10 * told(ctx, cmd.room_id) if cmd.is_typing else 0.0,
        refuses=("not_listening",),
    ),
]
events: list[type[Event]] = [RoomUsers, UserStatus, UserTyping]
handlers = [
    (Connected, service.connected),
    (Disconnected, service.disconnected),
    (StoppedListening, service.stopped_listening),
]
jobs = [activity.transitions]
ACTIVE = activity.active
"""What is told of everything that a socket asks."""
