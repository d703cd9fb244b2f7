"""What a start costs when there is nothing to migrate: nothing that grows, and no library that it does not use."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine

from chatroom.db import Unavailable, migrate
from chatroom.db.migrate import upgrade
from chatroom.db.url import parse
from chatroom.features import tables


def test_a_start_without_a_migration_reads_no_rows(database_url: str) -> None:
    upgrade(database_url, tables)
    said: list[str] = []

    def hear(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        upgrade(database_url, tables)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert not [sql for sql in said if "foreign_key_check" in sql]
    assert len(said) < 12


UNUSED = ("alembic", "limits", "sqlalchemy.orm", "asyncpg", "asyncmy", "redis", "aiosmtplib", "httpx2")


def test_a_start_loads_no_library_that_it_does_not_use(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/chatroom.db", tables)
    script = f"""
import asyncio, sys
import chatroom.serve
from chatroom.app import build
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.settings import load
settings = load()
upgrade(settings.database, tables)
async def main():
    node = await build(settings)
    await node.start()
    await node.close()
asyncio.run(main())
print([name for name in {UNUSED!r} if name in sys.modules])
"""
    environment = {"CHATROOM_DATA": str(tmp_path), "CHATROOM_ENV": "test", "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().splitlines()[-1] == "[]", done.stderr


def test_a_database_of_a_later_version_is_refused(database_url: str) -> None:
    upgrade(database_url, tables)

    def change(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    migrate._with_connection(parse(database_url), change)
    with pytest.raises(Unavailable, match="at migration 9999, which this version of Chatroom does not know"):
        upgrade(database_url, tables)
