"""The table `jobs`: work to do later, written in the transaction of the deed that asks for it.

A row waits until `due_at`. Whoever claims it moves `due_at` to the end of its lease, so that a job whose node died
becomes due again by itself, with no second clock to watch.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from chatroom.db.access import Params, Reader, Row, Transaction
from chatroom.db.lists import among
from chatroom.db.metadata import metadata
from chatroom.db.types import Id, Json, Text, Time, Word
from chatroom.db.upsert import insert_ignore

WAITING: Final = "waiting"
DONE: Final = "done"
FAILED: Final = "failed"

jobs: Final = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Word(64), nullable=False),
    Column("key", Word(64)),
    Column("payload", Json),
    Column("state", Word(8), nullable=False),
    Column("due_at", Time, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claim", Id),
    Column("error", Text),
    Column("created_at", Time, nullable=False),
    Column("ended_at", Time),
    UniqueConstraint("name", "key"),
    Index(None, "state", "due_at"),
)

_DUE: Final = (
    jobs.c.state == WAITING,
    jobs.c.due_at <= bindparam("now"),
    among(jobs.c.name, "names"),
)
_ADD: Final = insert(jobs)
_ANY: Final = select(func.count()).where(*_DUE)
_NEXT: Final = (
    select(jobs.c.id, jobs.c.name, jobs.c.payload, jobs.c.attempts)
    .where(*_DUE)
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_TAKE: Final = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"))
    .values(claim=bindparam("token"), due_at=bindparam("until"), attempts=jobs.c.attempts + 1)
)
_MINE: Final = (jobs.c.id == bindparam("job"), jobs.c.claim == bindparam("token"), jobs.c.state == WAITING)
_DONE: Final = (
    update(jobs).where(*_MINE).values(state=DONE, ended_at=bindparam("now"), claim=None, error=None)
)
_FAIL: Final = (
    update(jobs)
    .where(*_MINE)
    .values(state=FAILED, ended_at=bindparam("now"), claim=None, error=bindparam("why"))
)
_AGAIN: Final = update(jobs).where(*_MINE).values(due_at=bindparam("at"), claim=None, error=bindparam("why"))
_OLD: Final = (
    select(jobs.c.id)
    .where(jobs.c.state == DONE, jobs.c.ended_at < bindparam("before"))
    .limit(bindparam("count"))
)
_FORGET: Final = delete(jobs).where(jobs.c.id == bindparam("job"))


async def add(tx: Transaction, row: Params) -> bool:
    """Insert a waiting job; False when one of this name and key is known already. A key of None is never known."""
    full = {"state": WAITING, "attempts": 0, "key": None, "payload": None, **row}
    return bool(await insert_ignore(tx, jobs, [full]))


async def is_any_due(reader: Reader, names: Sequence[str], now: int) -> bool:
    """Whether a claim would find something: a read, so that an idle node never takes the write lock."""
    return bool(await reader.scalar(_ANY, {"names": names, "now": now}))


async def claim(
    tx: Transaction, names: Sequence[str], *, now: int, until: int, token: str, count: int
) -> Sequence[Row]:
    """Take up to `count` due jobs of these names until `until`; rows of id, name, payload, attempts before this one."""
    rows = await tx.all(_NEXT, {"names": names, "now": now, "count": count})
    await tx.many(_TAKE, [{"job": row.id, "token": token, "until": until} for row in rows])
    return rows


async def done(tx: Transaction, job: str, token: str, now: int) -> bool:
    """End a claimed job well. False, here and below, when the lease had passed to somebody else."""
    return await tx.run(_DONE, {"job": job, "token": token, "now": now}) == 1


async def fail(tx: Transaction, job: str, token: str, now: int, why: str) -> bool:
    """End a claimed job for good; its row stays for people to look at."""
    return await tx.run(_FAIL, {"job": job, "token": token, "now": now, "why": why}) == 1


async def again(tx: Transaction, job: str, token: str, at: int, why: str | None) -> bool:
    """Give a claimed job back; it becomes due at `at`."""
    return await tx.run(_AGAIN, {"job": job, "token": token, "at": at, "why": why}) == 1


async def forget(tx: Transaction, before: int, count: int) -> int:
    """Delete up to `count` jobs that ended well before this instant; return how many."""
    old = await tx.all(_OLD, {"before": before, "count": count})
    await tx.many(_FORGET, [{"job": row.id} for row in old])
    return len(old)
