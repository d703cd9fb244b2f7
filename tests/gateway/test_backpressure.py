"""Slow receivers: bounded memory, closed in time, nobody else hurt (B1-B3, B5, B6)."""

import asyncio
import time

import pytest

from chatroom.gateway.engine.client import Disconnected
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.shared_frames import Channel
from chatroom.wire.frame import Frame, event_frame
from tests.gateway.harness import WAYS, Running, running, until
from tests.gateway.raw_clients import Polling, WebSocket

BLOCK = event_frame("block", b'"' + b"x" * 20_000 + b'"')
EPHEMERAL = event_frame("typing", b'"someone"', ephemeral=True)


async def _stalled(it: Running) -> WebSocket:
    """A client that stops reading."""
    socket = await WebSocket.joined(it.port)
    socket.writer.transport.pause_reading()  # type: ignore[attr-defined]
    return socket


def _room(it: Running) -> Channel[str]:
    """A room of everybody."""
    room = Channel[str]()
    for client in it.app.clients:
        room.add(client.id, client)
    return room


async def _fill(it: Running, until_bytes: int) -> None:
    """Push to the last client until `until_bytes` wait for its network."""
    client = it.app.clients[-1]
    connection = client._connection
    while connection.queued < until_bytes and client.connected:
        client.push(BLOCK)
        await asyncio.sleep(0)


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_that_does_not_read_is_closed_at_the_hard_limit(way: str) -> None:
    async with running(Options(hard_limit=256 * 1024), way=way) as it:
        await _stalled(it)
        peak = 0
        connection = it.app.clients[0]._connection
        async with asyncio.timeout(10):
            while not it.app.ends:
                it.app.clients[0].push(BLOCK)
                peak = max(peak, connection.queued)
                await asyncio.sleep(0)
        assert it.app.ends[0][1] == "slow consumer"
        assert it.sockets.stats.slow_consumers == 1
        assert peak <= 256 * 1024 + BLOCK.size
        await until(lambda: not it.sockets.links)


async def test_one_turn_is_all_that_lies_between_the_limit_and_the_end() -> None:
    async with running(Options(hard_limit=256 * 1024)) as it:
        await _stalled(it)
        await _fill(it, 200 * 1024)
        client = it.app.clients[0]
        for _ in range(20):
            client.push(BLOCK)
        assert client.connected  # the caller may be going through a list of clients
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not client.connected


async def test_a_burst_in_one_turn_does_not_end_a_client_that_reads() -> None:
    async with running(Options(hard_limit=256 * 1024)) as it:
        socket = await WebSocket.joined(it.port)
        it.app.clients[0].push(event_frame("history", b'"' + b"y" * 900_000 + b'"'))
        assert len(await socket.text()) > 900_000
        assert it.app.ends == []


@pytest.mark.parametrize("way", WAYS)
async def test_a_burst_in_one_turn_ends_a_client_that_does_not_read(way: str) -> None:
    async with running(Options(hard_limit=256 * 1024), way=way) as it:
        await _stalled(it)
        for _ in range(1_000):
            it.app.clients[0].push(BLOCK)
        await until(lambda: it.app.ends)
        assert it.app.ends[0][1] == "slow consumer"
        assert it.sockets.connections == {}


@pytest.mark.parametrize("way", WAYS)
async def test_above_the_soft_limit_ephemeral_frames_are_dropped_and_others_kept(way: str) -> None:
    async with running(Options(hard_limit=2**24), way=way) as it:
        socket = await _stalled(it)
        client = it.app.clients[0]
        writable = [client.writable]
        await _fill(it, 300 * 1024)
        writable.append(client.writable)
        assert writable == [True, False]
        before = it.sockets.stats.drops
        client.push(EPHEMERAL)
        client.emit("typing", volatile=True)
        client.emit("kept")
        assert it.sockets.stats.drops == before + 2
        socket.writer.transport.resume_reading()  # type: ignore[attr-defined]
        while (text := await socket.text()) != '42["kept"]':
            assert text.startswith('42["block"')
        await until(lambda: client.writable)


@pytest.mark.parametrize("way", WAYS)
async def test_drain_waits_for_the_client_to_read(way: str) -> None:
    async with running(Options(hard_limit=2**24), way=way) as it:
        socket = await _stalled(it)
        client = it.app.clients[0]
        await client.drain()
        await _fill(it, 300 * 1024)
        draining = asyncio.create_task(client.drain())
        await asyncio.sleep(0.05)
        assert not draining.done()
        socket.writer.transport.resume_reading()  # type: ignore[attr-defined]
        while not draining.done():
            await socket.text()
        await draining


async def test_drain_of_a_client_that_leaves_raises_disconnected() -> None:
    async with running(Options(hard_limit=2**24)) as it:
        socket = await _stalled(it)
        await _fill(it, 300 * 1024)
        draining = asyncio.create_task(it.app.clients[0].drain())
        await asyncio.sleep(0)
        socket.abort()
        with pytest.raises(Disconnected):
            await draining
        with pytest.raises(Disconnected):
            await it.app.clients[0].drain()


async def test_the_queue_of_a_polling_client_is_bounded_the_same_way() -> None:
    async with running(Options(hard_limit=100_000, soft_limit=50_000)) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        client = it.app.clients[0]
        for _ in range(3):
            client.push(BLOCK)
        client.push(EPHEMERAL)
        assert it.sockets.stats.drops == 1
        for _ in range(3):
            client.push(BLOCK)
        await until(lambda: it.app.ends)
        assert it.app.ends[0][1] == "slow consumer"
        assert (await polling.get()).status == 400


async def test_a_stalled_neighbour_does_not_delay_the_others() -> None:
    async with running(Options(hard_limit=2**20)) as it:
        await _stalled(it)
        reader = await WebSocket.joined(it.port)
        stalled, _ = it.app.clients
        room = _room(it)
        worst = 0.0
        for number in range(300):
            begun = time.perf_counter()
            room.tell(event_frame("n", b'%d,"%b"' % (number, b"x" * 40_000)))
            assert (await reader.text()).startswith(f'42["n",{number}')
            worst = max(worst, time.perf_counter() - begun)
        assert not stalled.connected
        assert worst < 0.25


async def test_the_memory_of_stalled_clients_is_budget_times_clients() -> None:
    budget = 128 * 1024
    async with running(Options(hard_limit=budget)) as it:
        for _ in range(40):
            await _stalled(it)
        frame = event_frame("block", b'"' + b"x" * 10_000 + b'"')
        room = _room(it)
        async with asyncio.timeout(20):
            while any(client.connected for client in it.app.clients):
                room.tell(frame)
                waiting = sum(connection.queued for connection in it.sockets.connections.values())
                assert waiting <= 40 * (budget + frame.size)
                await asyncio.sleep(0)
        assert it.sockets.stats.slow_consumers == 40
        assert it.sockets.connections == {}


async def test_a_huge_broadcast_yields_between_chunks_of_receivers() -> None:
    written = 0

    class Busy:
        """A connection whose write takes 1 ms."""

        def flush(self) -> None:
            nonlocal written
            written += 1
            time.sleep(0.001)

    async with running() as it:
        it.sockets.ensure_started()
        outbox = it.sockets.flusher
        for _ in range(320):
            outbox.mark(Busy())  # type: ignore[arg-type]
        steps = []
        while written < 320:
            before = written
            await asyncio.sleep(0)
            steps.append(written - before)
        assert max(steps) <= 32


async def test_frames_pushed_in_one_turn_leave_in_one_write() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        client = it.app.clients[0]
        link = client._connection.link
        writes: list[int] = []
        send = type(link).send

        def counted(self: object, frames: list[Frame]) -> int:
            writes.append(len(frames))
            return send(self, frames)  # type: ignore[arg-type]

        type(link).send = counted  # type: ignore[method-assign]
        try:
            for number in range(50):
                client.push(event_frame("n", b"%d" % number))
            assert [await socket.text() for _ in range(50)] == [f'42["n",{number}]' for number in range(50)]
        finally:
            type(link).send = send  # type: ignore[method-assign]
        assert writes == [50]
