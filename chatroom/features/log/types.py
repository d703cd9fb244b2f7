"""Heads and entries of room logs."""

from typing import Any, ClassVar, Literal, NamedTuple

import msgspec

from chatroom.core.schema import Event

Kind = Literal["created", "joined", "left"]


class Head(NamedTuple):
    """Where a room's log stands: `epoch` names the log, `seq` is its newest entry (0: none yet)."""

    epoch: str
    seq: int


class RoomEntry(Event, frozen=True, kw_only=True):
    """Something other than a message took the next place in a room you listen to."""

    event: ClassVar[str] = "room_entry"
    room_id: str
    epoch: str
    seq: int
    kind: Kind
    actor_id: str
    subject_id: str | msgspec.UnsetType = msgspec.UNSET
    at: str
    data: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
