"""Whose request is read next: a few in each turn of the event loop, and the addresses one after the other.

Without it a turn is as long as all that arrived is work: 1 000 connections of one address that each sent a request at
once held everybody else up for 0.4-0.9 s.
"""

import asyncio
from typing import Final, Protocol

TURN: Final = 8
"""Reads that are looked at in one turn; each may begin a request, which costs 0.05-0.9 ms."""
OF_ONE: Final = 2
"""Those of one address. A message of somebody else takes some six turns, and is there sooner when they are short."""


class Reader(Protocol):
    """A connection that has something to read."""

    @property
    def address(self) -> str:
        """Whose it is."""

    @property
    def is_proxy(self) -> bool:
        """Whether the address stands for many people."""

    def go_on(self) -> None:
        """Read it now."""


class FairReads:
    """Gives each turn's reads to the addresses that wait, round robin."""

    __slots__ = ("_given", "_left", "_loop", "_most", "_of_one", "_queues", "_scheduled")

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int, of_one: int = OF_ONE) -> None:
        """Allow `most` reads in a turn, `of_one` of them to an address; most = 0: any number."""
        self._loop = loop
        self._most = most
        self._of_one = of_one
        self._left = most
        self._given: dict[str, int] = {}  # in this turn
        self._queues: dict[str, dict[Reader, None]] = {}  # by address, in the order of asking
        self._scheduled = False

    def take(self, reader: Reader) -> bool:
        """Return whether a reader may go on in this turn; otherwise it is told when it may, once."""
        if not self._most:
            return True
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._turn)
        if reader.address not in self._queues and self._give(reader):
            return True
        self._queues.setdefault(reader.address, {})[reader] = None
        return False

    def forget(self, reader: Reader) -> None:
        """Let go of a reader that has ended: connections may come and go faster than they are read."""
        queue = self._queues.get(reader.address)
        if queue is not None:
            queue.pop(reader, None)
            if not queue:
                del self._queues[reader.address]

    def _give(self, reader: Reader) -> bool:
        """Count a read of this turn, where there is one left for its address."""
        given = self._given.get(reader.address, 0)
        if not self._left or (given >= self._of_one and not reader.is_proxy):
            return False
        self._left -= 1
        self._given[reader.address] = given + 1
        return True

    def _turn(self) -> None:
        self._left = self._most
        self._given.clear()
        self._scheduled = False
        queues = self._queues
        while queues:
            address = next(iter(queues))
            reader = next(iter(queues[address]))
            if not self._give(reader):
                break  # and nothing for those behind it, who have been served as often
            queue = queues.pop(address)
            del queue[reader]
            if queue:
                queues[address] = queue  # behind the others
            reader.go_on()
        if queues and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._turn)
