"""A real server on a real port, and an application that remembers."""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config as HypercornConfig

from chatroom.gateway.engine.client import Argument, Client, Refused
from chatroom.gateway.engine.connection import Connection
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.socket_connection import SocketConnection
from chatroom.gateway.ways.peers import HttpLimits
from chatroom.gateway.ways.scope import Receive, Scope, Send
from chatroom.gateway.ways.server import SocketServer
from chatroom.gateway.ways.uvicorn import protocols
from tests.gateway.raw_clients import WebSocket

WAYS = ("uvicorn", "asgi")


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
    connection_class: type[Connection] = SocketConnection,
    config: dict[str, Any] | None = None,
    limits: HttpLimits | None = None,
) -> AsyncIterator[Running]:
    """Serve on a free port until the block ends; `config` and `limits` are for uvicorn."""
    app = app or Recorder()
    sockets = SocketServer(app, options or Options(), namespaces=namespaces)
    sockets.connection_class = connection_class
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        port = listener.getsockname()[1]
        if way == "uvicorn":
            stop = await _start_uvicorn(sockets, listener, config or {}, limits)
        else:
            stop = await _start_hypercorn(sockets, listener)
        try:
            yield Running(sockets, app, port, stop)
        finally:
            for writer in WebSocket.writers:
                writer.transport.abort()
            WebSocket.writers.clear()
            await stop()


async def _start_uvicorn(
    sockets: SocketServer, listener: socket.socket, more: dict[str, Any], limits: HttpLimits | None
) -> Callable[[], Awaitable[None]]:
    config = uvicorn.Config(
        with_lifespan(sockets), log_level="critical", **protocols(sockets, limits=limits), **more
    )
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
