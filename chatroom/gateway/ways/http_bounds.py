"""The bounds of one HTTP connection: how long each state lasts, what it holds in memory, how it ends.

Theory of operation. A connection goes

    IDLE -> HEAD -> BODY -> ANSWER -> IDLE ...      and to LINGER from anywhere

- IDLE: nothing of a request has come. Ends after `keep_alive`, the first time after `head_timeout`.
- HEAD, BODY: part of a request has come; each has its deadline.
- BODY, though the answer is complete: the rest is read and dropped within the bounds of LINGER, then IDLE.
- ANSWER: the request is complete. The next begins when it is answered and the network has taken nearly all of that.
- LINGER: the last answer has been given before the client had sent everything. Our side of the stream is closed, and
  what still comes is read and dropped, so that no reset overtakes the answer (RFC 9112, 9.6).
- GONE: the network connection is closed, or somebody else's.

What it holds in memory is told to `Peers`, which cuts the slowest when an address holds too much.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import Any, Final

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chatroom.core.addresses import plain
from chatroom.gateway.engine.wheel import Wheel
from chatroom.gateway.ways.answers import AnswerTransport, refusal
from chatroom.gateway.ways.fair_reads import FairReads
from chatroom.gateway.ways.peers import SMALL, HttpLimits, Peer, Peers

IDLE, HEAD, BODY, ANSWER, LINGER, GONE = range(6)
_LINE: Final = 128  # bytes that a line of a head costs besides its own
_FULL: Final = refusal(503, b"Too many connections", b"Retry-After: 2\r\n")


class Flow(FlowControl):
    """uvicorn's, which would go on reading while what was read before still waits."""

    held = False

    def hold(self) -> None:
        """Read nothing until `release`."""
        self.held = True
        self.pause_reading()

    def release(self) -> None:
        """Go on."""
        self.held = False
        self.resume_reading()

    def resume_reading(self) -> None:
        if not self.held:
            super().resume_reading()


class BoundedConnection(HttpToolsProtocol, ABC):
    """A network connection with its deadlines and its share of memory; a subclass reads the requests."""

    peer: Peer
    flow: Flow

    def __init__(
        self, limits: HttpLimits, peers: Peers, fair_reads: FairReads, wheel: Wheel, **given: Any
    ) -> None:
        """Serve one network connection; uvicorn gives what is `given`."""
        super().__init__(**given)
        self.slot = 0
        self._limits = limits
        self._peers = peers
        self._fair_reads = fair_reads
        self._wheel = wheel
        self._state = self._timed = IDLE  # what it is in, and what its deadline is for
        self._since = 0.0  # when that deadline was set (loop time)
        self._waiting = b""  # bytes behind a request that is under way
        self._at = 0  # where they begin
        self._head = 0  # bytes of the head, later also of what surrounds the body
        self._body = 0  # bytes of the body that have come
        self._dropped = 0  # bytes read after the answer
        self._untaken = 0  # bytes of answers that the client had not taken when last looked at
        self._held = 0  # bytes that `Peers` knows of
        self._held_since = 0.0

    # The network connection.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = Flow(transport)
        self._answers = AnswerTransport(transport, self._finish)
        # What is longer goes to the network at once, not at the end of the turn, and what it does not take is counted.
        transport.set_write_buffer_limits(high=SMALL)
        if self.client is not None:
            self.client = (plain(self.client[0]), self.client[1])
        if self._peers.enter(self, self.client[0] if self.client else "", len(self.connections)):
            self._within(self._limits.head_timeout)
        else:
            self._state = GONE
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._state = GONE
        self._forget()
        super().connection_lost(exc)
        self.cycle = None  # type: ignore[assignment] # an Answering holds us

    def _forget(self) -> None:
        """Take the connection off the books."""
        self._waiting = b""
        self._wheel.remove(self)
        self._fair_reads.forget(self)
        self._peers.leave(self)
        self._answers.end()

    def shutdown(self) -> None:
        """Begin the drain: end now, or behind the answer that is under way."""
        if self._state is not LINGER:
            super().shutdown()

    # Whose turn it is to read.

    @property
    def address(self) -> str:
        """Who shares the turns with this connection."""
        return self.peer.key

    @property
    def is_proxy(self) -> bool:
        """Whether many people come through its address."""
        return self.peer.is_proxy

    @abstractmethod
    def go_on(self) -> None:
        """Read what waits."""

    # Deadlines.

    def _within(self, seconds: float) -> None:
        self._since = self.loop.time()
        self._wheel.put(self, self._since + seconds)

    def _watch(self) -> None:
        """Set the deadline of the state that has begun."""
        self._timed = state = self._state
        limits = self._limits
        if state is IDLE:
            self._within(limits.keep_alive)
        elif state is HEAD:
            self._within(limits.head_timeout)
        elif state is BODY:
            self._within(limits.body_timeout)
        elif self._untaken:
            self._within(limits.still_timeout)
        else:
            self._wheel.remove(self)

    def due(self, horizon: float) -> None:
        """End what takes too long; whoever takes something of an answer may go on."""
        left = self.transport.get_write_buffer_size()
        if self._waiting and self._state is not ANSWER:  # for its turn
            self._within(self._limits.head_timeout)
        elif self._state is IDLE and not left:
            self.transport.close()
        elif self._state in (ANSWER, GONE) and left < self._untaken:
            self._untaken = left
            self._within(self._limits.still_timeout)
        else:
            self.transport.abort()

    # Memory.

    def pause_writing(self) -> None:
        super().pause_writing()
        self._untaken = self.transport.get_write_buffer_size()
        self._count()
        if self._state is ANSWER or self._state is GONE:
            self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._untaken = 0
        self._count()
        if self._state is ANSWER:
            self._watch()
            if self.cycle.response_complete:
                self._next()

    def _count(self) -> None:
        """Tell what this connection holds, when it is much or was."""
        lines = _LINE * len(self.headers) if self.headers and self._state is not IDLE else 0
        size = self._head + self._body + lines + len(self._waiting) - self._at + self._untaken
        if size <= SMALL:
            size = 0
        if size != self._held:
            if not self._held:
                self._held_since = self.loop.time()
            self._held = size
            self._peers.hold(self, size)

    def pace(self, now: float) -> float:
        """Bytes per second that have come or been taken since this connection began to hold any."""
        left = self.transport.get_write_buffer_size()
        moved = max(self._untaken - left, 0) if left else self._held
        return moved / max(now - self._held_since, 0.001)

    def cut(self) -> None:
        """End a connection that holds too much; `Peers` has released what it held, and so do we, at once.

        Thousands of reads may lie between this and the end of the network connection.
        """
        self._held = 0
        self._state, self._waiting, self._at = GONE, b"", 0
        self.transport.abort()

    def idle_since(self) -> float | None:
        """Since when nothing is under way; None while something is."""
        return self._since if self._state in (IDLE, LINGER) and not self._waiting else None

    def close_idle(self) -> None:
        """End it between two requests."""
        self.transport.close()

    # The end.

    @abstractmethod
    def _next(self) -> None:
        """Go on with the next request."""

    def refuse(self, status: int, message: bytes, extra: bytes = b"") -> None:
        """Answer what no application sees, and end."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:  # its body is refused
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        self.transport.write(refusal(status, message, extra))
        self._linger()

    def _finish(self) -> None:
        """End behind the answer that has been given."""
        if self._state is not ANSWER or self._waiting:
            self._linger()
            return
        self._state = GONE
        self.transport.close()
        if self._untaken:
            self._watch()

    def _linger(self) -> None:
        """End our side of the stream, and let the client read that before it is cut off."""
        if self._state in (LINGER, GONE):
            return
        self._state, self._waiting, self._at, self._head, self._body = LINGER, b"", 0, 0, 0
        self._dropped = 0
        self._count()
        self.flow.release()
        self.transport.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._within(self._limits.linger_idle)

    def _drop(self, size: int) -> None:
        """Count bytes that are read only to be dropped, and end the connection when they are too many."""
        limits, now = self._limits, self.loop.time()
        self._dropped += size
        end = self._since + limits.linger_time
        if self._dropped > limits.linger_size or now >= end:
            self.transport.abort()
        else:
            self._wheel.put(self, min(now + limits.linger_idle, end))
