"""What rooms write into the log."""

from typing import Final

from chatroom.features.log.types import Effect, EntryKind

CREATED: Final = EntryKind("created", Effect.ACCESS)
JOINED: Final = EntryKind("joined", Effect.ACCESS)
CHANGED: Final = EntryKind("changed", Effect.ACCESS)
"""Settings of the room; the data are those that have changed, as they are now."""
LEFT: Final = EntryKind("left", Effect.ACCESS)
