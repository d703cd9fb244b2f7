"""One epoll for the sockets of all WebSockets, which the event loop watches like any other file.

A stream of uvloop costs 2 us for each read and 1 us for each write above the system call. Here who is ready comes as
one list, and a socket is read and written by a plain call.
"""

import asyncio
import select
import time
from typing import Final, Protocol

READ: Final = getattr(select, "EPOLLIN", 0)
WRITE: Final = getattr(select, "EPOLLOUT", 0)
AVAILABLE: Final = hasattr(select, "epoll")
"""Whether this system has epoll: Linux."""
_EVENTS: Final = 1024  # sockets that are asked for at once: as many as uvloop takes
_SHARE: Final = 0.002
"""Seconds of reading in one turn of the event loop. A message needs some six turns: beside eight sockets that sent
60 kB of JSON each in every one, everybody else's messages took 70 ms."""


class Polled(Protocol):
    """Who is called when a socket is ready."""

    def read(self) -> None:
        """Take what has arrived, and nothing else has happened."""

    def act(self, events: int) -> None:
        """Do what these events ask for."""

    def fail(self, error: Exception) -> None:
        """Take the fault of a call above, and end."""


class Poller:
    """Waits for sockets. The loop watches it only while there are any."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._epoll = select.epoll()
        self._polled: dict[int, Polled] = {}
        self._ready: dict[
            int, int
        ] = {}  # sockets that epoll has named and nobody has served yet, with their events

    def add(self, file: int, polled: Polled) -> None:
        """Begin to wait for a socket that can be read."""
        if not self._polled:
            self._loop.add_reader(self._epoll.fileno(), self._serve)
        self._polled[file] = polled
        self._epoll.register(file, READ)

    def change(self, file: int, events: int) -> None:
        """Wait for these events of a socket; for its failure in any case. What it was ready for counts no more."""
        self._epoll.modify(file, events)
        self._ready.pop(file, None)

    def remove(self, file: int) -> None:
        """Wait for nothing of a socket that is still open."""
        self._epoll.unregister(file)
        self._ready.pop(file, None)
        del self._polled[file]
        if not self._polled:
            self._loop.remove_reader(self._epoll.fileno())

    def _serve(self) -> None:
        """Serve those that are ready, each once before any of them twice.

        Who is left over is ready still, so that epoll wakes the loop again.
        """
        ready = self._ready
        if not ready:
            ready.update(reversed(self._epoll.poll(0, _EVENTS)))  # they are taken from its end
        clock = time.monotonic
        end = clock() + _SHARE
        while ready:
            file, events = ready.popitem()
            polled = self._polled[file]
            try:
                if events == READ:
                    polled.read()
                else:
                    polled.act(events)
            except Exception as error:  # noqa: BLE001 - the loop's to report; the others are read
                polled.fail(error)
            if clock() > end:
                break
