"""What clients may ask of presence, and what it tells them."""

from chatroom.core.operation import Operation
from chatroom.core.schema import Event
from chatroom.core.signals import Connected, Disconnected
from chatroom.features.presence import activity, roster, service
from chatroom.features.presence.types import RoomUsers, UserStatus, UserTyping
from chatroom.features.rooms.signals import StoppedListening

operations = [
    Operation(
        roster.room_users, may="presence.read", http="GET /rooms/{roomId}/users", socket="get_room_users"
    ),
    Operation(activity.heartbeat, may="presence.heartbeat", http="POST /heartbeat", socket="heartbeat"),
    Operation(service.typing, may="presence.type", socket="typing"),
]
events: list[type[Event]] = [RoomUsers, UserStatus, UserTyping]
listeners = [
    (Connected, service.connected),
    (Disconnected, service.disconnected),
    (StoppedListening, service.stopped_listening),
]
jobs = [activity.transitions]
