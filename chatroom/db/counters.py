"""Compare-and-set of counters that guard rows: for databases that cannot do it in one statement."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Update, bindparam, update

from chatroom.db.access import Counter, Moves, Params, Transaction


@lru_cache
def _set(counter: Counter) -> Update:
    return (
        update(counter.key.table)
        .where(counter.key == bindparam("moved_key"), counter.value == bindparam("moved_from"))
        .values({counter.value.name: bindparam("moved_to")})
    )


async def move_one_by_one(
    tx: Transaction, counter: Counter, moves: Moves, stmt: Executable, rows: Sequence[Params]
) -> set[str]:
    """`Transaction.move` as one update for each counter and one insert."""
    change: Any = _set(counter)
    moved = {
        key
        for key, (expected, upto) in moves.items()
        if await tx.run(change, {"moved_key": key, "moved_from": expected, "moved_to": upto})
    }
    await tx.many(
        stmt, rows if len(moved) == len(moves) else [row for row in rows if row[counter.key.name] in moved]
    )
    return moved
