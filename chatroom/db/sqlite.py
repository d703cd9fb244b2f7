"""SQLite in WAL mode: one write connection, one read connection, both driven from the event loop.

Statements run inline, because one takes 5-40 us and a hop to a thread and back 60 us; only COMMIT, which
waits for the disk, runs in the writer thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Executable, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from chatroom.db.access import Counter, Moves, Params, Reader, Row, Transaction, Unavailable
from chatroom.db.committer import Committer
from chatroom.db.counters import move_one_by_one
from chatroom.db.refusals import refusal, refusing
from chatroom.db.sqlite_statements import Prepared, Statements, prepare
from chatroom.db.url import Target

BUSY_SECONDS = 5.0
"""How long a transaction waits for another process that writes."""


def connect(target: Target) -> "SqliteEngine":
    """Open the file, creating it (mode 0600) when there is none. Raises Unavailable."""
    path = Path(target.url.database or "")
    try:
        return SqliteEngine(path)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"cannot open {path}: {error}") from error


class SqliteEngine:
    """The two connections to one file."""

    dialect = "sqlite"
    writers = 1

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._engine = create_engine(
            f"sqlite:///{path}",
            hide_parameters=True,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        )
        self._lock = asyncio.Lock()
        self._statements = Statements(self._engine.dialect, prepare)
        # From here on the writer never waits inside SQLite, for that would hold up the loop; `enter` waits instead.
        self._write, self._raw = self._open(
            path, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=0"
        )
        self._read, raw = self._open(path, "query_only=ON", "busy_timeout=200")
        self._reader = SqliteReader(self._read, raw, self._statements)
        self._look = raw.cursor()  # a new one each time costs twice as much
        self._committer = Committer(self._raw)

    def _open(self, path: Path, *settings: str) -> tuple[Connection, sqlite3.Connection]:
        connection = self._engine.connect()
        raw: object = connection.connection.dbapi_connection
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError(f"{path} was opened by another driver")
        for setting in settings:
            raw.execute(f"PRAGMA {setting}")
        return connection, raw

    def begin(
        self, after: Callable[[], None] | None, *, single: bool = False
    ) -> AbstractAsyncContextManager[Transaction]:
        return _Begin(self, after)

    def read(self) -> AbstractAsyncContextManager[Reader]:
        return _Read(self._reader)

    def version(self) -> int | None:
        # Of the connection that only reads, so that every commit is one of another connection, as SQLite counts them.
        with refusing():
            ((version,),) = self._look.execute("PRAGMA data_version").fetchall()
        return int(version)

    async def check(self) -> None:
        """Raise Unavailable unless a write would succeed."""
        async with _Begin(self, None):
            with refusing():
                # Writes the header of the file as it is, so that a full or read-only disk shows.
                (version,) = self._raw.execute("PRAGMA user_version").fetchone()
                self._raw.execute(f"PRAGMA user_version = {version:d}")

    async def close(self) -> None:
        async with self._lock:
            self._committer.close()
            self._write.close()
            self._read.close()

    async def enter(self) -> "SqliteTransaction":
        """Take the lock and open a transaction without ever blocking the loop on another process."""
        await self._lock.acquire()
        try:
            deadline = time.monotonic() + BUSY_SECONDS
            while True:
                try:
                    self._raw.execute("BEGIN IMMEDIATE")
                    return SqliteTransaction(self._write, self._raw, self._statements)
                except sqlite3.OperationalError as error:
                    refused = refusal(error)
                    if refused is None:
                        raise
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                        raise refused from error
                await asyncio.sleep(0.005)
        except BaseException:
            self._lock.release()
            raise

    async def leave(self, tx: "SqliteTransaction", after: Callable[[], None] | None, *, store: bool) -> None:
        """Commit or roll back, tell `after`, release the lock: in this order, whatever happens."""
        try:
            if not store or tx.failed is not None:
                self._rollback()
                if store and tx.failed is not None:
                    raise tx.failed
                return
            cancelled = await self._commit()
            if after is not None:
                after()
            if cancelled is not None:
                raise cancelled
        finally:
            self._lock.release()

    async def _commit(self) -> asyncio.CancelledError | None:
        """Commit in the thread; a task cancelled meanwhile waits for the end and is cancelled then."""
        try:
            return await self._committer.commit()
        except sqlite3.Error as error:
            self._rollback()
            refused = refusal(error)
            if refused is None:
                raise
            raise refused from error

    def _rollback(self) -> None:
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")


class SqliteReader:
    """Statements run at once, inline."""

    dialect = "sqlite"

    def __init__(
        self, connection: Connection, raw: sqlite3.Connection, statements: Statements[Prepared]
    ) -> None:
        self._connection = connection
        self._raw = raw
        self._statements = statements

    async def one(self, stmt: Executable, params: Params | None = None) -> Row | None:
        rows = self._rows(stmt, params, first=True)
        return rows[0] if rows else None

    async def all(self, stmt: Executable, params: Params | None = None) -> Sequence[Row]:
        return self._rows(stmt, params)

    async def scalar(self, stmt: Executable, params: Params | None = None) -> Any:
        rows = self._rows(stmt, params, first=True)
        return rows[0][0] if rows else None

    def _rows(self, stmt: Executable, params: Params | None, *, first: bool = False) -> Sequence[Row]:
        try:
            prepared = self._statements.find(stmt, params)
            if prepared is not None:
                return prepared.rows(prepared.run(self._raw, params), first=first)
            result = self._connection.execute(stmt, params)
            return result.fetchmany(1) if first else result.all()
        except (SQLAlchemyError, sqlite3.Error) as error:
            if (refused := refusal(error)) is None:
                raise
            raise refused from error


class SqliteTransaction(SqliteReader):
    """The write connection between BEGIN IMMEDIATE and COMMIT."""

    failed: Exception | None = None
    """The error that ended this transaction: PostgreSQL would refuse to go on, so no database does."""

    async def run(self, stmt: Executable, params: Params | None = None) -> int:
        try:
            self._must_be_whole()
            prepared = self._statements.find(stmt, params)
            if prepared is not None:
                return prepared.run(self._raw, params).rowcount
            return self._connection.execute(stmt, params).rowcount
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._fail(error) from error

    async def many(self, stmt: Executable, rows: Sequence[Params]) -> None:
        if not rows:
            return
        try:
            self._must_be_whole()
            prepared = self._statements.find(stmt, rows[0])
            if prepared is not None:
                prepared.run_many(self._raw, rows)
            else:
                self._connection.execute(stmt, rows)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._fail(error) from error

    async def move(
        self, counter: Counter, moves: Moves, stmt: Executable, rows: Sequence[Params]
    ) -> dict[str, int]:
        return await move_one_by_one(self, counter, moves, stmt, rows)

    def _rows(self, stmt: Executable, params: Params | None, *, first: bool = False) -> Sequence[Row]:
        self._must_be_whole()
        try:
            return super()._rows(stmt, params, first=first)
        except Exception as error:
            self.failed = error
            raise

    def _must_be_whole(self) -> None:
        if self.failed is not None:
            raise self.failed

    def _fail(self, error: Exception) -> Exception:
        self.failed = refusal(error) or error
        return self.failed


class _Begin:
    """The `async with` of a write transaction: a class, because a generator costs twice as much."""

    __slots__ = ("_after", "_engine", "_tx")

    def __init__(self, engine: SqliteEngine, after: Callable[[], None] | None) -> None:
        self._engine = engine
        self._after = after

    async def __aenter__(self) -> SqliteTransaction:
        self._tx = await self._engine.enter()
        return self._tx

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._engine.leave(self._tx, self._after, store=kind is None)


class _Read:
    """The `async with` of a reader."""

    __slots__ = ("_reader",)

    def __init__(self, reader: SqliteReader) -> None:
        self._reader = reader

    async def __aenter__(self) -> SqliteReader:
        return self._reader

    async def __aexit__(self, *_: object) -> None:
        """Nothing to give back."""
