"""The ways in: one operation through each surface of HTTP, a socket, or directly.

`http` speaks to the node in process; `server` is the node behind a real uvicorn on a port of its own.
"""

import asyncio
import contextlib
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
import socketio
import uvicorn

from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.features import operations
from chatroom.gateway.ways.peers import HttpLimits
from chatroom.gateway.ways.uvicorn import protocols
from chatroom.http.dialects import SURFACES
from tests.cast import Person, do, principal

PATIENCE = 10.0
DOORS = (*(surface.name for surface in SURFACES), "socket", "direct")
_SURFACES = {surface.name: surface for surface in SURFACES}
_PLACE = re.compile(r"\{(\w+)\}")
_DOCUMENT = Path(__file__).parents[1] / "docs/reference/openapi.json"
_SAID = {
    operation["operationId"]: set(operation["responses"])
    for methods in json.loads(_DOCUMENT.read_text())["paths"].values()
    for operation in methods.values()
}
"""Operation -> the statuses with which it answers, as our document says."""


class Answer(NamedTuple):
    """`code` is empty for a yes; `data` is what was asked for, or the details of a no."""

    code: str
    data: Any
    status: int = 0


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which belong to the test process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def listening(app: App, limits: HttpLimits | None = None) -> AsyncIterator[str]:
    """Serve a node on a port of loopback; yields its URL."""
    config = uvicorn.Config(
        app.asgi,
        log_config=None,
        access_log=False,
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        **protocols(app.sockets, shortcut=app.fast_get, limits=limits),
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


async def until(done: Any, seconds: float = PATIENCE) -> None:
    """Wait for a condition; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


class Ears:
    """A person's socket by python-socketio: it asks, and remembers what it heard."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[str, Any]] = []
        self.refusal: Any = None
        """What the server said when it refused the connection: `{message, data: {code}}`."""
        self.client.on("*", self._hear)
        self.client.on("connect_error", self._refused)

    def _refused(self, why: Any) -> None:
        self.refusal = why

    def _hear(self, event: str, *args: Any) -> None:
        self.heard.append((event, args[0] if args else None))

    async def connect(self, url: str, token: str | None, /, **auth: Any) -> "Ears":
        """Raises `socketio.exceptions.ConnectionError` when the server refuses."""
        fields = {**auth, **({"token": token} if token else {})}
        await self.client.connect(url, auth=fields, transports=["websocket"], wait_timeout=PATIENCE)
        return self

    async def ask(self, event: str, fields: Any = None) -> Answer:
        """Send an event and wait for its ack."""
        return _acked(await self.client.call(event, {} if fields is None else fields, timeout=PATIENCE))

    async def ask_raw(self, event: str, text: str) -> Answer:
        """Send JSON text as it stands. Code `closed` when the server ends the connection instead."""
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        number = self.client._generate_ack_id("/", answered.set_result)
        await self.client.eio.send(f"2{number}[{json.dumps(event)},{text}]")
        await until(lambda: answered.done() or self.client.eio.state != "connected")
        return _acked(answered.result()) if answered.done() else Answer("closed", None)

    async def settle(self) -> None:
        """Return when everything that the server had said before has arrived."""
        await self.ask("resume", {"rooms": []})

    def all(self, event: str, /, **fields: Any) -> list[Any]:
        """What it heard under this name with these fields."""
        return [
            said
            for name, said in self.heard
            if name == event and all(said.get(key) == value for key, value in fields.items())
        ]

    async def hears(self, event: str, /, **fields: Any) -> Any:
        """Wait for an event with these fields; return the newest."""
        await until(lambda: self.all(event, **fields))
        return self.all(event, **fields)[-1]

    async def close(self) -> None:
        await self.client.disconnect()
        await self.client.eio.wait()


def _acked(said: Any) -> Answer:
    return Answer("", said["data"]) if said["ok"] else Answer(said["error"]["code"], said["error"])


class Server:
    """A node behind a port, and the sockets that tests open to it."""

    def __init__(self, app: App, url: str) -> None:
        self.app = app
        self.url = url
        self.open: list[Ears] = []

    async def ears(self, person: Person | None, **auth: Any) -> Ears:
        """A new socket of a person."""
        ears = await Ears().connect(self.url, person.token if person else None, **auth)
        self.open.append(ears)
        await self.app._events.idle()
        return ears

    async def refusal(self, token: str | None, /, **auth: Any) -> str:
        """The code with which the server refuses a socket with this token."""
        ears = Ears()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await ears.connect(self.url, token, **auth)
        code: str = ears.refusal["data"]["code"]
        return code

    async def in_room(self, person: Person, room_id: str, **auth: Any) -> Ears:
        """A new socket of a person that listens to a room."""
        ears = await self.ears(person, **auth)
        joined = await ears.ask("join_room", {"roomId": room_id})
        assert joined.code == ""
        return ears


def serves(door: str, op: Operation) -> bool:
    """Whether an operation can be asked for at a door."""
    if door == "direct":
        return bool(op.path)
    return bool(op.socket) if door == "socket" else _SURFACES[door].serves(op)


async def by_http(
    http: httpx2.AsyncClient, surface: str, name: str, token: str | None, fields: dict[str, Any]
) -> Answer:
    """Ask over HTTP: path first, then the query for GET and DELETE, a JSON body for the others."""
    op = operations[name]
    path = _PLACE.sub(lambda match: str(fields[match[1]]), _SURFACES[surface].prefix + op.path)
    rest = {key: value for key, value in fields.items() if key not in op.path_fields}
    headers = {"authorization": f"Bearer {token}"} if token else {}
    asked: dict[str, Any] = {"params": rest} if op.method in ("GET", "DELETE") else {"json": rest}
    answer = await http.request(op.method, path, headers=headers, **asked)
    assert str(answer.status_code) in _SAID[f"{surface}.{name}.{op.method.lower()}"]
    return read(surface, answer)


def read(surface: str, answer: httpx2.Response) -> Answer:
    """Take an HTTP answer out of its surface's shape, which it must have."""
    body = answer.json()
    yes = answer.status_code < 400
    if surface == "v1":
        assert set(body) == {"status", "message", "data"}
        assert body["status"] == ("success" if yes else "error")
        body = body["data"]
    elif not yes:
        assert body["error"] == body["message"]
    if not yes:
        assert body["requestId"] == answer.headers["x-request-id"]
    return Answer("" if yes else body["code"], body, answer.status_code)


class Doors:
    """Asks for an operation at a named door."""

    def __init__(self, server: Server, http: httpx2.AsyncClient) -> None:
        self._server = server
        self._http = http
        self._ears: dict[str, Ears] = {}
        self.stranger = ""
        """Which socket an outsider asks on; a new word is a new socket."""

    async def ask(self, door: str, name: str, person: Person | None, /, **fields: Any) -> Answer:
        """The answer, yes or no. An outsider's socket is a guest's."""
        if door == "direct":
            try:
                who = await principal(self._server.app, person)
                return Answer("", await do(self._server.app, who, name, **fields))
            except Problem as problem:
                return Answer(problem.code, None, problem.status)
        if door != "socket":
            return await by_http(self._http, door, name, person.token if person else None, fields)
        key = person.id if person else self.stranger
        if key not in self._ears:
            self._ears[key] = await self._server.ears(person)
        return await self._ears[key].ask(operations[name].socket or "", fields)


@pytest.fixture
async def http(app: App) -> AsyncIterator[httpx2.AsyncClient]:
    """HTTP to `app` without a network: base address http://chat.test."""
    transport = httpx2.ASGITransport(app.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.test") as client:
        yield client


@pytest.fixture
def http_limits() -> HttpLimits:
    """The bounds of `server`'s port; tests give their own."""
    return HttpLimits()


@pytest.fixture
async def server(app: App, http_limits: HttpLimits) -> AsyncIterator[Server]:
    """`app` behind a port; its sockets are closed at the end."""
    async with listening(app, http_limits) as url:
        serving = Server(app, url)
        yield serving
        await asyncio.gather(*(ears.close() for ears in serving.open))


@pytest.fixture
def doors(server: Server, http: httpx2.AsyncClient) -> Doors:
    return Doors(server, http)
