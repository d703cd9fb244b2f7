"""`make bench`: the whole product path (permission, membership, SQL, commit, fan-out) against a server of its own.

`send`: messages/s that were committed and acknowledged, in rooms of 8, one message in flight per sender.
`fan-out`: deliveries/s of one sender with 16 messages in flight to one room. Both count what clients received.
Load and server share the machine, so figures compare versions of this server, not machines.
"""

import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.load import Client, connect

HOST = "127.0.0.1"
SECONDS = 4.0
ROOM = 8
TEXT = "x" * 120


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server process with limits off and its data in a temporary folder, and its REST calls."""

    def __init__(self, folder: str) -> None:
        self.port = _free_port()
        settings = {"CHATROOM_ENV": "development", "CHATROOM_DATA": folder, "PORT": str(self.port)}
        settings |= {"MESSAGE_RATE_LIMIT": "0", "RATE_LIMITS": "off", "BCRYPT_ROUNDS": "4"}
        command = [sys.executable, "-m", "chatroom", "serve"]
        environment = {**os.environ, **settings}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def post(self, path: str, body: dict[str, Any], token: str = "") -> Any:
        """Call the API. Raises OSError."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        url = f"http://{HOST}:{self.port}{path}"
        request = urllib.request.Request(
            url, json.dumps(body).encode(), headers if token else {**headers, "Authorization": ""}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def wait(self) -> None:
        """Return when it answers. Raises TimeoutError."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with socket.create_connection((HOST, self.port), 1):
                    return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def member(self, number: int) -> str:
        """Register somebody; return the token."""
        person = {
            "name": f"Person {number}",
            "email": f"p{number}@example.org",
            "password": "a long enough phrase",
        }
        token: str = self.post("/api/auth/register", person)["token"]
        return token


@asynccontextmanager
async def _room(server: Server, tokens: list[str]) -> AsyncIterator[tuple[str, list[Client]]]:
    room = server.post("/api/rooms", {"name": "bench"}, tokens[0])["id"]
    clients = await asyncio.gather(*(connect(HOST, server.port, token) for token in tokens))
    for client in clients:
        await client.call("join_room", {"roomId": room})
    yield room, list(clients)
    for client in clients:
        client.close()


def _keep_sending(client: Client, room: str, until: float, delays: list[float]) -> "asyncio.Future[None]":
    """Send the next message when the last one was acknowledged, until the time is over."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    started = 0.0

    def send() -> None:
        nonlocal started
        started = time.perf_counter()
        client.ask("send_message", {"roomId": room, "content": TEXT}, answered)

    def answered(answer: bytes) -> None:
        now = time.perf_counter()
        if not answer.startswith(b'{"ok":true'):
            done.set_exception(RuntimeError(answer.decode()))
            return
        delays.append(now - started)
        if now < until:
            send()
        else:
            done.set_result(None)

    send()
    return done


def _row(name: str, count: int, unit: str, delays: list[float]) -> str:
    delays.sort()
    p50, p99 = (delays[int(len(delays) * part)] * 1000 for part in (0.5, 0.99))
    return f"| {name} | {count / SECONDS:,.0f} {unit}/s | {p50:.1f} ms | {p99:.1f} ms |"


async def send(server: Server, tokens: list[str], senders: int) -> str:
    """Measure acknowledged messages; every room has up to eight senders who all hear each other."""
    groups = [tokens[start : start + ROOM] for start in range(0, senders, ROOM)]
    groups[-1] = groups[-1][: senders - (len(groups) - 1) * ROOM]
    delays: list[float] = []
    rooms = [_room(server, group) for group in groups]
    opened = [await room.__aenter__() for room in rooms]
    until = time.perf_counter() + SECONDS
    await asyncio.gather(
        *(_keep_sending(c, room, until, delays) for room, clients in opened for c in clients)
    )
    for room in rooms:
        await room.__aexit__(None, None, None)
    return _row(f"send, {senders} senders", len(delays), "messages", delays)


async def fan_out(server: Server, tokens: list[str], receivers: int) -> str:
    """Measure deliveries of one busy sender's messages to everybody in a room."""
    delays: list[float] = []
    async with _room(server, tokens[:receivers]) as (room, clients):
        before = sum(client.received for client in clients)
        until = time.perf_counter() + SECONDS
        await asyncio.gather(*(_keep_sending(clients[0], room, until, delays) for _ in range(16)))
        count = sum(client.received for client in clients) - before
    return _row(f"fan-out, {receivers} receivers", count, "deliveries", delays)


async def run(server: Server) -> None:
    """Measure everything and print a table."""
    tokens = [server.member(number) for number in range(256)]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, SQLite, {SECONDS:.0f} s a row\n")
    print("| | rate | p50 of the ack | p99 |\n|---|---|---|---|")
    for senders in (1, 32, 256):
        print(await send(server, tokens, senders), flush=True)
    print(await fan_out(server, tokens, 256), flush=True)


def main() -> None:
    """Start a server, measure it, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        try:
            server.wait()
            asyncio.run(run(server))
        finally:
            server.process.terminate()
            server.process.wait(30)


if __name__ == "__main__":
    main()
