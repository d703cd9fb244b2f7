"""What an application sees of a connected browser: `Client`, and what it gives back: `Application`."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from chatroom.wire.frame import Frame

Argument = msgspec.Raw | bytes | Any


@dataclass(frozen=True, slots=True)
class Handshake:
    """The HTTP request that opened the connection; header names are lower-case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    address: str
    secure: bool
    path: str


class Refused(Exception):  # noqa: N818 - a word of the protocol, not a fault
    """Raise in `Application.connect`: the client gets CONNECT_ERROR with `message` and `data`."""

    def __init__(self, message: str, data: Mapping[str, object] | None = None) -> None:
        """Keep what the client is told."""
        super().__init__(message)
        self.message = message
        self.data = data


class Disconnected(Exception):  # noqa: N818
    """The client went away before it answered a `Client.call`."""


class Client:
    """One Socket.IO namespace of one connection."""

    __slots__ = ("connected", "data", "handshake", "id", "namespace")

    id: str
    namespace: str
    handshake: Handshake
    connected: bool
    data: Any

    @property
    def transport(self) -> str:
        """`"polling"` or `"websocket"`."""
        raise NotImplementedError

    @property
    def writable(self) -> bool:
        """Whether an ephemeral frame would be sent now."""
        raise NotImplementedError

    def push(self, frame: Frame) -> None:
        """Queue a frame; it leaves with all others of this loop turn in one write. No-op after a disconnect."""
        raise NotImplementedError

    def reply(self, ack_id: int, args: bytes) -> None:
        """Answer the event that asked with `ack_id`; `args` is JSON without brackets."""
        raise NotImplementedError

    def emit(self, name: str, *args: object, volatile: bool = False) -> None:
        """Encode and queue one event; `bytes` in the arguments travel as attachments."""
        raise NotImplementedError

    async def call(self, name: str, *args: object, timeout: float) -> list[Argument]:  # noqa: ASYNC109
        """Send an event and wait for its acknowledgement; raises TimeoutError or Disconnected."""
        raise NotImplementedError

    async def drain(self) -> None:
        """Wait until what is queued is below the soft limit; raises Disconnected."""
        raise NotImplementedError

    def disconnect(self) -> None:
        """Send DISCONNECT for this namespace: the stock client does not come back by itself."""
        raise NotImplementedError

    def close(self, reason: str) -> None:
        """Close the transport: the stock client reconnects."""
        raise NotImplementedError


class Application(Protocol):
    """The product behind a `SocketServer`."""

    async def connect(self, client: Client, auth: bytes) -> None:
        """Admit `client` or raise Refused; `auth` is a JSON object. Bounded by `Options.connect_timeout`."""

    def connected(self, client: Client) -> None:
        """Take note that the CONNECT answer has been queued."""

    def event(
        self, client: Client, name: str, args: list[Argument], ack_id: int | None
    ) -> Awaitable[None] | None:
        """Handle one event. None: done. An awaitable: this client's next event starts when it is done."""

    def disconnected(self, client: Client, reason: str) -> None:
        """Take note, once per connected client, that it is gone."""
