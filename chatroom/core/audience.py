"""Who hears an event: an audience is the names of channels, which connections listen to."""

from typing import NamedTuple


class Audience(NamedTuple):
    """The union of `channels`, each connection once; `skip_user` names a person who must not hear it."""

    channels: tuple[str, ...]
    skip_user: str | None = None

    def but(self, user: str) -> "Audience":
        """The same audience without any connection of `user`."""
        return Audience(self.channels, user)


def room_channel(room_id: str) -> str:
    """The channel of the connections that listen to a room (after `join_room`)."""
    return "room:" + room_id


def members_channel(room_id: str) -> str:
    """The channel of every connection of every member of a room, listening or not."""
    return "members:" + room_id


def room(room_id: str) -> Audience:
    """Those who listen to the room."""
    return Audience(("room:" + room_id,))


def members(*room_ids: str) -> Audience:
    """Every connection of the members of these rooms, each once."""
    return Audience(tuple(members_channel(room_id) for room_id in room_ids))


def user(user_id: str) -> Audience:
    """Every connection of a person."""
    return Audience(("user:" + user_id,))


def connection(connection_id: str) -> Audience:
    """One connection."""
    return Audience(("connection:" + connection_id,))
