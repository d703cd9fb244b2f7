"""Requests that take their time or their room: ended, while everybody else is served."""

import asyncio
import contextlib
import socket
import time
from typing import Final

import httpx2
import pytest

from chatroom.gateway.ways import uvicorn as way_in
from chatroom.gateway.ways.peers import HttpLimits
from tests.cast import Cast, do, principal
from tests.doors import Server, read

MANY: Final = 200
HEAD: Final = 0.6  # seconds in place of 10
BODY: Final = 1.2  # seconds in place of 60
LIMITS: Final = HttpLimits(head_timeout=HEAD, body_timeout=BODY, still_timeout=HEAD)
HASTY: Final = pytest.mark.parametrize("http_limits", [LIMITS], ids=["hasty"])
PAGE: Final = 100 * 4 * 8000  # bytes of the longest messages

SLOW: Final = {
    "nothing": b"",
    "half a line": b"GET /health HT",
    "half a head": b"GET /health HTTP/1.1\r\nHost: chat.test\r\nX-A: b\r\n",
    "half a body": b"POST /api/auth/login HTTP/1.1\r\nHost: chat.test\r\nContent-Type: application/json\r\n"
    b'Content-Length: 100\r\n\r\n{"email":',
    "a chunk without an end": b"POST /api/auth/login HTTP/1.1\r\nHost: chat.test\r\n"
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
}


async def _hold(server: Server, sent: bytes) -> float:
    """Open a connection, send a part of a request and a byte now and then; the seconds until the server ends it."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    started = time.monotonic()
    writer.write(sent)
    try:
        while not reader.at_eof():
            try:
                await asyncio.wait_for(reader.read(4096), 0.2)
            except TimeoutError:
                writer.write(b"x")
    except ConnectionError:
        pass
    finally:
        writer.close()
    return time.monotonic() - started


@pytest.mark.parametrize("kind", SLOW)
@HASTY
async def test_a_request_that_does_not_arrive_is_ended(server: Server, kind: str) -> None:
    holding = [asyncio.create_task(_hold(server, SLOW[kind])) for _ in range(MANY)]
    waits = []
    async with httpx2.AsyncClient(base_url=server.url) as http:
        while not all(task.done() for task in holding):
            started = time.monotonic()
            assert (await http.get("/health")).status_code == 200
            waits.append(time.monotonic() - started)
            await asyncio.sleep(0.02)
    held = [task.result() for task in holding]
    assert max(held) < BODY + 3
    assert sorted(waits)[len(waits) // 2] < 0.5
    print(f"{MANY} times {kind}: gone after {max(held):.1f} s, others waited {max(waits):.3f} s at most")


async def _unread(server: Server, sent: bytes, room: int = 4096) -> socket.socket:
    """A connection whose client sends requests, and has room for so many bytes of the answers."""
    host, port = server.url.removeprefix("http://").split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, (host, int(port)))
    await loop.sock_sendall(line, sent)
    return line


async def _long_room(server: Server, cast: Cast) -> bytes:
    """Requests for 3 MB each: the longest messages."""
    ana = await principal(server.app, cast.ana)
    for _ in range(100):
        await do(server.app, ana, "messages.send", roomId=cast.tea, content=8000 * "\U0001f427")
    return (
        f"GET /api/rooms/{cast.tea}/messages?limit=100 HTTP/1.1\r\nHost: chat.test\r\n"
        f"Authorization: Bearer {cast.ana.token}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("also", [b"", b"Cookie: theme=dark\r\n"], ids=["fast_get", "usual"])
@HASTY
async def test_who_takes_nothing_of_an_answer_is_ended(
    server: Server, cast: Cast, monkeypatch: pytest.MonkeyPatch, also: bytes
) -> None:
    request = (await _long_room(server, cast)).replace(b"\r\n\r\n", b"\r\n" + also + b"\r\n")
    gone, lost = asyncio.Event(), way_in.SocketHttpProtocol.connection_lost

    def leave(protocol: way_in.SocketHttpProtocol, exc: Exception | None) -> None:
        lost(protocol, exc)
        gone.set()

    monkeypatch.setattr(way_in.SocketHttpProtocol, "connection_lost", leave)
    line = await _unread(server, 4 * request)
    await asyncio.wait_for(gone.wait(), HEAD + 3)
    got = 0
    with contextlib.suppress(ConnectionResetError):
        while data := await asyncio.get_running_loop().sock_recv(line, 65_536):
            got += len(data)
    assert 0 < got < 3 * PAGE  # what the system had taken from the server
    line.close()


@HASTY
async def test_who_takes_a_little_of_an_answer_now_and_then_gets_all_of_it(
    server: Server, cast: Cast
) -> None:
    line = await _unread(server, await _long_room(server, cast), room=PAGE // 50)
    loop = asyncio.get_running_loop()
    got, started = 0, time.monotonic()
    while got < PAGE:
        got += len(await loop.sock_recv(line, 65_536))
        await asyncio.sleep(0.05)
    assert time.monotonic() - started > 2 * HEAD
    line.close()


LARGE = [
    ("a long address", "/api/rooms?cursor=" + "x" * 9_000, {}, 414),
    ("a very long address", "/api/v1/rooms/" + "x" * 50_000, {}, 414),
    ("a long header", "/api/rooms", {"x-long": "x" * 40_000}, 431),
    ("many headers", "/api/v1/rooms", {f"x-{n}": "x" * 100 for n in range(400)}, 431),
    ("more than is read at once", "/api/rooms", {"x-long": "x" * 1_000_000}, 431),
]


@pytest.mark.parametrize("case", LARGE, ids=lambda case: str(case[0]))
async def test_a_large_head_is_refused(server: Server, case: tuple[str, str, dict[str, str], int]) -> None:
    _, path, headers, status = case
    async with httpx2.AsyncClient(base_url=server.url) as http:
        try:
            answer = await http.get(path, headers=headers)
        except httpx2.TransportError:  # cut off while it was still sending
            assert len(str(headers)) > 64 * 1024
            return
    assert answer.status_code == status
    if "application/json" in answer.headers["content-type"]:
        read("v1" if "/v1/" in path else "api", answer)


async def test_a_cut_off_body_stores_nothing(server: Server, cast: Cast) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /api/rooms HTTP/1.1\r\nHost: chat.test\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + cast.ana.token.encode() + b"\r\nContent-Length: 100\r\n\r\n"
        b'{"name":"Half"}'
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with httpx2.AsyncClient(base_url=server.url) as http:
        for _ in range(3):
            listed = await http.get("/api/rooms", headers={"authorization": f"Bearer {cast.ana.token}"})
            assert "Half" not in listed.text
