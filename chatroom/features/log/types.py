"""Heads and entries of room logs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

import msgspec

from chatroom.core.schema import Event


class Effect(StrEnum):
    """What an entry changes besides taking the next place."""

    MESSAGE = "message"
    """The message that it is about: an edit, a removal, a reaction, a pin."""
    ACCESS = "access"
    """Who may do what in the room: a join, a leave, a kick, a ban, a mute, a role, a setting."""
    NOTHING = "nothing"


class EntryKind(NamedTuple):
    """A kind of entry, declared by the slice whose deed it is."""

    name: str
    effect: Effect


class EntryKinds(NamedTuple):
    """All of them, by name: a port."""

    by_name: Mapping[str, EntryKind]

    def effect(self, name: str) -> Effect:
        """What an entry of this kind changes; of one that nobody declares any more, whatever there is."""
        kind = self.by_name.get(name)
        return Effect.MESSAGE if kind is None else kind.effect


class Head(NamedTuple):
    """Where a room's log stands: `epoch` names the log, `seq` is its newest entry (0: none yet)."""

    epoch: str
    seq: int


class LogState(NamedTuple):
    """A head, and how often it has changed who may do what in the room."""

    head: Head
    access: int


class RoomEntry(Event, frozen=True, kw_only=True):
    """Something other than a message took the next place in a room you listen to."""

    event: ClassVar[str] = "room_entry"
    room_id: str
    epoch: str
    seq: int
    kind: str
    actor_id: str
    subject_id: str | msgspec.UnsetType = msgspec.UNSET
    at: str
    data: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
