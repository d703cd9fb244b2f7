"""The command line told something wrong: a sentence that names what to mend, never a traceback."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatroom.db.migrate import upgrade
from chatroom.features import tables
from tests.command import chatroom
from tests.processes import free_port

AWAY = "postgresql://chat:a-password@127.0.0.1:{port}/chat"
COMMANDS = [("migrate",), ("role", "ana@example.org", "admin"), ("rotate-keys",)]


def _said(folder: Path, *words: str, code: int, **settings: str) -> str:
    done = chatroom(folder, *words, **settings)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_is_away_is_said_without_its_password(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = _said(tmp_path, *words, code=69, DATABASE_URL=AWAY.format(port=free_port()))
    assert said.startswith("chatroom: the database cannot be used (DATABASE_URL")
    assert "a-password" not in said


@pytest.mark.parametrize("words", COMMANDS[1:], ids=" ".join)
@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_folder_without_a_database_is_said(tmp_path: Path, words: tuple[str, ...], folder: str) -> None:
    assert "CHATROOM_DATA" in _said(tmp_path / folder, *words, code=69)
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize("words", COMMANDS[1:], ids=" ".join)
def test_a_database_of_an_earlier_version_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    upgrade(f"sqlite:///{tmp_path}/chatroom.db", tables)
    with closing(sqlite3.connect(tmp_path / "chatroom.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    said = _said(tmp_path, *words, code=69)
    assert "at migration 0001, the newest is" in said
    assert "`chatroom migrate`" in said


def test_a_secret_that_others_may_read_stops_every_command(tmp_path: Path) -> None:
    assert chatroom(tmp_path / "data", "migrate").returncode == 0
    secret = tmp_path / "data" / "jwt_secret"
    secret.touch(mode=0o644)
    assert _said(tmp_path / "data", *COMMANDS[1], code=78).startswith("chatroom: JWT_SECRET: others may read")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PORT", "http", "should be a valid integer"),
        ("JWT_SECRET", "short", "must have at least 32 characters"),
        ("CHATROOM_ENV", "staging", "should be 'production', 'development' or 'test'"),
    ],
)
def test_a_bad_setting_is_said_in_plain_words(tmp_path: Path, name: str, value: str, why: str) -> None:
    assert _said(tmp_path, "serve", code=78, **{name: value}).startswith(f"chatroom: {name}: {why}")


def test_a_port_that_is_none_and_a_host_that_is_nowhere_are_refused(tmp_path: Path) -> None:
    assert "--port" in _said(tmp_path, "serve", "--port", "65536", code=2)
    done = chatroom(tmp_path, "serve", "--port", str(free_port()), HOST="192.0.2.1")
    assert done.returncode == 69
    assert "setting=HOST" in done.stderr


def test_an_empty_outbox_says_so(tmp_path: Path) -> None:
    assert "CHATROOM_DATA" in _said(tmp_path, "outbox", code=0)
