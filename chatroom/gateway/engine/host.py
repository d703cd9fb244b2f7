"""What every connection takes from the server that it belongs to."""

import asyncio
from typing import Any, Protocol

from chatroom.gateway.engine.budget import WorkQueue
from chatroom.gateway.engine.flusher import Flusher
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.rate import Rate
from chatroom.gateway.engine.stats import Stats
from chatroom.gateway.engine.wheel import Wheel
from chatroom.wire.socket_packet import Limits


class Memory(Protocol):
    """The budget of bytes that wait, by address."""

    def hold(self, address: str, change: int) -> bool:
        """Count `change` bytes more; return whether the address holds no more than it may."""


class Host(Protocol):
    """One Socket.IO server, as its connections see it."""

    loop: asyncio.AbstractEventLoop
    wheel: Wheel
    options: Options
    stats: Stats
    limits: Limits
    flusher: Flusher
    asking: WorkQueue
    """CONNECTs that wait to be put to the application."""
    leaving: WorkQueue
    """Connections that have ended, and what the application is told of it."""
    event_rate: Rate
    byte_rate: Rate
    control_rate: Rate
    metered: bool
    works: set[asyncio.Future[None]]
    """Events that the application is at work on."""

    @property
    def admission(self) -> Memory:
        """Where bytes that wait are counted."""

    def forget(self, connection: Any, reason: str) -> None:
        """Take a connection that ended off the books."""

    def leave_farewell(self, connection: Any, body: bytes, seconds: float = ...) -> None:
        """Keep the last packets of a polling session for its next GET."""
