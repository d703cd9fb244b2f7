"""The flush: what became pending for a connection within one turn of the loop leaves as one write."""

from typing import Protocol

from chatroom.gateway.engine.budget import LoopBudget, clock

_STRIDE = 32  # connections between two looks at the clock; a write costs about 5 us


class Sending(Protocol):
    """A connection that may have something to send."""

    def flush(self) -> None:
        """Send what is pending."""

    def give_up(self) -> None:
        """End the session of a client that does not take what it is sent."""


class Flusher:
    """The connections that have something to send, and those that are to be closed as too slow."""

    __slots__ = ("_budget", "_dirty", "_doomed", "_scheduled")

    def __init__(self, budget: LoopBudget) -> None:
        """Flush in the share of `budget`."""
        self._budget = budget
        self._dirty: list[Sending] = []
        self._doomed: list[Sending] = []
        self._scheduled = False

    def mark(self, connection: Sending) -> None:
        """Flush `connection` at the end of this turn."""
        self._dirty.append(connection)
        if not self._scheduled:
            self._scheduled = True
            self._budget.add(self._flush)

    def doom(self, connection: Sending) -> None:
        """Close `connection` as a slow consumer at the end of this turn, not below the caller's feet."""
        self._doomed.append(connection)
        if not self._scheduled:
            self._scheduled = True
            self._budget.add(self._flush)

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
