"""Start and end of the process: drains, refusals to start, files that only their owner reads."""

import asyncio
import json
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from pydantic import ValidationError

from chatroom.settings import Settings
from tests.journeys.conftest import Serve
from tests.journeys.people import register
from tests.journeys.raw import Outcome, raw
from tests.journeys.server import ChatServer, quiet_port
from tests.processes import MariaDb


async def test_sigterm_sends_everybody_away_and_ends_well(server: ChatServer) -> None:
    ana = register(server.url, "Ana")
    async with raw(server.url) as listener, raw(server.url) as idle:
        assert (await listener.connect(ana.token)).kind == "connected"
        started = time.monotonic()
        ending = asyncio.create_task(asyncio.to_thread(server.stop))
        ends = tuple(await asyncio.gather(listener.outcome(), idle.outcome()))
        assert ends == (Outcome("closed", 1012), Outcome("closed", 1012))
        assert await ending == 0
    assert time.monotonic() - started < float(server.environment["DRAIN_SECONDS"]) + 2


async def test_sigterm_answers_a_waiting_poll(server: ChatServer) -> None:
    ana = register(server.url, "Ana")
    path = server.url + "/socket.io/?EIO=4&transport=polling"
    # Only python-socketio is told otherwise, since it does not come back after a close packet.
    async with httpx2.AsyncClient(timeout=15, headers={"User-Agent": "node-XMLHttpRequest"}) as client:
        sid = json.loads((await client.get(path)).text[1:])["sid"]
        await client.post(f"{path}&sid={sid}", content="40" + json.dumps({"token": ana.token}))
        assert (await client.get(f"{path}&sid={sid}")).text.startswith("40{")
        waiting = asyncio.create_task(client.get(f"{path}&sid={sid}"))
        await asyncio.sleep(0.2)  # the poll is on its way, and nothing tells when it has arrived
        assert await asyncio.to_thread(server.stop) == 0
        assert (await waiting).text == "1"


async def test_what_was_sent_before_sigterm_is_answered_or_was_never_stored(server: ChatServer) -> None:
    ana = register(server.url, "Ana")
    room_id = ana.create_room()["id"]
    answered = set()
    async with raw(server.url) as sender:
        await sender.connect(ana.token)
        for number in range(64):
            body = {"roomId": room_id, "content": "last words", "clientMsgId": f"m{number}"}
            await sender.send(f"42{number}" + json.dumps(["send_message", body]))
        ending = asyncio.create_task(asyncio.to_thread(server.stop))
        while (outcome := await sender.outcome()).kind != "closed":
            assert outcome.said["ok"]
            answered.add(outcome.said["data"]["clientMsgId"])
        assert await ending == 0
    await asyncio.to_thread(server.start)
    stored = {entry.get("clientMsgId") for entry in ana.read_log(room_id)}
    assert stored - {None} == answered


def test_a_second_sigterm_changes_nothing(server: ChatServer) -> None:
    process = server.process
    assert process is not None
    process.terminate()
    process.terminate()
    assert process.wait(15) == 0


def test_a_port_that_is_taken_is_said_and_ends_with_69(prepare: Serve) -> None:
    server = prepare()
    with socket.create_server(("127.0.0.1", server.port)):
        assert server.spawn().wait(30) == 69
    said = f"chatroom: PORT: port {server.port} of 127.0.0.1 cannot be listened on: Address already in use\n"
    assert server.log == said


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_database_that_is_away_is_said_without_its_password_and_ends_with_69(
    prepare: Serve, kind: str
) -> None:
    server = prepare(DATABASE_URL=f"{kind}://chatroom:a-password@127.0.0.1:{quiet_port()}/chatroom")
    assert server.spawn().wait(30) == 69
    assert "DATABASE_URL" in server.log
    assert "a-password" not in server.log
    assert "Traceback" not in server.log


def test_bad_settings_are_all_named_without_their_values_and_end_with_78(prepare: Serve) -> None:
    bad = {
        "PORT": "notaport",
        "CHATROOM_ENV": "holiday",
        "MESSAGE_RATE_LIMIT": "-7",
        "MESSAGE_RATE_WINDOW_MS": "0.5",
        "BCRYPT_ROUNDS": "99",
        "JWT_EXPIRES_IN": "soonish",
        "LOG_LEVEL": "chatty",
        "JWT_SECRET": "sesame",
        "ENCRYPTION_KEY": "changeme",
        "DATABASE_URL": "oracle://scott:tiger@localhost/orcl",
    }
    server = prepare(**bad)
    assert server.spawn().wait(30) == 78
    assert [name for name in bad if f"chatroom: {name}: " not in server.log] == []
    assert [value for value in bad.values() if value in server.log] == []
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("JWT_SECRET", "abc" * 20),
        ("JWT_SECRET", "your-super-secret-jwt-key-change-in-production"),
        ("DATABASE_URL", "postgresql://chatroom:a-password@localhost"),
        ("DATABASE_URL", "not a URL at all"),
    ],
)
def test_a_bad_value_is_refused_before_anything_starts(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # no .env file here
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [(name,)]
    assert value not in str(refused.value.errors(include_input=False, include_context=False))


def test_one_secret_for_two_purposes_is_refused(prepare: Serve) -> None:
    secret = "0123456789abcdef0123456789abcdef"
    server = prepare(JWT_SECRET=secret, ENCRYPTION_KEY=secret)
    assert server.spawn().wait(30) == 78
    assert "ENCRYPTION_KEY" in server.log
    assert secret not in server.log


def test_a_secret_file_that_others_may_read_ends_with_78(prepare: Serve) -> None:
    server = prepare()
    server.data.mkdir(parents=True, exist_ok=True)
    secret = server.data / "jwt_secret"
    secret.write_text("4Jm0sQk2Zr9xTbVn7LcYpWd5HgAfEu3i1oXqRz8M\n")
    secret.chmod(0o644)
    assert server.spawn().wait(30) == 78
    assert "JWT_SECRET" in server.log
    assert secret.read_text().strip() not in server.log
    assert "Traceback" not in server.log


def test_a_data_folder_that_cannot_be_ends_with_78(prepare: Serve, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    server = prepare(CHATROOM_DATA=str(tmp_path / "file" / "data"))
    assert server.spawn().wait(30) == 78
    assert "CHATROOM_DATA" in server.log
    assert "Traceback" not in server.log


def test_every_port_that_is_asked_for_serves_everything(prepare: Serve) -> None:
    more = [quiet_port() for _ in range(3)]
    server = prepare(SOCKET_PORT=str(more[0]), COMPAT_PORTS=f"{more[1]},{more[2]}")
    server.start()
    for port in (server.port, *more):
        site = f"http://127.0.0.1:{port}"
        assert httpx2.get(f"{site}/health").json()["status"] == "ok"
        assert httpx2.get(f"{site}/socket.io/?EIO=4&transport=polling").text.startswith('0{"sid"')


@pytest.mark.parametrize("name", ["SOCKET_PORT", "COMPAT_PORTS"])
def test_a_further_port_that_is_taken_is_named(prepare: Serve, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = prepare(**{name: str(port)})
        assert server.spawn().wait(30) == 69
    assert name in server.log
    assert str(port) in server.log


FORGETFUL = {
    "postgresql": "fsync=off",
    "mariadb": "innodb_flush_log_at_trx_commit=2",
}  # as the tests start them


def test_whoever_reads_the_address_may_stop_the_server_at_once(prepare: Serve) -> None:
    server = prepare()
    command = [sys.executable, *server.command]
    with (server.folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, cwd=server.folder, env=server.environment
        )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"Chatroom is at http")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


@pytest.mark.parametrize("kind", FORGETFUL)
def test_a_database_that_forgets_is_refused_in_production_only(
    prepare: Serve, request: pytest.FixtureRequest, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    refused = prepare(DATABASE_URL=url, CHATROOM_ENV="production")
    assert refused.spawn().wait(30) == 78
    assert "DATABASE_URL" in refused.log
    assert FORGETFUL[kind] in refused.log
    assert "Traceback" not in refused.log
    warned = prepare(DATABASE_URL=url)
    warned.start()
    assert warned.stop() == 0
    assert FORGETFUL[kind] in warned.log


def test_a_database_that_keeps_what_it_says_starts_in_production(
    prepare: Serve, mariadb: MariaDb, mariadb_url: str
) -> None:
    mariadb.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    try:
        server = prepare(DATABASE_URL=mariadb_url, CHATROOM_ENV="production")
        server.start()
        assert server.stop() == 0
    finally:
        mariadb.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 2")


def test_secrets_and_database_are_their_owners_only(server: ChatServer) -> None:
    register(server.url, "Ana")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in server.data.iterdir()}
    assert {"jwt_secret", "encryption_key", "chatroom.db"} <= set(modes)
    assert {name: oct(mode) for name, mode in modes.items() if mode != 0o600} == {}
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_tokens_and_invites_outlive_a_restart(server: ChatServer) -> None:
    ana = register(server.url, "Ana")
    room = ana.create_room(private=True)
    assert server.stop() == 0
    server.start()
    assert ana.tell("GET", f"/api/rooms/{room['id']}/invite")["inviteCode"] == room["inviteCode"]
