"""One address against the HTTP port of a running server: what it sends without end costs little, and nobody waits."""

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Final

import pytest

from tests.journeys.server import ChatServer
from tests.security.pressure import Pressure

ATTACKER: Final = "127.0.0.9"
"""An address of loopback that nobody else uses."""
SECONDS: Final = 2.0
GET: Final = b"GET /api/languages HTTP/1.1\r\nHost: chat.test\r\n\r\n"
POST: Final = b"POST /api/auth/login HTTP/1.1\r\nHost: chat.test\r\nContent-Type: application/json\r\n"
CHUNKED: Final = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def line(server: ChatServer, room: int = 0) -> socket.socket:
    """A connection of the attacker, with `room` bytes for what is read (0: the system's)."""
    made = socket.socket()
    if room:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    made.bind((ATTACKER, 0))
    made.connect(("127.0.0.1", server.port))
    return made


def push(wire: socket.socket, data: bytes, seconds: float) -> None:
    """Send `data` at least once and again for a time, reading nothing, until the server ends the connection."""
    end = time.monotonic() + seconds
    wire.settimeout(0.1)
    with contextlib.suppress(ConnectionError):
        while True:
            with contextlib.suppress(TimeoutError):
                wire.send(data)
            if time.monotonic() >= end:
                break


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    """A server as people run it, with every limit."""
    server = ChatServer(tmp_path_factory.mktemp("bounds"))
    server.start()
    yield server
    server.end()
    assert server.faults == [], server.log[:6000]


ENDLESS: Final = {
    "requests": (b"", GET * 2_000),
    "requests in small bits": (b"", b"GET / HTTP/1.1\r\nHost:\r\n\r\n" * 4_000),
    "empty lines": (b"", b"\r\n" * 20_000),
    "a head": (b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 5_000),
    "a header": (b"GET / HTTP/1.1\r\nX: ", b"x" * 65_536),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Trailer: %b\r\n" % (b"x" * 1000) * 60),
    "short trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"a:b\r\n" * 10_000),
    "a trailer": (CHUNKED + b"2\r\n{}\r\n0\r\nX: ", b"x" * 65_536),
    "chunk extensions": (CHUNKED, b"1;%b\r\n \r\n" % (b"x" * 1000) * 60),
    "a chunk extension": (CHUNKED + b"1;", b"x" * 65_536),
    "a chunk size": (CHUNKED, b"0" * 65_536),
    "a body": (POST + b"Content-Length: 100000000000\r\n\r\n", b" " * 65_536),
    "a body in chunks": (CHUNKED, b"1000\r\n" + b" " * 4096 + b"\r\n"),
    "requests behind one for a WebSocket": (
        b"GET /health HTTP/1.1\r\nHost: chat.test\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        GET * 2_000,
    ),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_what_is_sent_without_end_and_without_reading_costs_little(node: ChatServer, kind: str) -> None:
    first, rest = ENDLESS[kind]
    with Pressure(node) as pressure:
        end = time.monotonic() + SECONDS
        while (left := end - time.monotonic()) > 0:
            with line(node, room=4096) as wire:
                push(wire, first + rest, 0)
                push(wire, rest, left)
    pressure.check(kind)


MANY_LINES: Final = 300
MANY: Final = {
    "nothing": b"",
    "most of a head": b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 250 + b"X: " + b"x" * 60_000,
    "most of a body": POST + b"Content-Length: 65536\r\n\r\n" + b" " * 65_000,
    "a request": GET,
    "many requests": GET * 1_000,
}


@pytest.mark.parametrize("kind", MANY)
def test_hundreds_of_connections_of_one_address_cost_little(node: ChatServer, kind: str) -> None:
    with Pressure(node) as pressure, contextlib.ExitStack() as held:
        for _ in range(MANY_LINES):
            wire = held.enter_context(line(node))
            wire.settimeout(1)
            with contextlib.suppress(OSError):
                wire.sendall(MANY[kind])
        time.sleep(SECONDS / 2)
    pressure.check(f"{MANY_LINES} times {kind}")
