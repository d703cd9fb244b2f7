"""Many rows for PostgreSQL in one statement: an array per column instead of a message per row.

256 messages take 3.9 ms this way, 5.9 ms with a message to the server for each.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, Insert
from sqlalchemy.sql.compiler import SQLCompiler

from chatroom.db.access import Params
from chatroom.db.types import Id

_CAST = r"\$\d+::([\w ]+(?:\(\d+\))?)"
_VALUES = re.compile(rf"(INSERT INTO .+ \(.+\)) VALUES \(({_CAST}(?:, {_CAST})*)\)")  # noqa: S608 - a pattern

Column = tuple[str, Callable[[Any], Any] | None]
"""The name of a parameter, and what turns its value into one the driver takes."""


class Inserts:
    """The inserts of one database in this form, kept as long as the statement objects they were made of."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[Executable, dict[tuple[str, ...], UnnestInsert | None]] = (
            WeakKeyDictionary()
        )

    def find(self, stmt: Executable, params: Params) -> "UnnestInsert | None":
        """Return the array form, or None for anything but a plain insert of values."""
        if not isinstance(stmt, Insert):
            return None
        forms = self._known.setdefault(stmt, {})
        keys = tuple(params)
        if keys not in forms:
            forms[keys] = _prepare(stmt, keys, self._dialect)
        return forms[keys]


class UnnestInsert:
    """SQL text with one array parameter per column."""

    def __init__(self, sql: str, columns: Sequence[Column]) -> None:
        self.sql = sql
        self._columns = columns

    def arrays(self, rows: Sequence[Params]) -> tuple[list[Any], ...]:
        """Turn rows into columns."""
        return tuple(
            [row[key] for row in rows] if write is None else [write(row[key]) for row in rows]
            for key, write in self._columns
        )


def _prepare(stmt: Insert, keys: tuple[str, ...], dialect: Dialect) -> UnnestInsert | None:
    compiled = stmt.compile(dialect=dialect, column_keys=list(keys))
    if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch:
        return None
    plain = _VALUES.fullmatch(compiled.string)
    binds = [compiled.binds[name] for name in compiled.positiontup or []]
    if plain is None or [bind.key for bind in binds if bind.key in keys] != [bind.key for bind in binds]:
        return None
    casts = re.findall(_CAST, plain[2])
    arrays = ", ".join(f"${number}::{cast}[]" for number, cast in enumerate(casts, 1))
    columns: list[Column] = []
    for bind in binds:
        # asyncpg reads a UUID from its text at once; SQLAlchemy's way through a UUID object costs 2 us a value.
        kind = None if isinstance(bind.type, Id) else bind.type.dialect_impl(dialect)
        columns.append((bind.key, kind.bind_processor(dialect) if kind else None))
    sql = f"{plain[1]} SELECT * FROM unnest({arrays})"  # noqa: S608 - all of it comes from the compiler
    return UnnestInsert(sql, columns)
