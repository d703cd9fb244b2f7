"""The parts of the worker's tests: a node with a clock of its own, and jobs that say what they did."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from chatroom.core.context import Context, Kernel
from chatroom.core.jobs import Job, enqueue, job
from chatroom.core.principal import SYSTEM
from chatroom.db import Database, Row
from chatroom.db import jobs as rows
from chatroom.worker import Runner

HOUR = 3_600_000


class Node:
    """A process with a worker, a clock that tests turn, and a note of what ran."""

    def __init__(self, db: Database, *declared: Job, start: int = 500_000 * HOUR) -> None:
        self.db = db
        self.now = start
        nothing: Any = None  # The jobs of these tests tell nobody anything.
        self.kernel = Kernel(db, nothing, nothing, nothing, lambda: self.now)
        self.runner = Runner(db, declared, self.context, lambda: self.now)

    def context(self) -> Context:
        return Context(self.kernel, SYSTEM)

    async def ask(
        self, what: Job, payload: Any = None, *, at: int | None = None, key: str | None = None
    ) -> bool:
        async with self.context().begin() as tx:
            return await enqueue(tx, what, payload, at=at, key=key)

    async def stored(self) -> list[Row]:
        async with self.db.read() as reader:
            return list(await reader.all(select(rows.jobs).order_by(rows.jobs.c.id)))


def noting(**options: Any) -> tuple[Job, list[Any]]:
    """A job that notes the payloads it was run with."""
    ran: list[Any] = []

    @job("test.note", **options)
    async def note(ctx: Context, payload: Any) -> None:
        ran.append(payload)

    return note, ran


def failing(**options: Any) -> tuple[Job, list[Any]]:
    """A job that always raises, and the instants at which it did."""
    ran: list[Any] = []

    @job("test.fail", **options)
    async def fail(ctx: Context, payload: Any) -> None:
        ran.append(ctx.now)
        raise RuntimeError("no such luck")

    return fail, ran


async def until(done: Callable[[], bool]) -> None:
    """Wait for a condition, at most 10 s."""
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
