"""Answers that come before the request has: every client reads them, and what it still sends is dropped in bounds."""

import asyncio
import contextlib
import socket
import subprocess
import urllib.error
import urllib.request
from shutil import which

import pytest

from chatroom.gateway.ways.peers import HttpLimits
from tests.gateway.site import HEAD, ask, serving

LARGE = 20_000_000


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
