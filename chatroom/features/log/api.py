"""What the log tells clients."""

from chatroom.core.schema import Event
from chatroom.features.log.types import RoomEntry

events: list[type[Event]] = [RoomEntry]
