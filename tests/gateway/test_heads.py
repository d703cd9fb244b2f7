"""Requests whose head does not end: in time, or in size."""

import asyncio
import re
import time

import pytest

from chatroom.gateway.engine.link import PollingLink
from chatroom.gateway.engine.options import Options
from chatroom.gateway.ways.peers import HttpLimits
from tests.gateway.harness import running, until
from tests.gateway.raw_clients import Polling, request_bytes

HASTY = HttpLimits(head_timeout=0.2, body_timeout=0.2)


async def test_half_a_request_head_is_cut_off() -> None:
    async with running(Options(ping_timeout=0.2), limits=HASTY) as it:
        for start in (b"", b"GET / HT", b"GET /socket.io/ HTTP/1.1\r\nX: y", b"\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
            writer.write(start)
            begun = time.perf_counter()
            assert await asyncio.wait_for(_rest(reader), 2) == b""
            assert time.perf_counter() - begun < 1
            writer.close()
        polling = await Polling.open(it.port)
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        writer.write(request_bytes("POST", polling.target, b"40")[:-1])
        assert await asyncio.wait_for(_rest(reader), 2) == b""
        writer.close()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


UPGRADE = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
UPGRADE += (
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
PLAIN = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.mark.parametrize("start", [PLAIN, UPGRADE], ids=["plain", "upgrade"])
@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["unfinished", "complete"])
@pytest.mark.parametrize("before", [b"", PLAIN + b"\r\n"], ids=["alone", "pipelined"])
async def test_a_head_over_64_kib_is_refused_in_however_many_pieces_it_comes(
    start: bytes, end: bytes, before: bytes
) -> None:
    long = start + b"X: " + b"y" * 66_000 + end
    for size in (len(long), 10_000):
        async with running() as it:
            reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
            writer.write(before)
            if before:
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
            for at in range(0, len(long), size):
                writer.write(long[at : at + size])
                await asyncio.sleep(0)
            assert (await asyncio.wait_for(_rest(reader), 2)).startswith(b"HTTP/1.1 431")
            assert len(it.sockets.connections) == bool(before)
            writer.close()


async def test_half_a_head_on_a_connection_that_was_used_before_is_cut_off() -> None:
    async with running(Options(ping_timeout=0.2), limits=HASTY) as it:
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        for _ in range(2):
            writer.write(PLAIN + b"\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            size = re.search(rb"content-length: (\d+)", head)
            assert size is not None
            await reader.readexactly(int(size[1]))
        writer.write(PLAIN)
        begun = time.perf_counter()
        assert await asyncio.wait_for(_rest(reader), 3) == b""
        assert time.perf_counter() - begun < 1
        writer.close()


async def test_a_head_behind_an_answer_that_waits_is_read_no_further_and_refused_in_its_turn() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        writer.write(request_bytes("GET", polling.target).replace(b"Connection: close\r\n", b""))
        link = it.sockets.connections[polling.sid].link
        assert isinstance(link, PollingLink)
        await until(lambda: link.polled)
        writer.write(PLAIN + b"X: ")
        for _ in range(1_000):
            writer.write(b"y" * 16_384)
        await until(lambda: writer.transport.get_write_buffer_size() > 1_000_000)
        assert not reader._buffer  # type: ignore[attr-defined] # nothing overtakes the answer
        assert (await polling.post(b'42["echo",1]')).body == b"ok"
        assert b"echoed" in await reader.readuntil(b"]")
        assert (await asyncio.wait_for(_rest(reader), 5)).startswith(b"HTTP/1.1 431")
        writer.close()


async def test_a_body_does_not_count_as_head() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        said = b'42["echo","' + b"z" * 65_000 + b'"]'
        assert (await polling.post(said, X="y" * 2_000)).body == b"ok"
