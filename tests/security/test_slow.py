"""Requests that take their time or their room: ended, while everybody else is served."""

import asyncio
import time
from typing import Final

import httpx2
import pytest

from chatroom.gateway import uvicorn as way_in
from tests.cast import Cast
from tests.doors import Server, read

MANY: Final = 200
HEAD: Final = 0.6  # seconds in place of 10
BODY: Final = 1.2  # seconds in place of 60

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
async def test_a_request_that_does_not_arrive_is_ended(
    server: Server, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(way_in, "_HEAD_TIMEOUT", HEAD)
    monkeypatch.setattr(way_in, "_BODY_TIMEOUT", BODY)
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
