"""Guarded counters, moved with the rows that they number: for databases that cannot do it in one statement."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Select, Update, bindparam, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from chatroom.db.access import Counter, Moves, Params, Transaction


@lru_cache
def _step(counter: Counter) -> Update:
    return (
        update(counter.key.table)
        .where(counter.key == bindparam("moved_key"), counter.guard == bindparam("expected"))
        .values({counter.value.name: counter.value + bindparam("steps")})
    )


@lru_cache
def _step_and_tell(counter: Counter) -> ReturningUpdate[Any]:
    return _step(counter).returning(counter.value)


@lru_cache
def _stand(counter: Counter) -> Select[Any]:
    return select(counter.value).where(counter.key == bindparam("moved_key"))


async def move_one_by_one(
    tx: Transaction, counter: Counter, moves: Moves, stmt: Executable, rows: Sequence[Params]
) -> dict[str, int]:
    """`Transaction.move` as one update for each counter and one insert."""
    key, value = counter.key.name, counter.value.name
    before: dict[str, int] = {}
    for moved, (expected, steps) in moves.items():
        given = {"moved_key": moved, "expected": expected, "steps": steps}
        stands = await (_tell if tx.dialect == "sqlite" else _look)(tx, counter, given)
        if stands is not None:
            before[moved] = stands - steps
    placed = [{**row, value: before[row[key]] + row[value]} for row in rows if row[key] in before]
    await tx.many(stmt, placed)
    return before


async def _tell(tx: Transaction, counter: Counter, given: Params) -> int | None:
    found = await tx.all(_step_and_tell(counter), given)
    return found[0][0] if found else None


async def _look(tx: Transaction, counter: Counter, given: Params) -> int | None:
    """MySQL and MariaDB know no UPDATE ... RETURNING. The update locks the row: the look sees what it made of it."""
    change: Any = _step(counter)
    if not await tx.run(change, given):
        return None
    stands: int = await tx.scalar(_stand(counter), {"moved_key": given["moved_key"]})
    return stands
