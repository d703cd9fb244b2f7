"""The flush: what became pending for a connection within one turn of the loop leaves as one write."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatroom.gateway.connection import Connection

_BUDGET = 0.005  # seconds of one turn: a room of 50 000 never delays the pings of others by more
_STRIDE = 32  # connections between two looks at the clock; a write costs about 5 us


class Outbox:
    """The connections that have something to send, and those that are to be closed as too slow."""

    __slots__ = ("_dirty", "_doomed", "_loop", "_scheduled")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Flush on `loop`."""
        self._loop = loop
        self._dirty: list[Connection] = []
        self._doomed: list[Connection] = []
        self._scheduled = False

    def mark(self, connection: "Connection") -> None:
        """Flush `connection` at the end of this turn."""
        self._dirty.append(connection)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)

    def doom(self, connection: "Connection") -> None:
        """Close `connection` as a slow consumer at the end of this turn, not below the caller's feet."""
        self._doomed.append(connection)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        doomed, self._doomed = self._doomed, []
        for connection in doomed:
            connection.give_up()
        batch, self._dirty = self._dirty, []
        clock = self._loop.time
        stop = clock() + _BUDGET
        for start in range(0, len(batch), _STRIDE):
            for connection in batch[start : start + _STRIDE]:
                connection.flush()
            if clock() > stop:
                self._dirty = batch[start + _STRIDE :] + self._dirty
                break
        self._scheduled = bool(self._dirty or self._doomed)
        if self._scheduled:
            self._loop.call_soon(self._flush)
