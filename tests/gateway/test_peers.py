"""What one address may have under way at once."""

import asyncio

import pytest

from chatroom.gateway.ways.peers import HttpLimits, Peer
from tests.cast import Cast
from tests.doors import Server
from tests.gateway.raw_clients import http


async def test_requests_of_an_address_begin_a_few_at_a_time_in_their_order() -> None:
    peer = Peer("127.0.0.1", most=0, at_once=2)
    assert (peer.begin(), peer.begin()) == (None, None)
    first, second, third = (peer.begin() for _ in range(3))
    assert first is not None
    assert second is not None
    assert third is not None
    first.cancel()  # its client has gone
    peer.finish()
    assert (second.done(), third.done()) == (True, False)
    peer.finish()
    assert third.done()
    peer.finish()
    peer.finish()
    assert peer.begin() is None


async def test_pages_that_wait_for_their_turn_all_come(server: Server, cast: Cast) -> None:
    port = int(server.url.rpartition(":")[2])
    asked = [
        http(port, "GET", "/api/rooms?scope=all", Authorization=f"Bearer {cast.ana.token}") for _ in range(40)
    ]
    gone = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    for _, writer in gone:
        writer.write(b"GET /api/rooms HTTP/1.1\r\nHost: chat.test\r\n\r\n")
        writer.transport.abort()
    answers = await asyncio.gather(*asked)
    assert {answer.status for answer in answers} == {200}
    assert HttpLimits().requests_per_address < 40
    assert (await http(port, "GET", "/health")).status == 200


@pytest.mark.parametrize("size", [1, 3, 4095, 4096, 4097, 30_000])
async def test_a_request_behind_a_body_in_small_chunks_is_read_from_where_it_begins(
    server: Server, size: int
) -> None:
    """The body is parsed in pieces of 4 kB: its end may lie across two of them."""
    port = int(server.url.rpartition(":")[2])
    post = (
        b"POST /api/auth/login HTTP/1.1\r\nHost: chat.test\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n%b0\r\n\r\n"
    )
    get = b"GET /health HTTP/1.1\r\nHost: chat.test\r\nConnection: close\r\n\r\n"
    for length in range(size, size + 9):
        body = b"1\r\n \r\n" * (length // 6) + b"%x\r\n%b\r\n" % (length % 6 + 1, b" " * (length % 6 + 1))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post % body + get)
        async with asyncio.timeout(10):
            answers = await reader.read()
        assert answers.count(b"HTTP/1.1 400") == 1
        assert answers.count(b"HTTP/1.1 200") == 1
        writer.close()
