"""Who may see, read and change a room."""

from chatroom.core.errors import Problem
from chatroom.features.rooms.types import RoomRow

NAME_LENGTH = 80


def may_see(room: RoomRow) -> bool:
    """A public room is everybody's to see; a private one is its members'."""
    return not room.is_private or room.role is not None


def must_see(room: RoomRow | None) -> RoomRow:
    """Return a room that the asking person may see. Raises `Problem("room_not_found")` for all others alike."""
    if room is None or not may_see(room):
        raise Problem("room_not_found")
    return room


def must_be_member(room: RoomRow | None) -> RoomRow:
    """Return a room that the asking person belongs to. Raises `Problem("room_not_found" | "not_a_member")`."""
    room = must_see(room)
    if room.role is None:
        raise Problem("not_a_member")
    return room


def must_be_creator(room: RoomRow | None, user_id: str) -> RoomRow:
    """Return a room that this person created (seed S4: nobody else touches its invite).

    Raises `Problem("room_not_found" | "not_the_creator")`.
    """
    room = must_see(room)
    if room.created_by != user_id:
        raise Problem("not_the_creator")
    return room
