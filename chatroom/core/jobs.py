"""Work to do later: a slice declares a Job, a transaction enqueues it, a worker runs it after the commit.

The request to run is a row of the same transaction as the deed, so it exists exactly when the deed does. It runs
**at least once**: a node that dies between a job's work and the note that it is done leaves it to run again, so
every job must bear being run twice.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from chatroom.core import ids
from chatroom.core.context import Context, Tx
from chatroom.db import jobs as rows

Work = Callable[[Context, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of work; `run(ctx, payload)` gets a Context of the system and the plain JSON objects enqueued."""

    name: str
    run: Work
    every: int | None = None
    """Seconds between two runs of a periodic job; its slots are the multiples of this since 1970, for all nodes."""
    seconds: int = 60
    """How long one run may take; it is cancelled then, which counts as a failed attempt."""
    attempts: int = 8
    """How often it is tried before it is left as failed."""


def job(
    name: str, *, every: int | None = None, seconds: int = 60, attempts: int = 8
) -> Callable[[Work], Job]:
    """Make a Job of `async def f(ctx, payload)`. A periodic one gets None as its payload."""

    def declare(run: Work) -> Job:
        return Job(name, run, every, seconds, attempts)

    return declare


async def enqueue(
    tx: Tx, what: Job, payload: Any = None, *, at: int | None = None, key: str | None = None
) -> bool:
    """Ask for a run in this transaction: nothing runs unless it commits.

    `payload` is anything msgspec encodes, `at` the instant (epoch milliseconds) before which it does not run. With a
    `key` (64 ASCII characters at most) a second job of the same name and key is not stored, until a day after the
    first has run; returns whether it was stored.
    """
    return await rows.add(
        tx.db,
        {
            "id": ids.new(),
            "name": what.name,
            "key": key,
            "payload": payload,
            "due_at": tx.now if at is None else at,
            "created_at": tx.now,
        },
    )
