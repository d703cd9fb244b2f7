"""The table `rechecks`: people whose sessions, role, name or rooms changed a moment ago, one row each.

Written in the transaction of the change, read twice a second by every process that has open sockets. It says only whom
to look at: what is true now stands in the other tables, so a row that is read late, or twice, does no harm.
"""

from typing import Final

from sqlalchemy import Column, Integer, Table, bindparam, delete, select

from chatroom.db.access import Reader, Transaction
from chatroom.db.metadata import metadata
from chatroom.db.types import Id, Time
from chatroom.db.upsert import upsert

rechecks: Final = Table(
    "rechecks",
    metadata,
    Column(
        "user_id", Id, primary_key=True
    ),  # no foreign key: it outlives people, and locks none of their rows
    Column("at", Time, nullable=False, index=True),
    Column(
        "version", Integer, nullable=False
    ),  # two changes may tell of one instant, or commit the later one first
)

_SINCE: Final = (
    select(rechecks.c.user_id, rechecks.c.version)
    .where(rechecks.c.at >= bindparam("since"))
    .order_by(rechecks.c.at)
)
_BEFORE: Final = (
    select(rechecks.c.user_id).where(rechecks.c.at < bindparam("before")).limit(bindparam("count"))
)
_REMOVE: Final = delete(rechecks).where(
    rechecks.c.user_id == bindparam("user"), rechecks.c.at < bindparam("before")
)


async def ask(tx: Transaction, user_id: str, at: int) -> None:
    """Have every node look at a person's sockets again."""
    row = {"user_id": user_id, "at": at, "version": 1}
    await upsert(tx, rechecks, row, ["user_id"], {"at": at, "version": rechecks.c.version + 1})


async def since(reader: Reader, at: int) -> list[tuple[str, int]]:
    """(user id, version of their row) of whoever is to be looked at since an instant (epoch milliseconds)."""
    return [(row.user_id, row.version) for row in await reader.all(_SINCE, {"since": at})]


async def forget(tx: Transaction, before: int, count: int) -> int:
    """Delete up to `count` rows of before an instant; return how many there were."""
    old = await tx.all(_BEFORE, {"before": before, "count": count})
    await tx.many(_REMOVE, [{"user": row.user_id, "before": before} for row in old])
    return len(old)
