"""What the rest of the program sees of a database: readers, transactions and two refusals."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol, TypeAlias

import sqlalchemy
from sqlalchemy import Column, Executable

Row: TypeAlias = sqlalchemy.Row[*tuple[Any, ...]]
"""One row of an answer; cells by attribute (`row.name`) or position."""

Params: TypeAlias = Mapping[str, Any]
"""Values for the named parameters of a statement."""


Moves: TypeAlias = Mapping[str, tuple[int, int]]
"""Key of a counter -> what its guard is expected to be, by how much the counter shall move."""


class Conflict(Exception):
    """A unique, foreign-key or check rule of the schema refused the change; the transaction is over."""


class Unavailable(Exception):
    """The database is away, locked, full, or made this transaction the victim of a deadlock: try again.

    Nothing was stored, unless `outcome_unknown`: then the connection broke while COMMIT was under way, and
    the change may or may not be there, so that only a repeatable request may be tried again. `contention`: the
    database is well and undid this transaction for the sake of another one.
    """

    def __init__(self, message: str, *, outcome_unknown: bool = False, contention: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown
        self.contention = contention


class Reader(Protocol):
    """Read-only access. Every statement sees the newest committed state; two may see two states."""

    async def one(self, stmt: Executable, params: Params | None = None) -> Row | None:
        """Return the first row, or None."""

    async def all(self, stmt: Executable, params: Params | None = None) -> Sequence[Row]:
        """Return every row; ask with a LIMIT."""

    async def scalar(self, stmt: Executable, params: Params | None = None) -> Any:
        """Return the first cell of the first row, or None."""


class Transaction(Reader, Protocol):
    """One write transaction: sees its own changes, stores all of them or none."""

    dialect: str
    """`sqlite`, `postgresql` or `mysql` (MariaDB too)."""

    async def run(self, stmt: Executable, params: Params | None = None) -> int:
        """Run an insert, update or delete; return how many rows it touched. Raises Conflict, Unavailable."""

    async def many(self, stmt: Executable, rows: Sequence[Params]) -> None:
        """Run one statement once per row; every row must have the keys of the first one.

        Cheap when `stmt` is built once and reused. Raises Conflict, Unavailable.
        """

    async def move(
        self, counter: "Counter", moves: Moves, stmt: Executable, rows: Sequence[Params]
    ) -> dict[str, int]:
        """Move each counter whose guard is as expected, and insert the rows of those that moved.

        `moves` maps a key to (expected guard, steps). A row belongs to the key that it holds under the name of
        `counter.key`; under that of `counter.value` it holds its step, 1 for the first, and is stored with where the
        counter stood before plus that. Returns where those that moved stood before; nothing is done for the others.
        One statement on PostgreSQL. Raises Conflict, Unavailable.
        """


class Counter(NamedTuple):
    """A column of numbers that only grow, the column that names each of them, and the one that guards it."""

    key: Column[Any]
    value: Column[Any]
    guard: Column[Any]


class Engine(Protocol):
    """What one kind of database has to offer behind `Database`."""

    dialect: str
    writers: int

    def begin(
        self, after: Callable[[], None] | None, *, single: bool
    ) -> AbstractAsyncContextManager[Transaction]:
        """Open a write transaction; a `single` one is of one statement."""

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Open a reader."""

    def version(self) -> int | None:
        """See `Database.version`."""

    async def check(self) -> None:
        """Raise Unavailable unless a write would succeed."""

    async def close(self) -> None:
        """Give back every connection."""
