"""A statement answers the same the first time (SQLAlchemy's way) and afterwards (prepared), on every database."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Integer,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.schema import CreateTable

from chatroom.db import Database
from chatroom.db.lists import among
from chatroom.db.types import Id, Json, Name, Word

things = Table(
    "things",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("kind", Word(16), nullable=False),
    Column("name", Name(40)),
    Column("size", Integer, nullable=False, default=7),
    Column("open", Boolean, nullable=False),
    Column("data", Json),
)
IDS = [f"0190a000-0000-7000-8000-{number:012x}" for number in range(6)]
ROWS: list[dict[str, Any]] = [
    {
        "id": key,
        "kind": "ab"[number % 2],
        "name": None if number == 3 else f"né{number}",
        "size": number,
        "open": number % 3 == 0,
        "data": {"at": [number]} if number else None,
    }
    for number, key in enumerate(IDS)
]
other = things.alias()


@pytest.fixture
async def db(database: Database) -> Database:
    """A database with six things."""
    async with database.begin() as tx:
        await tx.run(CreateTable(things))
        for row in ROWS:
            await tx.run(insert(things), row)
    return database


SIZES = select(things.c.size).order_by(things.c.size)
QUERIES: list[tuple[Executable, dict[str, Any], Sequence[Sequence[Any]]]] = [
    (SIZES.where(things.c.id == bindparam("key")), {"key": IDS[2]}, [(2,)]),
    (SIZES.where(things.c.id == bindparam("key"), things.c.kind == "a"), {"key": IDS[2]}, [(2,)]),
    (SIZES.where(among(things.c.id, "ids")), {"ids": IDS[:3]}, [(0,), (1,), (2,)]),
    (SIZES.where(among(things.c.id, "ids")), {"ids": []}, []),
    (SIZES.where(things.c.id.in_([IDS[1], IDS[0]])), {}, [(0,), (1,)]),
    (
        SIZES.where(among(things.c.size, "sizes"), among(things.c.kind, "kinds")),
        {"kinds": ["a", "c"], "sizes": [0, 1, 4]},
        [(0,), (4,)],
    ),
    (
        SIZES.where(or_(things.c.size > bindparam("n"), things.c.size == bindparam("n"))),
        {"n": 4},
        [(4,), (5,)],
    ),
    (SIZES.where(things.c.size > 1).limit(bindparam("count")), {"count": 2}, [(2,), (3,)]),
    (SIZES.limit(2).offset(1), {}, [(1,), (2,)]),
    (
        select(things.c.open, things.c.data).order_by(things.c.size).limit(2),
        {},
        [(True, None), (False, {"at": [1]})],
    ),
    (
        select(things.c.id, other.c.id).where(things.c.size == other.c.size, things.c.size == 0),
        {},
        [(IDS[0], IDS[0])],
    ),
    (select(func.count(), func.max(things.c.size)).where(things.c.name.is_(None)), {}, [(1, 3)]),
    (select(things.c.name).where(things.c.name == bindparam("name")), {"name": "né4"}, [("né4",)]),
    (
        union_all(
            select(things.c.size).where(things.c.size < bindparam("n")),
            select(things.c.size).where(things.c.size > 4),
        ),
        {"n": 1},
        [(0,), (5,)],
    ),
    (text("SELECT size FROM things WHERE size < :n ORDER BY size"), {"n": 2}, [(0,), (1,)]),
]


@pytest.mark.parametrize(("stmt", "params", "answer"), QUERIES)
async def test_a_query_answers_the_same_every_time(
    db: Database, stmt: Executable, params: dict[str, Any], answer: Sequence[Sequence[Any]]
) -> None:
    async with db.read() as reader:
        for _ in range(3):
            assert [tuple(row) for row in await reader.all(stmt, params)] == list(answer)
            one = await reader.one(stmt, params)
            assert (tuple(one) if one else None) == (answer[0] if answer else None)
            assert await reader.scalar(stmt, params) == (answer[0][0] if answer else None)


async def test_lists_of_another_length_and_with_other_values_answer_anew(db: Database) -> None:
    stmt = SIZES.where(among(things.c.id, "ids"))
    async with db.read() as reader:
        for count in (0, 1, 2, 6, 1, 0, 5):
            assert len(await reader.all(stmt, {"ids": IDS[:count]})) == count


async def test_rows_are_read_by_name_and_by_position(db: Database) -> None:
    stmt = select(things.c.id, things.c.size, func.count().over().label("total")).order_by(things.c.size)
    async with db.read() as reader:
        for _ in range(3):
            row = (await reader.all(stmt))[1]
            assert (row.id, row.size, row.total) == tuple(row) == (row[0], row[1], row[2]) == (IDS[1], 1, 6)
            assert row._asdict() == {"id": IDS[1], "size": 1, "total": 6}


async def test_changes_do_the_same_every_time(db: Database) -> None:
    grow = (
        update(things)
        .where(things.c.kind == bindparam("which"))
        .values(size=things.c.size + bindparam("by", type_=Integer))
    )
    close = update(things).where(things.c.id == bindparam("key"))
    async with db.begin() as tx:
        for round_ in range(1, 4):
            assert await tx.run(grow, {"which": "a", "by": 10}) == 3
            assert await tx.scalar(select(func.sum(things.c.size))) == 15 + 30 * round_
            await tx.many(grow, [{"which": "b", "by": 1}, {"which": "b", "by": -1}])
            assert await tx.run(close, {"key": IDS[1], "open": False, "data": {"round": round_}}) == 1
            found = await tx.one(select(things.c.open, things.c.data).where(things.c.id == IDS[1]))
            assert found is not None
            assert tuple(found) == (False, {"round": round_})
            assert await tx.run(close, {"key": IDS[1], "open": True}) == 1


async def test_a_named_parameter_is_stored_as_its_column_wants_it(db: Database) -> None:
    store = (
        update(things)
        .where(things.c.id == bindparam("key"))
        .values(data=bindparam("what"), open=bindparam("so"))
    )
    async with db.begin() as tx:
        for what in ({"a": [1]}, [None], "text", None):
            await tx.run(store, {"key": IDS[1], "what": what, "so": True})
            assert await tx.scalar(select(things.c.data).where(things.c.id == IDS[1])) == what


async def test_an_insert_takes_the_columns_it_is_given_and_the_defaults_of_the_others(db: Database) -> None:
    add, drop = insert(things), delete(things).where(things.c.kind == "new")
    async with db.begin() as tx:
        for _ in range(3):
            await tx.run(add, {"id": IDS[0][:-1] + "f", "kind": "new", "open": False})
            await tx.many(
                add, [{"id": IDS[0][:-1] + "e", "kind": "new", "open": True, "size": 1, "data": [1, "x"]}]
            )
            found = await tx.all(select(things).where(things.c.kind == "new").order_by(things.c.size))
            assert [(row.size, row.open, row.data, row.name) for row in found] == [
                (1, True, [1, "x"], None),
                (7, False, None, None),
            ]
            assert await tx.run(drop) == 2


async def test_a_missing_parameter_is_a_fault_every_time(db: Database) -> None:
    stmt = SIZES.where(things.c.id == bindparam("key"))
    async with db.read() as reader:
        await reader.all(stmt, {"key": IDS[0]})
        for _ in range(3):
            with pytest.raises(Exception, match="key"):
                await reader.all(stmt, {"kee": IDS[0]})


async def test_many_rows_are_inserted_with_their_types_and_their_gaps(db: Database) -> None:
    add, drop = insert(things), delete(things)
    async with db.begin() as tx:
        for count in (1, 2, 200):
            assert await tx.run(drop) in {6, 1, 2}
            rows = [
                {
                    "id": f"0190a000-0000-7000-8000-{number:012x}",
                    "kind": "a",
                    "name": None if number % 2 else f"né{number}",
                    "size": number,
                    "open": number % 3 == 0,
                    "data": [number, {"x": None}] if number % 5 else None,
                }
                for number in range(count)
            ]
            await tx.many(add, rows)
            found = await tx.all(select(things).order_by(things.c.size))
            assert [row._asdict() for row in found] == rows
