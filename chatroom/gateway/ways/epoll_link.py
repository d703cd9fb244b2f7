"""A WebSocket whose socket is ours: read when the poller says so, written at once.

Theory of operation. uvicorn accepts the connection and reads the handshake. Then `start` duplicates the socket's file
and aborts the transport: from there on nobody but this link reads, writes or closes it.

- `Poller` owns one epoll for all links, which the event loop watches like any file. It is level-triggered: a socket
  that was not read to its end is named again in the next turn. `_events` is what this link waits for; READ goes off
  while the session is behind (`listen`), WRITE goes on while something waits.
- Writing: `put` gives the data to the network at once. What it does not take waits in `_backlog`, behind which
  everything later waits, too; `_relieve` writes it when the socket can take more, and tells the session how much
  still waits. `_backlog` is None, and not empty, while nothing waits.
- The end, in three degrees: `write_eof` ends our stream behind the backlog, `hang_up` closes behind the backlog and
  reads no more, `cut` closes at once. All lead to `_end`, which runs once and closes the file in the next turn. After
  `_end` everything that is written goes nowhere.
- A system call that fails ends the link with its error, wherever it happens; a fault of the session above ends it
  through `fail`. Where no file is left for the duplicate, the link ends before it began.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any, Final

from chatroom.gateway.engine.namespaces import log
from chatroom.gateway.engine.poller import AVAILABLE, READ, WRITE, Poller
from chatroom.gateway.ways.websocket_link import WebSocketLink

_CHUNK: Final = 64 * 1024  # bytes of one read
_NOT_NOW: Final = (BlockingIOError, InterruptedError)


class EpollLink(WebSocketLink):
    """Takes the socket of a transport over. What the network does not take waits in `_backlog`."""

    __slots__ = (
        "_backlog",
        "_ended",
        "_events",
        "_finishing",
        "_hanging_up",
        "_poller",
        "_recv",
        "_send",
        "_size",
        "_socket",
    )

    _poller: Poller
    _socket: socket.socket
    _send: Callable[[bytes], int]

    @staticmethod
    def can_take(transport: asyncio.Transport) -> bool:
        """Whether a socket is all there is to a transport: no TLS above it, and nothing that still waits."""
        return (
            AVAILABLE
            and transport.get_extra_info("socket") is not None
            and transport.get_extra_info("sslcontext") is None
            and not transport.get_write_buffer_size()
        )

    def start(self, transport: asyncio.Transport, first: bytes, data: bytes) -> None:
        self._backlog: list[bytes | memoryview] | None = None
        self._size = 0  # bytes of the backlog
        self._events = READ
        self._finishing = False  # our stream ends behind the backlog
        self._hanging_up = False  # and the connection with it
        self._ended = False
        self._poller = self._server.poller
        transport.set_protocol(_GONE)
        try:
            self._socket = _twin(transport.get_extra_info("socket"))
        except OSError as error:  # no more files
            log.warning("a WebSocket was not taken over: %s", error)
            self.ready, self._ended = False, True
            self._send = len
            self.lost(error)
            return
        finally:
            transport.abort()
        self._recv, self._send = self._socket.recv, self._socket.send
        self._poller.add(self._socket.fileno(), self)
        self.begin()
        self.put(first)
        if data:
            self.received(data)

    # In.

    def read(self) -> None:
        """Take what has arrived."""
        try:
            data = self._recv(_CHUNK)
        except _NOT_NOW:
            return
        except OSError as error:
            self._end(error)
            return
        if data:
            self.received(data)
        else:
            self._watch(self._events & ~READ)
            self.at_eof()

    def act(self, events: int) -> None:
        """Do what these events ask for."""
        if events & WRITE:
            self._relieve()
        if self._ended or not events & ~WRITE:
            return
        if self._events & READ:
            self.read()
        elif events & ~(READ | WRITE):  # it failed, and we do not read
            number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._end(OSError(number, os.strerror(number)) if number else None)

    def listen(self, *, on: bool) -> None:
        if not self._hanging_up:
            self._watch(self._events | READ if on else self._events & ~READ)

    def _watch(self, events: int) -> None:
        if events != self._events and not self._ended:
            self._events = events
            self._poller.change(self._socket.fileno(), events)

    # Out.

    @property
    def blocked(self) -> bool:
        return self._backlog is not None

    def put(self, data: bytes) -> int:
        size = len(data)
        self._stats.bytes_out += size
        if self._backlog is not None:
            self._backlog.append(data)
            self._size += size
            return self._size
        sent = self._write(data)
        return 0 if sent == size else self._keep(data, sent)

    def _write(self, data: bytes) -> int:
        """Give the network what it takes and return how much; all of it when the connection has failed."""
        try:
            return self._send(data)
        except _NOT_NOW:
            return 0
        except OSError as error:
            self._end(error)
            return len(data)

    def _keep(self, data: bytes, sent: int) -> int:
        """Keep what the network did not take."""
        self._backlog = [memoryview(data)[sent:]]
        self._size = len(data) - sent
        self._watch(self._events | WRITE)
        return self._size

    def _relieve(self) -> None:
        """Write what waits."""
        waiting = b"".join(self._backlog or ())
        sent = self._write(waiting)
        if self._ended:
            return
        if sent < len(waiting):
            backlog = self._keep(waiting, sent)
            if sent:
                self.relieved(backlog)
            return
        self._backlog, self._size = None, 0
        self._watch(self._events & ~WRITE)
        if self._finishing:
            self.write_eof()
        if self._hanging_up:
            self._end(None)
        else:
            self.relieved(0)

    # The end.

    def write_eof(self) -> None:
        self._finishing = True
        if self._backlog is None and not self._ended:
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError as error:
                self._end(error)

    def hang_up(self) -> None:
        if self._backlog is None:
            self._end(None)
        else:
            self.listen(on=False)
            self._hanging_up = True

    def cut(self) -> None:
        self._end(None)

    def fail(self, error: Exception) -> None:
        """Report a fault of ours and end."""
        self._server.loop.call_exception_handler({"message": "a WebSocket failed", "exception": error})
        self._end(error)

    def _end(self, error: Exception | None) -> None:
        if self._ended:
            return
        self.ready, self._ended = False, True
        self._backlog, self._size, self._send = None, 0, len  # what is written now goes nowhere
        self._poller.remove(self._socket.fileno())
        self._server.loop.call_soon(self._close, error)

    def _close(self, error: Exception | None) -> None:
        self._socket.close()
        self.lost(error)


def _twin(given: Any) -> socket.socket:
    """The same socket as a file of our own. That it does not block is said with its type: a system call less."""
    kind = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
    return socket.socket(given.family, kind, given.proto, fileno=os.dup(given.fileno()))


class _Gone(asyncio.Protocol):
    """Stands where a socket was taken over."""


_GONE: Final[Any] = _Gone()
