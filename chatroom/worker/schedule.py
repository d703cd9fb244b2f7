"""Periodic jobs as rows: every node offers each slot, the unique key lets one of them through."""

from collections.abc import Iterable

from chatroom.core import ids
from chatroom.core.jobs import Job
from chatroom.db import Database
from chatroom.db import jobs as rows

KEEP_MS = 24 * 3600 * 1000
"""How long a job that is done stays known: far longer than two nodes' clocks may differ."""

_FORGET_MS = 3600 * 1000
_BATCH = 1_000  # rows of one transaction


class Schedule:
    """What this node has already offered, so that it writes once per slot and not once per look."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._periodic = [job for job in jobs if job.every is not None]
        self._offered: dict[str, int] = {}
        self._forgotten: int | None = None

    async def offer(self, db: Database, now: int) -> None:
        """Insert the current slot of every periodic job, and once an hour forget old rows. Raises Unavailable.

        Slots that passed while no node ran are not made up for.
        """
        new = {
            job.name: slot
            for job in self._periodic
            if self._offered.get(job.name) != (slot := _slot(job, now))
        }
        hour = now // _FORGET_MS
        if not new and hour == self._forgotten:
            return
        async with db.begin() as tx:
            for name, slot in new.items():
                key = str(slot)
                await rows.add(
                    tx, {"id": ids.new(), "name": name, "key": key, "due_at": slot, "created_at": now}
                )
        if hour != self._forgotten:
            await _forget(db, now - KEEP_MS)
        self._offered |= new
        self._forgotten = hour


async def _forget(db: Database, before: int) -> None:
    """Delete old rows in shares, so that nobody waits for all of them."""
    forgotten = _BATCH
    while forgotten == _BATCH:
        async with db.begin() as tx:
            forgotten = await rows.forget(tx, before, _BATCH)


def _slot(job: Job, now: int) -> int:
    length = (job.every or 1) * 1000
    return now // length * length
