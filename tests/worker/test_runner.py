"""Jobs run once each on several nodes, again after a fault, and never without their deed."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.schema import CreateIndex, CreateTable

from chatroom.core.context import Context, Kernel
from chatroom.core.jobs import Job, enqueue, job
from chatroom.core.principal import SYSTEM
from chatroom.db import Database, Row, sqlite
from chatroom.db import jobs as rows
from chatroom.worker import Runner, runner

HOUR = 3_600_000


class Node:
    """A process with a worker, a clock that tests turn, and a note of what ran."""

    def __init__(self, db: Database, *declared: Job, start: int = 500_000 * HOUR) -> None:
        self.db = db
        self.now = start
        nothing: Any = None  # The jobs of these tests tell nobody anything.
        self.kernel = Kernel(db, nothing, nothing, lambda: self.now)
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


@pytest.fixture
async def db(database: Database) -> Database:
    """A database with the table of jobs."""
    async with database.begin() as tx:
        await tx.run(CreateTable(rows.jobs))
        for index in rows.jobs.indexes:
            await tx.run(CreateIndex(index))
    return database


async def test_a_job_runs_once_after_its_deed_was_stored(db: Database) -> None:
    note, ran = noting()
    node = Node(db, note)
    await node.ask(note, {"room": "tea", "count": [1, None]})
    assert await node.runner.run_due() == 1
    assert await node.runner.run_due() == 0
    assert ran == [{"room": "tea", "count": [1, None]}]
    assert [row.state for row in await node.stored()] == [rows.DONE]


async def test_a_deed_that_was_rolled_back_leaves_no_job(db: Database) -> None:
    note, ran = noting()
    node = Node(db, note)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the whole block is what fails
        async with node.context().begin() as tx:
            await enqueue(tx, note)
            raise ZeroDivisionError
    assert await node.runner.run_due() == 0
    assert ran == []


async def test_a_job_for_later_waits_for_its_instant(db: Database) -> None:
    note, ran = noting()
    node = Node(db, note)
    await node.ask(note, at=node.now + 1)
    assert await node.runner.run_due() == 0
    node.now += 1
    assert await node.runner.run_due() == 1
    assert ran == [None]


async def test_a_second_job_with_the_same_key_is_not_stored(db: Database) -> None:
    note, ran = noting()
    node = Node(db, note)
    assert await node.ask(note, 1, key="a")
    assert not await node.ask(note, 2, key="a")
    assert await node.ask(note, 3, key="b")
    assert await node.ask(note, 4)
    assert await node.ask(note, 5)
    await node.runner.run_due()
    assert sorted(ran) == [1, 3, 4, 5]


async def test_a_job_of_a_newer_version_is_left_to_the_nodes_that_know_it(db: Database) -> None:
    note, _ = noting()
    other, ran = failing()
    node = Node(db, other)
    await node.ask(note)
    assert await node.runner.run_due() == 0
    assert ran == []


async def test_a_failing_job_is_tried_again_after_longer_and_longer_pauses_and_then_kept_as_failed(
    db: Database,
) -> None:
    fail, ran = failing(attempts=4)
    node = Node(db, fail)
    await node.ask(fail)
    for _ in range(60):
        await node.runner.run_due()
        node.now += 1000
    assert [b - a for a, b in pairwise(ran)] == [5000, 10000, 20000]
    (row,) = await node.stored()
    assert (row.state, row.attempts, row.error) == (rows.FAILED, 4, "RuntimeError: no such luck")


async def test_a_job_that_takes_too_long_is_cancelled_and_tried_again(db: Database) -> None:
    cancelled: list[bool] = []

    @job("test.slow", seconds=0)
    async def slow(ctx: Context, payload: Any) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    node = Node(db, slow)
    await node.ask(slow)
    assert await node.runner.run_due() == 1
    assert cancelled == [True]
    (row,) = await node.stored()
    assert (row.state, row.due_at) == (rows.WAITING, node.now + 5000)


async def test_many_nodes_share_the_jobs_and_run_each_once(db: Database) -> None:
    ran: Counter[int] = Counter()

    @job("test.count")
    async def count(ctx: Context, payload: Any) -> None:
        await asyncio.sleep(0)
        ran[payload] += 1

    nodes = [Node(db, count) for _ in range(4)]
    async with nodes[0].context().begin() as tx:
        for number in range(100):
            await enqueue(tx, count, number)

    async def work(node: Node) -> None:
        while await node.runner.run_due():
            pass

    await asyncio.gather(*(work(node) for node in nodes))
    await work(nodes[0])
    assert ran == Counter(range(100))


async def test_the_job_of_a_node_that_died_runs_again_when_its_lease_is_over(db: Database) -> None:
    note, ran = noting(seconds=30)
    node = Node(db, note)
    await node.ask(note)
    lease = (30 + runner.LEASE_MARGIN_SECONDS) * 1000
    async with db.begin() as tx:
        dead = await rows.claim(
            tx,
            ["test.note"],
            now=node.now,
            until=node.now + lease,
            token=(await node.stored())[0].id,
            count=1,
        )
    assert len(dead) == 1
    node.now += lease - 1
    assert await node.runner.run_due() == 0
    node.now += 1
    assert await node.runner.run_due() == 1
    assert ran == [None]


async def test_a_job_that_kills_its_node_every_time_is_given_up(db: Database) -> None:
    note, ran = noting(attempts=2)
    node = Node(db, note)
    await node.ask(note)
    token = (await node.stored())[0].id
    for _ in range(2):
        async with db.begin() as tx:
            assert await rows.claim(tx, ["test.note"], now=node.now, until=node.now, token=token, count=1)
    await node.runner.run_due()
    (row,) = await node.stored()
    assert row.state == rows.FAILED
    assert ran == []


async def test_a_node_whose_lease_was_taken_over_does_not_end_the_job_for_the_other(db: Database) -> None:
    note, _ = noting()
    node = Node(db, note)
    await node.ask(note)
    first, second = (await node.stored())[0].id, "0190a000-0000-7000-8000-000000000001"
    async with db.begin() as tx:
        (row,) = await rows.claim(tx, ["test.note"], now=node.now, until=node.now, token=first, count=1)
        await rows.claim(tx, ["test.note"], now=node.now, until=node.now + HOUR, token=second, count=1)
        assert not await rows.done(tx, row.id, first, node.now)
        assert await rows.done(tx, row.id, second, node.now)


async def test_a_periodic_job_runs_once_per_slot_however_many_nodes_there_are(db: Database) -> None:
    note, ran = noting(every=900)
    nodes = [Node(db, note, start=500_000 * HOUR + offset) for offset in (880_000, 890_000, 899_999)]
    for slot in range(1, 4):
        await asyncio.gather(*(node.runner.run_due() for node in nodes))
        for node in nodes:
            assert await node.runner.run_due() == 0
            node.now += 900_000
        assert len(ran) == slot


async def test_jobs_that_are_done_are_forgotten_after_a_day_and_failed_ones_are_kept(db: Database) -> None:
    note, _ = noting()
    fail, _ = failing(attempts=1)
    node = Node(db, note, fail)
    await node.ask(note)
    await node.ask(fail)
    await node.runner.run_due()
    assert len(await node.stored()) == 2
    node.now += 26 * HOUR
    await node.runner.run_due()
    assert [row.name for row in await node.stored()] == ["test.fail"]


async def test_a_stopping_node_waits_for_its_jobs_and_gives_the_late_ones_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DRAIN_SECONDS", 0.2)
    begun: list[str] = []
    ended: list[str] = []

    @job("test.hold")
    async def hold(ctx: Context, payload: Any) -> None:
        begun.append(payload)
        await asyncio.sleep(0.05 if payload == "short" else 60)
        ended.append(payload)

    node = Node(db, hold)
    await node.ask(hold, "short")
    await node.ask(hold, "long")
    loop = asyncio.create_task(node.runner.run())
    await until(lambda: len(begun) == 2)
    node.runner.stop()
    await asyncio.wait_for(loop, 10)
    assert ended == ["short"]
    assert {row.payload: (row.state, row.claim) for row in await node.stored()} == {
        "short": (rows.DONE, None),
        "long": (rows.WAITING, None),
    }


async def test_the_loop_outlives_a_database_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.01)
    db = await Database.open(f"sqlite:///{tmp_path}/chatroom.db")
    async with db.begin() as tx:
        await tx.run(CreateTable(rows.jobs))
    note, ran = noting()
    node = Node(db, note)
    await node.ask(note)
    blocker = sqlite3.connect(tmp_path / "chatroom.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    loop = asyncio.create_task(node.runner.run())
    await asyncio.sleep(0.2)
    assert ran == []
    assert not loop.done()
    blocker.execute("ROLLBACK")
    await until(lambda: ran == [None])
    node.runner.stop()
    await asyncio.wait_for(loop, 10)
    blocker.close()
    await db.close()
