"""Pings and their timeouts (G4, S4, B4)."""

import asyncio
import time

import pytest

from chatroom.gateway.engine.options import Options
from tests.gateway.harness import WAYS, Recorder, running, until
from tests.gateway.raw_clients import WebSocket

FAST = Options(ping_interval=0.2, ping_timeout=0.15)


@pytest.mark.parametrize("way", WAYS)
async def test_pings_come_every_interval_and_pongs_keep_the_connection(way: str) -> None:
    async with running(FAST, way=way) as it:
        socket = await WebSocket.joined(it.port)
        for _ in range(4):
            assert await socket.frame(1) == (1, b"2")
            socket.send("3")
        assert it.app.ends == []
        socket.abort()


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_that_does_not_pong_is_closed_in_time(way: str) -> None:
    async with running(FAST, way=way) as it:
        socket = await WebSocket.joined(it.port)
        begun = time.monotonic()
        assert await socket.closed(2) in (1001, 0)
        assert time.monotonic() - begun < 0.6
        assert it.app.ends[0][1] == "ping timeout"


async def test_pongs_that_nobody_asked_for_do_not_count() -> None:
    async with running(FAST) as it:
        socket = await WebSocket.joined(it.port)
        while not it.app.ends:
            socket.send("3")
            opcode, payload = await socket.frame(2)
            if (opcode, payload) == (1, b"2"):
                break
        # The pongs sent before the ping are no answer to it.
        await until(lambda: it.app.ends, 1)
        socket.abort()


async def test_traffic_does_not_replace_the_ping() -> None:
    async with running(FAST) as it:
        socket = await WebSocket.joined(it.port)
        end = time.monotonic() + 0.3
        pings = 0
        while time.monotonic() < end:
            socket.send('42["echo"]')
            opcode, payload = await socket.frame(1)
            if (opcode, payload) == (1, b"2"):
                pings += 1
                socket.send("3")
        assert pings >= 1
        socket.abort()


async def test_first_pings_are_spread_over_half_an_interval() -> None:
    async with running(Options(ping_interval=10)) as it:
        sockets = [await WebSocket.open(it.port) for _ in range(60)]
        now = it.sockets.loop.time()
        due = sorted(connection.ping_at - now for connection in it.sockets.connections.values())
        assert due[0] > 3.5
        assert due[-1] <= 10
        assert due[-1] - due[0] > 3
        for socket in sockets:
            socket.abort()


async def test_a_paused_reader_is_not_blamed_for_a_pong_we_do_not_read() -> None:
    gate = asyncio.Event()

    async def slow(*_: object) -> None:
        await gate.wait()

    app = Recorder(on={"slow": slow})
    async with running(Options(ping_interval=0.2, ping_timeout=0.1, inbound_events=4), app=app) as it:
        socket = await WebSocket.joined(it.port)
        for _ in range(50):
            socket.send('42["slow"]')
        connection = next(iter(it.sockets.connections.values()))
        await until(lambda: connection.link.paused)
        await asyncio.sleep(
            0.6
        )  # longer than interval and timeout together: the claim is that nothing happens
        assert it.app.ends == []
        socket.send("3")
        gate.set()
        await until(lambda: len(it.app.events) == 50)
        assert it.app.ends == []
        socket.abort()
