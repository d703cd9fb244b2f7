"""Transactions and readers mean the same on SQLite, PostgreSQL and MariaDB."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Executable,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from chatroom.db import Conflict, Database, Unavailable
from chatroom.db.types import Id, Json, Name, Text, Time, Word

schema = MetaData()
people = Table(
    "people",
    schema,
    Column("id", Id, primary_key=True),
    Column("name", Name(64), nullable=False, unique=True),
    Column("kind", Word(16), nullable=False),
    Column("at", Time),
    Column("data", Json),
    Column("about", Text),
)
pets = Table(
    "pets",
    schema,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("owner", Id, ForeignKey("people.id"), nullable=False),
    Column("age", Integer),
    CheckConstraint("age < 100", name="young"),
)

add = insert(people)
count = select(func.count()).select_from(people)


def person(number: int, name: str = "") -> dict[str, object]:
    return {
        "id": f"0190a000-0000-7000-8000-{number:012x}",
        "name": name or f"n{number}",
        "kind": "member",
        "at": 1_700_000_000_123 + number,
        "data": {"n": [number, None]},
        "about": "",
    }


@pytest.fixture
async def db(database: Database) -> Database:
    """A database with the two tables."""
    async with database.begin() as tx:
        for table in schema.sorted_tables:
            await tx.run(CreateTable(table))
    return database


async def size(db: Database) -> int:
    async with db.read() as reader:
        found: int = await reader.scalar(count)
        return found


async def test_a_row_comes_back_as_it_was_stored(db: Database) -> None:
    row = person(1, "Žofie 🦊") | {"about": "ä" * 70_000, "at": 2**53 - 1}
    async with db.begin() as tx:
        assert await tx.run(add, row) == 1
    async with db.read() as reader:
        found = await reader.one(select(people))
    assert found is not None
    assert found._asdict() == row


async def test_names_are_compared_case_sensitively(db: Database) -> None:
    async with db.begin() as tx:
        await tx.many(add, [person(1, "ana"), person(2, "Ana"), person(3, "aná")])
        found = await tx.all(select(people.c.id).where(people.c.name == "Ana"))
    assert [row.id for row in found] == [person(2)["id"]]


async def test_a_text_that_does_not_fit_is_refused_and_never_cut(db: Database) -> None:
    if db.dialect == "sqlite":
        pytest.skip("not run: SQLite has no lengths; the door checks them")
    with pytest.raises(DBAPIError):
        async with db.begin() as tx:
            await tx.run(add, person(1, "x" * 65))
    assert await size(db) == 0


async def test_an_exception_rolls_everything_back(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the whole block is what fails
        async with db.begin() as tx:
            await tx.run(add, person(1))
            assert await tx.scalar(count) == 1
            raise ZeroDivisionError
    assert await size(db) == 0


async def test_a_reader_sees_nothing_uncommitted(db: Database) -> None:
    async with db.begin() as tx:
        await tx.run(add, person(1))
        assert await size(db) == 0
    assert await size(db) == 1


async def test_a_reader_cannot_write(db: Database) -> None:
    for _ in range(3):  # SQLite prepares a statement at the second use
        with pytest.raises((DBAPIError, Unavailable)):
            async with db.read() as reader:
                await reader.one(add, person(1))
    assert await size(db) == 0


@pytest.mark.parametrize(
    ("stmt", "params"),
    [
        (add, person(1)),
        (add, person(2, "n1")),
        (insert(pets), {"id": 1, "owner": person(7)["id"], "age": 1}),
        (insert(pets), {"id": 1, "owner": person(1)["id"], "age": 100}),
    ],
    ids=["primary key", "unique", "foreign key", "check"],
)
async def test_a_broken_rule_of_the_schema_is_a_conflict(
    db: Database, stmt: Executable, params: dict[str, object]
) -> None:
    async with db.begin() as tx:
        await tx.run(add, person(1))
    with pytest.raises(Conflict):
        async with db.begin() as tx:
            await tx.run(stmt, params)
    async with db.begin() as tx:
        await tx.run(add, person(9))
    assert await size(db) == 2


async def test_a_missing_value_is_a_fault_and_not_a_conflict(db: Database) -> None:
    for _ in range(3):
        with pytest.raises((DBAPIError, sqlite3.IntegrityError)):
            async with db.begin() as tx:
                await tx.run(add, person(1) | {"kind": None})


async def test_a_transaction_that_met_a_conflict_stores_nothing_even_if_it_goes_on(
    db: Database,
) -> None:
    told: list[str] = []
    with pytest.raises(Conflict):  # noqa: PT012 - the whole block is what fails
        async with db.begin(lambda: told.append("stored")) as tx:
            await tx.run(add, person(1))
            with pytest.raises(Conflict):
                await tx.run(add, person(1))
            with pytest.raises(Conflict):
                await tx.run(add, person(2))
    assert await size(db) == 0
    assert told == []


async def test_run_counts_the_rows_that_match_even_if_nothing_changes(db: Database) -> None:
    async with db.begin() as tx:
        await tx.many(add, [person(n) for n in range(3)])
        rename = update(people).where(people.c.kind == bindparam("old")).values(kind=bindparam("new"))
        assert await tx.run(rename, {"old": "member", "new": "member"}) == 3
        assert await tx.run(rename, {"old": "guest", "new": "member"}) == 0
        assert await tx.run(delete(people)) == 3


async def test_many_takes_one_statement_and_its_rows(db: Database) -> None:
    rename = update(people).where(people.c.id == bindparam("who")).values(name=bindparam("as"))
    async with db.begin() as tx:
        await tx.many(add, [])
        await tx.many(add, [person(n) for n in range(300)])
        await tx.many(rename, [{"who": person(n)["id"], "as": f"new {n}"} for n in range(300)])
    async with db.read() as reader:
        names = {row.name for row in await reader.all(select(people.c.name))}
    assert names == {f"new {n}" for n in range(300)}


async def test_after_is_called_once_the_row_is_there_and_never_for_a_rollback(db: Database) -> None:
    told: list[str] = []
    async with db.begin(lambda: told.append("first")) as tx:
        await tx.run(add, person(1))
        assert told == []
    assert told == ["first"]
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the whole block is what fails
        async with db.begin(lambda: told.append("second")) as tx:
            await tx.run(add, person(2))
            raise ZeroDivisionError
    assert told == ["first"]


async def test_a_locked_row_is_changed_by_one_transaction_at_a_time(db: Database) -> None:
    async with db.begin() as tx:
        await tx.run(add, person(1) | {"at": 0})
    lock = select(people.c.at).where(people.c.id == bindparam("who")).with_for_update()
    store = update(people).where(people.c.id == bindparam("who")).values(at=bindparam("at_now"))
    order: list[int] = []

    async def increase() -> None:
        seen = 0

        def after() -> None:
            order.append(seen)

        async with db.begin(after) as tx:
            seen = await tx.scalar(lock, {"who": person(1)["id"]})
            await asyncio.sleep(0)
            await tx.run(store, {"who": person(1)["id"], "at_now": seen + 1})

    await asyncio.gather(*(increase() for _ in range(20)))
    async with db.read() as reader:
        assert await reader.scalar(select(people.c.at)) == 20
    assert sorted(order) == list(range(20))
    if db.dialect == "sqlite":
        assert order == list(range(20))


async def test_a_storm_of_cancellations_leaves_whole_transactions_and_a_working_pool(db: Database) -> None:
    stored: set[int] = set()

    async def work(number: int) -> None:
        async with db.begin(lambda: stored.add(number)) as tx:
            await tx.run(add, person(2 * number))
            await asyncio.sleep(0)
            await tx.run(add, person(2 * number + 1))

    for cycle in range(12):
        tasks = [asyncio.create_task(work(cycle * 20 + n)) for n in range(20)]
        for turn in range(20):
            # A different number of loop turns each, so that every await is hit.
            await asyncio.sleep(0.0007 * (turn % 5))
            tasks[turn].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with db.read() as reader:
        found = {int(row.id[-12:], 16) for row in await reader.all(select(people.c.id))}
    assert found == {2 * number for number in stored} | {2 * number + 1 for number in stored}
    await asyncio.gather(*(work(1000 + n) for n in range(40)))
    assert await size(db) == len(found) + 80


async def test_check_passes_on_a_database_that_can_be_written(db: Database) -> None:
    await db.check()


async def test_an_open_transaction_is_over_when_its_task_is_cancelled(db: Database) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with db.begin() as tx:
            await tx.run(add, person(1))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with db.begin() as tx:
        await tx.run(add, person(1))
    assert await size(db) == 1
