"""kill -9 of the server, and of its database, under load: nothing answered is lost, nothing is there twice."""

import asyncio
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.journeys.nemesis import Load, run
from tests.journeys.server import ChatServer
from tests.journeys.waiting import until
from tests.processes import MariaDb, PostgreSql
from tests.servers import fresh

SEED = 7


@pytest.mark.parametrize(
    ("url_fixture", "kills"),
    [("", 3), ("postgresql_url", 1), ("mariadb_url", 1)],
    ids=["sqlite", "pg", "maria"],
)
@pytest.mark.timeout(120)
async def test_a_killed_server_has_kept_what_it_answered(
    url_fixture: str, kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(url_fixture) if url_fixture else ""
    outcome = await run(tmp_path, url, kills, SEED)
    print(outcome)
    assert outcome.broken == []
    assert outcome.answered == outcome.sent
    assert sum(outcome.at_kill) > 0  # otherwise the kills hit nothing


@pytest.mark.timeout(120)
async def test_a_restarted_server_has_kept_what_it_answered_too(tmp_path: Path) -> None:
    outcome = await run(tmp_path, "", 2, SEED, gently=True)
    print(outcome)
    assert outcome.broken == []
    assert outcome.answered == outcome.sent


def _all_above(before: list[int], load: Load) -> bool:
    return all(writer.refusals > count for writer, count in zip(load.writers, before, strict=True))


@pytest.fixture(params=[PostgreSql, MariaDb])
def own_database(request: pytest.FixtureRequest) -> Iterator[tuple[PostgreSql | MariaDb, str]]:
    """A database server that nobody else uses, and the URL of an empty database in it."""
    server = request.param()
    try:
        url = next(fresh(server))
        yield server, url
    finally:
        server.discard()


@pytest.mark.timeout(120)
async def test_a_killed_database_is_said_to_be_unavailable_and_nothing_answered_is_lost(
    own_database: tuple[PostgreSql | MariaDb, str], tmp_path: Path
) -> None:
    database, url = own_database
    server = ChatServer(tmp_path, MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off", DATABASE_URL=url)
    await asyncio.to_thread(server.start)
    try:
        load = await asyncio.to_thread(Load, server, SEED)

        async def strike(_: random.Random) -> None:
            """Kill it, wait until the writers have been refused, and start it again."""
            await until("everybody to write", lambda: all(writer.unanswered for writer in load.writers))
            before = [writer.refusals for writer in load.writers]
            database.kill()
            await until("everybody to be refused", lambda: _all_above(before, load))
            await asyncio.to_thread(database.start)

        outcome = await load.bear(2, strike)
    finally:
        server.end()
    print(outcome)
    assert outcome.broken == []
    assert outcome.answered == outcome.sent
    assert outcome.reconnects == len(load.writers)  # nobody was thrown out for it
    told = [line for line in server.faults if "database.unavailable" in line]
    assert told
    assert server.faults == told, server.log[-4000:]


@pytest.fixture
def own_mariadb() -> Iterator[tuple[MariaDb, str]]:
    """A MariaDB that nobody else uses, and the URL of an empty database in it."""
    server = MariaDb()
    try:
        url = next(fresh(server))
        yield server, url
    finally:
        server.discard()


@pytest.mark.timeout(120)
async def test_a_database_that_hangs_is_said_to_be_unavailable_in_bounded_time(
    own_mariadb: tuple[MariaDb, str], tmp_path: Path
) -> None:
    database, url = own_mariadb
    server = ChatServer(tmp_path, MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off", DATABASE_URL=url)
    await asyncio.to_thread(server.start)
    try:
        load = await asyncio.to_thread(Load, server, SEED)

        async def strike(_: random.Random) -> None:
            """Stop it until the writers have been refused, and let it go on."""
            await until("everybody to write", lambda: all(writer.unanswered for writer in load.writers))
            before = [writer.refusals for writer in load.writers]
            database.signal(signal.SIGSTOP)
            try:  # 10 s for a statement and 10 s to give up its connection
                began = time.monotonic()
                async with httpx2.AsyncClient() as http:
                    ready = await http.get(f"{server.url}/readyz", timeout=10)
                assert (ready.status_code, ready.json()["checks"]["database"]) == (503, False)
                assert time.monotonic() - began < 4  # 2 s and a loaded machine
                await until("everybody to be refused", lambda: _all_above(before, load), 30)
            finally:
                database.signal(signal.SIGCONT)

        outcome = await load.bear(1, strike)
    finally:
        server.end()
    print(outcome)
    assert outcome.broken == []
    assert outcome.answered == outcome.sent
