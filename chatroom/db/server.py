"""PostgreSQL over asyncpg, MySQL and MariaDB over asyncmy: pooled, READ COMMITTED."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, Executable, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from chatroom.db.access import Counter, Moves, Params, Reader, Row, Transaction, Unavailable
from chatroom.db.counters import move_one_by_one
from chatroom.db.held import Held, HeldReader, number
from chatroom.db.liveness import WAIT_SECONDS, close_all, watch
from chatroom.db.pooled import checkout, commit, discard, give_back, roll_back, to_the_end
from chatroom.db.prepared import Statements
from chatroom.db.refusals import is_lost, refusal
from chatroom.db.unnest import Inserts
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


class ServerEngine:
    """Two pools: for writing, and for reading, whose connections commit every statement by themselves."""

    writers = _WRITERS

    def __init__(self, target: Target) -> None:
        self.dialect = target.dialect
        shares = _share(target)
        pool = {
            "max_overflow": 0,
            "pool_timeout": target.pool_seconds,
            "pool_recycle": 1800,
            "pool_use_lifo": True,
            # Every transaction ends here by itself; another ROLLBACK would cost MariaDB a round trip each, and a
            # traceback in the log when the server goes away just then.
            "pool_reset_on_return": None,
            "hide_parameters": True,  # what people wrote stays out of errors and so out of the log
        }
        self._write = create_async_engine(
            target.url,
            isolation_level="READ COMMITTED",
            connect_args=arguments(target),
            pool_size=shares.writing,
            **pool,
        )
        # AUTOCOMMIT saves the two round trips of BEGIN and ROLLBACK around each read. Behind a pooler a statement is
        # prepared and executed on the same connection only within a transaction.
        self._read_ends = target.pooler
        self._read = create_async_engine(
            target.url,
            isolation_level="READ COMMITTED" if target.pooler else "AUTOCOMMIT",
            connect_args=arguments(target, reading=True),
            pool_size=shares.odd,
            **pool,
        )
        self._opened = [watch(self._write), watch(self._read)]
        self._inserts: Inserts | None = None
        self._single: Held | None = None
        self._reader: HeldReader | None = None
        self._held: list[Held] = []
        if self.dialect == "postgresql":
            self._inserts = Inserts(self._write.dialect)
        if shares.reading:
            self._single = self._hold(target, shares.single, reading=False)
            self._reader = HeldReader(
                self._hold(target, shares.reading, reading=True),
                Statements(self._read.dialect, number),
                self._borrow,
            )

    def _hold(self, target: Target, size: int, *, reading: bool) -> Held:
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
        held = Held(engine, size, target.pool_seconds, reading=reading)
        self._held.append(held)
        return held

    def begin(
        self, after: Callable[[], None] | None, *, single: bool = False
    ) -> AbstractAsyncContextManager[Transaction]:
        return self._begin_single(after, self._single) if single and self._single else self._begin(after)

    @asynccontextmanager
    async def _begin_single(self, after: Callable[[], None] | None, held: Held) -> AsyncIterator[Transaction]:
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


class ServerReader:
    """Statements over one pooled connection."""

    repeats = True
    """Whether a statement may run again, once, on a fresh connection when its own was lost."""

    def __init__(self, dialect: str, connection: AsyncConnection) -> None:
        self.dialect = dialect
        self.connection = connection

    async def one(self, stmt: Executable, params: Params | None = None) -> Row | None:
        return (await self._execute(stmt, params)).first()

    async def all(self, stmt: Executable, params: Params | None = None) -> Sequence[Row]:
        return (await self._execute(stmt, params)).all()

    async def scalar(self, stmt: Executable, params: Params | None = None) -> Any:
        return (await self._execute(stmt, params)).scalar()

    async def _execute(
        self, stmt: Executable | str, params: Params | Sequence[Params] | tuple[list[Any], ...] | None
    ) -> CursorResult[*tuple[Any, ...]]:
        try:
            try:
                return await self._send(stmt, params)
            except (DBAPIError, OSError) as error:
                if not (is_lost(error) and self.repeats):
                    raise
                # Pooled before the server went away; a new connection decides whether it is back.
                await discard(self.connection)
                await self.connection.rollback()
                return await self._send(stmt, params)
        except (SQLAlchemyError, OSError) as error:
            if is_lost(error):
                await self._give_up()
            refused = refusal(error)
            if refused is None:
                raise
            raise refused from error

    async def _give_up(self) -> None:
        """Never wait for this connection again, not for a ROLLBACK either."""
        await discard(self.connection)

    async def _send(self, stmt: Executable | str, params: Any) -> CursorResult[*tuple[Any, ...]]:
        if isinstance(stmt, str):
            return await self.connection.exec_driver_sql(stmt, params)
        return await self.connection.execute(stmt, params)


class ServerTransaction(ServerReader):
    """Statements of one transaction; the driver sends BEGIN with the first."""

    failed: Exception | None = None
    """The error that ended this transaction: PostgreSQL would refuse to go on, so no database does."""

    def __init__(self, dialect: str, connection: AsyncConnection, inserts: Inserts | None) -> None:
        super().__init__(dialect, connection)
        self._inserts = inserts

    async def run(self, stmt: Executable, params: Params | None = None) -> int:
        return (await self._execute(stmt, params)).rowcount

    async def many(self, stmt: Executable, rows: Sequence[Params]) -> None:
        if len(rows) > 1 and self._inserts and (insert := self._inserts.find(stmt, rows[0])):
            await self._execute(insert.sql, insert.arrays(rows))
        elif rows:
            await self._execute(stmt, rows)

    async def move(
        self, counter: Counter, moves: Moves, stmt: Executable, rows: Sequence[Params]
    ) -> set[str]:
        guarded = self._inserts.guarded(stmt, rows[0], counter) if self._inserts and rows else None
        if guarded is None:
            return await move_one_by_one(self, counter, moves, stmt, rows)
        return {str(row[0]) for row in await self._execute(*guarded.statement(moves, rows))}

    async def _execute(
        self, stmt: Executable | str, params: Params | Sequence[Params] | tuple[list[Any], ...] | None
    ) -> CursorResult[*tuple[Any, ...]]:
        if self.failed is not None:
            raise self.failed
        try:
            found = await super()._execute(stmt, params)
        except Exception as error:
            self.failed = error
            raise
        self.repeats = False  # the first one may: what it did went with its connection
        return found


class SingleTransaction(ServerTransaction):
    """The one `move` of a transaction that does nothing else, on a connection that commits by itself."""

    def __init__(self, held: Held, inserts: Inserts | None) -> None:
        self.dialect = "postgresql"
        self.repeats = False  # it commits by itself, so it may have happened
        self._held = held
        self._inserts = inserts

    async def _give_up(self) -> None:
        """Held has cut it."""

    async def _send(self, stmt: Executable | str, params: Any) -> Any:
        if not isinstance(stmt, str):
            raise TypeError("a single transaction is for one move")
        return await self._held.fetch(stmt, params, repeats=False)
