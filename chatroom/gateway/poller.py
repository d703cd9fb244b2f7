"""The network connections of WebSockets, read and written past the event loop's streams.

A stream of uvloop costs 2 us for each read and 1 us for each write above the system call. One epoll for all of
them, which the loop watches like any other file, brings who is ready as one list, and a socket is read and written by
a plain call: half of what a message costs beside the kernel (docs/performance.md).
"""

import asyncio
import os
import select
import socket
from typing import Any, Final

_EVENTS: Final = 1024  # connections read in one turn: as many as uvloop takes
_READ: Final = 64 * 1024
_IN: Final = getattr(select, "EPOLLIN", 0)
_OUT: Final = getattr(select, "EPOLLOUT", 0)
_NOT_NOW: Final = (BlockingIOError, InterruptedError)


class Poller:
    """Waits for all transports of one event loop; the loop watches it only while there are any."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._epoll = select.epoll()
        self._transports: dict[int, SocketTransport] = {}

    def add(self, transport: "SocketTransport", file: int) -> None:
        """Begin to read a transport."""
        if not self._transports:
            self.loop.add_reader(self._epoll.fileno(), self._ready)
        self._transports[file] = transport
        self._epoll.register(file, _IN)

    def change(self, file: int, events: int) -> None:
        """Wait for these events of a file; for its failure in any case."""
        self._epoll.modify(file, events)

    def remove(self, file: int) -> None:
        """Wait for nothing of a file, which is still open."""
        self._epoll.unregister(file)
        del self._transports[file]
        if not self._transports:
            self.loop.remove_reader(self._epoll.fileno())

    def _ready(self) -> None:
        transports = self._transports
        for file, events in self._epoll.poll(0, _EVENTS):
            transport = transports.get(file)
            if transport is None:  # ended by one before it
                continue
            try:
                if events == _IN:
                    transport.read()
                else:
                    transport.act(events)
            except Exception as error:  # noqa: BLE001 - the loop's to report; the others are read
                transport.fail(error)


class SocketTransport(asyncio.Transport):
    """One connected stream socket. Its protocol is told to pause whenever the network takes less than it is given."""

    __slots__ = (
        "_backlog",
        "_closing",
        "_ended",
        "_events",
        "_file",
        "_finishing",
        "_poller",
        "_protocol",
        "_recv",
        "_send",
        "_size",
        "_socket",
    )

    def __init__(self, poller: Poller, sock: socket.socket, protocol: asyncio.Protocol) -> None:
        """Own `sock`, which does not block, and read it from now on."""
        self._poller = poller
        self._socket = sock
        self._protocol: Any = protocol
        self._file = sock.fileno()
        self._recv = sock.recv
        self._send = sock.send
        self._events = _IN
        self._backlog: list[bytes | memoryview] | None = None
        self._size = 0  # bytes of the backlog
        self._finishing = False  # our stream ends behind the backlog
        self._closing = False
        self._ended = False
        poller.add(self, self._file)

    # In.

    def read(self) -> None:
        """Take what has arrived; the poller calls this."""
        try:
            data = self._recv(_READ)
        except _NOT_NOW:
            return
        except OSError as error:
            self._end(error)
            return
        if data:
            self._protocol.data_received(data)
            return
        self._watch(self._events & ~_IN)
        if not self._protocol.eof_received():
            self.close()

    def act(self, events: int) -> None:
        """Do what other events than arrived bytes ask for; the poller calls this."""
        if events & _OUT:
            self._relieve()
        if self._ended or not events & ~_OUT:
            return
        if self._events & _IN:
            self.read()
        elif events & ~(_OUT | _IN):  # it failed while we do not read
            number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._end(OSError(number, os.strerror(number)) if number else None)

    def pause_reading(self) -> None:
        self._watch(self._events & ~_IN)

    def resume_reading(self) -> None:
        if not self._closing:
            self._watch(self._events | _IN)

    def _watch(self, events: int) -> None:
        if events != self._events and not self._ended:
            self._events = events
            self._poller.change(self._file, events)

    # Out.

    def write(self, data: bytes) -> None:  # type: ignore[override]
        if self._backlog is not None:
            self._backlog.append(data)
            self._size += len(data)
            return
        if self._closing:
            return
        try:
            sent = self._send(data)
        except _NOT_NOW:
            sent = 0
        except OSError as error:
            self._end(error)
            return
        if sent < len(data):
            self._backlog = [memoryview(data)[sent:]]
            self._size = len(data) - sent
            self._watch(self._events | _OUT)
            self._protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        return self._size

    def _relieve(self) -> None:
        """Write what waits."""
        waiting = b"".join(self._backlog or ())
        try:
            sent = self._send(waiting)
        except _NOT_NOW:
            return
        except OSError as error:
            self._end(error)
            return
        self._size = len(waiting) - sent
        if self._size:
            self._backlog = [memoryview(waiting)[sent:]]
            return
        self._backlog = None
        self._watch(self._events & ~_OUT)
        if self._finishing:
            self.write_eof()
        if self._closing:
            self._end(None)
        else:
            self._protocol.resume_writing()

    # The end.

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self._finishing = True
        if self._backlog is None and not self._ended:
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError as error:
                self._end(error)

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        if self._backlog is None:
            self._end(None)
        else:
            self._watch(self._events & ~_IN)

    def abort(self) -> None:
        self._end(None)

    def fail(self, error: Exception) -> None:
        """Report a fault of the protocol and end."""
        context = {"message": "a connection's protocol failed", "exception": error, "transport": self}
        self._poller.loop.call_exception_handler(context)
        self._end(error)

    def _end(self, error: Exception | None) -> None:
        self._closing = True
        if self._ended:
            return
        self._ended = True
        self._backlog, self._size = None, 0
        self._poller.remove(self._file)
        self._poller.loop.call_soon(self._finish, error)

    def _finish(self, error: Exception | None) -> None:
        protocol, self._protocol = self._protocol, None
        try:
            protocol.connection_lost(error)
        finally:
            self._socket.close()


class _Left(asyncio.Protocol):
    """What is left of a connection whose socket has been taken over."""


_LEFT: Final = _Left()


def take_over(
    transport: asyncio.Transport, poller: Poller | None, protocol: asyncio.Protocol
) -> asyncio.Transport:
    """Give `protocol` the connection of a transport of the event loop; return its transport from now on.

    That is the loop's own where its socket is not all there is to it: below TLS, with bytes that still wait, or without
    epoll.
    """
    if poller is not None and not transport.get_write_buffer_size() and not _is_wrapped(transport):
        given = transport.get_extra_info("socket")
        try:
            file = os.dup(given.fileno())
        except OSError:  # no file is left
            pass
        else:
            # Said with the type, not set: a system call less.
            sock = socket.socket(
                given.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, given.proto, fileno=file
            )
            transport.set_protocol(_LEFT)
            transport.abort()
            return SocketTransport(poller, sock, protocol)
    # With a mark of 0 uvloop writes when it is told to, and not all at once at the end of a turn, where nothing
    # bounds it: the longest turn of a broadcast to 10 000 was 26-84 ms and is 5.
    transport.set_write_buffer_limits(high=0)
    transport.set_protocol(protocol)
    return transport


def _is_wrapped(transport: asyncio.Transport) -> bool:
    return transport.get_extra_info("socket") is None or transport.get_extra_info("sslcontext") is not None
