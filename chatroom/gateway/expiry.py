"""The end of tokens on open sockets: told at the end, closed half a minute later unless a new token came.

One timer for all of them: 10 000 sockets cost one entry each in the second in which they are due.
"""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from chatroom.core.clock import Clock
from chatroom.gateway.seat import Seat

GRACE: Final = 30
"""Seconds between the end of a token and that of its connection."""
_TICK: Final = 1.0  # seconds

Tell = Callable[[Seat], None]


class Expiry:
    """Watches the seats whose token ends, by the wall clock."""

    def __init__(self, clock: Clock, tell: Tell) -> None:
        """`tell` says to a seat that its token has ended."""
        self._clock = clock
        self._tell = tell
        self._seconds: list[int] = []
        self._seats: dict[int, dict[Seat, None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, seat: Seat) -> None:
        """Look at a seat when its token ends, instead of whenever that was to be."""
        self.remove(seat)
        seat.warned = False
        if seat.who.expires_at is not None:
            self._insert(seat, -(-seat.who.expires_at // 1000))

    def remove(self, seat: Seat) -> None:
        """Forget a seat; harmless when it is not watched."""
        if seat.due:
            self._seats[seat.due].pop(seat, None)
            seat.due = 0

    def _insert(self, seat: Seat, second: int) -> None:
        if second not in self._seats:
            self._seats[second] = {}
            heappush(self._seconds, second)
        self._seats[second][seat] = None
        seat.due = second
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TICK, self._look)

    def _look(self) -> None:
        now = self._clock() // 1000
        while self._seconds and self._seconds[0] <= now:
            for seat in self._seats.pop(heappop(self._seconds)):
                seat.due = 0
                self._end(seat, now)
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._look) if self._seats else None

    def _end(self, seat: Seat, now: int) -> None:
        if seat.warned:
            seat.client.close("token expired")
            return
        seat.warned = True
        self._insert(seat, now + GRACE)
        self._tell(seat)

    def close(self) -> None:
        """Stop looking."""
        if self._timer is not None:
            self._timer.cancel()
