"""Insert-or-ignore and insert-or-change, on three databases."""

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, select
from sqlalchemy.schema import CreateTable

from chatroom.db import Conflict, Database
from chatroom.db.types import Word
from chatroom.db.upsert import insert_ignore, upsert

schema = MetaData()
rooms = Table("rooms", schema, Column("name", Word(16), primary_key=True))
marks = Table(
    "marks",
    schema,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("room", Word(16), ForeignKey("rooms.name"), nullable=False, unique=True),
    Column("uses", Integer, nullable=False),
    Column("last", Integer),
)


@pytest.fixture
async def db(database: Database) -> Database:
    """A database with two rooms."""
    async with database.begin() as tx:
        for table in schema.sorted_tables:
            await tx.run(CreateTable(table))
        assert await insert_ignore(tx, rooms, [{"name": "tea"}, {"name": "den"}]) == 2
    return database


async def stored(db: Database) -> list[tuple[int, str, int, int | None]]:
    async with db.read() as reader:
        return [tuple(row) for row in await reader.all(select(marks).order_by(marks.c.id))]


async def test_rows_whose_key_is_taken_are_left_alone_and_the_others_counted(db: Database) -> None:
    async with db.begin() as tx:
        assert await insert_ignore(tx, marks, [{"id": 1, "room": "tea", "uses": 1}]) == 1
        again = [
            {"id": 1, "room": "den", "uses": 2},
            {"id": 2, "room": "tea", "uses": 2},
            {"id": 3, "room": "den", "uses": 2},
        ]
        assert await insert_ignore(tx, marks, again) == 1
        assert await insert_ignore(tx, marks, []) == 0
    assert await stored(db) == [(1, "tea", 1, None), (3, "den", 2, None)]


async def test_ignoring_duplicates_does_not_ignore_a_foreign_key(db: Database) -> None:
    with pytest.raises(Conflict):
        async with db.begin() as tx:
            await insert_ignore(tx, marks, [{"id": 1, "room": "nowhere", "uses": 1}])
    assert await stored(db) == []


async def test_a_standing_row_is_changed_and_a_missing_one_inserted(db: Database) -> None:
    async with db.begin() as tx:
        for last in (5, 6, 7):
            row = {"id": last, "room": "tea", "uses": 1, "last": last}
            await upsert(tx, marks, row, ["room"], {"uses": marks.c.uses + 1, "last": last})
        await upsert(tx, marks, {"id": 9, "room": "den", "uses": 1}, ["room"], {"last": 1})
    assert await stored(db) == [(5, "tea", 3, 7), (9, "den", 1, None)]
