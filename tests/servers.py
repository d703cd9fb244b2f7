"""Fixtures: private databases and Redis for the tests.

`database_url` runs a test once on each kind of database, every time with an empty one of its own. Where a
server's programs are missing the test says "not run".
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatroom.db import Database
from tests.processes import MariaDb, PostgreSql, Redis, free_port

__all__ = [
    "database",
    "database_url",
    "free_port",
    "mariadb",
    "mariadb_url",
    "postgresql",
    "postgresql_url",
    "redis",
    "sqlite_url",
]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """The PostgreSQL of this test process."""
    server = PostgreSql()
    yield server
    server.discard()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """The MariaDB of this test process."""
    server = MariaDb()
    yield server
    server.discard()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """The Redis of this test process."""
    server = Redis()
    yield server
    server.discard()


_taken = 0


def fresh(server: PostgreSql | MariaDb) -> Iterator[str]:
    """Create an empty database, yield its URL, drop it."""
    global _taken  # noqa: PLW0603 - a number per database of this process
    _taken += 1
    name = f"t{_taken}"
    server.sql(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty SQLite file."""
    return f"sqlite:///{tmp_path}/chatroom.db"


@pytest.fixture
def postgresql_url(postgresql: PostgreSql) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    yield from fresh(postgresql)


@pytest.fixture
def mariadb_url(mariadb: MariaDb) -> Iterator[str]:
    """The URL of an empty MariaDB database."""
    yield from fresh(mariadb)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, empty database, of each kind in turn."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()
