"""A database that is locked, full, stopped or in a deadlock: Unavailable, nothing stored, the loop never blocked."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, insert, select, update
from sqlalchemy.schema import CreateTable

from chatroom.db import Database, Unavailable, server, sqlite
from chatroom.db.migrate import upgrade
from chatroom.db.types import Text
from chatroom.features import tables
from tests.processes import MariaDb, PostgreSql

notes = Table(
    "notes",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
add = insert(notes)
change = update(notes).where(notes.c.id == bindparam("note")).values(body=bindparam("text"))


async def opened(url: str) -> Database:
    database = await Database.open(url)
    async with database.begin() as tx:
        await tx.run(CreateTable(notes))
        await tx.many(add, [{"id": 1, "body": "one"}, {"id": 2, "body": "two"}])
    return database


async def bodies(database: Database) -> list[str]:
    async with database.read() as reader:
        return [row.body for row in await reader.all(select(notes.c.body).order_by(notes.c.id))]


async def test_another_process_that_writes_is_waited_for_without_blocking_the_loop(tmp_path: Path) -> None:
    database = await opened(f"sqlite:///{tmp_path}/chatroom.db")
    other = sqlite3.connect(tmp_path / "chatroom.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.begin() as tx:
            await tx.run(add, {"id": 3, "body": "three"})

    task = asyncio.create_task(write())
    longest, last, end = 0.0, time.monotonic(), time.monotonic() + 0.3
    while (now := time.monotonic()) < end:
        longest, last = max(longest, now - last), now
        await asyncio.sleep(0.001)
    assert not task.done()
    assert longest < 0.2
    assert await bodies(database) == ["one", "two"]
    other.execute("ROLLBACK")
    await asyncio.wait_for(task, 5)
    assert await bodies(database) == ["one", "two", "three"]
    other.close()
    await database.close()


async def test_a_process_that_holds_the_lock_too_long_makes_it_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    database = await opened(f"sqlite:///{tmp_path}/chatroom.db")
    other = sqlite3.connect(tmp_path / "chatroom.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await database.check()
    assert await bodies(database) == ["one", "two"]
    other.close()
    await database.check()
    await database.close()


async def test_a_full_disk_refuses_writes_and_lets_reads_go_on(tmp_path: Path) -> None:
    database = await opened(f"sqlite:///{tmp_path}/chatroom.db")
    engine = database._engine
    assert isinstance(engine, sqlite.SqliteEngine)
    (pages,) = engine._raw.execute("PRAGMA page_count").fetchone()
    engine._raw.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(3, 6):
        with pytest.raises(Unavailable):  # noqa: PT012 - the whole block is what fails
            async with database.begin() as tx:
                await tx.run(change, {"note": 1, "text": "uno"})
                await tx.run(add, {"id": number, "body": "x" * 50_000})
        assert await bodies(database) == ["one", "two"]
    engine._raw.execute("PRAGMA max_page_count = 100000")
    async with database.begin() as tx:
        await tx.run(add, {"id": 3, "body": "x" * 50_000})
    assert len(await bodies(database)) == 3
    await database.close()


def test_processes_that_open_a_new_file_together_all_get_it(tmp_path: Path) -> None:
    async def open_and_write(number: int) -> None:
        database = await Database.open(f"sqlite:///{tmp_path}/chatroom.db")
        async with database.begin() as tx:
            await tx.run(CreateTable(notes, if_not_exists=True))
            await tx.run(add, {"id": number, "body": ""})
        await database.close()

    with ThreadPoolExecutor(6) as threads:
        for work in [threads.submit(asyncio.run, open_and_write(number)) for number in range(6)]:
            work.result()
    assert (tmp_path / "chatroom.db").stat().st_mode & 0o777 == 0o600


@pytest.fixture(params=["postgresql", "mariadb"])
def server_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database on a server."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


async def test_the_victim_of_a_deadlock_is_told_to_try_again_and_the_other_goes_on(server_url: str) -> None:
    database = await opened(server_url)
    ready = asyncio.Barrier(2)

    async def cross(first: int, second: int) -> None:
        async with database.begin() as tx:
            await tx.run(change, {"note": first, "text": f"{first}{second}"})
            await ready.wait()
            await tx.run(change, {"note": second, "text": f"{first}{second}"})

    ends = await asyncio.gather(cross(1, 2), cross(2, 1), return_exceptions=True)
    victims = [end for end in ends if end is not None]
    assert [isinstance(victim, Unavailable) and victim.contention for victim in victims] == [True]
    assert await bodies(database) == (["12", "12"] if ends[0] is None else ["21", "21"])
    await database.close()


async def test_a_lock_held_too_long_makes_it_unavailable(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LOCK_SECONDS", 1)
    database = await opened(server_url)
    async with database.begin() as holder:
        await holder.run(change, {"note": 1, "text": "held"})
        with pytest.raises(Unavailable) as refused:
            async with database.begin() as tx:
                await tx.run(change, {"note": 1, "text": "mine"})
        assert not refused.value.contention
    assert await bodies(database) == ["held", "two"]
    await database.close()


@pytest.fixture(params=[PostgreSql, MariaDb])
def stoppable(request: pytest.FixtureRequest) -> Iterator[PostgreSql | MariaDb]:
    """A server that a test may stop."""
    private: PostgreSql | MariaDb = request.param()
    private.sql("CREATE DATABASE t")
    yield private
    private.discard()


async def test_a_server_that_hangs_is_given_up_in_time_and_used_again_when_it_goes_on(
    stoppable: PostgreSql | MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "STATEMENT_SECONDS", 1)
    database = await opened(stoppable.url("t"))
    stoppable.signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        with pytest.raises(Unavailable):
            await bodies(database)
        with pytest.raises(Unavailable):
            async with database.begin() as tx:
                await tx.run(change, {"note": 1, "text": "uno"})
    finally:
        stoppable.signal(signal.SIGCONT)
    assert time.monotonic() - began < 15
    assert await bodies(database) == ["one", "two"]
    await database.check()
    await database.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    for scheme in ("postgresql", "mysql"):
        with pytest.raises(Unavailable):
            await Database.open(f"{scheme}://nobody@127.0.0.1:9/nothing")


WRONG = [
    "nobody:guess@{at}/{name}",
    "{user}@{at}/nowhere",
    "listener:wrong@{at}/{name}",
    "listener:right@{at}/{name}",
]


@pytest.mark.parametrize("wrong", WRONG, ids=["user", "name", "password", "rights"])
async def test_a_database_that_does_not_let_us_in_is_unavailable_in_one_sentence(
    server_url: str, wrong: str, request: pytest.FixtureRequest
) -> None:
    kind, rest = server_url.split("://")
    user, _, place = rest.partition("@")
    at, _, name = place.partition("?")[0].partition("/")
    private = request.getfixturevalue("postgresql" if kind == "postgresql" else "mariadb")
    if isinstance(private, MariaDb):
        private.sql(
            f"CREATE USER IF NOT EXISTS listener IDENTIFIED BY 'right'; GRANT SELECT ON {name}.* TO listener"
        )
    else:
        private.sql(
            "DO $$ BEGIN CREATE ROLE listener LOGIN PASSWORD 'right';"
            " EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
    url = f"{kind}://{wrong.format(user=user, at=at, name=name)}"
    with pytest.raises(Unavailable) as refused:
        upgrade(url, tables)
    assert 10 < len(str(refused.value)) < 120
    assert "\n" not in str(refused.value)
    if "rights" not in request.node.callspec.id:
        with pytest.raises(Unavailable):
            await Database.open(url)


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "chatroom.db").write_bytes(b"not a database at all " * 500)
    with pytest.raises(Unavailable, match="not a database"):
        upgrade(f"sqlite:///{tmp_path}/chatroom.db", tables)


async def test_a_read_on_a_pooled_connection_whose_server_is_gone_is_unavailable(
    stoppable: PostgreSql | MariaDb,
) -> None:
    database = await opened(stoppable.url("t"))
    assert await bodies(database) == ["one", "two"]
    await asyncio.to_thread(stoppable.kill)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await bodies(database)
    await asyncio.to_thread(stoppable.start)
    assert await bodies(database) == ["one", "two"]
    await database.close()
