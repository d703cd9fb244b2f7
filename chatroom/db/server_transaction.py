"""The statements of one connection to PostgreSQL, MySQL or MariaDB, within a transaction and without."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatroom.db.access import Counter, Moves, Params, Row
from chatroom.db.counters import move_one_by_one
from chatroom.db.pg_bulk_insert import Inserts
from chatroom.db.pg_connections import PgConnections
from chatroom.db.pool import discard
from chatroom.db.refusals import is_lost, refusal


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
    ) -> dict[str, int]:
        guarded = self._inserts.guarded(stmt, rows[0], counter) if self._inserts and rows else None
        if guarded is None:
            return await move_one_by_one(self, counter, moves, stmt, rows)
        return {str(key): before for key, before in await self._execute(*guarded.statement(moves, rows))}

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

    def __init__(self, held: PgConnections, inserts: Inserts | None) -> None:
        self.dialect = "postgresql"
        self.repeats = False  # it commits by itself, so it may have happened
        self._held = held
        self._inserts = inserts

    async def _give_up(self) -> None:
        """PgConnections has cut it."""

    async def _send(self, stmt: Executable | str, params: Any) -> Any:
        if not isinstance(stmt, str):
            raise TypeError("a single transaction is for one move")
        return await self._held.fetch(stmt, params, repeats=False)
