"""Jobs run once each on several nodes, again after a fault, and never without their deed."""

import asyncio
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from chatroom.core.context import Context
from chatroom.core.jobs import enqueue, job
from chatroom.db import Database
from chatroom.db import jobs as rows
from chatroom.worker import runner
from tests.worker.node import HOUR, Node, failing, noting


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
