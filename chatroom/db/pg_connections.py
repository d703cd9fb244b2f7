"""PostgreSQL without SQLAlchemy's work per statement: connections held open, statements compiled once.

Every statement commits by itself. Through SQLAlchemy's pool, its greenlets and its cursor a statement costs half a
millisecond of this process's time, held like this a tenth of it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.db.access import Params, Reader, Row, Unavailable
from chatroom.db.liveness import answers, close_all, cut, is_closed, was_idle, watch
from chatroom.db.refusals import known_undone, refusal, refusing
from chatroom.db.sqlite_statements import Shape, Slot, Statements, compiled, slots_of
from chatroom.db.types import Id

_OLD: Final = 1800.0  # seconds until a connection is replaced


class _Open:
    """A connection as SQLAlchemy made it, the driver's own one inside, when it was opened and last used."""

    __slots__ = ("driver", "since", "used", "whole")

    def __init__(self, whole: AsyncConnection, driver: Any) -> None:
        self.whole = whole
        self.driver = driver
        self.since = self.used = time.monotonic()


class PgConnections:
    """At most `size` connections that stay open; the last used is taken first."""

    def __init__(self, engine: AsyncEngine, size: int, seconds: float, *, reading: bool) -> None:
        """Take them of `engine`, which has no pool. A caller waits `seconds` for a free one."""
        self._engine = engine
        self._reading = reading
        self._seconds = seconds
        self._places = asyncio.Semaphore(size)
        self._free: list[_Open] = []
        self._opened = watch(engine)

    async def fetch(self, sql: str, values: Sequence[Any], *, repeats: bool) -> list[Any]:
        """Run one statement and return the driver's rows; `repeats` says that it may run twice.

        Raises Conflict and Unavailable.
        """
        await self._enter()
        try:
            connection, is_new = await self._take()
            while True:
                try:
                    found: list[Any] = await connection.driver.fetch(sql, *values)
                except BaseException as error:
                    lost = await self._put_aside(connection, error)
                    if lost and repeats and not is_new and isinstance(error, Exception):
                        connection, is_new = await self._open(), True
                        continue
                    if (refused := _refused(error, lost=lost)) is None:
                        raise
                    raise refused from error
                else:
                    connection.used = time.monotonic()
                    self._free.append(connection)
                    return found
        finally:
            self._places.release()

    async def close(self) -> None:
        """Close all connections together, in 2 s at the most; whoever is at work hears that it is over."""
        await close_all([*self._opened])
        while self._free:
            await self._end(self._free.pop())
        await self._engine.dispose()

    async def _enter(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unavailable("every connection to the database is at work") from error

    async def _take(self) -> tuple[_Open, bool]:
        """Return a connection and whether it was opened just now. Raises Unavailable."""
        while self._free:
            connection = self._free.pop()
            if time.monotonic() - connection.since < _OLD and not is_closed(connection.driver):
                if not was_idle(connection.used) or await answers(connection.driver):
                    return connection, False
                await self._drop([connection, *self._free])
                continue
            await self._end(connection)
        return await self._open(), True

    async def _open(self) -> _Open:
        with refusing():
            whole = await self._engine.connect()
            driver: Any = (await whole.get_raw_connection()).driver_connection
            if self._reading:  # a UUID as the text that it is to us: 50 us less for a page of messages
                await driver.set_type_codec(
                    "uuid", schema="pg_catalog", encoder=str, decoder=str, format="text"
                )
            return _Open(whole, driver)

    async def _put_aside(self, connection: _Open, error: BaseException) -> bool:
        """Keep a connection whose statement failed, unless it is lost or in doubt; return whether it is."""
        # Without an answer in time, or without anybody who waits for it, nobody knows what it still does.
        lost = is_closed(connection.driver) or not isinstance(error, Exception) or isinstance(error, OSError)
        if not lost:
            connection.used = time.monotonic()
            self._free.append(connection)
        elif isinstance(error, Exception):
            await self._drop([connection, *self._free])
        else:
            await self._drop([connection])
        return lost

    async def _drop(self, connections: Sequence[_Open]) -> None:
        """Cut connections that lead nowhere: one that was lost, and those that are as old."""
        self._free = [connection for connection in self._free if connection not in connections]
        for connection in connections:
            cut(connection.driver)
            await self._end(connection)

    async def _end(self, connection: _Open) -> None:
        try:
            await connection.whole.close()
        except (SQLAlchemyError, OSError):
            cut(connection.driver)


def _refused(error: BaseException, *, lost: bool) -> Exception | None:
    """What a driver's error means to a caller; None when it is a fault of ours or a cancellation."""
    if not isinstance(error, Exception):
        return None
    refused = refusal(error) or (Unavailable(str(error)) if lost else None)
    if isinstance(refused, Unavailable):
        refused.outcome_unknown = not known_undone(error)
    return refused


class Numbered:
    """One statement with one set of parameter names, ready for the driver."""

    def __init__(self, sql: str, slots: Sequence[Slot], shape: Shape) -> None:
        self.sql = sql
        self.rows = shape.rows
        self._slots = slots

    def values(self, params: Params | None) -> list[Any]:
        """The values of `$1`, `$2` and so on."""
        given = params or {}
        return [slot.value(given) for slot in self._slots]


def number(stmt: Executable, keys: tuple[str, ...], dialect: Dialect) -> Numbered | None:
    """Compile a statement for PostgreSQL; None when only SQLAlchemy can run it."""
    found = compiled(stmt, keys, dialect)
    slots = slots_of(found, keys, dialect) if found else None
    if found is None or slots is None:
        return None
    return Numbered(found.string, slots, Shape(stmt, dialect, but=(Id,)))


class PgReader:
    """A reader whose statements each take a held connection; the rest goes through SQLAlchemy."""

    def __init__(
        self,
        held: PgConnections,
        statements: Statements[Numbered],
        otherwise: Callable[[], AbstractAsyncContextManager[Reader]],
    ) -> None:
        self._held = held
        self._statements = statements
        self._otherwise = otherwise

    async def one(self, stmt: Executable, params: Params | None = None) -> Row | None:
        rows = await self.all(stmt, params)
        return rows[0] if rows else None

    async def scalar(self, stmt: Executable, params: Params | None = None) -> Any:
        row = await self.one(stmt, params)
        return row[0] if row else None

    async def all(self, stmt: Executable, params: Params | None = None) -> Sequence[Row]:
        ready = self._statements.find(stmt, params)
        if ready is None:
            async with self._otherwise() as reader:
                return await reader.all(stmt, params)
        return ready.rows(await self._held.fetch(ready.sql, ready.values(params), repeats=True))
