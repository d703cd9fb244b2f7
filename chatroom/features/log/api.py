"""What the log tells clients, and what it refuses with."""

from chatroom.core.errors import Entry
from chatroom.core.parts import Part
from chatroom.core.schema import Event
from chatroom.features.log.service import Told
from chatroom.features.log.types import RoomEntry

# Whoever keeps something of a room refuses with it, the log among them.
problems = {"room_not_found": Entry(404, "There is no such room, or it is not yours to see.")}
events: list[type[Event]] = [RoomEntry]
parts = [Part(Told, lambda _: Told())]
