"""How the HTTP port reads requests: one at a time, and only what stands in their head."""

import asyncio
import contextlib
import json
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from shutil import which
from typing import Any

import pytest
import uvicorn

from chatroom.gateway.options import Options
from chatroom.gateway.peers import HttpLimits
from chatroom.gateway.server import Receive, Scope, Send, SocketServer
from chatroom.gateway.uvicorn import protocols
from tests.gateway.harness import Recorder, running, until
from tests.gateway.raw_clients import UPGRADE_HEADERS, http

HEAD = b"%b HTTP/1.1\r\nHost: chat.test\r\n"
LARGE = 20_000_000


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


LAST = HEAD % b"GET /last" + b"Connection: close\r\n\r\n"


async def test_requests_that_were_sent_at_once_are_served_one_after_the_other() -> None:
    requests = [
        HEAD % b"GET /1" + b"\r\n",
        HEAD % b"POST /2" + b"Content-Length: 9\r\n\r\n\r\n\r\n\r\n\r\n\r",
        HEAD % b"POST /3" + b"Transfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n",
        HEAD % b"GET /4" + b"\r\n",
        LAST,
    ]
    whole = b"".join(requests)
    for size in (len(whole), 7, 1):
        async with serving() as site:
            said = await ask(site, *(whole[at : at + size] for at in range(0, len(whole), size)))
        assert [one["path"] for one in said] == ["/1", "/2", "/3", "/4", "/last"]
        assert [one["body"] for one in said] == [0, 9, 4, 0, 0]
        assert all(one["number"] == one["now"] for one in said)


async def test_a_trailer_is_no_header() -> None:
    body = b"2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    async with serving() as site:
        said = await ask(site, HEAD % b"POST /" + b"Transfer-Encoding: chunked\r\n\r\n" + body, LAST)
    assert said[0]["headers"] == ["host", "transfer-encoding"]
    assert said[1]["path"] == "/last"


@pytest.mark.parametrize(
    "rest",
    [
        b"0\r\n" + b"X-A: %b\r\n" % (b"x" * 1000) * 70 + b"\r\n",
        b"0\r\nX-A: " + b"x" * 70_000 + b"\r\n\r\n",
        b"1;%b\r\n \r\n" % (b"x" * 500) * 200 + b"0\r\n\r\n",
        b"0" * 70_000 + b"\r\n\r\n",
    ],
    ids=["trailers", "a trailer", "chunk extensions", "a chunk size"],
)
async def test_what_surrounds_a_body_counts_like_a_head(rest: bytes) -> None:
    async with serving() as site:
        said = await ask(site, HEAD % b"POST /" + b"Transfer-Encoding: chunked\r\n\r\n", rest)
    assert said in ([431], [400])  # a size of so many digits is no size


async def test_small_chunks_are_no_excess() -> None:
    async with serving() as site:
        chunks = b"1\r\n \r\n" * 50_000 + b"0\r\n\r\n"
        said = await ask(site, HEAD % b"POST /" + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, LAST)
    assert said[0]["body"] == 50_000


async def test_a_head_has_at_most_256_lines() -> None:
    async with serving() as site:
        assert (await ask(site, HEAD % b"GET /" + b"a: b\r\n" * 255 + b"\r\n", LAST))[0]["path"] == "/"
        assert await ask(site, HEAD % b"GET /" + b"a: b\r\n" * 256 + b"\r\n", LAST) == [431]


@pytest.mark.parametrize("body", [b"", b"hello"], ids=["GET", "POST"])
async def test_a_wish_for_another_protocol_is_passed_over(body: bytes) -> None:
    wish = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"
    head = HEAD % (b"POST /" if body else b"GET /") + wish
    if body:
        head += b"Content-Length: %d\r\n" % len(body)
    async with serving() as site:
        said = await ask(site, head + b"\r\n" + body + LAST)
    assert [one["path"] for one in said] == ["/", "/last"]
    assert said[0]["body"] == len(body)


async def test_a_proxy_is_not_served() -> None:
    async with serving() as site:
        assert await ask(site, b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", LAST) == [
            501
        ]


SAME = ["/socket%2Eio/", "/%73ocket.io/", "/socket.io%2F", "http://chat.test/socket.io/", "/socket.io/"]


@pytest.mark.parametrize("path", SAME)
async def test_a_path_is_read_alike_by_polling_and_websocket(path: str) -> None:
    async with running() as it:
        assert (await http(it.port, "GET", path + "?EIO=4&transport=polling")).status == 200
        asked = {**UPGRADE_HEADERS, "Connection": "Upgrade"}
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        lines = [f"GET {path}?EIO=4&transport=websocket HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in asked.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        assert (await reader.readline()).split()[1] == b"101"
        assert len(it.sockets.connections) == 2
        writer.close()


@pytest.mark.parametrize("path", ["/", "/socket.io", "/socket.iox/", "/health", "/%2Fsocket.io/"])
async def test_a_websocket_anywhere_else_is_not_found(path: str) -> None:
    async with running() as it:
        answer = await http(it.port, "GET", path + "?EIO=4&transport=websocket", **UPGRADE_HEADERS)
        upgrade = await http_upgrade(it.port, path)
        assert (answer.status, upgrade) == ((200, 101) if path == "/socket.io" else (404, 404)) or (
            path == "/socket.io" and upgrade == 101
        )


async def http_upgrade(port: int, path: str) -> int:
    """The status of a WebSocket handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path}?EIO=4&transport=websocket HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in UPGRADE_HEADERS.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


# Answers that come before the body has.


def _by_urllib(port: int) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/refuse", bytes(LARGE), method="POST")
    try:
        urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        return str(error.code)
    return "200"


def _by_curl(port: int, *more: str) -> str:
    if which("curl") is None:
        pytest.skip("not run: curl is not installed")
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@-", *more]
    return subprocess.run(
        [*command, f"http://127.0.0.1:{port}/refuse"], input=bytes(LARGE), capture_output=True, check=True
    ).stdout.decode()


def _by_node(port: int) -> str:
    if which("node") is None:
        pytest.skip("not run: Node.js is not installed")
    script = (
        f"fetch('http://127.0.0.1:{port}/refuse', {{method: 'POST', body: new Uint8Array({LARGE})}})"
        ".then(answer => console.log(answer.status))"
    )
    return subprocess.run(["node", "-e", script], capture_output=True, check=True).stdout.decode().strip()


CLIENTS = {
    "urllib": _by_urllib,
    "curl": _by_curl,
    "curl without Expect": lambda port: _by_curl(port, "-H", "Expect:"),
    "curl that closes": lambda port: _by_curl(port, "-H", "Expect:", "-H", "Connection: close"),
    "node": _by_node,
}


@pytest.mark.parametrize("client", CLIENTS)
async def test_an_answer_that_comes_before_20_mb_have_is_read(client: str) -> None:
    async with serving() as site:
        for _ in range(5):
            assert await asyncio.to_thread(CLIENTS[client], site.port) == "413"


EARLY = {
    "a bad request": (b"GET / HTTP/9.9\r\n\r\n" + b"x" * 2_000_000, 400),
    "a long head": (HEAD % b"GET /" + b"X: " + b"x" * 2_000_000, 431),
    "a WebSocket elsewhere": (
        HEAD % b"GET /" + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + b"x" * 2_000_000,
        404,
    ),
    "a refused body": (
        HEAD % b"POST /refuse" + b"Connection: close\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000,
        413,
    ),
}


@pytest.mark.parametrize("kind", EARLY)
async def test_every_early_answer_is_read_by_a_client_that_sends_all_before_it_reads(kind: str) -> None:
    sent, status = EARLY[kind]

    def send(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), 10) as wire:
            wire.sendall(sent)
            return wire.recv(65_536)

    async with serving() as site:
        for _ in range(5):
            answer = await asyncio.to_thread(send, site.port)
            assert answer.startswith(b"HTTP/1.1 %d" % status)


async def test_what_follows_an_answer_is_read_within_bounds() -> None:
    limits = HttpLimits(linger_size=1_000_000, linger_idle=0.3, linger_time=1.0)
    endless = HEAD % b"POST /refuse" + b"Content-Length: 100000000000\r\n"
    for more in (b"\r\n", b"Connection: close\r\n\r\n"):
        async with serving(limits) as site:
            loop = asyncio.get_running_loop()
            reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write(endless + more)
            await reader.readuntil(b"\r\n\r\n")
            started = loop.time()
            with contextlib.suppress(ConnectionError):
                while not writer.is_closing() and loop.time() - started < 5:  # a little, again and again
                    writer.write(b"x")
                    await asyncio.sleep(0.1)
                    if reader.at_eof() and more == b"\r\n":
                        break
            assert loop.time() - started < 2.5
            writer.close()


async def test_a_client_that_was_not_told_to_go_on_ends_the_connection() -> None:
    """It may send its body or not: what comes next could be either."""
    asked = HEAD % b"POST /refuse" + b"Expect: 100-continue\r\nContent-Length: 40\r\n\r\n"
    async with serving() as site:
        said = await ask(site, asked, HEAD % b"GET /hidden" + b"\r\n")
        assert [one["path"] for one in said] == ["/refuse"]
        assert site.asked == 1
