"""What an application sees of a connected browser: `Client`, and what it gives back: `Application`."""

import asyncio
import secrets
from abc import abstractmethod
from collections import deque
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

import msgspec

from chatroom.gateway.engine.backlog import Disconnected
from chatroom.gateway.engine.connection import Connection
from chatroom.gateway.engine.handshake import Handshake
from chatroom.gateway.engine.shared_frames import SharedFrames
from chatroom.wire.frame import Frame, ack_frame, event_frame
from chatroom.wire.socket_packet import ACK, DISCONNECT, EVENT, control_frame, encode

__all__ = ["Application", "Argument", "Client", "Disconnected", "Handshake", "Refused"]

Argument = msgspec.Raw | bytes | Any
Inbound = tuple[str, list[Argument] | Frame, int | None, int]
"""An event that waits for its turn: name, arguments or what refuses it, ack id, bytes."""
_SMALL = 1024  # bytes of an answer that needs no allowance: 64 of them wait at the most, a soft limit's worth
_ID_BYTES = 15  # 120 random bits in 20 URL-safe characters


class Refused(Exception):
    """Raise in `Application.connect`: the client gets CONNECT_ERROR with `message` and `data`."""

    def __init__(self, message: str, data: Mapping[str, object] | None = None) -> None:
        """Keep what the client is told."""
        super().__init__(message)
        self.message = message
        self.data = data


class ClientConnection(Connection):
    """A connection, as its clients see it."""

    __slots__ = ()

    ending: bool
    """Nothing is taken in any more."""

    @abstractmethod
    def finish(self) -> None:
        """Close a connection that is `ending` when nothing of it is left to do."""

    @abstractmethod
    def leave(self, client: "Client", reason: str) -> None:
        """End one namespace."""


class Client:
    """One Socket.IO namespace of one connection. `id` is not the secret id of the transport session."""

    __slots__ = (
        "_calls",
        "_connection",
        "_next_call",
        "answered",
        "busy",
        "connected",
        "data",
        "held",
        "id",
        "inbox",
        "namespace",
        "owed",
    )

    def __init__(self, connection: "ClientConnection", namespace: str) -> None:
        """Stand for `namespace` of `connection`, not connected yet."""
        self._connection = connection
        self._calls: dict[int, asyncio.Future[list[Argument]]] | None = None
        self._next_call = 0
        self.id = secrets.token_urlsafe(_ID_BYTES)
        self.namespace = namespace
        self.connected = False
        self.data: Any = None
        self.held: list[Frame] | None = []  # frames pushed before the CONNECT answer
        self.busy: asyncio.Future[None] | None = None  # the event at work
        self.inbox: deque[Inbound] | None = None
        self.answered: int | None = None  # the last ack id that got its answer
        # Ack ids of started events that wait for their answer, each with the refusals that go out behind it.
        self.owed: dict[int, list[Frame] | None] | None = None

    @property
    def handshake(self) -> Handshake:
        """The request that opened the connection."""
        return self._connection.handshake

    @property
    def transport(self) -> str:
        """`"polling"` or `"websocket"`."""
        return self._connection.link.name

    @property
    def writable(self) -> bool:
        """Whether a volatile event would be sent now."""
        connection = self._connection
        behind = connection.strict and connection.queued > connection.server.options.soft_limit
        return self.connected and connection.link.ready and not behind

    def push(self, frame: Frame) -> None:
        """Queue a frame; it leaves with all others of this loop turn in one write. No-op after a disconnect."""
        if not self.connected:
            if self.held is not None:
                self.held.append(frame)
            return
        connection = self._connection
        if connection.strict and not connection.admit(frame):
            return
        connection.put(frame)

    def give(self, frame: Frame) -> None:
        """Queue what this client asked for: it is sent as fast as it is taken, and never a reason to close."""
        if self.connected and frame.size > _SMALL:
            self._connection.allow(frame.size)
        self.push(frame)

    def enter(self, shared: SharedFrames) -> bool:
        """Take whatever `shared` brings until the end of this turn. False: it is to be pushed, frame by frame."""
        connection = self._connection
        if not self.connected or connection.strict or not connection.link.joins:
            return False
        if connection.shared is not None and not connection.fold():
            return False
        if connection.pending:
            connection.places = [0] * len(connection.pending)
        else:
            connection.flusher.mark(connection)
        connection.shared = shared
        return True

    def reply(self, ack_id: int, args: bytes) -> None:
        """Answer the event that asked with `ack_id`; `args` is JSON without brackets."""
        self.give(ack_frame(ack_id, args, namespace=self.namespace))
        self._settled(ack_id)

    def answer(self, ack_id: int, *args: object) -> None:
        """Answer with objects, which may hold `bytes`."""
        self._send(encode(ACK, self.namespace, ack_id, list(args)))
        self._settled(ack_id)

    def refuse(self, refusal: Frame) -> None:
        """Push what the engine itself says no with, behind the answers to the events before."""
        if self.owed:
            last = next(reversed(self.owed))
            self.owed[last] = [*(self.owed[last] or ()), refusal]
        else:
            self.push(refusal)

    def _settled(self, ack_id: int) -> None:
        self.answered = ack_id
        if self.owed:
            for refusal in self.owed.pop(ack_id, None) or ():
                self.push(refusal)
            if self._connection.ending:
                self._connection.server.loop.call_soon(self._connection.finish)

    def emit(self, name: str, *args: object, volatile: bool = False) -> None:
        """Encode and queue one event; `bytes` in the arguments travel as attachments.

        A volatile event is dropped when the client is not `writable`. Raises TypeError for `bytes` without
        `Options.binary`.
        """
        if volatile and not self.writable:
            self._connection.server.stats.drops += 1
            return
        self._send(encode(EVENT, self.namespace, None, [name, *args]))

    async def call(self, name: str, *args: object, timeout: float) -> list[Argument]:  # noqa: ASYNC109
        """Send an event and wait for its acknowledgement; raises TimeoutError or Disconnected."""
        if not self.connected:
            raise Disconnected
        number = self._next_call
        self._next_call += 1
        answer: asyncio.Future[list[Argument]] = asyncio.get_running_loop().create_future()
        if self._calls is None:
            self._calls = {}
        self._calls[number] = answer
        try:
            self._send(encode(EVENT, self.namespace, number, [name, *args]))
            async with asyncio.timeout(timeout):
                return await answer
        finally:
            self._calls.pop(number, None)

    async def drain(self) -> None:
        """Wait until what is queued is below the soft limit; raises Disconnected."""
        await self._connection.drained()

    def disconnect(self) -> None:
        """Send DISCONNECT for this namespace: the stock client does not come back by itself."""
        if self.connected:
            self.push(control_frame(DISCONNECT, self.namespace))
            self._connection.leave(self, "server namespace disconnect")

    def close(self, reason: str) -> None:
        """Close the transport, after what is queued: the stock client reconnects."""
        self._connection.close(reason)

    def settle(self, number: int | None, args: list[Argument]) -> None:
        """Take the client's acknowledgement `number`; unknown and late ones are ignored."""
        answer = None if self._calls is None or number is None else self._calls.pop(number, None)
        if answer is not None and not answer.done():
            answer.set_result(args)

    def end(self) -> None:
        """Take nothing any more; calls that wait raise Disconnected."""
        self.connected = False
        self.held = None
        self.inbox = None
        for answer in (self._calls or {}).values():
            if not answer.done():
                answer.set_exception(Disconnected())

    def _send(self, frames: list[Frame]) -> None:
        if len(frames) > 1 and not self._connection.server.options.binary:
            raise TypeError("this server sends no binary data")
        for frame in frames:
            self.push(frame)


def error_frame(namespace: str, error: Mapping[str, object]) -> Frame:
    """Return the event `error` that answers an event without an ack id."""
    return event_frame("error", msgspec.json.encode(error), namespace=namespace)


class Application(Protocol):
    """The product behind a `SocketServer`."""

    async def connect(self, client: Client, auth: bytes) -> None:
        """Admit `client` or raise Refused; `auth` is a JSON object. Bounded by `Options.connect_timeout`.

        Cancelled when the transport goes away; `disconnected` then does not follow.
        """

    def connected(self, client: Client) -> None:
        """Take note that the CONNECT answer has been queued."""

    def event(
        self, client: Client, name: str, args: list[Argument], ack_id: int | None
    ) -> Awaitable[None] | None:
        """Handle one event. None: done. An awaitable: this client's next event starts when it is done."""

    def disconnected(self, client: Client, reason: str) -> None:
        """Take note, once per connected client and from the loop, that it is gone."""
