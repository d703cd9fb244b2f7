"""A WebSocket on a transport of the event loop: below TLS, and where there is no epoll."""

import asyncio

from chatroom.gateway.ways.websocket_link import WebSocketLink


class AsyncioLink(WebSocketLink, asyncio.Protocol):
    """Leaves reading, writing and what waits to the transport."""

    __slots__ = ("_blocked", "_transport")

    def start(self, transport: asyncio.Transport, first: bytes, data: bytes) -> None:
        self._blocked = False
        self._transport = transport
        # With a mark of 0 uvloop writes when it is told to, and not all at once at the end of a turn, where nothing
        # bounds it: the longest turn of a broadcast to 10 000 was 26-84 ms and is 5.
        transport.set_write_buffer_limits(high=0)
        transport.set_protocol(self)
        self.begin()
        self.put(first)
        if data:
            self.received(data)

    # What the transport tells.

    def data_received(self, data: bytes) -> None:
        self.received(data)

    def eof_received(self) -> bool:
        self.at_eof()
        return self._transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost(exc)

    def pause_writing(self) -> None:
        self._blocked = True

    def resume_writing(self) -> None:
        self._blocked = False
        self.relieved(self._transport.get_write_buffer_size())

    # What it is told.

    @property
    def blocked(self) -> bool:
        return self._blocked

    def put(self, data: bytes) -> int:
        self._stats.bytes_out += len(data)
        self._transport.write(data)
        return self._transport.get_write_buffer_size() if self._blocked else 0

    def listen(self, *, on: bool) -> None:
        if on:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def write_eof(self) -> None:
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def hang_up(self) -> None:
        self._transport.close()

    def cut(self) -> None:
        self._transport.abort()
