"""A WebSocket after its 101: bytes in, one write per loop turn out."""

import asyncio
from abc import abstractmethod
from functools import partial
from typing import Any

from chatroom.gateway.engine.link import Link
from chatroom.gateway.ways.sessions import Sessions
from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import PONG as PONG_HEAD
from chatroom.wire.frame import Frame, close_frame, websocket_frame
from chatroom.wire.websocket import CLOSE, PING, POLICY, PONG, TEXT, Reader

_CLOSE_TIMEOUT = 3.0  # seconds in which the client takes our close frame, before the line is cut
# Bytes that a client may still send behind our close frame: far more than it had under way.
_DROPPED = 1024 * 1024
_BATCH = 16  # messages parsed before looking whether reading was paused


class WebSocketLink(Link):
    """The protocol of one network connection. Its subclasses carry the bytes. `ready` until it closes."""

    __slots__ = ("_dropped", "_owners", "_reader", "_server", "_stats", "slot")

    joins = True

    def __init__(self, server: Sessions, owners: set[Any]) -> None:
        """Serve the WebSocket that is about to `start`; `owners` is the set that uvicorn's shutdown goes through."""
        super().__init__()
        self._server = server
        self._stats = server.stats
        self._owners = owners
        self._reader = Reader(server.options.max_payload, server.options.max_fragments)
        self.slot = 0
        self._dropped = 0  # bytes that came behind our close frame

    # What the subclass gives.

    @abstractmethod
    def start(self, transport: asyncio.Transport, first: bytes, data: bytes) -> None:
        """Write `first` to `transport` and begin with the bytes that followed the request's head."""

    @property
    @abstractmethod
    def blocked(self) -> bool:
        """Whether the network does not take what we write."""

    @abstractmethod
    def listen(self, *, on: bool) -> None:
        """Read what comes, or do not."""

    @abstractmethod
    def write_eof(self) -> None:
        """End our stream behind what waits."""

    @abstractmethod
    def hang_up(self) -> None:
        """End the network connection behind what waits."""

    @abstractmethod
    def cut(self) -> None:
        """End the network connection at once."""

    # In.

    def begin(self) -> None:
        """Be known as open."""
        self._server.links.add(self)
        self._owners.add(self)

    def received(self, data: bytes) -> None:
        """Take bytes of the network."""
        if not self.ready:
            self._drop(len(data))
            return
        self._stats.bytes_in += len(data)
        connection = self.connection
        try:
            if connection is not None and connection.link is self and not self.paused:
                text = self._reader.single(data)
                if text is not None:
                    connection.text(text)
                    return
            self._reader.feed(data)
            if not self.paused:
                self._consume()
            self._count_unread()
        except ProtocolError as error:
            self._failed(error)

    def _drop(self, size: int) -> None:
        """Cut the line of a client that floods behind our close frame: reading takes time, too."""
        self._dropped += size
        if self._dropped > _DROPPED:
            self.cut()

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
                if not self.ready:
                    return
            if self.paused:
                return

    def _count_unread(self) -> None:
        """Say how much of what came is kept: a part of a message, or what waits while reading is paused."""
        connection, unread = self.connection, self._reader.buffered
        if connection is not None and unread != connection.unread and not connection.closed:
            connection.unread = unread
            connection.account()

    def _probing(self) -> bool:
        return self.connection is not None and self.connection.link is not self

    def _other(self, opcode: int, payload: bytes) -> None:
        if opcode in (PING, PONG) and self.connection is not None and not self.connection.spare():
            self.close(POLICY, "rate limit")
        elif opcode == PING:
            # Answers that the network does not take are not kept: an honest client waits for one at a time.
            if not self.blocked:
                self.put(websocket_frame(PONG_HEAD, payload))
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
            self.listen(on=False)

    def resume(self) -> None:
        if self.paused:
            self.paused = False
            if self.ready:
                self.listen(on=True)
                self._server.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Take what was received before reading was paused."""
        if self.ready and not self.paused:
            try:
                self._consume()
                self._count_unread()
            except ProtocolError as error:
                self._failed(error)

    # Out.

    def send(self, frames: list[Frame]) -> int:
        return self.put(b"".join([frame.ws for frame in frames]))

    def urgent(self, frame: Frame) -> None:
        if self.ready:
            self.put(frame.ws)

    def relieved(self, backlog: int) -> None:
        """Note that the network takes what we write again, but for `backlog` bytes."""
        if self.connection is not None and self.connection.link is self:
            self.connection.relieved(backlog)

    # The end.

    def close(self, code: int, reason: str) -> None:
        """Send the close frame and the end of our stream, then wait for the client's, so that no reset eats it."""
        if not self.ready:
            return
        self.ready = False
        self.put(close_frame(code, reason))
        if self.paused:
            self.paused = False
            self.listen(on=True)
        self.write_eof()
        self._server.wheel.put(self, self._server.loop.time() + _CLOSE_TIMEOUT)

    def abort(self) -> None:
        self.ready = False
        self.cut()

    def due(self, horizon: float) -> None:
        """Cut the line of a client that does not close it."""
        self.cut()

    def at_eof(self) -> None:
        """Close after the client's stream, in our turn: thousands may end at once, and each costs two system calls."""
        self._go_deaf()
        self._server.leaving.put(partial(self._leave, "transport close"))

    def lost(self, error: Exception | None) -> None:
        """Note that the network connection is no more."""
        self._go_deaf()
        self._server.wheel.remove(self)
        self._server.links.discard(self)
        self._owners.discard(self)
        if self.connection is not None and not self.connection.closed:
            self._server.leaving.put(
                partial(self._leave, "transport close" if error is None else "transport error")
            )

    def _go_deaf(self) -> None:
        self.ready = False
        if self.connection is not None and self.connection.link is self:
            self.connection.deafen()

    def _leave(self, reason: str) -> None:
        if self.connection is not None:
            self.connection.link_lost(self, reason)
        self.hang_up()

    def shutdown(self) -> None:
        """Begin the drain: uvicorn calls this on SIGTERM."""
        self._server.begin_drain()
