"""A WebSocket on a transport that is ours: bytes in, one write per loop turn out."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from chatroom.gateway.link import Link
from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import PONG as PONG_HEAD
from chatroom.wire.frame import Frame, close_frame, websocket_frame
from chatroom.wire.websocket import CLOSE, PING, PONG, TEXT, Reader

if TYPE_CHECKING:
    from chatroom.gateway.server import SocketServer

_CLOSE_TIMEOUT = 3.0  # seconds in which the client takes our close frame, before the line is cut
_BATCH = 16  # messages parsed before looking whether reading was paused


class RawLink(Link, asyncio.Protocol):
    """The WebSocket protocol of one network connection after its 101."""

    __slots__ = ("_blocked", "_closing", "_owners", "_reader", "_server", "_transport", "slot")

    joins = True

    _transport: asyncio.Transport

    def __init__(self, server: "SocketServer", owners: set[Any]) -> None:
        """Serve the WebSocket that is about to `start`; `owners` is the set that uvicorn's shutdown goes through."""
        super().__init__()
        self._server = server
        self._owners = owners
        self._reader = Reader(server.options.max_payload, server.options.max_fragments)
        self._blocked = False  # the network does not take what we write
        self._closing = False
        self.slot = 0

    def start(self, transport: asyncio.Transport, first: bytes, data: bytes) -> None:
        """Write `first` to `transport` and begin with the bytes that followed the request's head."""
        self._transport = transport
        self._server.links.add(self)
        self._owners.add(self)
        transport.write(first)
        if data:
            self.data_received(data)

    # In.

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        self._server.stats.bytes_in += len(data)
        try:
            connection = self.connection
            if connection is not None and connection.link is self and not self.paused:
                text = self._reader.single(data)
                if text is not None:
                    connection.text(text)
                    return
            self._reader.feed(data)
            if not self.paused:
                self._consume()
        except ProtocolError as error:
            self._failed(error)

    def _consume(self) -> None:
        reader = self._reader
        # While this link is probing, each message may pause it.
        while messages := reader.read(1 if self._probing() else _BATCH):
            for opcode, payload in messages:
                if opcode == TEXT and self.connection is not None:
                    if self.connection.link is self:
                        self.connection.text(payload)
                    elif self.connection.upgrade is not None:
                        self.connection.upgrade.text(payload)
                else:
                    self._other(opcode, payload)
                if self._closing:
                    return
            if self.paused:
                return

    def _probing(self) -> bool:
        return self.connection is not None and self.connection.link is not self

    def _other(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            # Answers that the network does not take are not kept: an honest client waits for one at a time.
            if not self._blocked:
                self._transport.write(websocket_frame(PONG_HEAD, payload))
        elif opcode == CLOSE:
            self.close(int.from_bytes(payload[:2], "big") if payload else 1000, "")
            if self.connection is not None:
                self.connection.link_lost(self, "transport close")
        elif opcode != PONG and self.connection is not None:
            if self.connection.link is self:
                self.connection.binary(payload)
            elif self.connection.upgrade is not None:
                self.connection.upgrade.drop(1002)

    def _failed(self, error: ProtocolError) -> None:
        connection = self.connection
        if connection is not None and connection.link is self:
            connection.fail(error)
        elif connection is not None and connection.upgrade is not None:
            connection.upgrade.drop(error.code)
        self.close(error.code, "")

    def pause(self) -> None:
        if not self.paused:
            self.paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        if self.paused:
            self.paused = False
            if not self._closing:
                self._transport.resume_reading()
                self._server.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Take what was received before reading was paused."""
        if not self._closing and not self.paused:
            try:
                self._consume()
            except ProtocolError as error:
                self._failed(error)

    # Out.

    def send(self, frames: list[Frame]) -> int:
        return self.write(b"".join([frame.ws for frame in frames]))

    def write(self, data: bytes) -> int:
        if self._closing:
            return 0
        self._server.stats.bytes_out += len(data)
        self._transport.write(data)
        return self._transport.get_write_buffer_size() if self._blocked else 0

    def urgent(self, frame: Frame) -> None:
        if not self._closing:
            self._transport.write(frame.ws)

    def pause_writing(self) -> None:
        self._blocked = True

    def resume_writing(self) -> None:
        self._blocked = False
        if self.connection is not None and self.connection.link is self:
            self.connection.relieved(self._transport.get_write_buffer_size())

    # The end.

    def close(self, code: int, reason: str) -> None:
        """Send the close frame and the end of our stream, then wait for the client's, so that no reset eats it."""
        if self._closing:
            return
        self._closing = True
        transport = self._transport
        if transport.is_closing():
            return
        transport.write(close_frame(code, reason))
        if self.paused:
            self.paused = False
            transport.resume_reading()
        if transport.can_write_eof():
            transport.write_eof()
        else:
            transport.close()
        self._server.wheel.put(self, self._server.loop.time() + _CLOSE_TIMEOUT)

    def abort(self) -> None:
        self._closing = True
        self._transport.abort()

    def due(self, horizon: float) -> None:
        """Cut the line of a client that does not close it."""
        self._transport.abort()

    def eof_received(self) -> bool:
        """Close in our turn: thousands may end at once, and each costs two system calls and its farewells."""
        self._closing = True
        self._server.leaving.put(partial(self._leave, "transport close"))
        return self._transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = True
        self._server.wheel.remove(self)
        self._server.links.discard(self)
        self._owners.discard(self)
        if self.connection is not None and not self.connection.closed:
            self._server.leaving.put(
                partial(self._leave, "transport close" if exc is None else "transport error")
            )

    def _leave(self, reason: str) -> None:
        if self.connection is not None:
            self.connection.link_lost(self, reason)
        self._transport.close()

    def shutdown(self) -> None:
        """Begin the drain: uvicorn calls this on SIGTERM."""
        self._server.begin_drain()
