"""Messages, pages of them, and what is missing after a silence."""

from typing import Annotated, ClassVar, Literal, NamedTuple, get_args

import msgspec

from chatroom.core.ids import Id
from chatroom.core.page import Cursor, Limit
from chatroom.core.schema import Event, Wire
from chatroom.features.log.types import RoomEntry

MessageType = Literal["text", "image", "video", "link", "system"]
_SPELLINGS = [*get_args(MessageType), *(kind.upper() for kind in get_args(MessageType))]
# Without `(?!\n)` Python's `$` would let a newline follow; JavaScript reads both alike.
StoredType = MessageType | Literal["json"]
"""`json`: the content is the JSON text of a value that is no text; on the wire that is a text with `format`."""
ClientMsgId = Annotated[str, msgspec.Meta(pattern=r"^[ -~]{1,64}(?!\n)$")]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]
RESUMED_ROOMS = 200


class SendMessage(Wire, frozen=True, kw_only=True):
    """Say something in a room. A retry with the same `clientMsgId` gets the first answer."""

    room_id: Id
    content: Annotated[str, msgspec.Meta(max_length=32_000)]
    message_type: Annotated[str, msgspec.Meta(max_length=32)] = "text"
    client_msg_id: ClientMsgId | None = None


class SendVerbatim(SendMessage, frozen=True, kw_only=True):
    """What seeds S0 and S1 say: it comes back as it went, not normalised. No client sends this; `say` makes it."""


class SendValue(SendVerbatim, frozen=True, kw_only=True):
    """A value that cannot be kept as a text, its compact JSON text in `content`."""


class SayInLounge(Wire, frozen=True, kw_only=True):
    """Say any JSON value in a lounge, named by its id, slug or name (seed S0)."""

    lounge_id: Annotated[str, msgspec.Meta(max_length=256)]
    message: msgspec.Raw


class SayInLobby(Wire, frozen=True, kw_only=True):
    """Say something in the default lounge (seed S1)."""

    message: msgspec.Raw


class MessageReceived(Event, frozen=True, kw_only=True):
    """A message was said in a room you listen to; your own come back too.

    `userId` and `senderId`, `timestamp` and `createdAt` are names of two seeds for one thing (docs/dialects.md). With
    `format` the content is the JSON text of a value that is no text: a client of seed S0 said it. `messageType` is in
    capitals under `/api/v1` and in small letters everywhere else; `originalType` is what the sender called a type that
    is none of these (docs/dialects.md).
    """

    event: ClassVar[str] = "receive_message"
    kind: Literal["message"] = "message"
    id: str
    seq: int
    epoch: str
    room_id: str
    sender_id: str
    user_id: str
    username: str
    name: str
    content: str
    message_type: Annotated[MessageType, msgspec.Meta(extra_json_schema={"enum": _SPELLINGS})]
    original_type: str | msgspec.UnsetType = msgspec.UNSET
    format: Literal["json"] | msgspec.UnsetType = msgspec.UNSET
    created_at: str
    timestamp: str
    client_msg_id: str | msgspec.UnsetType = msgspec.UNSET


class ReadHistory(Wire, frozen=True, kw_only=True):
    """A page of messages: the newest, the one a cursor leads to, or every entry after a seq."""

    room_id: Id
    cursor: Cursor | None = None
    after: Seq | None = None
    limit: Limit = 50


class HistoryPage(Wire, frozen=True, kw_only=True):
    """Messages, oldest to newest. `nextCursor` leads to older ones (null at the beginning), `prevCursor` to newer."""

    messages: list[MessageReceived]
    next_cursor: str | None
    prev_cursor: str | None
    has_more: bool
    epoch: str
    head_seq: int


Entry = MessageReceived | RoomEntry


class EntriesPage(Wire, frozen=True, kw_only=True):
    """Every entry of a room's log after a seq, oldest first."""

    entries: list[Entry]
    epoch: str
    head_seq: int
    has_more: bool


class ResumePoint(Wire, frozen=True, kw_only=True):
    """The last entry of a room that a client has."""

    room_id: Id
    epoch: Annotated[str, msgspec.Meta(max_length=64)]
    last_seq: Seq


class Resume(Wire, frozen=True, kw_only=True):
    """Ask what was missed in these rooms."""

    rooms: Annotated[list[ResumePoint], msgspec.Meta(max_length=RESUMED_ROOMS)]


class ResumedRoom(Wire, frozen=True, kw_only=True):
    """The missed entries of a room, or `reset`: forget what you have and read the room anew."""

    room_id: str
    epoch: str
    head_seq: int
    entries: list[Entry] | msgspec.UnsetType = msgspec.UNSET
    has_more: bool | msgspec.UnsetType = msgspec.UNSET
    reset: Literal[True] | msgspec.UnsetType = msgspec.UNSET


class Resumed(Wire, frozen=True, kw_only=True):
    """One answer per room, in the order of the question."""

    rooms: list[ResumedRoom]


class ResetRoom(Wire, frozen=True, kw_only=True):
    """Where a room's log stands; `epoch` is empty when the room is not yours to see."""

    room_id: str
    epoch: str
    head_seq: int


class RoomsReset(Event, frozen=True, kw_only=True):
    """What you missed in these rooms cannot be told: forget what you have and read them anew."""

    event: ClassVar[str] = "reset"
    rooms: list[ResetRoom]


class MarkRead(Wire, frozen=True, kw_only=True):
    """I have read this room up to a message, named by its seq or its id."""

    room_id: Id
    seq: Seq | None = None
    message_id: Id | None = None


class MessagesRead(Event, frozen=True, kw_only=True):
    """Somebody has read a room you listen to, up to and including `seq`."""

    event: ClassVar[str] = "messages_read"
    ephemeral: ClassVar[bool] = True
    room_id: str
    user_id: str
    username: str
    message_id: str | None
    seq: int
    read_at: str
    timestamp: str


class MessageRow(NamedTuple):
    """A message as stored, with its sender's present names; `created_at` in epoch milliseconds."""

    id: str
    seq: int
    room_id: str
    sender_id: str
    content: str
    message_type: StoredType
    created_at: int
    client_msg_id: str | None
    original_type: str | None
    username: str
    name: str
