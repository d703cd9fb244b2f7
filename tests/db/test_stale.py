"""Connections that died while nobody used them: the next request does not notice."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.schema import CreateTable

from chatroom.db import Counter, Database, Unavailable, liveness, server
from chatroom.db.types import Id
from tests.processes import MariaDb, PostgreSql
from tests.swallower import Swallower

schema = MetaData()
heads = Table(
    "heads",
    schema,
    Column("id", Id, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("access", Integer, nullable=False, server_default="0"),
)
notes = Table(
    "notes",
    schema,
    Column("id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
)
ROOM = "01900000-0000-7000-8000-000000000000"
SEQ = select(heads.c.seq)
ADD = insert(notes)
HEAD = Counter(heads.c.id, heads.c.seq, guard=heads.c.access)


class Stage(NamedTuple):
    """A database, its server, and the way between them."""

    database: Database
    server: PostgreSql | MariaDb
    way: Swallower

    async def move(self, seq: int) -> None:
        """Store a note as messages are stored."""
        async with self.database.begin(single=True) as tx:
            assert await tx.move(HEAD, {ROOM: (0, 1)}, ADD, [{"id": ROOM, "seq": 1}]) == {ROOM: seq - 1}

    async def write(self, seq: int) -> None:
        """Store a note in an ordinary transaction."""
        async with self.database.begin() as tx:
            await tx.run(ADD, {"id": ROOM, "seq": -seq})

    async def read(self) -> int:
        async with self.database.read() as reader:
            return int(await reader.scalar(SEQ))

    async def warm(self) -> None:
        """Open several connections of each kind."""
        writes = [
            self.write(number) for number in range(self.way.count * 10 + 100, self.way.count * 10 + 106)
        ]
        await asyncio.gather(*(self.read() for _ in range(6)), *writes)


@pytest.fixture(params=["postgresql", "mariadb"])
async def stage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A database whose waits end after a second instead of five."""
    monkeypatch.setattr(server, "STATEMENT_SECONDS", 1)
    monkeypatch.setattr(liveness, "ASK_SECONDS", 1.0)
    url: str = request.getfixturevalue(f"{request.param}_url") + "&connect_timeout=1"
    async with Swallower(request.getfixturevalue(request.param).port) as way:
        database = await Database.open(way.url(url))
        async with database.begin() as tx:
            for table in (heads, notes):
                await tx.run(CreateTable(table))
            await tx.run(insert(heads), {"id": ROOM, "seq": 0})
        stage = Stage(database, request.getfixturevalue(request.param), way)
        await stage.move(1)
        await stage.warm()
        yield stage
        began = time.monotonic()
        await database.close()
        assert time.monotonic() - began < 5


def end_all(private: PostgreSql | MariaDb) -> None:
    """Let the server close every connection, as it does with those that are idle too long."""
    if isinstance(private, PostgreSql):
        private.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return
    ids = private.rows("SELECT id FROM information_schema.processlist WHERE db IS NOT NULL")
    for number in ids:
        private.sql(f"KILL {number}")


async def test_connections_that_the_server_closed_are_replaced_unnoticed(stage: Stage) -> None:
    for seq in (2, 3, 4):
        for request in (stage.move, stage.write, lambda _: stage.read()):
            await asyncio.to_thread(end_all, stage.server)
            await stage.way.ended()
            await request(seq)
    assert await stage.read() == 4


async def test_mariadb_that_closes_what_is_idle_loses_no_request(mariadb: MariaDb, mariadb_url: str) -> None:
    mariadb.sql("SET GLOBAL wait_timeout = 1")  # for the connections to come
    try:
        async with Swallower(mariadb.port) as way:
            database = await Database.open(way.url(mariadb_url))
            async with database.begin() as tx:
                await tx.run(CreateTable(notes))
            for seq in range(3):
                await way.ended()
                async with database.begin() as tx:
                    await tx.run(ADD, {"id": ROOM, "seq": seq})
                async with database.read() as reader:
                    assert len(await reader.all(select(notes))) == seq + 1
            await database.close()
    finally:
        mariadb.sql("SET GLOBAL wait_timeout = 28800")


async def test_connections_that_were_dropped_silently_are_asked_first_and_replaced(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "IDLE_SECONDS", 0.0)
    for seq, request in ((2, stage.move), (3, stage.write), (4, lambda _: stage.read())):
        await stage.warm()
        stage.way.swallow()
        began = time.monotonic()
        await request(seq)
        assert time.monotonic() - began < 5


async def test_a_living_connection_that_was_idle_is_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "IDLE_SECONDS", 0.0)
    before = stage.way.count
    for seq in range(2, 5):
        await stage.move(seq)
        await stage.write(seq)
        await stage.read()
    assert stage.way.count == before


async def test_a_connection_that_is_dropped_in_use_costs_one_wait(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "IDLE_SECONDS", 60.0)
    stage.way.swallow()
    began = time.monotonic()
    assert await stage.read() == 1
    await stage.write(2)
    assert 1 < time.monotonic() - began < 5
    began = time.monotonic()
    assert [await stage.read() for _ in range(6)] == [1] * 6
    assert time.monotonic() - began < 2


async def test_a_server_that_is_silently_gone_is_given_up_in_seconds(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "IDLE_SECONDS", 0.0)
    stage.way.swallow(gone=True)
    for request in (stage.move, stage.write, lambda _: stage.read()):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await request(2)
        assert time.monotonic() - began < 5
