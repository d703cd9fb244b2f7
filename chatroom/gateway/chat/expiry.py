"""The end of tokens on open sockets: told at the end, closed half a minute later unless a new token came.

One timer for all of them: 10 000 sockets cost one entry each in the second in which they are due.
"""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from chatroom.core.clock import Clock
from chatroom.gateway.chat.chat_connection import ChatConnection

GRACE: Final = 30
"""Seconds between the end of a token and that of its connection."""
_TICK: Final = 1.0  # seconds

Tell = Callable[[ChatConnection], None]


class Expiry:
    """Watches the connections whose token ends, by the wall clock."""

    def __init__(self, clock: Clock, tell: Tell) -> None:
        """`tell` says to a connection that its token has ended."""
        self._clock = clock
        self._tell = tell
        self._seconds: list[int] = []
        self._connections: dict[int, dict[ChatConnection, None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, connection: ChatConnection) -> None:
        """Look at a connection when its token ends, instead of whenever that was to be."""
        self.remove(connection)
        connection.warned = False
        if connection.who.expires_at is not None:
            self._insert(connection, -(-connection.who.expires_at // 1000))

    def remove(self, connection: ChatConnection) -> None:
        """Forget a connection; harmless when it is not watched."""
        if connection.due:
            self._connections[connection.due].pop(connection, None)
            connection.due = 0

    def _insert(self, connection: ChatConnection, second: int) -> None:
        if second not in self._connections:
            self._connections[second] = {}
            heappush(self._seconds, second)
        self._connections[second][connection] = None
        connection.due = second
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TICK, self._look)

    def _look(self) -> None:
        now = self._clock() // 1000
        while self._seconds and self._seconds[0] <= now:
            for connection in self._connections.pop(heappop(self._seconds)):
                connection.due = 0
                self._end(connection, now)
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._look) if self._connections else None

    def _end(self, connection: ChatConnection, now: int) -> None:
        if connection.warned:
            connection.client.close("token expired")
            return
        connection.warned = True
        self._insert(connection, now + GRACE)
        self._tell(connection)

    def close(self) -> None:
        """Stop looking."""
        if self._timer is not None:
            self._timer.cancel()
