"""What rooms write into the log."""

from typing import Final

from chatroom.features.log.types import Effect, EntryKind

CREATED: Final = EntryKind("created", Effect.ACCESS)
JOINED: Final = EntryKind("joined", Effect.ACCESS)
LEFT: Final = EntryKind("left", Effect.ACCESS)
