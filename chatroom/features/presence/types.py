"""Presence on the wire."""

from typing import Annotated, ClassVar, Literal

import msgspec

from chatroom.core.ids import Id
from chatroom.core.page import Cursor
from chatroom.core.schema import Event, Wire
from chatroom.features.rooms.types import RoomRole

Status = Literal["online", "offline"]
Presence = Literal["online", "away", "offline"]
"""`away` is a kind of online: here, and silent for five minutes."""

LISTED_USERS = 200


class Typing(Wire, frozen=True, kw_only=True):
    """I am typing in a room, or no longer. It ends by itself after six seconds."""

    room_id: Id
    is_typing: bool


class UserTyping(Event, frozen=True, kw_only=True):
    """Somebody else in a room you listen to is typing, or no longer. Seed S2 calls it `typing`."""

    event: ClassVar[str] = "user_typing"
    ephemeral: ClassVar[bool] = True
    user_id: str
    username: str
    room_id: str
    is_typing: bool
    timestamp: str


class UserStatus(Event, frozen=True, kw_only=True):
    """Somebody you share a room with came, went, or fell silent. `lastSeen` and `lastSeenAt` are two seeds' names."""

    event: ClassVar[str] = "user_status"
    ephemeral: ClassVar[bool] = True
    user_id: str
    username: str
    status: Status
    presence: Presence
    last_seen: str | msgspec.UnsetType = msgspec.UNSET
    last_seen_at: str | msgspec.UnsetType = msgspec.UNSET
    timestamp: str


class Heartbeat(Wire, frozen=True, kw_only=True):
    """You are seen."""

    ok: bool = True
    presence: Presence


class RoomUser(Wire, frozen=True, kw_only=True):
    """A member of a room; `readSeq` is how far they have read it.

    `nameKey` is equal for names that look alike: show `@username` beside both.
    """

    user_id: str
    username: str
    name: str
    name_key: str
    is_online: bool
    presence: Presence
    role: RoomRole
    last_seen: str | None
    read_seq: int


class ListRoomUsers(Wire, frozen=True, kw_only=True):
    """Ask for the members of a room, or for the page of them to which a cursor leads."""

    room_id: Id
    cursor: Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=LISTED_USERS)] = LISTED_USERS


class RoomUsers(Event, frozen=True, kw_only=True):
    """Members of a room, those who are online first; `total` is how many there are, `nextCursor` leads to the rest."""

    event: ClassVar[str] = "room_users"
    room_id: str
    users: list[RoomUser]
    total: int
    next_cursor: str | None
