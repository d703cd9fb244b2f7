"""Migrations on three databases: from nothing to the newest, by several nodes at once, with a proof of the result."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, insert, select

from chatroom.db import Database, metadata, migrate
from chatroom.db.types import Id, Json, Name, Text, Time, Word


def tables() -> MetaData:
    """Every column type, every kind of constraint, in a MetaData with the product's naming convention."""
    schema = MetaData(naming_convention=metadata.naming_convention)
    Table(
        "people",
        schema,
        Column("id", Id, primary_key=True),
        Column("name", Name(64), nullable=False, unique=True),
        Column("at", Time, nullable=False, index=True),
    )
    Table(
        "notes",
        schema,
        Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("kind", Word(16), nullable=False),
        Column("body", Text),
        Column("data", Json),
        UniqueConstraint("person_id", "kind"),
        Index(None, "kind", "number"),
    )
    return schema


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder of migrations that begins empty."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (folder / name).write_bytes((migrate.SCRIPTS / name).read_bytes())
    return folder


def test_a_drafted_migration_gives_just_the_tables_of_the_model(database_url: str, scripts: Path) -> None:
    migrate.draft(database_url, tables(), "begin", scripts)
    with pytest.raises(migrate.Drift, match="at migration none"):
        migrate.check(database_url, tables(), scripts)
    migrate.upgrade(database_url, tables(), scripts)
    migrate.check(database_url, tables(), scripts)
    migrate.upgrade(database_url, tables(), scripts)
    migrate.check(database_url, tables(), scripts)


def test_check_names_what_differs(database_url: str, scripts: Path) -> None:
    migrate.draft(database_url, tables(), "begin", scripts)
    migrate.upgrade(database_url, tables(), scripts)
    newer = tables()
    newer.tables["people"].append_column(Column("motto", Name(100)))
    with pytest.raises(migrate.Drift, match="motto"):
        migrate.check(database_url, newer, scripts)
    migrate.draft(database_url, newer, "add_motto", scripts)
    migrate.upgrade(database_url, newer, scripts)
    migrate.check(database_url, newer, scripts)


def test_nodes_that_start_together_migrate_once(database_url: str, scripts: Path) -> None:
    migrate.draft(database_url, tables(), "begin", scripts)
    with ThreadPoolExecutor(4) as nodes:
        starts = [nodes.submit(migrate.upgrade, database_url, tables(), scripts) for _ in range(4)]
        for start in starts:
            start.result()
    migrate.check(database_url, tables(), scripts)


async def test_a_running_loop_may_migrate(database_url: str, scripts: Path) -> None:
    migrate.draft(database_url, tables(), "begin", scripts)
    migrate.upgrade(database_url, tables(), scripts)
    database = await Database.open(database_url)
    people = tables().tables["people"]
    person = {"id": "0190a000-0000-7000-8000-000000000001", "name": "Ana", "at": 1}
    async with database.begin() as tx:
        await tx.run(insert(people), person)
    async with database.read() as reader:
        assert await reader.scalar(select(people.c.name)) == "Ana"
    await database.close()


def test_a_migration_that_fails_changes_nothing(database_url: str, scripts: Path) -> None:
    if database_url.startswith("mysql"):
        pytest.skip("not run: MySQL commits every CREATE TABLE by itself")
    migrate.draft(database_url, tables(), "begin", scripts)
    script = next((scripts / "versions").glob("*.py"))
    whole = script.read_text()
    script.write_text(whole + "    raise RuntimeError\n")
    with pytest.raises(RuntimeError):
        migrate.upgrade(database_url, tables(), scripts)
    script.write_text(whole)
    migrate.upgrade(database_url, tables(), scripts)
    migrate.check(database_url, tables(), scripts)
