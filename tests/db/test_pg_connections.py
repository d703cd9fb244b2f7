"""Connections to PostgreSQL that are held: what is compiled once says the same, and a lost one is replaced."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Column, Executable, Integer, MetaData, Table, bindparam, func, insert, select, text
from sqlalchemy.schema import CreateTable

from chatroom.db import Database, Unavailable
from chatroom.db.lists import among
from chatroom.db.types import Id, Json, Word

notes = Table(
    "notes",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("word", Word(8)),
    Column("data", Json),
)
IDS = [f"01900000-0000-7000-8000-00000000000{number}" for number in range(3)]
BY_IDS = (
    select(notes)
    .where(notes.c.at >= bindparam("least"), among(notes.c.id, "ids"))
    .order_by(notes.c.at)
    .limit(bindparam("count"))
)
BY_WORDS = select(notes.c.id).where(notes.c.word.in_(["a", "b"]), notes.c.at < bindparam("most"))
NAPPING = select(func.pg_sleep(bindparam("seconds")))
COUNT = select(func.count()).select_from(notes)


@pytest.fixture
async def db(postgresql_url: str) -> AsyncIterator[Database]:
    joint = "&" if "?" in postgresql_url else "?"
    database = await Database.open(f"{postgresql_url}{joint}connection_limit=6&pool_timeout=1")
    async with database.begin() as tx:
        await tx.run(CreateTable(notes))
        await tx.many(
            insert(notes),
            [{"id": key, "at": at, "word": "abc"[at], "data": {"at": at}} for at, key in enumerate(IDS)],
        )
    yield database
    await database.close()


async def both(db: Database, stmt: Executable, **params: object) -> list[list[tuple[object, ...]]]:
    """The answers of SQLAlchemy, which runs a statement at first, and of the compiled form."""
    async with db.read() as reader:
        return [[tuple(row) for row in await reader.all(stmt, params)] for _ in range(3)]


@pytest.mark.parametrize("ids", [IDS, IDS[1:], []])
async def test_a_list_of_any_length_is_one_array(db: Database, ids: list[str]) -> None:
    slow, *fast = await both(db, BY_IDS, least=1, ids=ids, count=5)
    assert [row[0] for row in slow] == ids[-2:]
    assert fast == [slow, slow]


async def test_values_that_stand_in_the_statement_go_along(db: Database) -> None:
    slow, *fast = await both(db, BY_WORDS, most=9)
    assert len(slow) == 2
    assert fast == [slow, slow]


async def _end_all(db: Database) -> None:
    """End every other connection, as a server that restarts does."""
    kill = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()"
    )
    async with db.begin() as tx:
        await tx.all(kill)


async def test_a_connection_that_was_lost_is_replaced_unnoticed(db: Database) -> None:
    await both(db, COUNT)
    await _end_all(db)
    assert await both(db, COUNT) == [[(3,)]] * 3


async def test_a_read_that_nobody_waits_for_any_more_harms_no_other(db: Database) -> None:
    await both(db, NAPPING, seconds=0.0)
    async with db.read() as reader:
        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await reader.all(NAPPING, {"seconds": 5.0})
        assert await reader.scalar(COUNT) == 3


async def test_more_readers_than_connections_wait_for_each_other(db: Database) -> None:
    await both(db, NAPPING, seconds=0.0)
    async with db.read() as reader:
        await asyncio.gather(*(reader.all(NAPPING, {"seconds": 0.1}) for _ in range(8)))
        naps = [asyncio.ensure_future(reader.all(NAPPING, {"seconds": 1.5})) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await reader.all(NAPPING, {"seconds": 0.0})
        await asyncio.gather(*naps)
