"""Who may see, read and change a room."""

import unicodedata
from typing import TypeVar

from chatroom.core.errors import Problem
from chatroom.core.principal import Principal, Role
from chatroom.core.text import clean_line
from chatroom.features.rooms.types import IssueInvite, ListedRoom, RoomRow

NAME_LENGTH = 80
TOPIC_LENGTH = 256
LONGEST_INVITE = 366 * 24 * 3600
"""Seconds."""
Seen = TypeVar("Seen", RoomRow, ListedRoom)


def clean_name(name: str) -> str:
    """Return the name of a room, fit to store. Raises `Problem("bad_input")`."""
    return clean_line(name, field="name", length=NAME_LENGTH)


def clean_topic(topic: str | None) -> str | None:
    """Return the topic of a room, fit to store; None for an empty one. Raises `Problem("bad_input")`."""
    return clean_line(topic, field="topic", length=TOPIC_LENGTH) if topic and topic.strip() else None


def slug(name: str) -> str:
    """Return what a lounge of this clean name is found under: without case, and with hyphens for spaces.

    Any script may stand in it: seed S0 calls its lounges whatever it likes.
    """
    return unicodedata.normalize("NFC", name.casefold()).replace(" ", "-")


def invite_end(cmd: IssueInvite, now: int) -> int | None:
    """Return when an invite ends in epoch milliseconds, None for never. Raises `Problem("bad_input")`."""
    if cmd.expires_at is None:
        return None if cmd.expires_in is None else now + cmd.expires_in * 1000
    if cmd.expires_in is not None:
        raise Problem("bad_input", "Give expiresAt or expiresIn, not both.", errors={"expiresAt": ["both"]})
    end = round(cmd.expires_at.timestamp() * 1000)
    if not now < end <= now + LONGEST_INVITE * 1000:
        said = "expiresAt must lie in the future, and at most a year from now."
        raise Problem("bad_input", said, errors={"expiresAt": ["range"]})
    return end


def may_see(room: RoomRow | ListedRoom) -> bool:
    """A public room is everybody's to see; a private one is its members'."""
    return not room.is_private or room.role is not None


def must_see(room: Seen | None) -> Seen:
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


def may_change(room: RoomRow, who: Principal) -> bool:
    """Its admins change a room, and admins of the server every public one."""
    return room.role == "admin" or (who.role is Role.ADMIN and not room.is_private)


def must_change(room: RoomRow | None, who: Principal) -> RoomRow:
    """Return a room whose settings this person may change.

    Raises `Problem("room_not_found" | "not_a_member" | "forbidden")`.
    """
    room = must_see(room)
    if not may_change(room, who):
        raise Problem("not_a_member" if room.role is None else "forbidden")
    return room


def must_be_creator(room: RoomRow | None, user_id: str) -> RoomRow:
    """Return a room that this person created (seed S4: nobody else touches its invite).

    Raises `Problem("room_not_found" | "not_the_creator")`.
    """
    room = must_see(room)
    if room.created_by != user_id:
        raise Problem("not_the_creator")
    return room
