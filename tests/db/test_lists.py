"""Lists go as one parameter: of any length, the first time as later, in and out of a transaction."""

import ast
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Select, Table, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

import chatroom
from chatroom.db import Database
from chatroom.db.lists import among, among_rows
from chatroom.db.types import Id, Name, Word

MANY = 40_000  # PostgreSQL takes 32 767 parameters, SQLite 32 766
things = Table(
    "things",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("word", Word(16), nullable=False, index=True),
    Column("name", Name(16), nullable=False, index=True),
)
IDS = [f"01900000-0000-7000-8000-{number:012x}" for number in range(MANY)]
STORED = {3, 5, 8, MANY - 1}


def by(column: Column[Any]) -> Select[Any]:
    return select(things.c.number).where(among(column, "given")).order_by(things.c.number)


@pytest.fixture
async def db(database: Database) -> Database:
    """A database with four things."""
    async with database.begin() as tx:
        await tx.run(CreateTable(things))
        rows = [
            {"id": IDS[number], "number": number, "word": f"w{number} ", "name": f"né{number}'\"\\"}
            for number in STORED
        ]
        await tx.many(insert(things), rows)
    return database


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (things.c.id, lambda number: IDS[number]),
        (things.c.number, lambda number: number),
        (things.c.word, lambda number: f"w{number} "),
        (things.c.name, lambda number: f"né{number}'\"\\"),
    ],
    ids=lambda given: getattr(given, "name", ""),
)
async def test_a_list_longer_than_a_statement_has_parameters_is_found(
    db: Database, column: Column[Any], value: Any
) -> None:
    stmt = by(column)
    given = [value(number) for number in range(MANY)]
    for asked, found in ((given, sorted(STORED)), (given[:4], [3]), ([], []), (given[3:4], [3])):
        async with db.read() as reader:
            for _ in range(2):
                assert [row.number for row in await reader.all(stmt, {"given": asked})] == found
        async with db.begin() as tx:
            assert [row.number for row in await tx.all(stmt, {"given": asked})] == found


async def test_rows_are_found_by_several_columns(db: Database) -> None:
    if db.dialect == "sqlite":
        pytest.skip("not run: SQLite reads the whole table for it, so nothing asks it")
    stmt = select(things.c.number).where(among_rows([things.c.id, things.c.word], "given"))
    given = [(IDS[number], f"w{number} ") for number in range(MANY)]
    async with db.begin() as tx:
        assert sorted(row.number for row in await tx.all(stmt, {"given": given})) == sorted(STORED)
        assert await tx.all(stmt, {"given": [(IDS[3], "w5 ")]}) == []
        assert await tx.all(stmt, {"given": []}) == []


def test_sqlite_looks_a_list_up_by_the_index() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(str(CreateTable(things).compile(dialect=sqlite.dialect())))
    asked = by(things.c.id).compile(dialect=sqlite.dialect())
    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked}", ["[]"]).fetchall()
    assert any("SEARCH things USING INDEX" in row[3] for row in plan)


async def test_a_refused_statement_does_not_tell_the_values_it_was_given(db: Database) -> None:
    broken = select(things.c.number / text("(SELECT nonsense)")).where(among(things.c.id, "given"))
    async with db.read() as reader:
        with pytest.raises(Exception, match="nonsense") as refused:
            await reader.all(broken, {"given": IDS})
    assert len(str(refused.value)) < 2_000
    assert IDS[0] not in str(refused.value)


def _calls() -> Iterator[tuple[Path, int, str]]:
    for path in Path(chatroom.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield path, node.lineno, node.func.attr
            elif isinstance(node, ast.keyword):
                yield path, node.value.lineno, node.arg or ""


def test_no_statement_has_a_parameter_for_each_value_of_a_list() -> None:
    assert [call for call in _calls() if call[2] in {"in_", "not_in", "notin_", "expanding"}] == []
