"""What the log needs from above."""

from typing import Protocol

from chatroom.features.log.types import EntryKind, Head


class Follower(Protocol):
    """Caches what rooms hold, and wants to know what this node adds to it. Messages stand above the log."""

    def follow_entry(self, room_id: str, head: Head, kind: EntryKind, subject: str | None) -> None:
        """Note an entry that was committed at `head`. Never raises."""
