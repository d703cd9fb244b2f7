"""The end of a server: bounded, flushed, spread, and without a DISCONNECT packet (G1-G3)."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatroom.gateway.engine.options import Options
from chatroom.wire.frame import event_frame
from tests.gateway.harness import WAYS, Recorder, running, until
from tests.gateway.raw_clients import Polling, WebSocket, http

HANDSHAKE = "/socket.io/?EIO=4&transport=polling"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("way", WAYS)
async def test_a_drain_flushes_closes_with_1012_and_answers_polls(way: str) -> None:
    async with running(way=way) as it:
        sockets = [await WebSocket.joined(it.port) for _ in range(5)]
        polling = await Polling.open(it.port)
        await polling.join()
        waiting = await Polling.open(it.port)
        await waiting.join()
        get = asyncio.create_task(waiting.get())
        await until(lambda: it.app.clients[-1].writable)
        for client in it.app.clients[:5]:
            client.emit("last", "word")
        it.app.clients[5].emit("last", "word")
        begun = time.perf_counter()
        draining = asyncio.create_task(it.sockets.drain(5))
        for websocket in sockets:
            assert await websocket.text() == '42["last","word"]'
            assert await websocket.closed() == 1012
        assert (await get).body == b"1"
        assert (await polling.get()).body == b'42["last","word"]\x1e1'
        await draining
        assert time.perf_counter() - begun < 4
        assert [reason for _, reason in it.app.ends] == ["server shutting down"] * 7


@pytest.mark.parametrize("way", WAYS)
async def test_new_handshakes_are_503_while_draining(way: str) -> None:
    async with running(way=way) as it:
        await it.sockets.drain(1)
        answer = await http(it.port, "GET", HANDSHAKE)
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        with pytest.raises(ConnectionError, match="503"):
            await WebSocket.open(it.port)
        assert it.sockets.stats.handshakes == {"unavailable": 2}


async def test_a_drain_waits_for_events_at_work_and_sends_their_answers() -> None:
    gate = asyncio.Event()

    async def work(client: object, args: object, ack_id: int | None) -> None:
        await gate.wait()
        it.app.clients[0].reply(ack_id or 0, b'"done"')

    async with running(app=Recorder(on={"work": work})) as it:
        websocket = await WebSocket.joined(it.port)
        websocket.send('423["work"]')
        await until(lambda: it.app.clients[0].busy)
        draining = asyncio.create_task(it.sockets.drain(5))
        await asyncio.sleep(0.2)
        assert it.app.clients[0].connected
        gate.set()
        assert await websocket.text() == '433["done"]'
        assert await websocket.closed() == 1012
        await draining


async def test_a_drain_waits_for_answers_of_events_that_only_stand_in_a_queue() -> None:
    async with running(app=Recorder(on={"queue": lambda *_: None})) as it:
        websocket = await WebSocket.joined(it.port)
        websocket.send('421["queue"]')
        websocket.send('422["queue"]')
        client = it.app.clients[0]
        await until(lambda: list(client.owed or ()) == [1, 2])
        assert client.busy is None
        draining = asyncio.create_task(it.sockets.drain(5))
        await until(lambda: it.sockets.draining)
        client.reply(2, b'"second"')
        await asyncio.sleep(0.2)  # longer than a batch: the claim is that nothing is closed meanwhile
        assert client.connected
        client.reply(1, b'"first"')
        assert await websocket.text() == '432["second"]'
        assert await websocket.text() == '431["first"]'
        assert await websocket.closed() == 1012
        await draining


@pytest.mark.parametrize("way", WAYS)
async def test_a_drain_is_bounded_even_when_clients_do_not_read_or_work_never_ends(way: str) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    async with running(Options(hard_limit=2**26), app=Recorder(on={"never": never}), way=way) as it:
        websocket = await WebSocket.joined(it.port)
        websocket.send('42["never"]')
        stalled = await WebSocket.joined(it.port)
        stalled.writer.transport.pause_reading()  # type: ignore[attr-defined]
        it.app.clients[1].push(event_frame("block", b'"' + b"x" * 20_000_000 + b'"'))
        begun = time.perf_counter()
        await it.sockets.drain(1)
        assert time.perf_counter() - begun < 1.5
        await until(lambda: len(it.app.ends) == 2)
        for work in it.sockets.works:
            work.cancel()


async def test_many_connections_are_closed_in_batches() -> None:
    async with running(Options(address_rate=0)) as it:
        for _ in range(100):
            await WebSocket.open(it.port)
        draining = asyncio.create_task(it.sockets.drain(1))
        left: set[int] = set()
        while not draining.done():
            left.add(len(it.sockets.connections))
            await asyncio.sleep(0.01)
        assert len(left) >= 3
        assert it.sockets.connections == {}


async def test_uvicorn_stops_although_polls_wait() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        get = asyncio.create_task(polling.get())
        await until(lambda: it.app.clients[0].writable)
        begun = time.perf_counter()
        await it.stop()
        assert (await get).body == b"1"
        assert time.perf_counter() - begun < 3


@pytest.mark.parametrize("flags", [[], ["--loop", "asyncio"]])
async def test_sigterm_drains_a_process_and_ends_it_with_0(flags: list[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-X", "dev", "-m", "tests.conformance", "--port", str(port), *flags]
    process = subprocess.Popen(  # noqa: ASYNC220 - its pipes are read after it ended
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        await _until_listening(port)
        websocket = await WebSocket.joined(port)
        assert await websocket.text() == '42["auth",{}]'
        process.send_signal(signal.SIGTERM)
        assert await websocket.closed() == 1012
        output = (await asyncio.to_thread(process.communicate, timeout=10))[0].decode()
    finally:
        process.kill()
        process.wait()
        for writer in WebSocket.writers:
            writer.transport.abort()
        WebSocket.writers.clear()
    assert process.returncode == 0, output
    assert "destroyed" not in output
    assert "Traceback" not in output


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(15):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
