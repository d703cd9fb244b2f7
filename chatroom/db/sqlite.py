"""SQLite in WAL mode: one write connection, one read connection, both driven from the event loop.

Statements run inline, because one takes 5-40 us and a hop to a thread and back 60 us; only COMMIT, which
waits for the disk, runs in the writer thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from chatroom.db.access import Conflict, Params, Reader, Row, Transaction, Unavailable
from chatroom.db.refusals import refusal
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

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._engine = create_engine(
            f"sqlite:///{path}",
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"check_same_thread": False, "timeout": 0},
        )
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "sqlite-commit")
        self._write, self._raw = self._open(path, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
        self._reader = SqliteReader(self._open(path, "query_only=ON")[0])

    def _open(self, path: Path, *settings: str) -> tuple[Connection, sqlite3.Connection]:
        connection = self._engine.connect()
        raw: object = connection.connection.dbapi_connection
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError(f"{path} was opened by another driver")
        for setting in settings:
            raw.execute(f"PRAGMA {setting}")
        return connection, raw

    def begin(self, after: Callable[[], None] | None) -> AbstractAsyncContextManager[Transaction]:
        return _Begin(self, after)

    def read(self) -> AbstractAsyncContextManager[Reader]:
        return _Read(self._reader)

    async def check(self) -> None:
        """Raise Unavailable unless a write would succeed."""
        async with _Begin(self, None):
            pass

    async def close(self) -> None:
        async with self._lock:
            self._write.close()
            self._reader.connection.close()
            self._thread.shutdown()

    async def enter(self) -> "SqliteTransaction":
        """Take the lock and open a transaction without ever blocking the loop on another process."""
        await self._lock.acquire()
        try:
            deadline = time.monotonic() + BUSY_SECONDS
            while True:
                try:
                    self._raw.execute("BEGIN IMMEDIATE")
                    return SqliteTransaction(self._write)
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
        cancelled = None
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._raw.execute, "COMMIT")
        while True:
            try:
                await asyncio.shield(work)
                return cancelled
            except asyncio.CancelledError as error:
                cancelled = error
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

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def one(self, stmt: Executable, params: Params | None = None) -> Row | None:
        return self._execute(stmt, params).first()

    async def all(self, stmt: Executable, params: Params | None = None) -> Sequence[Row]:
        return self._execute(stmt, params).all()

    async def scalar(self, stmt: Executable, params: Params | None = None) -> Any:
        return self._execute(stmt, params).scalar()

    def _execute(
        self, stmt: Executable, params: Params | Sequence[Params] | None
    ) -> CursorResult[*tuple[Any, ...]]:
        try:
            return self.connection.execute(stmt, params)
        except DBAPIError as error:
            refused = refusal(error)
            if refused is None:
                raise
            raise refused from error


class SqliteTransaction(SqliteReader):
    """The write connection between BEGIN IMMEDIATE and COMMIT."""

    failed: Conflict | Unavailable | None = None
    """The refusal that ended this transaction: PostgreSQL would refuse to go on, so no database does."""

    async def run(self, stmt: Executable, params: Params | None = None) -> int:
        return self._execute(stmt, params).rowcount

    async def many(self, stmt: Executable, rows: Sequence[Params]) -> None:
        if rows:
            self._execute(stmt, rows)

    def _execute(
        self, stmt: Executable, params: Params | Sequence[Params] | None
    ) -> CursorResult[*tuple[Any, ...]]:
        if self.failed is not None:
            raise self.failed
        try:
            return super()._execute(stmt, params)
        except (Conflict, Unavailable) as error:
            self.failed = error
            raise


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
