"""Counters that guard rows: moved and stored together where they stand as expected, on three databases."""

import asyncio

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.schema import CreateTable

from chatroom.db import Conflict, Counter, Database
from chatroom.db.types import Id, Word

schema = MetaData()
heads = Table(
    "heads", schema, Column("room_id", Id, primary_key=True), Column("seq", Integer, nullable=False)
)
notes = Table(
    "notes",
    schema,
    Column("room_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("word", Word(16), unique=True),
)
HEAD = Counter(heads.c.room_id, heads.c.seq)
ADD = insert(notes)
TEA, DEN = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.begin() as tx:
        for table in schema.sorted_tables:
            await tx.run(CreateTable(table))
        await tx.many(insert(heads), [{"room_id": TEA, "seq": 4}, {"room_id": DEN, "seq": 7}])
    return database


async def state(db: Database) -> tuple[dict[str, int], list[tuple[str, int, str]]]:
    async with db.read() as reader:
        found = {row.room_id: row.seq for row in await reader.all(select(heads))}
        rows = await reader.all(select(notes).order_by(notes.c.room_id, notes.c.seq))
    return found, [tuple(row) for row in rows]


def note(room_id: str, seq: int, word: str) -> dict[str, object]:
    return {"room_id": room_id, "seq": seq, "word": word}


async def test_what_stands_moves_with_its_rows_and_what_has_moved_on_is_left_alone(db: Database) -> None:
    told = []
    async with db.begin(lambda: told.append("after"), single=True) as tx:
        rows = [note(TEA, 5, "a"), note(DEN, 6, "b"), note(TEA, 6, "c")]
        assert await tx.move(HEAD, {TEA: (4, 6), DEN: (5, 6)}, ADD, rows) == {TEA}
    assert told == ["after"]
    assert await state(db) == ({TEA: 6, DEN: 7}, [(TEA, 5, "a"), (TEA, 6, "c")])


async def test_a_row_alone_moves_its_counter_or_is_left_out(db: Database) -> None:
    moved = []
    for expected, word in ((4, "a"), (4, "b"), (5, "c")):
        async with db.begin(single=True) as tx:
            row = note(TEA, expected + 1, word)
            moved.append(await tx.move(HEAD, {TEA: (expected, expected + 1)}, ADD, [row]))
    assert moved == [{TEA}, set(), {TEA}]
    assert await state(db) == ({TEA: 6, DEN: 7}, [(TEA, 5, "a"), (TEA, 6, "c")])
    with pytest.raises(Conflict):
        async with db.begin(single=True) as tx:
            await tx.move(HEAD, {TEA: (6, 7)}, ADD, [note(TEA, 7, "a")])
    assert (await state(db))[0] == {TEA: 6, DEN: 7}


async def test_a_conflict_moves_nothing(db: Database) -> None:
    told = []
    with pytest.raises(Conflict):
        async with db.begin(lambda: told.append("after"), single=True) as tx:
            await tx.move(HEAD, {TEA: (4, 6)}, ADD, [note(TEA, 5, "same"), note(TEA, 6, "same")])
    assert told == []
    assert await state(db) == ({TEA: 4, DEN: 7}, [])


async def test_of_two_at_once_one_moves(db: Database) -> None:
    async def move(word: str) -> set[str]:
        async with db.begin(single=True) as tx:
            return await tx.move(HEAD, {TEA: (4, 5)}, ADD, [note(TEA, 5, word)])

    moved = await asyncio.gather(*(move(str(n)) for n in range(8)))
    assert sorted(map(len, moved)) == [0] * 7 + [1]
    found, rows = await state(db)
    assert found[TEA] == 5
    assert len(rows) == 1


async def test_it_joins_a_longer_transaction(db: Database) -> None:
    async with db.begin() as tx:
        assert await tx.move(HEAD, {TEA: (4, 5)}, ADD, [note(TEA, 5, "a")]) == {TEA}
        assert await tx.move(HEAD, {TEA: (5, 6)}, ADD, [note(TEA, 6, "b")]) == {TEA}
    assert await state(db) == ({TEA: 6, DEN: 7}, [(TEA, 5, "a"), (TEA, 6, "b")])
