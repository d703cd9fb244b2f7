"""Database URLs: SQLAlchemy's, libpq's and Prisma's spelling of the same three databases."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

CONNECTIONS: Final = 16
"""Connections of all kinds together when the URL has no `connection_limit`."""

_COMMON: Final = (
    "connection_limit",
    "pool_timeout",
    "connect_timeout",
    "socket_timeout",
    "sslaccept",
    "sslcert",
)
_POSTGRESQL: Final = frozenset(
    {
        *(*_COMMON, "schema", "host", "application_name", "sslmode", "sslrootcert"),
        *("pgbouncer", "statement_cache_size", "channel_binding"),
    }
)
_MYSQL: Final = frozenset({*_COMMON, "socket", "unix_socket", "charset"})
_TLS_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_TRUST: Final = ("strict", "accept_invalid_certs")


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL: where the database is and what the driver is told."""

    dialect: str
    url: URL
    """For SQLite only its `database`, the path of the file, counts."""
    connect: Mapping[str, Any]
    """Keyword arguments of the driver's `connect`."""
    connections: int = CONNECTIONS
    """How many may be open, for reading and writing together; four are the least that PostgreSQL needs."""
    pool_seconds: float = 5.0
    """How long a caller waits for one of them."""
    pooler: bool = False
    """Whether a pooler stands between that lends a server connection for one transaction, as PgBouncer does."""


def parse(text: str) -> Target:
    """Read a database URL. Raises ValueError, which never quotes the URL, for it may hold a password.

    `sqlite:////abs/path`, `sqlite:///rel/path`, `file:path`; `postgresql://`, `postgres://`; `mysql://`,
    `mariadb://`. A driver after `+` is ignored. The options of the query are libpq's and Prisma's, those of
    `_POSTGRESQL` and `_MYSQL`; any other is refused by its name. docs/reference/databases.md tells what each does.
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
        _must_know(query, _POSTGRESQL)
        return _target("postgresql", url.set(drivername="postgresql+asyncpg"), query, _postgresql(query))
    if kind in {"mysql", "mariadb"}:
        _must_know(query, _MYSQL)
        return _target("mysql", url.set(drivername="mysql+asyncmy"), query, _mysql(query))
    raise ValueError(f"{kind} is not a database this server knows: sqlite, postgresql, mysql or mariadb")


def _must_know(query: Mapping[str, str], known: frozenset[str]) -> None:
    if strange := sorted(query.keys() - known):
        raise ValueError(f"{strange[0]} is no option of a database URL that this server knows")


def _target(dialect: str, url: URL, query: Mapping[str, str], connect: dict[str, Any]) -> Target:
    if not url.database:
        raise ValueError("the database URL names no database")
    return Target(
        dialect,
        url.set(query={}),
        connect,
        _number(query, "connection_limit", CONNECTIONS) or CONNECTIONS,
        _number(query, "pool_timeout", 5) or 5,
        pooler=_is_true(query, "pgbouncer"),
    )


def _postgresql(query: Mapping[str, str]) -> dict[str, Any]:
    connect: dict[str, Any] = {"timeout": _number(query, "connect_timeout", 5) or 5}
    if seconds := _number(query, "socket_timeout", 0):
        connect["command_timeout"] = seconds
    if "host" in query:
        connect["host"] = query["host"]
    if _one_of(query, "channel_binding", ("disable", "prefer", "require")) == "require":
        raise ValueError("channel_binding=require of the database URL cannot be kept: its driver has none")
    settings = {"application_name": query["application_name"]} if "application_name" in query else {}
    if query.get("schema", "public") != "public":
        settings["search_path"] = query["schema"]
    if settings:
        connect["server_settings"] = settings
    if "statement_cache_size" in query:
        connect["statement_cache_size"] = _number(query, "statement_cache_size", 0)
    if _is_true(query, "pgbouncer"):
        if "search_path" in settings:
            raise ValueError(
                "schema of the database URL does not go with pgbouncer: use ALTER ROLE ... SET search_path"
            )
        # A statement prepared on one server connection may be asked for on another.
        connect.update(
            statement_cache_size=0, prepared_statement_cache_size=0, prepared_statement_name_func=str
        )
    mode = _one_of(query, "sslmode", _TLS_MODES)
    authority = query.get("sslrootcert", query.get("sslcert"))
    if mode != "disable" and (authority or _one_of(query, "sslaccept", _TRUST) == "strict"):
        connect["ssl"] = _authority(authority)
        connect["ssl"].check_hostname = mode != "verify-ca"
    elif mode:
        connect["ssl"] = mode
    return connect


def _mysql(query: Mapping[str, str]) -> dict[str, Any]:
    connect: dict[str, Any] = {"connect_timeout": _number(query, "connect_timeout", 5) or 5}
    if seconds := _number(query, "socket_timeout", 0):
        connect["read_timeout"] = seconds
    if socket := query.get("socket", query.get("unix_socket")):
        connect["unix_socket"] = socket
    trust = _one_of(query, "sslaccept", _TRUST)
    if "sslcert" in query:
        connect["ssl"] = _authority(query["sslcert"])
    elif trust == "accept_invalid_certs":
        connect["ssl"] = ssl.create_default_context()
        connect["ssl"].check_hostname = False
        connect["ssl"].verify_mode = ssl.CERT_NONE
    elif trust:
        connect["ssl"] = ssl.create_default_context()
    return connect


def _authority(path: str | None) -> ssl.SSLContext:
    """What trusts the authorities of a file, or those of this machine."""
    if path and not Path(path).is_file():
        raise ValueError(f"the certificate of the database's authority is missing: {path}")
    return ssl.create_default_context(cafile=path)


def _one_of(query: Mapping[str, str], name: str, values: Sequence[str]) -> str | None:
    if (value := query.get(name)) is not None and value not in values:
        raise ValueError(f"{name} of the database URL must be one of {', '.join(values)}")
    return value


def _is_true(query: Mapping[str, str], name: str) -> bool:
    return _one_of(query, name, ("true", "false")) == "true"


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    if value and not value.isdecimal():
        raise ValueError(f"{name} of the database URL is not a number")
    return int(value) if value else default
