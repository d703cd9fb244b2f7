"""Whose request is read next: a few in each turn of the event loop, and the addresses one after the other.

Without it a turn is as long as all that arrived is work: 1 000 connections of one address that each sent a request at
once held everybody else up for 0.4-0.9 s.
"""

import asyncio
from collections import deque
from typing import Final, Protocol

TURN: Final = 8
"""Reads that are looked at in one turn; each may begin a request, which costs 0.05-0.9 ms."""


class Reader(Protocol):
    """A connection that has something to read."""

    @property
    def address(self) -> str:
        """Whose it is."""

    def go_on(self) -> None:
        """Read it now."""


class FairReads:
    """Gives each turn's reads to the addresses that wait, round robin."""

    __slots__ = ("_left", "_loop", "_most", "_queues", "_scheduled")

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        """Allow `most` reads in a turn; 0: any number."""
        self._loop = loop
        self._most = most
        self._left = most
        self._queues: dict[str, deque[Reader]] = {}
        self._scheduled = False

    def take(self, reader: Reader) -> bool:
        """Return whether a reader may go on in this turn; otherwise it is told when it may, once."""
        if not self._most:
            return True
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._turn)
        if self._left and not self._queues:
            self._left -= 1
            return True
        self._queues.setdefault(reader.address, deque()).append(reader)
        return False

    def _turn(self) -> None:
        self._left = self._most
        self._scheduled = False
        queues = self._queues
        while queues and self._left:
            self._left -= 1
            address = next(iter(queues))
            queue = queues.pop(address)
            reader = queue.popleft()
            if queue:
                queues[address] = queue  # behind the others
            reader.go_on()
        if queues and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._turn)
