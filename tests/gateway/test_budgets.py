"""Budgets of bytes, of packets without an answer, and of transports that are nobody's."""

import asyncio
import json

import pytest

from chatroom.gateway.engine.options import PRODUCT, Options
from chatroom.gateway.engine.rate import MAX_STRIKES
from chatroom.wire.frame import event_frame
from tests.gateway.harness import running, until
from tests.gateway.raw_clients import Polling, WebSocket, http, masked

HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


async def test_what_is_said_in_one_post_is_admitted_at_the_pace_of_the_rates() -> None:
    """A client that was away has much to say at once; none of it is refused, and the session lives."""
    async with running(Options(event_rate=200, event_burst=60, ping_timeout=0.3, ping_interval=0.2)) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        body = "\x1e".join(f'42{number}["echo"]' for number in range(300))
        posting = asyncio.create_task(polling.post(body.encode()))
        packets: list[str] = []
        while sum(packet.startswith("43") for packet in packets) < 300:
            answer = await polling.get()
            assert answer.status == 200
            packets += answer.body.decode().split("\x1e")
        assert (await posting).body == b"ok"
        assert [packet for packet in packets if packet.startswith("43")] == [f"43{n}[]" for n in range(300)]
        assert it.sockets.stats.limited == 0


async def test_a_post_holds_what_many_packets_need_and_a_packet_has_its_own_bound() -> None:
    async with running(PRODUCT) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        said = [f'42["said",{number},"{"x" * 3_000}"]' for number in range(40)]
        assert (await polling.post("\x1e".join(said).encode())).body == b"ok"
        await until(lambda: len(it.app.events) == 40)
        assert [event[1][0] for event in it.app.events] == list(range(40))
        assert (await polling.post(b'42["said","' + b"x" * 65_536 + b'"]')).status == 413
        other = await Polling.open(it.port)
        await other.join()
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        writer.write(f"POST {other.target} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n\r\n".encode())
        assert b" 413 " in await reader.readline()
        writer.close()
        await until(lambda: not it.sockets.connections)


@pytest.mark.parametrize(("way", "size"), [("polling", 1_000_000), ("websocket", 65_536)])
async def test_a_handshake_says_how_much_may_be_sent_at_once(way: str, size: int) -> None:
    async with running(PRODUCT) as it:
        if way == "websocket":
            opened = (await WebSocket.open(it.port)).opened
        else:
            opened = json.loads((await http(it.port, "GET", HANDSHAKE)).body[1:])
        assert opened["maxPayload"] == size


@pytest.mark.parametrize("flood", ["ping", "pong", "engine pong"])
async def test_control_frames_that_nobody_asked_for_end_the_connection(flood: str) -> None:
    async with running(Options(control_rate=5, control_burst=20)) as it:
        socket = await WebSocket.joined(it.port)
        first = {"ping": 0x89, "pong": 0x8A}.get(flood)
        one = masked(b"3") if first is None else masked(b"", first)
        socket.writer.write(one * 20)
        socket.send('421["echo"]')
        while (await socket.frame())[1] != b"431[]":
            pass
        socket.writer.write(one * 5)
        assert await socket.closed() == 1008
        assert it.sockets.stats.closes == {"rate limit": 1}


@pytest.mark.parametrize("packet", ["431[]", '42["echo","\\ud800"]'], ids=["ack", "malformed"])
async def test_packets_without_an_answer_are_metered_too(packet: str) -> None:
    async with running(Options(event_rate=1, event_burst=3)) as it:
        socket = await WebSocket.joined(it.port)
        for _ in range(MAX_STRIKES + 10):
            socket.send(packet)
        assert await socket.closed() == 1008


@pytest.mark.parametrize("polls", [False, True], ids=["websocket", "polling"])
async def test_a_transport_that_left_its_namespace_ends_after_the_connect_timeout(polls: bool) -> None:
    async with running(Options(connect_timeout=0.3)) as it:
        if polls:
            polling = await Polling.open(it.port)
            await polling.join()
            await polling.post(b"41")
        else:
            socket = await WebSocket.joined(it.port)
            socket.send("41")
        await until(lambda: it.app.ends)
        await until(lambda: not it.sockets.connections)
        assert it.sockets.stats.closes == {"connect timeout": 1}


async def test_a_transport_that_joins_again_in_time_stays() -> None:
    async with running(Options(connect_timeout=0.3)) as it:
        socket = await WebSocket.joined(it.port)
        socket.send("41")
        socket.send("40")
        assert (await socket.text()).startswith("40")
        await asyncio.sleep(0.5)
        socket.send('421["echo"]')
        assert await socket.text() == "431[]"


async def test_what_all_connections_of_an_address_keep_waiting_has_a_budget() -> None:
    """Each stays far below its own limit; those who keep much go first, and who reads is not hurt."""
    block = event_frame("block", b'"' + b"x" * 20_000 + b'"')
    async with running(Options(hard_limit=2**20, max_held_per_address=200_000)) as it:
        reader = await WebSocket.joined(it.port)
        stalled = [await Polling.open(it.port) for _ in range(10)]
        for polling in stalled:
            await polling.join()
        for _ in range(2):
            for client in it.app.clients[1:]:
                client.push(block)
        await until(lambda: it.app.ends)
        assert 0 < it.sockets.admission._held["127.0.0.1"] <= 200_000
        assert len(it.app.ends) < 10
        assert {reason for _, reason in it.app.ends} == {"slow consumer"}
        it.app.clients[0].push(block)
        assert len(await reader.text()) > 20_000
        for client in it.app.clients:
            client.close("enough")
        answers = [await polling.get() for polling in stalled]  # the last packets wait for them
        assert {answer.status for answer in answers} == {200, 400}
        assert it.sockets.admission._held == {}


async def test_parts_of_messages_count_against_that_budget() -> None:
    async with running(Options(max_held_per_address=200_000)) as it:
        sockets = [await WebSocket.joined(it.port) for _ in range(6)]
        for socket in sockets:
            socket.writer.write(masked(b"42" + b"x" * 60_000)[:50_000])
        await until(lambda: it.app.ends)
        await until(lambda: it.sockets.admission._held["127.0.0.1"] > 140_000)
        assert it.sockets.admission._held["127.0.0.1"] <= 200_000


async def test_a_post_of_a_session_that_is_ended_for_its_size_is_answered() -> None:
    head = (
        b"POST %b HTTP/1.1\r\nHost: chat.test\r\nContent-Type: text/plain\r\nContent-Length: 90000\r\n\r\n4"
    )
    async with running(Options(max_held_per_address=60_000)) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        writer.write(head % polling.target.encode() + b"2" * 80_000)
        async with asyncio.timeout(5):
            status = await reader.readline()
        assert status.startswith(b"HTTP/1.1 400 ")
        writer.close()
