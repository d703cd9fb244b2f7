"""`python -m bench.large [--postgresql]`: what grows with the database.

Two databases are made by SQL, one of 1 000 messages and 100 people, one of 1 000 000 and 100 000, and a server is
started on each. It prints how long each request takes and how much of the event loop, in milliseconds, at both sizes,
and their ratio, which is near 1 for what does not grow; of the lounges the large one has 1 000 to tell of, the small
one 6. Two minutes, 0.7 GB in the temporary folder; with `--postgresql` twice that.
"""

import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, NamedTuple

import socketio
from sqlalchemy import insert, text

from bench.large_database import LARGE, SMALL, Size, key, make
from bench.postgres import PostgreSql
from chatroom.bench.load import NotRun
from chatroom.bench.process import HOST, Server, product
from chatroom.db import Database
from chatroom.features import tables

ROUNDS: Final = 40
CONNECTS: Final = 5
_PASSWORD: Final = "a long pass phrase"
_HALL: Final = key(2, 0)


class Client:
    """One connection to the server, as one person."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self._line = HTTPConnection(HOST, server.port, timeout=60)
        self.token = ""
        person = {"name": name, "email": f"{name.lower()}@example.org", "password": _PASSWORD}
        made = self.ask("POST", "/api/v1/auth/register", person)["data"]
        self.id, self.token = made["user"]["id"], made["token"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask once. Raises RuntimeError for a refusal."""
        head = {"content-type": "application/json"} if body is not None else {}
        if self.token:
            head["authorization"] = f"Bearer {self.token}"
        self._line.request(method, path, None if body is None else json.dumps(body), head)
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:200]!r}")
        return json.loads(said)


class Cost(NamedTuple):
    """Milliseconds of a request: how long it takes (the median), and how much of the event loop (the mean)."""

    wall: float
    loop: float


def _worked(server: Server) -> float:
    """Milliseconds that the main thread of a server has worked. Other load on the machine is not in them."""
    return int(Path(f"/proc/{server.pid}/schedstat").read_text().split()[0]) / 1e6


def _cost(server: Server, work: Callable[[], Any], rounds: int = ROUNDS) -> Cost:
    """What a request costs; the first few are not counted."""
    for _ in range(3):
        work()
    seen, before = [], _worked(server)
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seen.append(1000 * (time.perf_counter() - began))
    return Cost(statistics.median(seen), (_worked(server) - before) / rounds)


async def _enter(database: str, person: str, rooms: int) -> None:
    """Make somebody a member of the first rooms."""
    row = {"user_id": person, "role": "member", "joined_at": 0, "joined_seq": 0, "read_seq": 0}
    opened = await Database.open(database)
    async with opened.begin() as tx:
        stmt = insert(tables.tables["members"])
        await tx.many(stmt, [{**row, "room_id": key(2, number)} for number in range(rooms)])
        await tx.run(text(f"UPDATE users SET first_joined_at = 0 WHERE id = '{person}'"))
    await opened.close()


def _connect(client: Client) -> None:
    socket = socketio.SimpleClient()
    address = f"http://{HOST}:{client.server.port}"
    socket.connect(address, auth={"token": client.token}, transports=["websocket"])
    socket.disconnect()


def _requests(client: Client, heavy: Client, size: Size) -> Iterator[tuple[str, Callable[[], Any], int]]:
    """What is measured: its name, how to ask for it, how often."""
    page = f"/api/v1/rooms/{_HALL}/messages?limit=50"
    old = client.ask("GET", page)["data"]["nextCursor"]
    numbers = itertools.count()
    public = iter(range(2, size.rooms, 2))

    def send() -> None:
        body = {"content": "hello", "clientMsgId": f"sent-{next(numbers)}"}
        client.ask("POST", f"/api/v1/rooms/{_HALL}/messages", body)

    def join() -> None:
        client.ask("POST", f"/api/v1/rooms/{key(2, next(public))}/join", {})

    def get(path: str, who: Client = client) -> Callable[[], Any]:
        return lambda: who.ask("GET", path)

    yield "newest page", get(page), ROUNDS
    yield "old page", get(f"{page}&cursor={old}"), ROUNDS
    yield "send", send, ROUNDS
    yield "join", join, 15
    for scope in ("mine", "public", "all"):
        yield f"rooms, {scope}, 25", get(f"/api/v1/rooms?scope={scope}&limit=25"), ROUNDS
    yield "rooms, mine, 10, of one in many", get("/api/v1/rooms?scope=mine&limit=10", heavy), ROUNDS
    missed = client.ask("GET", f"/api/v1/rooms/{_HALL}")["data"]["headSeq"] - 50
    yield "missed, 50", get(f"/api/v1/rooms/{_HALL}/messages?after={max(0, missed)}&limit=50"), ROUNDS
    yield "lounges", get("/lounges"), 10
    yield "connect", lambda: _connect(client), CONNECTS
    yield "connect of one in many rooms", lambda: _connect(heavy), CONNECTS
    yield "members, 20", get(f"/api/v1/rooms/{_HALL}/users?limit=20"), 10


def measure(folder: Path, database: str, size: Size) -> dict[str, Cost]:
    """Each figure on a database of this size."""
    asyncio.run(make(database, size))
    product(folder, database).stop()  # what only a first start does
    began = time.perf_counter()
    server = product(folder, database)
    found = {"start": Cost(1000 * (time.perf_counter() - began), _worked(server))}
    try:
        client, heavy = Client(server, "Ana"), Client(server, "Heavy")
        asyncio.run(_enter(database, client.id, 1))
        asyncio.run(_enter(database, heavy.id, size.heavy))
        before, began = _worked(server), time.perf_counter()
        client.ask("GET", f"/api/v1/rooms/{_HALL}/messages?limit=50")
        found["first page"] = Cost(1000 * (time.perf_counter() - began), _worked(server) - before)
        for name, work, rounds in _requests(client, heavy, size):
            found[name] = _cost(server, work, rounds)
    finally:
        server.stop()
    return found


def show(title: str, small: dict[str, Cost], large: dict[str, Cost]) -> None:
    """Print both sizes and their ratio."""
    print(
        f"\n{title:<32}{'wait: small':>12}{'large':>9}{'ratio':>7}{'loop: small':>13}{'large':>9}{'ratio':>7}"
    )
    for name, least in small.items():
        most = large[name]
        print(
            f"{name:<32}{least.wall:>12.2f}{most.wall:>9.2f}{most.wall / least.wall:>7.1f}"
            f"{least.loop:>13.2f}{most.loop:>9.2f}{most.loop / least.loop:>7.1f}"
        )


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="chatroom-large-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        found = []
        for size in (SMALL, LARGE):
            own = folder / f"sqlite-{size.messages}"
            own.mkdir(mode=0o700)
            found.append(measure(own, f"sqlite:///{own}/chatroom.db", size))
        show("SQLite, ms", *found)
        if "--postgresql" not in sys.argv:
            return 0
        try:
            cluster = PostgreSql(folder / "postgresql")
        except NotRun as why:
            print(f"not run: {why}")
            return 1
        try:
            found = []
            for size in (SMALL, LARGE):
                own = folder / f"postgresql-{size.messages}"
                own.mkdir(mode=0o700)
                found.append(measure(own, cluster.create(f"m{size.messages}"), size))
            show("PostgreSQL, ms", *found)
        finally:
            cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
