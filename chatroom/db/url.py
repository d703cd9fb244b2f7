"""Database URLs: SQLAlchemy's, libpq's and Prisma's spelling of the same three databases."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

POOL = 8
"""Connections of each kind (for reading, for writing) when the URL has no `connection_limit`."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL: where the database is and what the driver is told."""

    dialect: str
    url: URL
    """For SQLite only its `database`, the path of the file, counts."""
    connect: Mapping[str, Any]
    """Keyword arguments of the driver's `connect`."""
    pool: int = POOL
    """Connections for writing; as many again are kept for reading."""
    pool_seconds: float = 5.0
    """How long a caller waits for one of them."""


def parse(text: str) -> Target:
    """Read a database URL. Raises ValueError, which never quotes the URL, for it may hold a password.

    `sqlite:////abs/path`, `sqlite:///rel/path`, `file:path`; `postgresql://`, `postgres://`; `mysql://`,
    `mariadb://`. A driver after `+` is ignored. Of the query are used: `schema`, `host`, `socket`,
    `connection_limit`, `pool_timeout`, `connect_timeout`, `pgbouncer`, and of TLS `sslmode`, `sslrootcert`,
    `sslaccept`, `sslcert`; anything else is dropped.
    """
    if text.startswith("file:"):
        text = "sqlite:///" + text.removeprefix("file:").partition("?")[0]
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise ValueError("the database URL cannot be read") from error
    kind = url.get_backend_name()
    if kind == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ValueError("SQLite needs a file: sqlite:////absolute/path")
        return Target("sqlite", url, {})
    query = {key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()}
    if kind in {"postgresql", "postgres"}:
        return _target("postgresql", url.set(drivername="postgresql+asyncpg"), query, _postgresql(query))
    if kind in {"mysql", "mariadb"}:
        return _target("mysql", url.set(drivername="mysql+asyncmy"), query, _mysql(query))
    raise ValueError(f"{kind} is not a database this server knows: sqlite, postgresql, mysql or mariadb")


def _target(dialect: str, url: URL, query: Mapping[str, str], connect: dict[str, Any]) -> Target:
    if not url.database:
        raise ValueError("the database URL names no database")
    connections = _number(query, "connection_limit", 2 * POOL)
    return Target(
        dialect, url.set(query={}), connect, max(1, connections // 2), _number(query, "pool_timeout", 5) or 5
    )


def _postgresql(query: Mapping[str, str]) -> dict[str, Any]:
    connect: dict[str, Any] = {"timeout": _number(query, "connect_timeout", 5) or 5}
    if query.get("schema", "public") != "public":
        connect["server_settings"] = {"search_path": query["schema"]}
    if "host" in query:
        connect["host"] = query["host"]
    if query.get("pgbouncer") == "true":
        connect.update(statement_cache_size=0, prepared_statement_cache_size=0)
    if "sslrootcert" in query:
        connect["ssl"] = _authority(query["sslrootcert"])
    elif "sslmode" in query:
        connect["ssl"] = query["sslmode"]
    return connect


def _mysql(query: Mapping[str, str]) -> dict[str, Any]:
    connect: dict[str, Any] = {"connect_timeout": _number(query, "connect_timeout", 5) or 5}
    if socket := query.get("socket", query.get("unix_socket")):
        connect["unix_socket"] = socket
    if "sslcert" in query:
        connect["ssl"] = _authority(query["sslcert"])
    elif query.get("sslaccept") == "accept_invalid_certs":
        connect["ssl"] = ssl.create_default_context()
        connect["ssl"].check_hostname = False
        connect["ssl"].verify_mode = ssl.CERT_NONE
    elif "sslaccept" in query:
        connect["ssl"] = ssl.create_default_context()
    return connect


def _authority(path: str) -> ssl.SSLContext:
    if not Path(path).is_file():
        raise ValueError(f"the certificate of the database's authority is missing: {path}")
    return ssl.create_default_context(cafile=path)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    if value and not value.isdecimal():
        raise ValueError(f"{name} of the database URL is not a number")
    return int(value) if value else default
