"""Context: who asks, when, from where. Tx: one transaction, whose events and jobs leave with its commit."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from chatroom.core.audience import Audience
from chatroom.core.broker import Broker, Delivery
from chatroom.core.clock import Clock
from chatroom.core.commit_order import CommitOrder, Turn
from chatroom.core.cookies import SessionCookies
from chatroom.core.limits import Limiter
from chatroom.core.listeners import Listeners
from chatroom.core.outage import unavailable
from chatroom.core.principal import Principal
from chatroom.core.schema import Event, encode
from chatroom.db import Database, Reader, Transaction, Unavailable

P = TypeVar("P")
Opened = TypeVar("Opened")
Given = TypeVar("Given")


class Connection(Protocol):
    """What a slice may know of the socket that asks."""

    @property
    def id(self) -> str:
        """Its own id, never shown to others."""

    def become(self, who: Principal) -> None:
        """Ask as `who` from now on: the same person under another token, or with a row at last."""

    def tell(self, event: str, payload: bytes) -> None:
        """Send it what it asked for: never dropped for a slow reader, never a reason to close it."""

    async def drained(self) -> None:
        """Wait until it has taken nearly everything it was sent. Raises `Departed`."""


class Departed(Exception):
    """The connection ended while something waited for it: there is nobody to answer."""


@dataclass(slots=True)
class Kernel:
    """What the composition root wired: one per process."""

    db: Database
    broker: Broker
    listeners: Listeners
    limiter: Limiter
    clock: Clock
    ports: dict[type[Any], Any] = field(default_factory=dict)
    handlers: dict[type[Any], list[Any]] = field(default_factory=dict)
    """Of signals, by kind."""
    order: CommitOrder = field(default_factory=CommitOrder)


class Origin(NamedTuple):
    """Where a request came from: client address, user agent, and the id that logs and errors carry."""

    address: str = ""
    user_agent: str = ""
    request_id: str = ""


_NOWHERE: Final = Origin()


class Context:
    """One request: the principal, one instant, and the doors to the database, the broker and the ports."""

    __slots__ = ("connection", "kept", "kernel", "now", "origin", "who")

    def __init__(
        self,
        kernel: Kernel,
        who: Principal,
        *,
        connection: Connection | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.kernel = kernel
        self.who = who
        self.connection = connection
        self.origin = origin or _NOWHERE
        self.now = kernel.clock()
        self.kept: SessionCookies | None = None
        """What the asker's browser shall keep, if a browser asks; ways in without cookies ignore it."""

    def port(self, kind: type[P]) -> P:
        """Return the adapter that the composition root chose for a port."""
        adapter: P = self.kernel.ports[kind]
        return adapter

    def emit(self, event: Event, to: Audience) -> None:
        """Tell clients now, outside any transaction: for what is never stored (typing, presence)."""
        publish(self.kernel.broker, event, to)

    def reply(self, event: Event) -> None:
        """Tell the connection that asks, as an answer (`Connection.tell`); nobody where there is none."""
        if self.connection is not None:
            self.connection.tell(event.event, encode(event))

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Open a consistent look at the database. Raises `Problem("unavailable")` when it is away."""
        return _Door(self.kernel.db.read(), _as_it_is)

    def begin(self, *, single: bool = False) -> AbstractAsyncContextManager["Tx"]:
        """Open a transaction: leaving the block commits, an exception rolls back.

        A `single` one runs one statement at the most (`db.Database.begin`).

        Events leave after the commit, in the order of the rooms' logs, and before the block is left. Raises
        `Problem("unavailable")` when nothing was stored.
        """
        leaving: list[Callable[[], object]] = []
        turn = self.kernel.order.turn()
        opening = self.kernel.db.begin(after=lambda: turn.tell(leaving), single=single)
        return _InTurn(opening, lambda db: Tx(self, db, leaving, turn), turn)


class Tx:
    """One open transaction. Whoever gets a `tx` works inside its caller's."""

    __slots__ = ("_leaving", "_turn", "ctx", "db", "now", "who")

    def __init__(
        self, ctx: Context, db: Transaction, leaving: list[Callable[[], object]], turn: Turn
    ) -> None:
        self.ctx = ctx
        self._turn = turn
        self.who = ctx.who
        self.now = ctx.now
        self.db = db
        self._leaving = leaving

    def emit(self, event: Event, to: Audience) -> None:
        """Tell clients once the transaction has committed; never if it does not."""
        broker, delivery = self.ctx.kernel.broker, Delivery(to, event.event, encode(event), event.ephemeral)
        self._leaving.append(lambda: broker.publish(delivery))

    def after(self, deed: Callable[[], object]) -> None:
        """Do something short in memory once committed, in its place among the events: who listens, for example."""
        self._leaving.append(deed)

    def claim(self, moves: Mapping[str, int]) -> None:
        """Say where heads stand that this moves, room to seq: what is told of the rooms keeps to that order."""
        self._turn.claim(moves)

    def place(self, moves: Mapping[str, int]) -> None:
        """Say where heads stand now whose claim was a guess."""
        self._turn.place(moves)

    def drop(self, room_ids: Iterable[str]) -> None:
        """Take that back for rooms that did not move after all."""
        self._turn.drop(room_ids)


class _Door(Generic[Opened, Given]):
    """Opens something of the database, and says as clients hear it that the database is away.

    A class, because a generator costs 4 us more.
    """

    __slots__ = ("_give", "_opening")

    def __init__(self, opening: AbstractAsyncContextManager[Opened], give: Callable[[Opened], Given]) -> None:
        self._opening = opening
        self._give = give

    async def __aenter__(self) -> Given:
        try:
            return self._give(await self._opening.__aenter__())
        except Unavailable as error:
            raise unavailable(error) from error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._opening.__aexit__(kind, error, trace)
        except Unavailable as refused:
            raise unavailable(refused) from refused
        if isinstance(error, Unavailable):
            raise unavailable(error) from error


class _InTurn(_Door[Opened, Given]):
    """A transaction, which ends when what it tells has been told."""

    __slots__ = ("_turn",)

    def __init__(
        self, opening: AbstractAsyncContextManager[Opened], give: Callable[[Opened], Given], turn: Turn
    ) -> None:
        super().__init__(opening, give)
        self._turn = turn

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            await self._turn.end()


def _as_it_is(reader: Reader) -> Reader:
    return reader


def publish(broker: Broker, event: Event, to: Audience) -> None:
    """Encode an event once and hand it to the broker."""
    broker.publish(Delivery(to, event.event, encode(event), event.ephemeral))
