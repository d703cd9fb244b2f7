"""The flush: what became pending for a connection within one turn of the loop leaves as one write."""

from typing import TYPE_CHECKING

from chatroom.gateway.turns import Turns, clock

if TYPE_CHECKING:
    from chatroom.gateway.backlog import Backlog

_STRIDE = 32  # connections between two looks at the clock; a write costs about 5 us


class Outbox:
    """The connections that have something to send, and those that are to be closed as too slow."""

    __slots__ = ("_dirty", "_doomed", "_scheduled", "_turns")

    def __init__(self, turns: Turns) -> None:
        """Flush in the share of `turns`."""
        self._turns = turns
        self._dirty: list[Backlog] = []
        self._doomed: list[Backlog] = []
        self._scheduled = False

    def mark(self, connection: "Backlog") -> None:
        """Flush `connection` at the end of this turn."""
        self._dirty.append(connection)
        if not self._scheduled:
            self._scheduled = True
            self._turns.add(self._flush)

    def doom(self, connection: "Backlog") -> None:
        """Close `connection` as a slow consumer at the end of this turn, not below the caller's feet."""
        self._doomed.append(connection)
        if not self._scheduled:
            self._scheduled = True
            self._turns.add(self._flush)

    def _flush(self, until: float) -> bool:
        doomed, self._doomed = self._doomed, []
        for connection in doomed:
            connection.give_up()
        batch, self._dirty = self._dirty, []
        for start in range(0, len(batch), _STRIDE):
            for connection in batch[start : start + _STRIDE]:
                connection.flush()
            if clock() > until:
                self._dirty = batch[start + _STRIDE :] + self._dirty
                break
        self._scheduled = bool(self._dirty or self._doomed)
        return self._scheduled
