"""One Engine.IO session: its heartbeat, its deadlines and its end. What its messages mean is its subclass's.

Theory of operation. A session is one object of four classes, each with one concern:

    Backlog               what is to be sent: pending frames, backpressure, the memory they take
    Connection            Engine.IO: ping and pong, deadlines, the upgrade, the end
    NamespaceConnection   Socket.IO: CONNECT and DISCONNECT of namespaces, each a `Client` of the application
    SocketConnection      Socket.IO: events in order, one at a time, acknowledgements, rates

It travels on one `Link`, which owns the transport: a WebSocket, or the GETs and POSTs of polling. `link` is replaced
once at the most, by an upgrade; until the client's `5` the polling link stays the one in use, and whatever goes wrong
with the other one ends the upgrade and not the session. All of it belongs to the thread of the event loop.

- Heartbeat (Engine.IO protocol 4): either a ping is due (`ping_at`) or its pong is (`pong_by`); the other is
  infinite. A pong that nobody asked for keeps nobody alive. While we do not read, for backpressure, the pong may be
  in the pipe: it is waited for again, unless the client has taken nothing of what waits for it meanwhile.
- Deadlines: the timer wheel calls `due` at the earliest of `next_deadline`, which acts and asks for the next; there
  is no timer for each connection. Whatever sets a deadline calls `rearm`.
- The end: `_end` runs once, takes the session off the server's table and tells the application (`lost`). `close`
  sends what is pending and says farewell; on polling the farewell waits for the next GET. `give_up` is for a client
  that takes nothing: its link is aborted, for whatever is written would only wait. `link_lost` is the network's end.
- A fault of the peer is a ProtocolError, which closes with a code; it never reaches the application.
"""

import math
import random
from abc import abstractmethod

from chatroom.gateway.engine.backlog import Backlog
from chatroom.gateway.engine.handshake import Handshake
from chatroom.gateway.engine.host import Host
from chatroom.gateway.engine.link import Link, PollingLink
from chatroom.gateway.engine.upgrade import Upgrade
from chatroom.wire.engine_packet import CLOSE, MESSAGE, NOOP_FRAME, PING_FRAME, PONG, SEPARATOR
from chatroom.wire.errors import ProtocolError

NORMAL, GOING_AWAY, POLICY, RESTART = 1000, 1001, 1008, 1012
_CODES = {"ping timeout": GOING_AWAY, "server shutting down": RESTART, "rate limit": POLICY}


class Connection(Backlog):
    """The state of one session, on whichever link it travels; see `Link` for the transports."""

    __slots__ = (
        "connect_by",
        "control_full_at",
        "handshake",
        "ping_at",
        "pong_by",
        "sid",
        "slot",
        "stuck",
        "upgrade",
    )

    def __init__(self, server: Host, sid: str, handshake: Handshake, link: Link) -> None:
        """Open a session on `link`; the caller sends the open packet."""
        super().__init__(server, link)
        self.sid = sid
        self.handshake = handshake
        link.connection = self
        self.upgrade: Upgrade | None = None
        self.slot = 0
        now = server.loop.time()
        interval = server.options.ping_interval
        self.ping_at = now + interval * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        self.pong_by = math.inf
        self.control_full_at = 0.0
        self.stuck = 0  # bytes that waited when a pong was due while we did not read
        self.connect_by = now + server.options.connect_timeout
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

    def until_admitted(self, size: int) -> float:
        """Return the seconds until the rates admit a packet of `size` bytes."""
        return 0.0

    @property
    def busy(self) -> bool:
        """Whether the application is at work on an event of this connection."""
        return False

    @property
    def address(self) -> str:
        return self.handshake.address

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
            if self.pong_by is math.inf:
                self.spare()
            else:
                self.pong_by = math.inf
                self.ping_at = self.server.loop.time() + self.server.options.ping_interval
                self.rearm()
        elif kind == CLOSE:
            if isinstance(self.link, PollingLink) and not self.link.polled:
                # Its GET may have been overtaken by this POST on another network connection.
                self.server.leave_farewell(self, NOOP_FRAME.packet, 1.0)
            self.close("transport close", gone=True)
        else:
            raise ProtocolError("packet that no client sends")

    def spare(self) -> bool:
        """Count a ping or pong that nobody asked for; False when they are too many and the session has ended."""
        full_at = self.server.control_rate.take(self.control_full_at, self.server.loop.time())
        if full_at < 0:
            self.close("rate limit")
            return False
        self.control_full_at = full_at
        return True

    def fail(self, error: ProtocolError) -> None:
        """End the connection for what the peer did."""
        self.close("parse error", error.code, gone=True)

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
            # We do not read a client that does not take its answers; one that takes none at all is gone.
            if not self.link.paused or (self.behind and self.queued >= self.stuck > 0):
                self.close("ping timeout", gone=True)
                return
            self.stuck = self.queued
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
                self.server.leave_farewell(self, farewell)
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
        self.account()
        self.server.forget(self, reason)
        if self.upgrade is not None:
            self.upgrade.drop()
        self.abandon()
        self.lost(reason)
