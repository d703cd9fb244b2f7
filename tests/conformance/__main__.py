"""A server for the official protocol suites: `python -m tests.conformance --port 3000 [--asgi]`."""

import argparse
import asyncio
import signal
import sys
from typing import Any

import msgspec
import uvicorn
from hypercorn.asyncio import serve
from hypercorn.config import Config as HypercornConfig

from chatroom.gateway.engine.client import Argument, Client
from chatroom.gateway.engine.connection import Connection
from chatroom.gateway.engine.options import Options
from chatroom.gateway.ways.scope import Receive, Scope, Send
from chatroom.gateway.ways.server import SocketServer
from chatroom.gateway.ways.uvicorn import protocols
from chatroom.wire.frame import Attachment, Frame

PACE: dict[str, Any] = {
    "ping_interval": 0.3,
    "ping_timeout": 0.2,
    "connect_timeout": 1.0,
    "allowed_origins": frozenset({"*"}),
}


class EchoConnection(Connection):
    """An Engine.IO connection that sends every message back."""

    __slots__ = ()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.connect_by = float("inf")
        self.rearm()

    def message(self, text: bytes) -> None:
        self.queue(Frame(b"4" + text))

    def binary(self, data: bytes) -> None:
        self.queue(Attachment(data))

    def lost(self, reason: str) -> None:
        pass


class EchoServer(SocketServer):
    """Engine.IO alone."""

    connection_class = EchoConnection


class Suite:
    """The application of the Socket.IO suite."""

    async def connect(self, client: Client, auth: bytes) -> None:
        client.data = auth

    def connected(self, client: Client) -> None:
        client.emit("auth", msgspec.Raw(client.data))

    def event(self, client: Client, name: str, args: list[Argument], ack_id: int | None) -> None:
        if name == "message":
            client.emit("message-back", *args)
        elif name == "message-with-ack" and ack_id is not None:
            client.answer(ack_id, *args)

    def disconnected(self, client: Client, reason: str) -> None:
        pass


class Servers:
    """Both servers behind one port."""

    def __init__(self) -> None:
        self.engine = EchoServer(Suite(), Options(path="/engine.io/", **PACE))
        self.sockets = SocketServer(Suite(), Options(**PACE), namespaces=("/", "/custom"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        elif scope["path"].startswith("/engine.io"):
            await self.engine(scope, receive, send)
        else:
            await self.sockets(scope, receive, send)


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--asgi", action="store_true", help="plain ASGI under hypercorn")
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="uvloop")
    arguments = parser.parse_args()
    servers = Servers()
    # uvicorn raises the signal again when it is done: a drained server has ended well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if arguments.asgi:
        config = HypercornConfig()
        config.bind = [f"127.0.0.1:{arguments.port}", f"[::1]:{arguments.port}"]
        asyncio.run(serve(servers, config))  # type: ignore[arg-type]
    else:
        uvicorn.run(
            servers,
            host="localhost",
            port=arguments.port,
            loop=arguments.loop,
            log_level="warning",
            **protocols(servers.engine, servers.sockets),
        )


if __name__ == "__main__":
    main()
