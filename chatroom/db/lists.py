"""A list of values as one parameter, however long it is.

With a parameter for each value PostgreSQL refuses a list of 32 768, and every length is a statement of its own to
parse, to plan and, when it fails, to log.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Dialect, Integer, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType


class _Values(UserDefinedType[Sequence[Any]]):
    """A list of plain values (texts or integers): an array for PostgreSQL, JSON for the others."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what makes a parameter of a list, None where the driver takes it as it is."""
        return None if dialect.name == "postgresql" else lambda values: msgspec.json.encode(values).decode()


class _Rows(_Values):
    """A list of rows: JSON on every database, for an array of PostgreSQL has values of one type."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return lambda rows: msgspec.json.encode(rows).decode()


class Among(FunctionElement[Any]):
    """Whether a column holds one of the values of a parameter: see `among`."""

    name = "among"
    type = Integer()  # as a Boolean it would be compared with 1, and then no index serves it
    inherit_cache = True


class AmongRows(Among):
    """The same for several columns together."""

    name = "among_rows"
    inherit_cache = True


def among(column: ColumnElement[Any], parameter: str) -> Among:
    """`column IN (…)` for a parameter that is a list of values of the column's type, empty or of any length."""
    return Among(column, bindparam(parameter, type_=_Values()))


def among_rows(columns: Sequence[ColumnElement[Any]], parameter: str) -> AmongRows:
    """`(a, b) IN (…)` for a parameter that is a list of rows: not on SQLite, which reads the whole table for it."""
    return AmongRows(*columns, bindparam(parameter, type_=_Rows()))


@compiles(Among)
def _sqlite(element: Among, compiler: SQLCompiler, **_: Any) -> str:
    column, values = element.clauses
    given = f"json_each({compiler.process(values)})"
    return f"{compiler.process(column)} IN (SELECT value FROM {given})"  # noqa: S608 - from the compiler


@compiles(Among, "postgresql")
def _postgresql(element: Among, compiler: SQLCompiler, **_: Any) -> str:
    column, values = element.clauses
    kind = column.type.compile(compiler.dialect)
    return f"{compiler.process(column)} = ANY (CAST({compiler.process(values)} AS {kind}[]))"


@compiles(Among, "mysql")
@compiles(AmongRows, "mysql")
def _mysql(element: Among, compiler: SQLCompiler, **_: Any) -> str:
    *columns, values = element.clauses
    one = len(columns) == 1
    kinds = ", ".join(
        f"c{at} {column.type.compile(compiler.dialect)} PATH '{'$' if one else f'$[{at}]'}'"
        for at, column in enumerate(columns)
    )
    left = ", ".join(compiler.process(column) for column in columns)
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    given = f"JSON_TABLE({compiler.process(values)}, '$[*]' COLUMNS ({kinds})) AS given"
    left = left if one else f"({left})"
    return f"{left} IN (SELECT {names} FROM {given})"  # noqa: S608 - from the compiler


@compiles(AmongRows, "postgresql")
def _rows_of_postgresql(element: AmongRows, compiler: SQLCompiler, **_: Any) -> str:
    *columns, values = element.clauses
    left = ", ".join(compiler.process(column) for column in columns)
    cells = ", ".join(
        f"CAST(given ->> {at} AS {column.type.compile(compiler.dialect)})"
        for at, column in enumerate(columns)
    )
    given = f"json_array_elements(CAST({compiler.process(values)} AS JSON)) AS given"
    return f"({left}) IN (SELECT {cells} FROM {given})"  # noqa: S608 - from the compiler
