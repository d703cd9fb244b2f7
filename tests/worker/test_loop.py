"""Periodic jobs, old rows, and the loop around it all."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.schema import CreateTable

from chatroom.core.context import Context
from chatroom.core.jobs import job
from chatroom.db import Database, sqlite
from chatroom.db import jobs as rows
from chatroom.worker import runner
from tests.worker.node import HOUR, Node, failing, noting, until


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
