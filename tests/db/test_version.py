"""What the database says of changes: nothing that anybody has committed goes unnoticed."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from chatroom.db import Database

_ADD = "INSERT INTO things VALUES (1)"
_PROGRAM = (
    "import sqlite3, sys; other = sqlite3.connect(sys.argv[1]); other.execute(sys.argv[2]); other.commit()"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.db"


@pytest.fixture
async def sqlite(path: Path) -> AsyncIterator[Database]:
    """A database with one table."""
    opened = await Database.open(f"sqlite:///{path}")
    async with opened.begin() as tx:
        await tx.run(text("CREATE TABLE things (id INTEGER)"))
    yield opened
    await opened.close()


async def _add(database: Database) -> None:
    async with database.begin() as tx:
        await tx.run(text(_ADD))


async def test_only_sqlite_tells_at_once(database: Database) -> None:
    assert (database.version() is not None) == (database.dialect == "sqlite")


async def test_every_commit_by_anybody_is_another_version(sqlite: Database, path: Path) -> None:
    other = await Database.open(f"sqlite:///{path}")
    seen = [sqlite.version()]
    for turn in range(6):
        if turn % 3 == 2:
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", _PROGRAM, str(path), _ADD)
            assert await process.wait() == 0
        else:
            await _add((sqlite, other)[turn % 3])
        seen.append(sqlite.version())
        async with sqlite.read() as reader:
            assert await reader.scalar(text("SELECT count(*) FROM things")) == turn + 1
        assert sqlite.version() == seen[-1]  # reading changes nothing
    assert len(set(seen)) == len(seen)
    await other.close()


async def test_what_is_not_committed_and_what_is_undone_change_nothing(sqlite: Database, path: Path) -> None:
    before = sqlite.version()
    with sqlite3.connect(path) as other:
        other.execute(_ADD)
        assert sqlite.version() == before
        other.rollback()
    assert sqlite.version() == before


async def test_the_look_holds_no_snapshot(sqlite: Database, path: Path) -> None:
    sqlite.version()
    with sqlite3.connect(path) as other:
        # The log could be stored and cut off as a whole: nobody reads from it.
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
