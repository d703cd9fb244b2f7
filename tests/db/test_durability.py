"""What was reported as stored is there after kill -9; what was not is there whole or not at all."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.schema import CreateTable

from chatroom.db import Database, Unavailable
from tests.db.committer import numbers
from tests.processes import MariaDb, PostgreSql

PROGRAM = Path(__file__).with_name("committer.py")
ROOT = Path(__file__).parents[2]


async def prepare(url: str) -> Database:
    database = await Database.open(url)
    async with database.begin() as tx:
        await tx.run(CreateTable(numbers))
    return database


async def stored(database: Database) -> set[int]:
    async with database.read() as reader:
        return {row.number for row in await reader.all(select(numbers.c.number))}


def whole(found: set[int]) -> bool:
    return found == {-number for number in found}


def commit_and_die(url: str, first: int, reports: int) -> list[int]:
    """Let a process commit until it has reported so often, kill it, return what it reported."""
    command = [sys.executable, str(PROGRAM), url, str(first)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(reports)]
        process.kill()
        return told + [int(line) for line in process.stdout.read().split(b"\n")[:-1]]


async def test_a_killed_process_loses_nothing_it_reported(database_url: str) -> None:
    database = await prepare(database_url)
    told: set[int] = set()
    for life in range(3):
        told |= set(commit_and_die(database_url, 1 + life * 1_000_000, 1 + 60 * life))
        found = await stored(database)
        assert told <= found
        assert whole(found)
    await database.close()


def test_sqlite_syncs_the_disk_before_it_reports(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("not run: strace is not installed")
    if subprocess.run([strace, "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        pytest.skip("not run: this machine does not let strace trace")
    url = f"sqlite:///{tmp_path}/chatroom.db"
    asyncio.run(_create(url))
    log = tmp_path / "calls"
    trace = [strace, "-f", "-e", "trace=fdatasync,fsync,write", "-o", str(log)]
    command = [*trace, sys.executable, str(PROGRAM), url, "1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, start_new_session=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(20)]
        os.killpg(process.pid, signal.SIGKILL)
    assert lines[-1], "the program ended before it had reported twenty times"
    calls = re.findall(r'(sync)\(|write\(1, "(\d+)', log.read_text())
    synced = False
    reports = 0
    for sync, report in calls:
        if report:
            assert synced, f"{report} was reported before its sync"
            reports += 1
        synced = bool(sync)
    assert reports >= 20


async def _create(url: str) -> None:
    await (await prepare(url)).close()


@pytest.fixture(params=[PostgreSql, MariaDb])
def server(request: pytest.FixtureRequest) -> Iterator[PostgreSql | MariaDb]:
    """A server that a test may kill."""
    server: PostgreSql | MariaDb = request.param()
    server.sql("CREATE DATABASE t")
    yield server
    server.discard()


async def test_a_killed_server_loses_nothing_reported_and_is_used_again_when_it_is_back(
    server: PostgreSql | MariaDb,
) -> None:
    database = await prepare(server.url("t"))
    told: set[int] = set()
    refused = 0
    stop = asyncio.Event()

    async def commit(number: int) -> None:
        nonlocal refused
        while not stop.is_set():
            number += 1
            try:
                async with database.begin(partial(told.add, number)) as tx:
                    await tx.run(insert(numbers), {"number": number})
                    await tx.run(insert(numbers), {"number": -number})
            except Unavailable:
                refused += 1
                await asyncio.sleep(0.02)

    writers = [asyncio.create_task(commit(lane * 1_000_000)) for lane in range(1, 13)]
    for _ in range(2):
        await grows(told)
        await asyncio.to_thread(server.kill)
        before = refused
        await until(lambda before=before: refused > before)
        with pytest.raises(Unavailable):
            await database.check()
        await asyncio.to_thread(server.start)
    await grows(told)
    stop.set()
    await asyncio.gather(*writers)
    found = await stored(database)
    assert told <= found
    assert whole(found)
    await database.check()
    await database.close()


async def grows(told: set[int]) -> None:
    """Wait until fifty more were stored."""
    aim = len(told) + 50
    await until(lambda: len(told) >= aim)


async def until(done: object) -> None:
    """Wait for a condition, at most 20 s."""
    assert callable(done)
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
