"""What one address may have under way at once."""

import asyncio

from chatroom.gateway.peers import HttpLimits, Peer
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
