"""What the clients of the HTTP port may have at once: connections per address, and bytes that wait in our memory.

Bytes wait in two directions: a request that has not arrived or is not answered yet, and an answer that its client does
not take. Each connection tells how many it holds (`Peers.hold`); when an address or all together hold too many, the
slowest of them are cut. What a connection holds below `SMALL` is not counted: the cap on connections bounds it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from chatroom.core.addresses import address_key
from chatroom.gateway.ways.fair_reads import TURN

SMALL: Final = 4096
"""Bytes up to which a connection need not tell what it holds: 8 MB for all that one address may open."""
_RELIEF: Final = 0.75  # of a budget is left in use when connections are cut, so that not each byte cuts one
_SEARCH: Final = (
    0.1  # seconds between two searches for idle connections: each walks through all of an address
)
_IDLE_AT_ONCE: Final = 16  # idle connections that one search closes
_log = structlog.get_logger("chatroom.gateway")


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of the HTTP port. Times are seconds, sizes bytes; a count of 0 is no limit."""

    head_timeout: float = 10.0  # for a request's head to arrive
    body_timeout: float = 60.0  # for its body
    keep_alive: float = 75.0  # between two requests: longer than balancers keep theirs, most often 60
    still_timeout: float = 30.0  # in which a client takes some of what waits for it
    linger_idle: float = 5.0  # for the next bytes of a request that has been answered while it was being sent
    linger_time: float = 30.0  # for all of its rest
    linger_size: int = 64 * 1024 * 1024  # of this rest, which is read and dropped
    head_size: int = 64 * 1024  # of a head, of trailers, and of what surrounds the data of chunks
    headers: int = 256  # lines of a head
    connections: int = 0  # of everybody
    connections_per_address: int = (
        0  # WebSockets not counted: they are sessions, which have a cap of their own
    )
    reads: int = TURN  # looked at in one turn of the event loop
    requests_per_address: int = 6  # pages that are worked on at once, as many as browsers ask a host for
    held: int = 128 * 1024 * 1024  # bytes in flight for everybody
    held_per_address: int = 24 * 1024 * 1024


class Connection(Protocol):
    """A connection of the HTTP port, as the budgets see it."""

    peer: "Peer"

    def idle_since(self) -> float | None:
        """Since when (loop time) nothing is under way; None while something is."""

    def pace(self, now: float) -> float:
        """Bytes per second that moved since it began to hold any."""

    def close_idle(self) -> None:
        """End it between two requests."""

    def cut(self) -> None:
        """End it at once."""


class Budget:
    """Bytes that some connections hold together."""

    __slots__ = ("holders", "most", "used")

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0
        self.holders: dict[Connection, int] = {}

    def hold(self, connection: Connection, size: int) -> bool:
        """Count `size` instead of what the connection held before; return whether all hold too much."""
        self.used += size - self.holders.pop(connection, 0)
        if size:
            self.holders[connection] = size
        return self.used > self.most


class Peer(Budget):
    """One address."""

    __slots__ = ("_at_once", "_waiting", "_working", "connections", "key", "searched")

    def __init__(self, key: str, most: int, at_once: int) -> None:
        """Hold `most` bytes and work on `at_once` requests; 0 of these: any number, as for a proxy."""
        super().__init__(most)
        self.key = key
        self.connections: set[Connection] = set()
        self.searched = 0.0  # when no idle one was found
        self._at_once = at_once
        self._working = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def is_proxy(self) -> bool:
        """Whether it stands for many people."""
        return not self._at_once

    def begin(self) -> "asyncio.Future[None] | None":
        """Begin to work on a request: now (None), or when the future is done. Pair it with `finish`."""
        if not self._at_once or self._working < self._at_once:
            self._working += 1
            return None
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        return turn

    def finish(self, _: object = None) -> None:
        """Let the next request begin."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._working -= 1

    def __iter__(self) -> Iterator[Connection]:
        return iter(self.connections)


class Peers:
    """Everybody who is connected to the HTTP port."""

    def __init__(self, limits: HttpLimits, clock: Callable[[], float], trusts: Callable[[str], bool]) -> None:
        """Use the time of `clock`. An address that `trusts` names is a proxy: many people, no caps of one."""
        self._limits = limits
        self._clock = clock
        self._trusts = trusts
        self._peers: dict[str, Peer] = {}
        self._all = Budget(limits.held)
        self.searched = 0.0

    def enter(self, connection: Connection, address: str, open_now: int) -> bool:
        """Take a new connection in, in place of an idle one where there are too many; False when it is too many.

        `open_now` counts every open connection of the process, this one and WebSockets included. Pair it with `leave`,
        whatever it returned.
        """
        key = address_key(address)
        peer = self._peers.get(key)
        if peer is None:
            proxy = self._trusts(address)
            most = self._limits.held if proxy else self._limits.held_per_address
            peer = self._peers[key] = Peer(key, most, 0 if proxy else self._limits.requests_per_address)
        connection.peer = peer
        others = peer.connections
        most = self._limits.connections_per_address
        room = not most or len(others) < most or self._trusts(address) or self._make_room(peer)
        if room and self._limits.connections and open_now > self._limits.connections:
            room = self._make_room(self)
        if room:
            others.add(connection)
        return room

    def is_full(self, address: str) -> bool:
        """Whether an address has as many connections as it may, of which none was idle a moment ago."""
        peer = self._peers.get(address_key(address))
        if peer is None or not self._limits.connections_per_address:
            return False
        full = len(peer.connections) >= self._limits.connections_per_address
        return full and self._clock() - peer.searched < _SEARCH and not self._trusts(address)

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        peer = connection.peer
        self._release(connection)
        peer.connections.discard(connection)
        if not peer.connections and self._peers.get(peer.key) is peer:
            del self._peers[peer.key]

    def hold(self, connection: Connection, size: int) -> None:
        """Note that `size` bytes wait for or from this connection; cut the slowest when those are too many."""
        peer = connection.peer
        too_many = peer.hold(connection, size)
        if self._all.hold(connection, size):
            self._cut(self._all)
        elif too_many:
            self._cut(peer)

    def _release(self, connection: Connection) -> None:
        connection.peer.hold(connection, 0)
        self._all.hold(connection, 0)

    def _cut(self, budget: Budget) -> None:
        now, before, held = self._clock(), len(budget.holders), budget.used
        for connection in sorted(budget.holders, key=lambda each: each.pace(now)):
            if budget.used <= budget.most * _RELIEF:
                break
            self._release(connection)
            connection.cut()
        _log.warning(
            "http.cut",
            address=budget.key if isinstance(budget, Peer) else "everybody",
            held=held,
            limit=budget.most,
            connections=before - len(budget.holders),
        )

    def _make_room(self, crowd: "Peer | Peers") -> bool:
        """Close those that have been idle longest; return whether there were any."""
        now = self._clock()
        if now - crowd.searched < _SEARCH:
            return False
        idle = [(since, each) for each in crowd if (since := each.idle_since()) is not None]
        if not idle:
            crowd.searched = now
        idle.sort(key=lambda pair: pair[0])
        for _, connection in idle[:_IDLE_AT_ONCE]:
            connection.peer.connections.discard(connection)
            connection.close_idle()
        return bool(idle)

    def __iter__(self) -> Iterator[Connection]:
        return (connection for peer in self._peers.values() for connection in peer)
