"""An application that says what it was asked, behind the HTTP port."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn

from chatroom.gateway.engine.options import Options
from chatroom.gateway.ways.peers import HttpLimits
from chatroom.gateway.ways.scope import Receive, Scope, Send
from chatroom.gateway.ways.server import SocketServer
from chatroom.gateway.ways.uvicorn import protocols
from tests.gateway.harness import Recorder, until

HEAD = b"%b HTTP/1.1\r\nHost: chat.test\r\n"
LAST = HEAD % b"GET /last" + b"Connection: close\r\n\r\n"


class Site:
    """An application that says what it was asked, and refuses a body at `/refuse` before reading it."""

    def __init__(self) -> None:
        self.asked = 0
        self.port = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.asked += 1
        number, body, status = self.asked, b"", 200
        if scope["path"].startswith("/refuse"):
            status = 413
        else:
            while (message := await receive())["type"] == "http.request":
                body += message["body"]
                if not message["more_body"]:
                    break
        await asyncio.sleep(0.01)  # so that what overtakes shows
        said = {
            "number": number,
            "now": self.asked,
            "method": scope["method"],
            "path": scope["path"],
            "headers": sorted({name.decode() for name, _ in scope["headers"]}),
            "body": len(body),
        }
        text = json.dumps(said).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})


@contextlib.asynccontextmanager
async def serving(limits: HttpLimits | None = None) -> AsyncIterator[Site]:
    """Serve a Site on a port of loopback."""
    site = Site()
    config = uvicorn.Config(
        site,
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=1,
        **protocols(SocketServer(Recorder(), Options()), limits=limits),
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site.port = listener.getsockname()[1]
        task = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        try:
            yield site
        finally:
            server.should_exit = True
            await task


async def ask(site: Site, *pieces: bytes) -> list[Any]:
    """Send bytes, end our side of the stream, and return what the server answered: objects, or statuses of refusals."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    said: list[Any] = []
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().partition(b"content-length: ")[2].split()[0])
                body = await reader.readexactly(size)
                said.append(json.loads(body) if body[:1] == b"{" else int(head.split()[1]))
                if b"connection: close" in head.lower():
                    break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()
    return said
