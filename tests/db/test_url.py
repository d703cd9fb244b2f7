"""URLs of three databases in three spellings."""

import ssl

import pytest

from chatroom.db import Database
from chatroom.db.server import arguments
from chatroom.db.url import parse
from tests.processes import MariaDb, PostgreSql


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:////var/lib/chat.db", "/var/lib/chat.db"),
        ("sqlite:///data/chat.db", "data/chat.db"),
        ("file:./dev.db", "./dev.db"),
        ("file:/var/dev.db?connection_limit=1", "/var/dev.db"),
    ],
)
def test_a_sqlite_url_names_a_file(text: str, path: str) -> None:
    target = parse(text)
    assert (target.dialect, target.url.database) == ("sqlite", path)


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("postgresql://u:p%40ss@h:5433/chat?schema=public&sslmode=disable", "postgresql+asyncpg"),
        ("postgres://u:p%40ss@h:5433/chat", "postgresql+asyncpg"),
        ("postgresql+psycopg://u:p%40ss@h:5433/chat?connect_timeout=3", "postgresql+asyncpg"),
        ("mysql://u:p%40ss@h:5433/chat?sslaccept=strict", "mysql+asyncmy"),
        ("mariadb://u:p%40ss@h:5433/chat", "mysql+asyncmy"),
        ("mysql+pymysql://u:p%40ss@h:5433/chat?charset=utf8mb4", "mysql+asyncmy"),
    ],
)
def test_a_server_url_keeps_who_and_where_and_gets_our_driver(text: str, driver: str) -> None:
    url = parse(text).url
    assert (url.drivername, url.username, url.password, url.host, url.port, url.database) == (
        *(driver, "u", "p@ss"),
        *("h", 5433, "chat"),
    )
    assert not url.query


def test_prismas_options_are_translated() -> None:
    target = parse(
        "postgresql://u@h/chat?schema=talk&connection_limit=6&pool_timeout=2&connect_timeout=3&sslmode=require"
        "&socket_timeout=4&application_name=chat&statement_cache_size=50"
    )
    assert (target.connections, target.pool_seconds, target.pooler) == (6, 2, False)
    assert target.connect == {
        "timeout": 3,
        "command_timeout": 4,
        "server_settings": {"search_path": "talk", "application_name": "chat"},
        "statement_cache_size": 50,
        "ssl": "require",
    }


def test_behind_a_pooler_nothing_is_prepared_or_set_for_a_session() -> None:
    target = parse("postgresql://u@h/chat?schema=public&pgbouncer=true&sslmode=disable")
    assert target.pooler
    assert "server_settings" not in arguments(target) | arguments(target, reading=True)
    assert target.connect["statement_cache_size"] == target.connect["prepared_statement_cache_size"] == 0


@pytest.mark.parametrize(
    ("text", "verified", "named"),
    [
        ("postgresql://u@h/c?sslmode=require&sslaccept=strict", ssl.CERT_REQUIRED, True),
        ("postgresql://u@h/c?sslaccept=strict", ssl.CERT_REQUIRED, True),
        ("postgresql://u@h/c?sslmode=verify-ca&sslaccept=strict", ssl.CERT_REQUIRED, False),
    ],
)
def test_tls_of_postgresql_is_checked_where_the_url_asks(
    text: str, verified: ssl.VerifyMode, named: bool
) -> None:
    context = parse(text).connect["ssl"]
    assert (context.verify_mode, context.check_hostname) == (verified, named)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("postgresql://u:secret@h/c?sslidentity=/a.p12", "sslidentity"),
        ("postgresql://u:secret@h/c?sslkey=/a.key", "sslkey"),
        ("postgresql://u:secret@h/c?options=-csearch_path=x", "options"),
        ("postgresql://u:secret@h/c?channel_binding=require", "channel_binding"),
        ("postgresql://u:secret@h/c?sslmode=always", "sslmode"),
        ("postgresql://u:secret@h/c?pgbouncer=yes", "pgbouncer"),
        ("postgresql://u:secret@h/c?pgbouncer=true&schema=talk", "schema"),
        ("postgresql://u:secret@h/c?Connection_Limit=3", "Connection_Limit"),
        ("mysql://u:secret@h/c?sslmode=require", "sslmode"),
        ("mysql://u:secret@h/c?sslaccept=maybe", "sslaccept"),
        ("mysql://u:secret@h/c?sslidentity=/a.p12", "sslidentity"),
    ],
)
def test_an_option_that_cannot_be_kept_is_refused_by_its_name(query: str, name: str) -> None:
    with pytest.raises(ValueError, match=name) as refused:
        parse(query)
    assert "secret" not in str(refused.value)


def test_tls_of_mysql_is_checked_unless_the_url_says_otherwise() -> None:
    assert "ssl" not in parse("mysql://u@h/chat").connect
    assert parse("mysql://u@h/chat?sslaccept=strict").connect["ssl"].verify_mode == ssl.CERT_REQUIRED
    assert (
        parse("mysql://u@h/chat?sslaccept=accept_invalid_certs").connect["ssl"].verify_mode == ssl.CERT_NONE
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chat.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mongodb://u:secret@h/chat",
        "postgresql://u:secret@h",
        "postgresql://u:secret@h/chat?connection_limit=many",
        "postgresql://u:secret@h:port/chat",
        "mysql://u:secret@h/chat?sslcert=/nowhere.pem",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_quoting_its_password(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(text)
    assert "secret" not in str(refused.value)


async def test_unix_sockets_are_reached_in_both_spellings(postgresql: PostgreSql, mariadb: MariaDb) -> None:
    for url in (
        f"postgresql://chatroom@localhost:{postgresql.port}/postgres?host={postgresql.folder}",
        f"mysql://root@localhost/mysql?socket={mariadb.folder}/socket",
    ):
        database = await Database.open(url)
        await database.check()
        await database.close()


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_no_wait_for_a_server_is_longer_than_five_seconds(scheme: str) -> None:
    target = parse(f"{scheme}://me@host/chat")
    given = arguments(target)
    assert {given.get("timeout"), given.get("connect_timeout")} - {None} == {5}
    assert {given.get("command_timeout"), given.get("read_timeout")} - {None} == {5}
    assert target.pool_seconds == 5
