"""Insert-or-ignore and insert-or-change in one spelling for three dialects."""

from collections.abc import Sequence

from sqlalchemy import Table

from chatroom.db.access import Params, Transaction


async def insert_ignore(tx: Transaction, table: Table, rows: Sequence[Params]) -> int:
    """Insert the rows whose unique keys are free; return how many went in."""
    raise NotImplementedError


async def upsert(tx: Transaction, table: Table, row: Params, keys: Sequence[str], changes: Params) -> None:
    """Insert `row`, or where a row with the same `keys` stands, set `changes` on that one."""
    raise NotImplementedError
