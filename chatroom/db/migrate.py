"""Bringing a database to the newest schema, and proving that schema and tables agree.

Migrations only go forward: the way back is the backup made before the upgrade.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chatroom.db.access import Unavailable
from chatroom.db.refusals import refusing
from chatroom.db.url import Target, parse

LOCK_SECONDS = 60
"""How long a node waits while another one migrates."""

_LOCK = 7305813164
"""The number of the advisory lock on PostgreSQL: any, as long as every node uses the same."""

SCRIPTS = Path(__file__).parent / "migrations"

Work = Callable[[Connection], None]


class Drift(Exception):
    """The database is not what the tables of this program say; the message names every difference."""


def upgrade(url: str, metadata: MetaData, scripts: Path = SCRIPTS) -> None:
    """Bring the database to the newest schema. Nodes that start together take turns.

    On SQLite and PostgreSQL all or nothing; MySQL commits every step by itself. Blocks, with or without a running
    event loop. `scripts` is the folder of the migrations.
    Raises Unavailable when the database is away or another node migrates for over 60 s, and ValueError for a
    URL of another kind.
    """
    _with_connection(parse(url), lambda connection: _upgrade(connection, metadata, scripts))


def check(url: str, metadata: MetaData, scripts: Path = SCRIPTS) -> None:
    """Raise Drift unless the newest migration ran and left just the columns, keys and indexes of `metadata`."""
    _with_connection(parse(url), lambda connection: _compare(connection, metadata, scripts))


def must_be_newest(url: str, scripts: Path = SCRIPTS) -> None:
    """Raise Unavailable unless the newest migration ran: for commands that a server may run beside."""

    def look(connection: Connection) -> None:
        if lag := _lag(MigrationContext.configure(connection), scripts):
            raise Unavailable(f"{lag}: run `chatroom migrate`, or start the server of this version")

    _with_connection(parse(url), look)


def draft(url: str, metadata: MetaData, name: str, scripts: Path = SCRIPTS) -> None:
    """Write the file of the next migration, `NNNN_name.py`, from what the database lacks. For developers."""
    number = 1 + sum(1 for _ in ScriptDirectory(str(scripts)).walk_revisions())

    def write(connection: Connection) -> None:
        command.revision(
            _config(connection, metadata, scripts), name, autogenerate=True, rev_id=f"{number:04d}"
        )

    _with_connection(parse(url), write)


def _upgrade(connection: Connection, metadata: MetaData, scripts: Path) -> None:
    command.upgrade(_config(connection, metadata, scripts), "head")
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise Drift("a migration left rows whose foreign key points nowhere; nothing was changed")


def _compare(connection: Connection, metadata: MetaData, scripts: Path) -> None:
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    if lag := _lag(context, scripts):
        raise Drift(lag)
    if found := compare_metadata(context, metadata):
        raise Drift("\n".join(str(difference) for difference in found))


def _lag(context: MigrationContext, scripts: Path) -> str | None:
    """How the migrations that ran differ from those there are, in words; None when they do not."""
    newest = ScriptDirectory(str(scripts)).get_current_head()
    current = context.get_current_revision()
    if current == newest:
        return None
    return f"the database is at migration {current or 'none'}, the newest is {newest or 'none'}"


def _config(connection: Connection, metadata: MetaData, scripts: Path) -> Config:
    config = Config(attributes={"connection": connection, "metadata": metadata})
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _with_connection(target: Target, work: Work) -> None:
    with refusing():
        if target.dialect == "sqlite":
            _with_sqlite(target, work)
            return
        # A thread of its own, because asyncio.run refuses to start inside a running loop.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _with_server(target, work)).result()


def _with_sqlite(target: Target, work: Work) -> None:
    Path(target.url.database or "").touch(mode=0o600)
    engine = create_engine(
        target.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"timeout": LOCK_SECONDS}
    )
    with engine.connect() as connection:
        # The driver would commit before every CREATE TABLE; so it is told nothing of this transaction.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            work(connection)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


async def _with_server(target: Target, work: Work) -> None:
    engine = create_async_engine(target.url, poolclass=NullPool, connect_args=target.connect)
    async with engine.begin() as connection:
        if target.dialect == "postgresql":
            await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        elif (
            await connection.scalar(text(f"SELECT GET_LOCK(CONCAT(DATABASE(), '.migrate'), {LOCK_SECONDS})"))
            != 1
        ):
            raise Unavailable("another node is migrating")
        await connection.run_sync(work)
