"""What a connection needs of its transport, whichever way it came in."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from chatroom.wire.engine_packet import CLOSE_FRAME, NOOP_FRAME, SEPARATOR
from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import Frame

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_BATCH = 100_000
_PYTHON_BATCH = 16  # python-engineio's client loses the whole payload when it holds more packets


class Probing(Protocol):
    """The move of a session to a second link."""

    link: "Link"

    def text(self, packet: bytes) -> None:
        """Take a packet of the second link."""

    def drop(self, code: int = ...) -> None:
        """Forget the second link."""


class Session(Protocol):
    """A connection, as its links see it."""

    pending: list[Frame]
    queued: int
    unread: int
    closed: bool

    @property
    def link(self) -> "Link":
        """The one in use."""

    @property
    def upgrade(self) -> Probing | None:
        """The move to another one that is under way."""

    def text(self, packet: bytes) -> None:
        """Take an Engine.IO text packet; raises ProtocolError."""

    def binary(self, data: bytes) -> None:
        """Take a binary message; raises ProtocolError."""

    def spare(self) -> bool:
        """Count a ping or pong that nobody asked for; False when they were too many."""

    def flush(self) -> None:
        """Send what is pending."""

    def relieved(self, backlog: int) -> None:
        """Note that the network has taken all but `backlog` bytes."""

    def account(self) -> None:
        """Count what waits here against the budget of the address."""

    def deafen(self) -> None:
        """Queue nothing any more."""

    def fail(self, error: ProtocolError) -> None:
        """End the session for what the peer did."""

    def link_lost(self, link: "Link", reason: str) -> None:
        """Note that the network closed `link`."""


class Link(ABC):
    """One transport of one connection. `ready`: frames can be sent now; `paused`: reading is paused by us."""

    __slots__ = ("connection", "paused", "ready")

    name = "websocket"
    joins = False  # has `put`

    if TYPE_CHECKING:
        put: Callable[[bytes], int]
        """Write bytes of a WebSocket, or keep them until the network takes them; return as `send` does."""

    def __init__(self) -> None:
        """Start open, not yet tied to a connection."""
        self.connection: Session | None = None
        self.ready = True
        self.paused = False

    @abstractmethod
    def send(self, frames: list[Frame]) -> int:
        """Send `frames` with one write; return the bytes that wait for the network."""

    @abstractmethod
    def urgent(self, frame: Frame) -> None:
        """Send `frame` ahead of what is queued."""

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """Say goodbye and close; bounded in time."""

    @abstractmethod
    def abort(self) -> None:
        """Close at once and free what waits for the network."""

    def pause(self) -> None:
        """Stop reading."""
        self.paused = True

    def resume(self) -> None:
        """Read again."""
        self.paused = False


class PollingLink(Link):
    """Long-polling: what is pending leaves as the answer of the next GET."""

    __slots__ = ("_batch", "_poll", "_resumed", "goodbye", "posting")

    name = "polling"

    def __init__(self, user_agent: str = "") -> None:
        """Start without a GET; `user_agent` is that of the client."""
        super().__init__()
        python = "python" in user_agent.lower()
        self._batch = _PYTHON_BATCH if python else _BATCH
        # A close packet tells python-engineio's client not to come back; an unknown session does not.
        self.goodbye = NOOP_FRAME if python else CLOSE_FRAME
        self.ready = False
        self.posting = False  # a POST is being read
        self._poll: asyncio.Future[bytes] | None = None
        self._resumed: asyncio.Future[None] | None = None

    @property
    def polled(self) -> bool:
        """Whether a GET waits for its answer."""
        return self._poll is not None

    def poll(self, future: "asyncio.Future[bytes]") -> None:
        """Take the GET that `future` answers; the caller has checked that none waits."""
        self._poll = future
        self.ready = True

    def answer(self, body: bytes) -> bool:
        """Answer the waiting GET; False when none waits."""
        poll = self._poll
        if poll is None:
            return False
        self._poll = None
        self.ready = False
        if not poll.done():
            poll.set_result(body)
        return True

    def send(self, frames: list[Frame]) -> int:
        batch = self._batch
        self.answer(SEPARATOR.join([frame.packet for frame in frames[:batch]]))
        if len(frames) > batch and self.connection is not None:
            self.connection.pending[:0] = frames[batch:]
        return 0

    def urgent(self, frame: Frame) -> None:
        connection = self.connection
        if connection is not None:
            connection.pending.insert(0, frame)
            connection.queued += frame.size
            connection.flush()

    def close(self, code: int, reason: str) -> None:
        self.answer(CLOSE_FRAME.packet)
        self.resume()

    def abort(self) -> None:
        self.answer(NOOP_FRAME.packet)
        self.resume()

    def resume(self) -> None:
        super().resume()
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)
        self._resumed = None

    async def resumed(self, loop: "asyncio.AbstractEventLoop") -> None:
        """Wait while reading is paused."""
        if self.paused:
            if self._resumed is None:
                self._resumed = loop.create_future()
            await self._resumed
