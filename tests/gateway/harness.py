"""A real server on a real port, and clients that can say what no library would."""

import asyncio
import base64
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import uvicorn
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config as HypercornConfig

from chatroom.gateway.client import Argument, Client, Refused
from chatroom.gateway.options import Options
from chatroom.gateway.server import Receive, Scope, Send, SocketServer
from chatroom.gateway.uvicorn import protocols
from chatroom.wire.websocket import unmask

WAYS = ("uvicorn", "asgi")
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass
class Recorder:
    """An application that remembers; `on` maps event names to handlers of (client, args, ack id)."""

    on: dict[str, Callable[[Client, list[Argument], int | None], Awaitable[None] | None]] = field(
        default_factory=dict
    )
    admit: Callable[[Client, bytes], Awaitable[None]] | None = None
    clients: list[Client] = field(default_factory=list)
    events: list[tuple[str, list[Any], int | None]] = field(default_factory=list)
    ends: list[tuple[Client, str]] = field(default_factory=list)

    async def connect(self, client: Client, auth: bytes) -> None:
        if self.admit is not None:
            await self.admit(client, auth)

    def connected(self, client: Client) -> None:
        self.clients.append(client)

    def event(
        self, client: Client, name: str, args: list[Argument], ack_id: int | None
    ) -> Awaitable[None] | None:
        self.events.append((name, [as_object(arg) for arg in args], ack_id))
        if name in self.on:
            return self.on[name](client, args, ack_id)
        if ack_id is not None:
            client.answer(ack_id, *args)
        elif name == "echo":
            client.emit("echoed", *args)
        return None

    def disconnected(self, client: Client, reason: str) -> None:
        self.ends.append((client, reason))

    async def reject(self, client: Client, auth: bytes) -> None:
        raise Refused("no entry", {"code": "forbidden"})


def as_object(arg: Argument) -> Any:
    """Return what an argument means."""
    return json.loads(bytes(arg)) if type(arg).__name__ == "Raw" else arg


@dataclass
class Running:
    """A server that runs; `stop` ends it the way SIGTERM would."""

    sockets: SocketServer
    app: Recorder
    port: int
    stop: Callable[[], Awaitable[None]]


@contextlib.asynccontextmanager
async def running(
    options: Options | None = None,
    *,
    way: str = "uvicorn",
    app: Recorder | None = None,
    namespaces: tuple[str, ...] = ("/", "/custom"),
) -> AsyncIterator[Running]:
    """Serve on a free port until the block ends."""
    app = app or Recorder()
    sockets = SocketServer(app, options or Options(), namespaces=namespaces)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        port = listener.getsockname()[1]
        if way == "uvicorn":
            stop = await _start_uvicorn(sockets, listener)
        else:
            stop = await _start_hypercorn(sockets, listener)
        try:
            yield Running(sockets, app, port, stop)
        finally:
            for writer in WebSocket.writers:
                writer.transport.abort()
            WebSocket.writers.clear()
            await stop()


async def _start_uvicorn(sockets: SocketServer, listener: socket.socket) -> Callable[[], Awaitable[None]]:
    config = uvicorn.Config(with_lifespan(sockets), log_level="critical", **protocols(sockets))
    server = uvicorn.Server(config)
    # The signals of the process belong to pytest.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)

    async def stop() -> None:
        server.should_exit = True
        await asyncio.wait_for(asyncio.shield(task), 20)

    return stop


async def _start_hypercorn(sockets: SocketServer, listener: socket.socket) -> Callable[[], Awaitable[None]]:
    config = HypercornConfig()
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.graceful_timeout = 0.2
    config.loglevel = "CRITICAL"
    ended = asyncio.Event()
    task = asyncio.create_task(
        hypercorn_serve(with_lifespan(sockets), config, shutdown_trigger=ended.wait)  # type: ignore[arg-type]
    )

    async def stop() -> None:
        if not ended.is_set():
            await sockets.drain(1)
        ended.set()
        await asyncio.wait_for(asyncio.shield(task), 20)

    return stop


def with_lifespan(sockets: SocketServer) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Return an application that also answers the lifespan protocol."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await sockets(scope, receive, send)
            return
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return

    return application


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    """Wait for a condition; fail after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - conditions of plain objects have no event
            await asyncio.sleep(0.005)


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def request_bytes(method: str, target: str, body: bytes = b"", /, **headers: str) -> bytes:
    """Return an HTTP/1.1 request; header names use underscores."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def http(port: int, method: str, target: str, body: bytes = b"", /, **headers: str) -> Answer:
    """Send one request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request_bytes(method, target, body, **headers))
        async with asyncio.timeout(10):
            return parse_answer(await reader.read())
    finally:
        writer.close()


def parse_answer(raw: bytes) -> Answer:
    """Parse a whole HTTP answer."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(chunk for chunk in body.split(b"\r\n")[1::2])
    return Answer(int(first.split()[1]), headers, body)


class Polling:
    """A polling client."""

    def __init__(self, port: int, sid: str) -> None:
        self.port = port
        self.sid = sid
        self.target = f"/socket.io/?EIO=4&transport=polling&sid={sid}"

    @classmethod
    async def open(cls, port: int, **headers: str) -> Self:
        answer = await http(port, "GET", "/socket.io/?EIO=4&transport=polling", **headers)
        assert answer.status == 200, answer
        return cls(port, json.loads(answer.body[1:])["sid"])

    async def get(self, **headers: str) -> Answer:
        return await http(self.port, "GET", self.target, **headers)

    async def post(self, body: bytes, **headers: str) -> Answer:
        return await http(self.port, "POST", self.target, body, **headers)

    async def join(self) -> None:
        assert (await self.post(b"40")).body == b"ok"
        assert (await self.get()).body.startswith(b'40{"sid":')


def masked(payload: bytes, first: int = 0x81, mask: bytes = b"\x11\x22\x33\x44") -> bytes:
    """Return a client's frame."""
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    return head + mask + unmask(mask, payload)


UPGRADE_HEADERS = {
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": base64.b64encode(b"0123456789abcdef").decode(),
}


class WebSocket:
    """A WebSocket client that sends whatever bytes it is given."""

    writers: ClassVar[list[asyncio.StreamWriter]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.writers.append(writer)
        self.opened: dict[str, Any] = {}

    @classmethod
    async def open(cls, port: int, query: str = "EIO=4&transport=websocket", **headers: str) -> Self:
        """Open a WebSocket; with no sid in the query, take the open packet as well."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        request = request_bytes("GET", f"/socket.io/?{query}", **{**UPGRADE_HEADERS, **headers})
        writer.write(request.replace(b"Connection: close", b"Connection: Upgrade"))
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            writer.close()
            raise ConnectionError(head.decode() + (await reader.read()).decode())
        made = cls(reader, writer)
        if "sid=" not in query:
            made.opened = json.loads((await made.text())[1:])
        return made

    @classmethod
    async def joined(cls, port: int, auth: str = "", namespace: str = "") -> Self:
        """Open a WebSocket and join a namespace."""
        made = await cls.open(port)
        made.send(f"40{namespace}{auth}")
        answer = await made.text()
        assert answer.startswith("40"), answer
        return made

    def send(self, text: str) -> None:
        self.writer.write(masked(text.encode()))

    def send_binary(self, data: bytes) -> None:
        self.writer.write(masked(data, 0x82))

    async def frame(self, seconds: float = 5) -> tuple[int, bytes]:
        """Return opcode and payload of the next frame; (0, b"") at the end of the stream."""
        async with asyncio.timeout(seconds):
            try:
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    size = int.from_bytes(await self.reader.readexactly(2), "big")
                elif size == 127:
                    size = int.from_bytes(await self.reader.readexactly(8), "big")
                return first & 15, await self.reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0, b""

    async def text(self, seconds: float = 5) -> str:
        """Return the next text that is no ping; answers pings."""
        while True:
            opcode, payload = await self.frame(seconds)
            if payload == b"2" and opcode == TEXT:
                self.send("3")
            elif opcode == TEXT:
                return payload.decode()
            else:
                raise ConnectionError((opcode, payload))

    async def closed(self, seconds: float = 5) -> int:
        """Wait for the close frame and the end; return the close code, 0 when the line was cut."""
        code = 0
        async with asyncio.timeout(seconds):
            while True:
                opcode, payload = await self.frame(seconds)
                if opcode == CLOSE:
                    code = int.from_bytes(payload[:2], "big")
                elif opcode == 0:
                    self.writer.close()
                    return code

    def abort(self) -> None:
        self.writer.transport.abort()
