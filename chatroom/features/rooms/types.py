"""Rooms, members and invites on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

import msgspec

from chatroom.core.ids import Id
from chatroom.core.page import Cursor
from chatroom.core.schema import Event, Wire

Kind = Literal["room", "lounge"]
RoomRole = Literal["member", "admin"]
Change = Literal["joined", "left", "created", "changed", "read"]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
# The slice `messages` stands above this one, so its type is named here and not imported.
LastMessage = Annotated[Any, msgspec.Meta(extra_json_schema={"$ref": "#/components/schemas/MessageReceived"})]
MAX_LISTED = 1000
AD_HOC_SILENCE: Final = 24 * 3600 * 1000
"""Milliseconds without a word after which an ad-hoc lounge ends."""
LOBBY: Final = "00000000-0000-7000-8000-000000000001"
"""The default lounge has the same id on every server, so that nobody has to look it up; its epoch is its own."""


class CreateRoom(Wire, frozen=True, kw_only=True):
    """Open a room; you are its first member and its admin."""

    name: Annotated[str, msgspec.Meta(max_length=256)]
    is_private: bool = False


class ChangeRoom(Wire, frozen=True, kw_only=True):
    """Change what is given of a room; an empty topic or null takes the topic away."""

    room_id: Id
    topic: Annotated[str, msgspec.Meta(max_length=1024)] | msgspec.UnsetType | None = msgspec.UNSET


class CreateLounge(Wire, frozen=True, kw_only=True):
    """Open a public lounge; you are its first member and its admin."""

    name: Annotated[str, msgspec.Meta(max_length=256)]


class EnterLounge(Wire, frozen=True, kw_only=True):
    """Hear a lounge, named by its id, its slug or its name; seed S0 sends the bare text."""

    lounge: Annotated[str, msgspec.Meta(max_length=256)]


class JoinRoom(Wire, frozen=True, kw_only=True):
    """Become a member. A private room asks for its invite code; an empty one is none, as forms send it."""

    room_id: Id
    invite_code: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class JoinByInvite(Wire, frozen=True, kw_only=True):
    """Become a member of the room that an invite code names."""

    invite_code: Code


class OneRoom(Wire, frozen=True, kw_only=True):
    """Names a room."""

    room_id: Id


class ListRooms(Wire, frozen=True, kw_only=True):
    """`mine` are the rooms you are a member of, `public` those anybody may join, `all` both."""

    scope: Literal["mine", "public", "all"] = "mine"
    cursor: Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LISTED)] = MAX_LISTED


class IssueInvite(Wire, frozen=True, kw_only=True):
    """Make a new invite code for a room you created; the one before stops working.

    It lasts until `expiresAt`, or `expiresIn` seconds, or for ever.
    """

    room_id: Id
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    expires_in: Annotated[int, msgspec.Meta(ge=60, le=31_536_000, description="Seconds.")] | None = None
    max_uses: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None


class Room(Wire, frozen=True, kw_only=True):
    """A room as the asking person may see it: `role` is theirs, the invite code is shown to its creator only."""

    id: str
    name: str
    topic: str | None
    is_private: bool
    kind: Kind
    created_by_id: str | None
    created_at: str
    member_count: int
    role: RoomRole | None
    epoch: str
    head_seq: int
    read_seq: int | msgspec.UnsetType = msgspec.UNSET
    last_message: LastMessage = msgspec.UNSET
    invite_code: str | msgspec.UnsetType = msgspec.UNSET


class Lounge(Wire, frozen=True, kw_only=True):
    """A public room that everybody finds under a slug of its own. Nobody created those that the server brings along."""

    id: str
    name: str
    slug: str
    kind: Literal["lounge"] = "lounge"
    created_by_id: str | None
    created_at: str
    member_count: int


class RoomPage(Wire, frozen=True, kw_only=True):
    """Rooms, newest first."""

    rooms: list[Room]
    next_cursor: str | None


class Invite(Wire, frozen=True, kw_only=True):
    """The room's invite; `url` opens the web client and joins."""

    invite_code: str
    url: str
    expires_at: str | None
    max_uses: int | None
    uses: int


class Done(Wire, frozen=True, kw_only=True):
    """It is done."""

    ok: bool = True


class RoomJoined(Event, frozen=True, kw_only=True):
    """You listen to the room now; everything after `headSeq` will reach you."""

    event: ClassVar[str] = "room_joined"
    room_id: str
    room: Room
    epoch: str
    head_seq: int
    timestamp: str


class RoomsChanged(Event, frozen=True, kw_only=True):
    """Something of yours about a room has changed, on whichever of your devices: your list of rooms may be stale."""

    event: ClassVar[str] = "rooms_changed"
    room_id: str
    change: Change


class UserChanged(Event, frozen=True, kw_only=True):
    """You, or somebody whom you share a room with, goes by another name or handle now."""

    event: ClassVar[str] = "user_changed"
    user_id: str
    name: str
    username: str


class UserJoined(Event, frozen=True, kw_only=True):
    """Somebody began to listen to a room you listen to."""

    event: ClassVar[str] = "user_joined"
    ephemeral: ClassVar[bool] = True
    user_id: str
    username: str
    room_id: str
    timestamp: str


class UserLeft(Event, frozen=True, kw_only=True):
    """Somebody no longer listens to a room you listen to."""

    event: ClassVar[str] = "user_left"
    ephemeral: ClassVar[bool] = True
    user_id: str
    username: str
    room_id: str
    timestamp: str


class RoomRow(NamedTuple):
    """A room with the asking person's membership; times in epoch milliseconds."""

    id: str
    name: str
    topic: str | None
    is_private: bool
    kind: Kind
    created_by: str | None
    created_at: int
    member_count: int
    role: RoomRole | None
    read_seq: int | None


class ListedRoom(NamedTuple):
    """The same with where its log stands and, for its creator, the sealed invite code."""

    id: str
    name: str
    topic: str | None
    is_private: bool
    kind: Kind
    created_by: str | None
    created_at: int
    member_count: int
    role: RoomRole | None
    read_seq: int | None
    epoch: str
    seq: int
    sealed: str | None


class LoungeRow(NamedTuple):
    """A lounge; times in epoch milliseconds."""

    id: str
    name: str
    slug: str
    created_by: str | None
    created_at: int
    member_count: int


class Member(NamedTuple):
    """Somebody's membership."""

    user_id: str
    role: RoomRole
    joined_at: int
    read_seq: int


class InviteRow(NamedTuple):
    """An invite as stored; times in epoch milliseconds."""

    room_id: str
    sealed: str
    expires_at: int | None
    max_uses: int | None
    uses: int
