"""Counters that guard rows: moved and stored together where they stand as expected, on three databases."""

import asyncio

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, update
from sqlalchemy.schema import CreateTable

from chatroom.db import Conflict, Counter, Database
from chatroom.db.types import Id, Word

schema = MetaData()
heads = Table(
    "heads",
    schema,
    Column("room_id", Id, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("access", Integer, nullable=False),
)
notes = Table(
    "notes",
    schema,
    Column("room_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("word", Word(16), unique=True),
)
HEAD = Counter(heads.c.room_id, heads.c.seq, guard=heads.c.access)
ADD = insert(notes)
TEA, DEN = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.begin() as tx:
        for table in schema.sorted_tables:
            await tx.run(CreateTable(table))
        await tx.many(
            insert(heads), [{"room_id": TEA, "seq": 4, "access": 1}, {"room_id": DEN, "seq": 7, "access": 2}]
        )
    return database


async def state(db: Database) -> tuple[dict[str, int], list[tuple[str, int, str]]]:
    async with db.read() as reader:
        found = {row.room_id: row.seq for row in await reader.all(select(heads))}
        rows = await reader.all(select(notes).order_by(notes.c.room_id, notes.c.seq))
    return found, [tuple(row) for row in rows]


def note(room_id: str, step: int, word: str) -> dict[str, object]:
    return {"room_id": room_id, "seq": step, "word": word}


async def test_what_is_guarded_as_expected_moves_with_its_rows_and_the_rest_is_left_alone(
    db: Database,
) -> None:
    told = []
    async with db.begin(lambda: told.append("after"), single=True) as tx:
        rows = [note(TEA, 1, "a"), note(DEN, 1, "b"), note(TEA, 2, "c")]
        assert await tx.move(HEAD, {TEA: (1, 2), DEN: (1, 1)}, ADD, rows) == {TEA: 4}
    assert told == ["after"]
    assert await state(db) == ({TEA: 6, DEN: 7}, [(TEA, 5, "a"), (TEA, 6, "c")])


async def test_several_counters_move_each_from_where_it_stands(db: Database) -> None:
    async with db.begin(single=True) as tx:
        rows = [note(TEA, 1, "a"), note(DEN, 1, "b"), note(DEN, 2, "c")]
        assert await tx.move(HEAD, {TEA: (1, 1), DEN: (2, 2)}, ADD, rows) == {TEA: 4, DEN: 7}
    found, stored = await state(db)
    assert found == {TEA: 5, DEN: 9}
    assert sorted(stored) == [(TEA, 5, "a"), (DEN, 8, "b"), (DEN, 9, "c")]


async def test_a_row_alone_moves_its_counter_or_is_left_out(db: Database) -> None:
    moved = []
    for expected, word in ((1, "a"), (0, "b"), (1, "c")):
        async with db.begin(single=True) as tx:
            moved.append(await tx.move(HEAD, {TEA: (expected, 1)}, ADD, [note(TEA, 1, word)]))
    assert moved == [{TEA: 4}, {}, {TEA: 5}]
    assert await state(db) == ({TEA: 6, DEN: 7}, [(TEA, 5, "a"), (TEA, 6, "c")])
    with pytest.raises(Conflict):
        async with db.begin(single=True) as tx:
            await tx.move(HEAD, {TEA: (1, 1)}, ADD, [note(TEA, 1, "a")])
    assert (await state(db))[0] == {TEA: 6, DEN: 7}


async def test_a_conflict_moves_nothing(db: Database) -> None:
    told = []
    with pytest.raises(Conflict):
        async with db.begin(lambda: told.append("after"), single=True) as tx:
            await tx.move(HEAD, {TEA: (1, 2)}, ADD, [note(TEA, 1, "same"), note(TEA, 2, "same")])
    assert told == []
    assert await state(db) == ({TEA: 4, DEN: 7}, [])


async def test_those_that_move_at_once_are_numbered_one_after_the_other(db: Database) -> None:
    async def move(word: str) -> int:
        async with db.begin(single=True) as tx:
            return (await tx.move(HEAD, {TEA: (1, 1)}, ADD, [note(TEA, 1, word)]))[TEA]

    before = await asyncio.gather(*(move(str(number)) for number in range(8)))
    assert sorted(before) == list(range(4, 12))
    found, rows = await state(db)
    assert found[TEA] == 12
    assert [row[:2] for row in rows] == [(TEA, seq) for seq in range(5, 13)]
    assert {row[1]: int(row[2]) for row in rows} == {seq + 1: word for word, seq in enumerate(before)}


async def test_a_guard_that_another_transaction_changes_meanwhile_is_seen(db: Database) -> None:
    if db.dialect == "sqlite":
        pytest.skip("not run: SQLite has one writer at a time")
    async with db.begin() as tx:
        await tx.run(update(heads).where(heads.c.room_id == TEA).values(access=2, seq=5))
        late = asyncio.create_task(_move_alone(db))
        await asyncio.sleep(0.1)  # it has begun, or begins later: the outcome is the same
        assert not late.done()
    assert await late == {}
    assert await state(db) == ({TEA: 5, DEN: 7}, [])


async def _move_alone(db: Database) -> dict[str, int]:
    async with db.begin(single=True) as tx:
        return await tx.move(HEAD, {TEA: (1, 1)}, ADD, [note(TEA, 1, "late")])


async def test_it_joins_a_longer_transaction(db: Database) -> None:
    async with db.begin() as tx:
        assert await tx.move(HEAD, {TEA: (1, 1)}, ADD, [note(TEA, 1, "a")]) == {TEA: 4}
        assert await tx.move(HEAD, {TEA: (1, 1)}, ADD, [note(TEA, 1, "b")]) == {TEA: 5}
    assert await state(db) == ({TEA: 6, DEN: 7}, [(TEA, 5, "a"), (TEA, 6, "b")])
