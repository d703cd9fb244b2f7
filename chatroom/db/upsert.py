"""Insert-or-ignore and insert-or-change in one spelling for three dialects."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Table, text
from sqlalchemy.dialects import mysql, postgresql, sqlite

from chatroom.db.access import Conflict, Params, Transaction

_SHOW_WARNINGS = text("SHOW WARNINGS")
_DUPLICATE = 1062


async def insert_ignore(tx: Transaction, table: Table, rows: Sequence[Params]) -> int:
    """Insert the rows whose unique keys are free and leave the others; return how many went in.

    One round trip per row. Raises Conflict when a foreign key or a check refuses a row.
    """
    stored = 0
    for row in rows:
        stored += await tx.run(_ignoring(tx.dialect, table), row)
        if tx.dialect == "mysql":
            # IGNORE forgives everything on MySQL: a foreign key that points nowhere must not pass as a duplicate.
            for _, code, message in await tx.all(_SHOW_WARNINGS):
                if code != _DUPLICATE:
                    raise Conflict(message)
    return stored


async def upsert(tx: Transaction, table: Table, row: Params, keys: Sequence[str], changes: Params) -> None:
    """Insert `row`, or where a row with the same `keys` (columns of a unique key) stands, set `changes` on it.

    A change is a value or an SQL expression over the standing row, e.g. `{"uses": table.c.uses + 1}`; do not
    read a column that another change of the same call sets, for MySQL applies them from left to right.
    """
    await tx.run(_upserting(tx.dialect, table, keys, changes), row)


@lru_cache(maxsize=64)
def _ignoring(dialect: str, table: Table) -> Insert:
    if dialect == "mysql":
        return mysql.insert(table).prefix_with("IGNORE")
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _upserting(dialect: str, table: Table, keys: Sequence[str], changes: Mapping[str, Any]) -> Insert:
    if dialect == "mysql":
        return mysql.insert(table).on_duplicate_key_update(**changes)
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_update(index_elements=keys, set_=changes)
    return sqlite.insert(table).on_conflict_do_update(index_elements=keys, set_=changes)
