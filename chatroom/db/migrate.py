"""Bringing a database to the newest schema, and proving that schema and tables agree.

Migrations only go forward: the way back is the backup made before the upgrade. Alembic is imported where there is
something to do: it is a tenth of a start, and most starts find the newest schema.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from chatroom.db.access import Unavailable
from chatroom.db.refusals import refusing
from chatroom.db.url import Target, parse

if TYPE_CHECKING:
    from alembic.config import Config

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
        if lag := _lag(connection, scripts):
            raise Unavailable(f"{lag}: run `chatroom migrate`, or start the server of this version")

    _with_connection(parse(url), look)


def draft(url: str, metadata: MetaData, name: str, scripts: Path = SCRIPTS) -> None:
    """Write the file of the next migration, `NNNN_name.py`, from what the database lacks. For developers."""
    from alembic import command

    number = 1 + len(_revisions(scripts))

    def write(connection: Connection) -> None:
        command.revision(
            _config(connection, metadata, scripts), name, autogenerate=True, rev_id=f"{number:04d}"
        )

    _with_connection(parse(url), write)


def _upgrade(connection: Connection, metadata: MetaData, scripts: Path) -> None:
    current = _current(connection)
    known = _revisions(scripts)
    if current == max(known, default=None):
        return
    if current is not None and current not in known:
        raise Unavailable(
            f"the database is at migration {current}, which this version of Chatroom does not know"
        )
    from alembic import command

    command.upgrade(_config(connection, metadata, scripts), "head")
    # It reads every row there is (183 ms for a million messages), so only here.
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise Drift("a migration left rows whose foreign key points nowhere; nothing was changed")


def _compare(connection: Connection, metadata: MetaData, scripts: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    if lag := _lag(connection, scripts):
        raise Drift(lag)
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    if found := compare_metadata(context, metadata):
        raise Drift("\n".join(str(difference) for difference in found))


def _lag(connection: Connection, scripts: Path) -> str | None:
    """How the migrations that ran differ from those there are, in words; None when they do not."""
    newest = max(_revisions(scripts), default=None)
    current = _current(connection)
    if current == newest:
        return None
    return f"the database is at migration {current or 'none'}, the newest is {newest or 'none'}"


def _current(connection: Connection) -> str | None:
    """The number of the last migration that ran here."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    current: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return current


def _revisions(scripts: Path) -> list[str]:
    """The numbers of the migrations, which begin the names of their files."""
    return [path.name.partition("_")[0] for path in (scripts / "versions").glob("[0-9]*_*.py")]


def _config(connection: Connection, metadata: MetaData, scripts: Path) -> "Config":
    from alembic.config import Config

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
    from sqlalchemy.ext.asyncio import create_async_engine

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
