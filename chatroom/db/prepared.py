"""Statements that are built once and used often, without SQLAlchemy's work per execution.

SQLAlchemy takes 25-190 us to look up, expand and wrap what SQLite answers in 3-10 us. So a statement object that
comes a second time is compiled for good: its SQL text, where each value comes from, how a row is read.
`Prepared` is the form for SQLite, `held.Numbered` that for PostgreSQL.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, TupleType
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.types import TypeEngine

from chatroom.db.access import Params, Row

_LIST = re.compile(r"__\[POSTCOMPILE_(\w+)\]")
_KEPT = 512
"""SQL texts kept per statement, one for each length of its lists."""

Convert = Callable[[Any], Any] | None
Form = TypeVar("Form")


class Slot(NamedTuple):
    """Where the value of one placeholder comes from."""

    key: str
    constant: Any = None
    fixed: bool = False
    converts: tuple[Convert, ...] = (None,)
    is_list: bool = False
    is_tuple: bool = False


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
        self.has_lists = any(slot.is_list for slot in slots)
        """Whether one parameter stands for many values; `many` does not take those."""
        self._texts: dict[tuple[int, ...], str] = {}
        self._shape = shape
        self._values = self._fastest()

    def _fastest(self) -> Callable[[Params], tuple[Any, ...]]:
        """Choose the cheapest way from parameters to the values of the placeholders (0.1 us against 1 us)."""
        slots = self._slots
        if len(slots) > 1 and not any(slot.fixed or slot.is_list or slot.converts[0] for slot in slots):
            return itemgetter(*(slot.key for slot in slots))
        sources = [_source(slot) for slot in slots]
        if len(sources) == 1:
            only = sources[0]
            return lambda params: tuple(only(params))
        return lambda params: tuple(value for source in sources for value in source(params))

    def run(self, connection: sqlite3.Connection, params: Params | None) -> sqlite3.Cursor:
        """Execute once."""
        given = params or {}
        sql = self._text(given) if self.has_lists else self._sql
        return connection.execute(sql, self._values(given))

    def run_many(self, connection: sqlite3.Connection, rows: Sequence[Params]) -> None:
        """Execute once per row."""
        connection.executemany(self._sql, map(self._values, rows))

    def rows(self, cursor: sqlite3.Cursor, *, first: bool = False) -> Sequence[Row]:
        """Read all rows, or the first; the cursor is done with then, or it would hold its snapshot open."""
        found: list[Any] = cursor.fetchmany(1) if first else cursor.fetchall()
        cursor.close()
        return self._shape.rows(found)

    def _text(self, params: Params) -> str:
        lists = [slot for slot in self._slots if slot.is_list]
        lengths = tuple(len(params[slot.key]) for slot in lists)
        text = self._texts.get(lengths)
        if text is None:
            if len(self._texts) >= _KEPT:
                self._texts.clear()
            marks = iter(zip(lists, lengths, strict=True))
            text = self._texts[lengths] = _LIST.sub(lambda _: _marks(*next(marks)), self._sql)
        return text


def _source(slot: Slot) -> Callable[[Params], Iterable[Any]]:
    """Make the function that takes one placeholder's values out of the parameters."""
    key, converts = slot.key, slot.converts
    if slot.fixed:
        return lambda _: (slot.constant,)
    if not slot.is_list:
        return lambda params: (_convert(converts[0], params[key]),)
    if not any(converts):
        return (lambda params: chain.from_iterable(params[key])) if slot.is_tuple else itemgetter(key)
    if slot.is_tuple:
        return lambda params: (value for row in params[key] for value in map(_convert, converts, row))
    return lambda params: (_convert(converts[0], value) for value in params[key])


def _convert(convert: Convert, value: Any) -> Any:
    return convert(value) if convert else value


def _marks(slot: Slot, length: int) -> str:
    if not length:
        return f"SELECT {', '.join('1' * len(slot.converts))} WHERE 0"
    if not slot.is_tuple:
        return ", ".join("?" * length)
    row = f"({', '.join('?' * len(slot.converts))})"
    return f"VALUES {', '.join([row] * length)}"


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
    is_list = bind in compiled.post_compile_params
    if bind.key in keys:
        if isinstance(bind.type, TupleType):
            converts = tuple(_writer(kind, dialect) for kind in bind.type.types)
            return Slot(bind.key, converts=converts, is_list=is_list, is_tuple=True)
        return Slot(bind.key, converts=(_writer(bind.type, dialect),), is_list=is_list)
    if bind.required or bind.callable or is_list:
        return None
    return Slot(bind.key, constant=_convert(_writer(bind.type, dialect), bind.value), fixed=True)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
