"""PostgreSQL over asyncpg, MySQL and MariaDB over asyncmy: pooled, READ COMMITTED."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from chatroom.db.access import Reader, Transaction, Unavailable
from chatroom.db.liveness import WAIT_SECONDS, close_all, watch
from chatroom.db.pg_bulk_insert import Inserts
from chatroom.db.pg_connections import PgConnections, PgReader, number
from chatroom.db.pool import checkout, commit, give_back, roll_back, to_the_end
from chatroom.db.server_transaction import ServerReader, ServerTransaction, SingleTransaction
from chatroom.db.sqlite_statements import Statements
from chatroom.db.url import Target

STATEMENT_SECONDS = WAIT_SECONDS
"""How long one statement may take before the connection counts as lost: the database is there but stopped."""
LOCK_SECONDS = 4
"""How long a statement waits for another transaction's lock."""

_WRITERS = 2
"""Batches of messages at work at once, so that the server stores one while we prepare and answer the other."""
_ODD = 2
"""Connections for what cannot be compiled for good."""

# asyncmy logs every warning of the server, and a duplicate that insert_ignore expects is one.
logging.getLogger("asyncmy").setLevel(logging.ERROR)


async def connect(target: Target) -> "ServerEngine":
    """Open the pools and prove that the server answers. Raises Unavailable."""
    engine = ServerEngine(target)
    try:
        async with engine.read() as reader:
            await reader.scalar(text("SELECT 1"))
    except BaseException:
        await engine.close()
        raise
    return engine


def arguments(target: Target, *, reading: bool = False) -> dict[str, Any]:
    """What the driver is told for one connection: the same waits, whatever the server's own settings are."""
    given = dict(target.connect)
    if target.pooler:  # it refuses settings of a session it does not know, and lends the session to others
        return {"command_timeout": STATEMENT_SECONDS, **given}
    if target.dialect == "postgresql":
        settings = {
            "lock_timeout": f"{LOCK_SECONDS}s",
            "idle_in_transaction_session_timeout": "60s",
            "jit": "off",
            "default_transaction_read_only": "on" if reading else "off",
            **given.pop("server_settings", {}),
        }
        return {"command_timeout": STATEMENT_SECONDS, "server_settings": settings, **given}
    # TRADITIONAL: a text that does not fit is refused, never cut.
    session = f"SET SESSION innodb_lock_wait_timeout={LOCK_SECONDS}, sql_mode='TRADITIONAL'"
    if reading:
        session = "SET SESSION TRANSACTION READ ONLY"
    return {
        "read_timeout": STATEMENT_SECONDS,
        "charset": "utf8mb4",
        "init_command": session,
        "async_creator_fn": _connect_in_time,
        **given,
    }


async def _connect_in_time(*, connect_timeout: float, **given: Any) -> Any:
    """Connect, handshake and first command included: the driver's own limit ends with the TCP connection."""
    import asyncmy  # noqa: PLC0415 - what a server on another database need not load

    async with asyncio.timeout(connect_timeout):
        return await asyncmy.connect(connect_timeout=connect_timeout, **given)


class _Shares(NamedTuple):
    """How many connections of each kind: those of a kind that is not used are 0."""

    writing: int
    odd: int
    single: int = 0
    reading: int = 0


def _share(target: Target) -> _Shares:
    """Divide the connections that may be open."""
    if target.dialect != "postgresql" or target.pooler:
        writing = max(1, target.connections // 2)
        return _Shares(writing, max(1, target.connections - writing))
    few = target.connections < 2 * (_WRITERS + _ODD)
    single, odd = (1, 1) if few else (_WRITERS, _ODD)
    writing = max(1, (target.connections - single - odd) // 2)
    return _Shares(writing, odd, single, max(1, target.connections - single - odd - writing))


def _pool(target: Target, size: int, *, reading: bool) -> AsyncEngine:
    # AUTOCOMMIT saves the two round trips of BEGIN and ROLLBACK around each read.
    commits = reading and not target.pooler
    return create_async_engine(
        target.url,
        isolation_level="AUTOCOMMIT" if commits else "READ COMMITTED",
        connect_args=arguments(target, reading=reading),
        pool_size=size,
        max_overflow=0,
        pool_timeout=target.pool_seconds,
        pool_recycle=1800,
        pool_use_lifo=True,
        # Every transaction ends here by itself; another ROLLBACK would cost MariaDB a round trip each, and a
        # traceback in the log when the server goes away just then.
        pool_reset_on_return=None,
        hide_parameters=True,  # what people wrote stays out of errors and so out of the log
    )


class ServerEngine:
    """Two pools: for writing, and for reading, whose connections commit every statement by themselves."""

    writers = _WRITERS

    def __init__(self, target: Target) -> None:
        self.dialect = target.dialect
        shares = _share(target)
        self._write = _pool(target, shares.writing, reading=False)
        # Behind a pooler a statement is prepared and executed on the same connection only within a transaction.
        self._read_ends = target.pooler
        self._read = _pool(target, shares.odd, reading=True)
        self._opened = [watch(self._write), watch(self._read)]
        self._inserts: Inserts | None = None
        self._single: PgConnections | None = None
        self._reader: PgReader | None = None
        self._held: list[PgConnections] = []
        if self.dialect == "postgresql":
            self._inserts = Inserts(self._write.dialect)
        if shares.reading:
            self._single = self._hold(target, shares.single, reading=False)
            self._reader = PgReader(
                self._hold(target, shares.reading, reading=True),
                Statements(self._read.dialect, number),
                self._borrow,
            )

    def _hold(self, target: Target, size: int, *, reading: bool) -> PgConnections:
        given = arguments(target, reading=reading)
        # A LIMIT that is a parameter makes PostgreSQL plan anew at each execution, 0.3-1 ms for a page read in 0.15.
        given["server_settings"] = {"plan_cache_mode": "force_generic_plan", **given["server_settings"]}
        engine = create_async_engine(
            target.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=given,
            hide_parameters=True,
        )
        held = PgConnections(engine, size, target.pool_seconds, reading=reading)
        self._held.append(held)
        return held

    def begin(
        self, after: Callable[[], None] | None, *, single: bool = False
    ) -> AbstractAsyncContextManager[Transaction]:
        return self._begin_single(after, self._single) if single and self._single else self._begin(after)

    @asynccontextmanager
    async def _begin_single(
        self, after: Callable[[], None] | None, held: PgConnections
    ) -> AsyncIterator[Transaction]:
        """One statement that commits by itself: 1 round trip instead of BEGIN, the statement and COMMIT."""
        tx = SingleTransaction(held, self._inserts)
        yield tx
        if tx.failed is not None:
            raise tx.failed
        if after is not None:
            after()

    @asynccontextmanager
    async def _begin(self, after: Callable[[], None] | None) -> AsyncIterator[Transaction]:
        tx = ServerTransaction(self.dialect, await checkout(self._write), self._inserts)
        try:
            yield tx
        except BaseException:
            await to_the_end(roll_back(tx.connection))
            raise
        if tx.failed is not None:
            await to_the_end(roll_back(tx.connection))
            raise tx.failed
        await to_the_end(commit(tx.connection, after))

    def read(self) -> AbstractAsyncContextManager[Reader]:
        return nullcontext(self._reader) if self._reader else self._borrow()

    @asynccontextmanager
    async def _borrow(self) -> AsyncIterator[Reader]:
        connection = await checkout(self._read)
        try:
            yield ServerReader(self.dialect, connection)
        finally:
            await to_the_end(roll_back(connection) if self._read_ends else give_back(connection))

    def version(self) -> int | None:
        return None

    async def check(self) -> None:
        """Raise Unavailable unless a write would succeed."""
        async with self.begin(None) as tx:
            if self.dialect == "postgresql":
                # Takes a transaction id, which a standby refuses, and so writes a commit record.
                await tx.scalar(text("SELECT txid_current()"))
            elif await tx.scalar(text("SELECT @@global.read_only")):
                raise Unavailable("the database is read-only")

    async def close(self) -> None:
        """Close every connection at once, within 2 s also when the server is silent."""
        pooled = [driver for opened in self._opened for driver in opened]
        await asyncio.gather(close_all(pooled), *(held.close() for held in self._held))
        for engine in (self._write, self._read):
            await engine.dispose()
