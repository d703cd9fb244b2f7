"""The migrations give just the tables that the slices declare."""

import re
import shutil
from pathlib import Path

from sqlalchemy import text

import chatroom.features  # noqa: F401 - declares the tables
from chatroom.db import Database, metadata, migrate


def test_the_migrations_give_just_the_tables_of_the_slices(database_url: str) -> None:
    migrate.upgrade(database_url, metadata)
    migrate.check(database_url, metadata)


_PADDED = text(
    "SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns WHERE table_schema = DATABASE()"
    " AND data_type = 'varchar' AND collation_name NOT LIKE '%nopad%' AND table_name <> 'alembic_version'"
)


_NEWER = re.compile(r"(?:0009|00[1-9]\d)_.*")


async def test_a_mariadb_of_before_gets_keys_that_are_not_padded_with_spaces(
    mariadb_url: str, tmp_path: Path
) -> None:
    migrate.upgrade(mariadb_url, metadata)
    until_then = shutil.copytree(
        migrate.SCRIPTS,
        tmp_path / "migrations",
        ignore=lambda _, names: [name for name in names if _NEWER.fullmatch(name)],
    )
    database = await Database.open(mariadb_url)
    async with database.begin() as tx:
        for change in (
            "UPDATE alembic_version SET version_num = '0007'",
            "ALTER TABLE rooms MODIFY slug VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "ALTER TABLE messages MODIFY client_msg_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin",
        ):
            await tx.run(text(change))
    async with database.read() as reader:
        assert len(await reader.all(_PADDED)) == 2
        migrate.upgrade(mariadb_url, metadata, until_then)
        assert await reader.all(_PADDED) == []
    await database.close()
