"""Many rows for PostgreSQL in one statement: an array per column instead of a message per row.

256 messages take 3.9 ms this way, 5.9 ms with a message to the server for each.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, Insert
from sqlalchemy.sql.compiler import SQLCompiler

from chatroom.db.access import Counter, Moves, Params
from chatroom.db.types import Id

_CAST = r"\$\d+::([\w ]+(?:\(\d+\))?)"
_VALUES = re.compile(rf"(INSERT INTO .+ \(.+\)) VALUES \(({_CAST}(?:, {_CAST})*)\)")  # noqa: S608 - a pattern

Column = tuple[str, Callable[[Any], Any] | None]
"""The name of a parameter, and what turns its value into one the driver takes."""


class Inserts:
    """The inserts of one database in this form, kept as long as the statement objects they were made of."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[Executable, dict[tuple[str, ...], PgBulkInsert | None]] = (
            WeakKeyDictionary()
        )
        self._guarded: dict[tuple[int, Counter], GuardedInsert] = {}

    def find(self, stmt: Executable, params: Params) -> "PgBulkInsert | None":
        """Return the array form, or None for anything but a plain insert of values."""
        if not isinstance(stmt, Insert):
            return None
        forms = self._known.setdefault(stmt, {})
        keys = tuple(params)
        if keys not in forms:
            forms[keys] = _prepare(stmt, keys, self._dialect)
        return forms[keys]

    def guarded(self, stmt: Executable, params: Params, counter: Counter) -> "GuardedInsert | None":
        """Return the form that also moves a counter, or None for anything but a plain insert of values."""
        insert = self.find(stmt, params)
        if insert is None:
            return None
        key = (id(insert), counter)
        if key not in self._guarded:
            self._guarded[key] = GuardedInsert(insert, counter)
        return self._guarded[key]


class PgBulkInsert:
    """SQL text with one array parameter per column, `into` and `casts` being its parts."""

    def __init__(self, into: str, casts: Sequence[str], columns: Sequence[Column]) -> None:
        self.into = into
        self.casts = casts
        self.sql = f"{into} SELECT * FROM {_arrays(casts)}"  # noqa: S608 - all of it comes from the compiler
        self.columns = columns

    def arrays(self, rows: Sequence[Params]) -> tuple[list[Any], ...]:
        """Turn rows into columns."""
        return tuple(
            [row[key] for row in rows] if write is None else [write(row[key]) for row in rows]
            for key, write in self.columns
        )


class GuardedInsert:
    """An insert that moves a guarded counter and stores the rows of the counters that moved, in one statement.

    Under READ COMMITTED an UPDATE that waited for another transaction looks at the row again before it changes it: it
    sees the guard, and counts on from the value, as they are then.
    """

    def __init__(self, insert: PgBulkInsert, counter: Counter) -> None:
        table, key, value, guard = (
            counter.key.table.name,
            counter.key.name,
            counter.value.name,
            counter.guard.name,
        )
        names = [name for name, _ in insert.columns]
        kind = insert.casts[names.index(key)]
        given = _arrays([kind, "INTEGER", "INTEGER"])
        cells = ", ".join(f"moved.before + r.{name}" if name == value else f"r.{name}" for name in names)
        self._sql = (
            f"WITH moved AS (UPDATE {table} AS c SET {value} = c.{value} + m.steps"  # noqa: S608 - names of our own tables
            f" FROM {given} AS m({key}, expected, steps)"
            f" WHERE c.{key} = m.{key} AND c.{guard} = m.expected"
            f" RETURNING c.{key} AS moved_key, c.{value} - m.steps AS before),"
            f" stored AS ({insert.into} SELECT {cells} FROM {_arrays(insert.casts, 4)} AS r({', '.join(names)})"
            f" JOIN moved ON r.{key} = moved.moved_key) SELECT moved_key, before FROM moved"
        )
        cells = ", ".join(
            f"moved.before + ${number}::{cast}" if name == value else f"${number}::{cast}"
            for number, (name, cast) in enumerate(zip(names, insert.casts, strict=True), 4)
        )
        self._sql_of_one = (
            f"WITH moved AS (UPDATE {table} SET {value} = {value} + $3::INTEGER"  # noqa: S608 - names of our own tables
            f" WHERE {key} = $1::{kind} AND {guard} = $2::INTEGER"
            f" RETURNING {key} AS moved_key, {value} - $3::INTEGER AS before),"
            f" stored AS ({insert.into} SELECT {cells} FROM moved) SELECT moved_key, before FROM moved"
        )
        self._insert = insert

    def statement(self, moves: Moves, rows: Sequence[Params]) -> tuple[str, tuple[Any, ...]]:
        """SQL text and parameters: three arrays of the moves, then one per column.

        A row alone goes without arrays, which the server then has not to join (80 us of 500).
        """
        columns = self._insert.arrays(rows)
        if len(rows) == len(moves) == 1:
            ((key, move),) = moves.items()
            return self._sql_of_one, (key, *move, *(column[0] for column in columns))
        expected, steps = zip(*moves.values(), strict=True)
        return self._sql, ([*moves], [*expected], [*steps], *columns)


def _arrays(casts: Sequence[str], first: int = 1) -> str:
    return f"unnest({', '.join(f'${number}::{cast}[]' for number, cast in enumerate(casts, first))})"


def _prepare(stmt: Insert, keys: tuple[str, ...], dialect: Dialect) -> PgBulkInsert | None:
    compiled = stmt.compile(dialect=dialect, column_keys=list(keys))
    if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch:
        return None
    plain = _VALUES.fullmatch(compiled.string)
    binds = [compiled.binds[name] for name in compiled.positiontup or []]
    if plain is None or [bind.key for bind in binds if bind.key in keys] != [bind.key for bind in binds]:
        return None
    casts = re.findall(_CAST, plain[2])
    columns: list[Column] = []
    for bind in binds:
        # asyncpg reads a UUID from its text at once; SQLAlchemy's way through a UUID object costs 2 us a value.
        kind = None if isinstance(bind.type, Id) else bind.type.dialect_impl(dialect)
        columns.append((bind.key, kind.bind_processor(dialect) if kind else None))
    return PgBulkInsert(plain[1], casts, columns)
