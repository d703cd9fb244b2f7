"""One Engine.IO connection: heartbeat, bounded queue, end. What its messages mean is its subclass's."""

import asyncio
import math
import random
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from chatroom.gateway.burst import Burst
from chatroom.gateway.handshake import Handshake
from chatroom.gateway.link import Link, PollingLink
from chatroom.gateway.upgrade import Upgrade
from chatroom.wire.engine_packet import CLOSE, MESSAGE, NOOP_FRAME, PING_FRAME, PONG, SEPARATOR
from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import Frame, Joined

if TYPE_CHECKING:
    from chatroom.gateway.server import SocketServer

NORMAL, GOING_AWAY, POLICY, RESTART = 1000, 1001, 1008, 1012
_CODES = {"ping timeout": GOING_AWAY, "server shutting down": RESTART, "rate limit": POLICY}


class Disconnected(Exception):
    """The client went away before what was awaited of it."""


class Connection(ABC):
    """The state of one session, on whichever link it travels; see `Link` for the transports."""

    __slots__ = (
        "_waiters",
        "burst",
        "closed",
        "connect_by",
        "doomed",
        "handshake",
        "link",
        "outbox",
        "pending",
        "ping_at",
        "places",
        "pong_by",
        "queued",
        "server",
        "sid",
        "slot",
        "strict",
        "upgrade",
    )

    def __init__(self, server: "SocketServer", sid: str, handshake: Handshake, link: Link) -> None:
        """Open a session on `link`; the caller sends the open packet."""
        self.server = server
        self.sid = sid
        self.handshake = handshake
        self.link = link
        link.connection = self
        self.upgrade: Upgrade | None = None
        self.pending: list[Frame] = []
        self.burst: Burst | None = None  # what is pending besides, shared with others
        self.places: list[int] = []  # of each pending frame: how many frames of the burst come before it
        # Look at `admit` before queueing: the network is behind, or gone.
        self.strict = link.name == "polling"
        self.queued = 0  # bytes that wait, counted while `strict`
        self.closed = False
        self.doomed = False  # too slow, or gone: closed in one of the next turns
        self.slot = 0
        now = server.loop.time()
        interval = server.options.ping_interval
        self.ping_at = now + interval * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        self.pong_by = math.inf
        self.connect_by = now + server.options.connect_timeout
        self.outbox = server.outbox
        self._waiters: list[asyncio.Future[None]] | None = None
        self.rearm()

    # What the subclass gives.

    @abstractmethod
    def message(self, text: bytes) -> None:
        """Take the text of one message packet; raises ProtocolError."""

    @abstractmethod
    def binary(self, data: bytes) -> None:
        """Take one binary message; raises ProtocolError."""

    @abstractmethod
    def lost(self, reason: str) -> None:
        """Tell the application; called once."""

    @property
    def busy(self) -> bool:
        """Whether the application is at work on an event of this connection."""
        return False

    def next_deadline(self) -> float:
        """The loop time at which `expire` has something to do."""
        upgrade_by = math.inf if self.upgrade is None else self.upgrade.by
        return min(self.ping_at, self.pong_by, self.connect_by, upgrade_by)

    # In.

    def text(self, packet: bytes) -> None:
        """Take one Engine.IO text packet from the link in use; raises ProtocolError."""
        kind = packet[0] if packet else 0
        if kind == MESSAGE:
            self.server.stats.messages_in += 1
            self.message(packet[1:])
        elif kind == PONG:
            # Only an asked-for pong counts: a client cannot live on pongs alone.
            if self.pong_by is not math.inf:
                self.pong_by = math.inf
                self.ping_at = self.server.loop.time() + self.server.options.ping_interval
                self.rearm()
        elif kind == CLOSE:
            if isinstance(self.link, PollingLink) and not self.link.polled:
                # Its GET may have been overtaken by this POST on another network connection.
                self.server.leave_farewell(self.sid, NOOP_FRAME.packet, 1.0)
            self.close("transport close", gone=True)
        else:
            raise ProtocolError("packet that no client sends")

    def fail(self, error: ProtocolError) -> None:
        """End the connection for what the peer did."""
        self.close("parse error", error.code, gone=True)

    # Out.

    def admit(self, frame: Frame) -> bool:
        """Whether `frame` may be queued while the network is behind; the slow path of `Client.push`."""
        if self.closed or self.doomed:
            return False
        options = self.server.options
        after = self.queued + frame.size
        if after > options.soft_limit and frame.ephemeral:
            self.server.stats.drops += 1
            return False
        if self.queued and after > options.hard_limit:
            self.doomed = True
            self.outbox.doom(self)
            return False
        self.queued = after
        return True

    def queue(self, frame: Frame) -> None:
        """Queue `frame`; the twin of `Client.push` for packets of the connection itself."""
        if self.strict and not self.admit(frame):
            return
        self.put(frame)

    def put(self, frame: Frame) -> None:
        """Queue a frame that is admitted."""
        pending = self.pending
        if self.burst is not None:
            self.places.append(len(self.burst.frames))
        elif not pending:
            self.outbox.mark(self)
        pending.append(frame)

    def fold(self) -> bool:
        """Leave a burst that takes no more frames: what it brought waits as one. False: it still takes some."""
        burst, frames = self.burst, self.pending
        if burst is None or not burst.sealed:
            return False
        self.server.stats.messages_out += len(frames) + len(burst.frames) - 1
        self.pending = [Joined(burst.mix(frames, self.places) if frames else burst.seal())]
        self.burst, self.places = None, []
        return True

    def flush(self) -> None:
        """Send what is pending, if the link takes anything now."""
        link, frames, burst = self.link, self.pending, self.burst
        if not link.ready or not (frames or burst):
            return
        count = len(frames)
        if frames:
            self.pending = []
        if burst is None:
            backlog = link.send(frames)
        else:
            self.burst = None
            count += len(burst.frames)
            whole = burst.mix(frames, self.places) if frames else burst.seal()
            if frames:
                self.places = []
            backlog = link.put(whole)
        self.server.stats.messages_out += count
        if backlog or self.strict:
            self.relieved(backlog)
            # One frame may be larger than the limit; a client that reads gets it.
            if backlog > self.server.options.hard_limit and count > 1 and not self.closed:
                self.doomed = True
                self.outbox.doom(self)

    def relieved(self, backlog: int) -> None:
        """Note that the network has taken all but `backlog` bytes of what was written."""
        self.queued = backlog + sum(frame.size for frame in self.pending)
        self.strict = bool(backlog) or self.closed or self.doomed or self.link.name == "polling"
        if self._waiters is not None and self.queued <= self.server.options.soft_limit:
            waiters, self._waiters = self._waiters, None
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    def deafen(self) -> None:
        """Queue nothing any more: nobody takes it."""
        self.strict = self.doomed = True
        self.pending, self.burst, self.places = [], None, []

    async def drained(self) -> None:
        """Wait until the queue is below the soft limit; raises Disconnected."""
        if self.closed:
            raise Disconnected
        if self.queued > self.server.options.soft_limit:
            waiter: asyncio.Future[None] = self.server.loop.create_future()
            self._waiters = [*(self._waiters or ()), waiter]
            await waiter

    # Time.

    def rearm(self) -> None:
        """Have the wheel wake this connection at its next deadline."""
        self.server.wheel.put(self, self.next_deadline())

    def due(self, horizon: float) -> None:
        """Act on what is due; the wheel calls this."""
        if self.closed:
            return
        self.expire(horizon)
        if not self.closed:
            self.rearm()

    def expire(self, horizon: float) -> None:
        """Send the ping, or end what took too long."""
        options = self.server.options
        if self.pong_by < horizon:
            if not self.link.paused:
                self.close("ping timeout", gone=True)
                return
            self.pong_by = horizon + options.ping_timeout  # we are not listening: the pong may be in the pipe
        if self.connect_by < horizon:
            self.close("connect timeout", POLICY)
            return
        if self.upgrade is not None and self.upgrade.by < horizon:
            self.upgrade.drop()
        if self.ping_at < horizon:
            self.ping_at = math.inf
            self.pong_by = self.server.loop.time() + options.ping_timeout
            self.link.urgent(PING_FRAME)

    # The end.

    def link_lost(self, link: Link, reason: str) -> None:
        """Note that the network closed `link`."""
        if self.upgrade is not None and link is self.upgrade.link:
            self.upgrade.drop()
        elif link is self.link:
            self.close(reason, gone=True)

    def close(self, reason: str, code: int = 0, *, gone: bool = False) -> None:
        """End the session; `gone` = the client did it or is not there, so nothing waits for its next GET."""
        if self.closed:
            return
        self._end(reason)
        link = self.link
        if isinstance(link, PollingLink):
            farewell = SEPARATOR.join([frame.packet for frame in [*self.pending, link.goodbye]])
            if gone:
                link.answer(NOOP_FRAME.packet)
                link.close(0, reason)
            elif not link.answer(farewell):
                self.server.leave_farewell(self.sid, farewell)
        else:
            self.flush()
            link.close(code or _CODES.get(reason, NORMAL), reason)
        self.pending = []
        # The collector of circles hardly ever looks at what is old: 5 000 connections left 13 MB behind.
        link.connection = None

    def give_up(self) -> None:
        """End the session of a client that does not take what it is sent."""
        if self.closed:
            return
        self.server.stats.slow_consumers += 1
        self.deafen()
        self._end("slow consumer")
        self.link.abort()
        self.link.connection = None

    def _end(self, reason: str) -> None:
        self.closed = self.strict = True
        self.server.forget(self, reason)
        if self.upgrade is not None:
            self.upgrade.drop()
        for waiter in self._waiters or ():
            if not waiter.done():
                waiter.set_exception(Disconnected())
        self._waiters = None
        self.lost(reason)
