"""Statements that are built once and used often, without SQLAlchemy's work per execution.

SQLAlchemy takes 25-190 us to look up, expand and wrap what SQLite answers in 3-10 us. So a statement object that
comes a second time is compiled for good: its SQL text, where each value comes from, how a row is read.
`Prepared` is the form for SQLite, `held.Numbered` that for PostgreSQL.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.types import TypeEngine

from chatroom.db.access import Params, Row

Convert = Callable[[Any], Any] | None
Form = TypeVar("Form")


class Slot(NamedTuple):
    """Where the value of one placeholder comes from."""

    key: str
    constant: Any = None
    fixed: bool = False
    convert: Convert = None

    def value(self, params: Params) -> Any:
        """What the driver gets."""
        if self.fixed:
            return self.constant
        return self.convert(params[self.key]) if self.convert else params[self.key]


class Statements(Generic[Form]):
    """The compiled statements of one database, kept as long as the statement objects they were made of."""

    def __init__(
        self, dialect: Dialect, prepare: Callable[[Executable, tuple[str, ...], Dialect], Form | None]
    ) -> None:
        self._dialect = dialect
        self._prepare = prepare
        self._known: WeakKeyDictionary[Executable, dict[tuple[str, ...], Form | None]] = WeakKeyDictionary()

    def find(self, stmt: Executable, params: Params | None) -> Form | None:
        """Return the compiled form, or None for a statement that is new or that only SQLAlchemy can run."""
        forms = self._known.get(stmt)
        if forms is None:
            self._known[stmt] = {}
            return None
        keys = tuple(params) if params else ()
        try:
            return forms[keys]
        except KeyError:
            found = forms[keys] = self._prepare(stmt, keys, self._dialect)
            return found


class Shape:
    """How the rows of a statement are read: names of the cells, and what some of them must go through."""

    def __init__(self, stmt: Any, dialect: Dialect, *, but: tuple[type[TypeEngine[Any]], ...] = ()) -> None:
        """`but` are the types that the driver reads as we want them."""
        columns = list(stmt.exported_columns)
        reads = tuple(
            None if isinstance(column.type, but) else _reader(column.type, dialect) for column in columns
        )
        self._reads = reads if any(reads) else ()
        self._names = SimpleResultMetaData([column.name for column in columns])

    def rows(self, found: Iterable[Sequence[Any]]) -> Sequence[Row]:
        """Make rows of what a driver found."""
        reads = self._reads
        if reads:
            found = [
                tuple(read(cell) if read else cell for read, cell in zip(reads, row, strict=True))
                for row in found
            ]
        return IteratorResult(self._names, iter(found)).all()


class Prepared:
    """One statement with one set of parameter names, ready for SQLite."""

    def __init__(self, sql: str, slots: Sequence[Slot], shape: Shape) -> None:
        self._sql = sql
        self._slots = slots
        self._shape = shape
        self._values = self._fastest()

    def _fastest(self) -> Callable[[Params], tuple[Any, ...]]:
        """Choose the cheapest way from parameters to the values of the placeholders (0.1 us against 1 us)."""
        slots = self._slots
        if len(slots) > 1 and not any(slot.fixed or slot.convert for slot in slots):
            return itemgetter(*(slot.key for slot in slots))
        return lambda params: tuple(slot.value(params) for slot in slots)

    def run(self, connection: sqlite3.Connection, params: Params | None) -> sqlite3.Cursor:
        """Execute once."""
        return connection.execute(self._sql, self._values(params or {}))

    def run_many(self, connection: sqlite3.Connection, rows: Sequence[Params]) -> None:
        """Execute once per row."""
        connection.executemany(self._sql, map(self._values, rows))

    def rows(self, cursor: sqlite3.Cursor, *, first: bool = False) -> Sequence[Row]:
        """Read all rows, or the first; the cursor is done with then, or it would hold its snapshot open."""
        found: list[Any] = cursor.fetchmany(1) if first else cursor.fetchall()
        cursor.close()
        return self._shape.rows(found)


def prepare(stmt: Executable, keys: tuple[str, ...], dialect: Dialect) -> Prepared | None:
    """Compile a statement for SQLite, given the names of its parameters; None when only SQLAlchemy can run it."""
    found = compiled(stmt, keys, dialect)
    slots = slots_of(found, keys, dialect) if found else None
    return Prepared(found.string, slots, Shape(stmt, dialect)) if found and slots is not None else None


def compiled(stmt: Executable, keys: tuple[str, ...], dialect: Dialect) -> SQLCompiler | None:
    """Compile a statement; None when SQLAlchemy would have to do something at each execution."""
    if not isinstance(stmt, ClauseElement) or not hasattr(stmt, "exported_columns"):
        return None
    found = stmt.compile(dialect=dialect, column_keys=list(keys))
    if not isinstance(found, SQLCompiler) or found.literal_execute_params:
        return None
    return None if found.insert_prefetch or found.update_prefetch else found


def slots_of(found: SQLCompiler, keys: tuple[str, ...], dialect: Dialect) -> list[Slot] | None:
    """Say where each placeholder's value comes from; None when only SQLAlchemy knows."""
    slots = [_slot(found.binds[name], keys, dialect, found) for name in found.positiontup or []]
    return None if any(slot is None for slot in slots) else [slot for slot in slots if slot]


def _slot(
    bind: BindParameter[Any], keys: tuple[str, ...], dialect: Dialect, compiled: SQLCompiler
) -> Slot | None:
    """Say where a placeholder's value comes from; None when only SQLAlchemy knows."""
    if bind in compiled.post_compile_params:  # a list that stands in the statement: a text for each length
        return None
    convert = _writer(bind.type, dialect)
    if bind.key in keys:
        return Slot(bind.key, convert=convert)
    if bind.required or bind.callable:
        return None
    return Slot(bind.key, constant=convert(bind.value) if convert else bind.value, fixed=True)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
