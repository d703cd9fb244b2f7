"""The command line told something wrong: a sentence that names what to mend, never a traceback."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chatroom import __file__ as package
from chatroom import __version__
from chatroom.adapters.outbox import OUTBOX
from chatroom.cli import app
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
    assert said.startswith("chatroom: DATABASE_URL: the database cannot be used: ")
    assert said.count("\n") == 1
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
        ("PORT", "http", "must be a whole number"),
        ("PORT", "65536", "must be at most 65535"),
        ("BCRYPT_ROUNDS", "3", "must be at least 4"),
        ("STRICT_ENUM", "perhaps", "must be 1 or 0"),
        ("DRAIN_SECONDS", "soon", "must be a number"),
        ("DRAIN_SECONDS", "inf", "must be a number"),
        ("DRAIN_SECONDS", "nan", "must be a number"),
        ("DRAIN_SECONDS", "3601", "must be at most 3600"),
        ("JWT_SECRET", "short", "must have at least 32 characters"),
        ("RATE_LIMITS", "on", "must be off, or like api=600/1m"),
        ("CHATROOM_ENV", "staging", "must be production, development or test"),
    ],
)
def test_a_bad_setting_is_said_in_plain_words(tmp_path: Path, name: str, value: str, why: str) -> None:
    said = _said(tmp_path, "serve", code=78, **{name: value})
    assert said.startswith(f"chatroom: {name}: {why}")
    assert said.count("\n") == 1


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / OUTBOX
    if os.geteuid():
        file.touch(mode=0)
    else:
        unreadable = Path("/proc/sys/net/ipv4/route/flush")  # root may read everything else
        if not unreadable.exists():
            pytest.skip("not run: no file here that root may not read")
        file.symlink_to(unreadable)
    assert _said(tmp_path, "outbox", code=69) == f"chatroom: {file}: cannot be used: Permission denied\n"


def test_the_contract_is_written_into_a_checkout_only(tmp_path: Path) -> None:
    shutil.copytree(
        Path(package).parent, tmp_path / "site" / "chatroom", ignore=shutil.ignore_patterns("static")
    )
    done = subprocess.run(
        [sys.executable, "-m", "chatroom", "contract"],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 64
    assert done.stderr.startswith("chatroom: contract: ")
    assert {path.name for path in (tmp_path / "site").iterdir()} == {"chatroom"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"PORT=3000\nthis is prose\n", "line 2 must be like NAME=value"),
        (b"JWT_SECRET='never closed\n", "line 1 must be like NAME=value"),
        (b"MAIL_FROM=caf\xe9@example.org\n", "must be a text file in UTF-8 that this user may read"),
        (None, "must be a text file in UTF-8 that this user may read"),
    ],
)
def test_an_env_file_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes | None, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").mkdir() if text is None else (tmp_path / ".env").write_bytes(text)
    assert _said(tmp_path / "data", "outbox", code=78) == f"chatroom: .env: {why}\n"


def test_an_env_file_counts_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("# a comment\n\nexport PORT='none'\n")
    assert _said(tmp_path, "outbox", code=78) == "chatroom: PORT: must be a whole number\n"
    assert chatroom(tmp_path, "outbox", PORT="3000").returncode == 0


def test_the_mode_is_refused_by_the_name_it_was_given_under(tmp_path: Path) -> None:
    said = _said(tmp_path, "serve", code=78, CHATROOM_ENV="", NODE_ENV="staging")
    assert said == "chatroom: NODE_ENV: must be production, development or test\n"


def test_a_host_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    said = _said(tmp_path, "serve", "--port", str(free_port()), code=69, HOST="192.0.2.1")
    assert said.startswith("chatroom: HOST: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_folder_that_cannot_be_made_is_refused_alike(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    said = _said(tmp_path / "file", command, code=78)
    assert said == "chatroom: CHATROOM_DATA: must be a folder that this server may write to\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("role ana@example.org king", "ROLE: must be one of user, moderator, admin"),
        ("role", "WHO: is missing; see `chatroom role --help`"),
        ("role ana@example.org", "ROLE: is missing; see `chatroom role --help`"),
        ("serve --port http", "--port: must be a whole number"),
        ("serve --port 65536", "--port: must be at most 65535"),
        ("serve --port", "--port: needs a value, or takes none; see `chatroom --help`"),
        ("contract --check=1", "--check: needs a value, or takes none; see `chatroom --help`"),
        ("serve --prot 3000", "--prot: there is no such option; see `chatroom serve --help`"),
        ("serve 3000", "arguments: there are more than this command takes; see `chatroom serve --help`"),
        ("start", "start: there is no such command; see `chatroom --help`"),
        ("--verbose", "--verbose: there is no such option; see `chatroom --help`"),
    ],
)
def test_a_wrong_command_line_is_refused_in_one_form(tmp_path: Path, line: str, said: str) -> None:
    assert _said(tmp_path, *line.split(), code=64) == f"chatroom: {said}\n"


def _commands() -> list[str]:
    return sorted(
        info.name or str(info.callback and info.callback.__name__) for info in app.registered_commands
    )


@pytest.mark.parametrize("words", [(), *((name.replace("_", "-"),) for name in _commands())])
def test_every_command_explains_itself(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = chatroom(tmp_path, *words, "-h")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: chatroom" in done.stdout


def test_the_version_is_printed_however_one_asks(tmp_path: Path) -> None:
    for asked in ("--version", "-V", "version"):
        assert chatroom(tmp_path, asked).stdout == f"{__version__}\n"


def test_without_a_command_the_commands_are_listed(tmp_path: Path) -> None:
    done = chatroom(tmp_path)
    assert done.returncode == 0
    assert "rotate-keys" in done.stdout


def test_an_empty_outbox_says_so(tmp_path: Path) -> None:
    assert "CHATROOM_DATA" in _said(tmp_path, "outbox", code=0)
