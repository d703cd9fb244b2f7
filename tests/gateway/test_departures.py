"""Those who go: thousands at once in the share of each turn that bulk work may take, and nothing of them stays."""

import asyncio
import contextlib
import gc
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise

import pytest

from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.chat.replies import Replies
from chatroom.gateway.engine.budget import BUDGET
from chatroom.gateway.engine.client import Client
from chatroom.gateway.engine.connection import Connection
from chatroom.gateway.engine.link import Link
from chatroom.gateway.engine.shared_frames import Channel
from chatroom.gateway.ways.uvicorn import SocketHttpProtocol
from chatroom.wire.frame import event_frame
from tests.cast import Cast
from tests.doors import Server
from tests.gateway.harness import Recorder, Running, running, until
from tests.gateway.raw_clients import Polling, WebSocket

End = Callable[[Running], Awaitable[None]]
_MANY = 60
_EACH = 0.0005  # seconds of work that a departure costs the application


class Slow(Recorder):
    """An application to which every departure is half a millisecond of work."""

    def disconnected(self, client: Client, reason: str) -> None:
        super().disconnected(client, reason)
        end = time.thread_time() + _EACH
        while time.thread_time() < end:
            pass


async def test_departures_of_many_at_once_leave_the_loop_its_turns() -> None:
    async with running(app=Slow()) as it:
        sockets = [await WebSocket.joined(it.port) for _ in range(_MANY)]
        await until(lambda: len(it.app.clients) == _MANY)
        for websocket in sockets:
            websocket.writer.transport.abort()
        told = [0]
        while told[-1] < _MANY:
            await asyncio.sleep(0)
            told.append(len(it.app.ends))
        assert max(after - before for before, after in pairwise(told)) <= BUDGET / _EACH + 1
        assert not it.sockets.connections


async def test_nothing_is_kept_for_those_whose_departure_is_still_to_be_told() -> None:
    async with running() as it:
        staying, *going = [await WebSocket.joined(it.port) for _ in range(6)]
        await until(lambda: len(it.app.clients) == 6)
        room = Channel[str]()
        for client in it.app.clients:
            room.add(client.id, client)
        room.tell(event_frame("news", b"1"))
        links = [client._connection.link for client in it.app.clients[1:]]
        for link in links:
            link.at_eof()  # type: ignore[attr-defined] # as the poller says it; thousands wait for their turn then
        room.tell(event_frame("news", b"2"))
        for client in it.app.clients[1:]:
            client.push(event_frame("more", b"3"))
            assert client._connection.pending == []
            assert client._connection.shared is None
        assert [await staying.text(), await staying.text()] == ['42["news",1]', '42["news",2]']
        await until(lambda: len(it.app.ends) == len(going))


async def test_a_drain_ends_when_the_application_has_heard_of_everybody() -> None:
    async with running(app=Slow()) as it:
        for _ in range(_MANY):
            await WebSocket.joined(it.port)
        await until(lambda: len(it.app.clients) == _MANY)
        await it.sockets.drain(0.2)
        assert len(it.app.ends) == _MANY


@contextlib.contextmanager
def no_collector() -> Iterator[None]:
    """Let the collector of circles rest, which in the product hardly ever looks at what has lived for a while."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def living() -> Counter[str]:
    """What there is of connections."""
    kinds = (Connection, Link, Client, ChatConnection, Replies, SocketHttpProtocol)
    return Counter(type(found).__name__ for found in gc.get_objects() if isinstance(found, kinds))


async def cut(it: Running) -> None:
    (await WebSocket.joined(it.port)).abort()


async def goodbye(it: Running) -> None:
    socket = await WebSocket.joined(it.port)
    socket.writer.write(b"\x88\x80\0\0\0\0")
    assert await socket.closed() == 1000


async def closed_by_us(it: Running) -> None:
    socket = await WebSocket.joined(it.port)
    await until(lambda: it.app.clients)
    it.app.clients[0].close("rate limit")
    assert await socket.closed() == 1008


async def nonsense(it: Running) -> None:
    socket = await WebSocket.joined(it.port)
    socket.send("9")
    assert await socket.closed() == 1002


async def too_slow(it: Running) -> None:
    await WebSocket.joined(it.port)
    await until(lambda: it.app.clients)
    for _ in range(3):
        it.app.clients[0].emit("news", "x" * 8_000_000)
        await asyncio.sleep(0)
    await until(lambda: it.sockets.stats.slow_consumers)


async def upgraded(it: Running) -> None:
    polling = await Polling.open(it.port)
    await polling.join()
    socket = await WebSocket.open(it.port, f"EIO=4&transport=websocket&sid={polling.sid}")
    socket.send("2probe")
    assert await socket.text() == "3probe"
    socket.send("5")
    await until(lambda: it.app.clients[0].transport == "websocket")
    socket.abort()


async def polled(it: Running) -> None:
    polling = await Polling.open(it.port)
    await polling.join()
    assert (await polling.post(b"1")).body == b"ok"


async def polled_and_closed_by_us(it: Running) -> None:
    polling = await Polling.open(it.port)
    await polling.join()
    it.app.clients[0].close("rate limit")
    assert (await polling.get()).body == b"1"


@pytest.mark.parametrize(
    "end",
    [cut, goodbye, closed_by_us, nonsense, too_slow, upgraded, polled, polled_and_closed_by_us],
)
async def test_a_connection_that_ended_is_freed_without_the_collector(end: End) -> None:
    async with running() as it:
        with no_collector():
            await end(it)
            await until(lambda: it.app.ends)
            it.app.clients.clear()
            it.app.ends.clear()
            for writer in WebSocket.writers:
                writer.transport.abort()
            WebSocket.writers.clear()
            await until(lambda: not living())


async def test_nothing_that_the_product_knows_of_a_connection_outlives_it(cast: Cast, server: Server) -> None:
    with no_collector():
        ana = await server.in_room(cast.ana, cast.tea)
        assert living()["ChatConnection"] == 1
        await ana.close()
        await until(lambda: not living())


async def test_nor_does_what_answered_a_request_past_asgi(server: Server) -> None:
    with no_collector():
        host, _, port = server.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /api/v1/rooms HTTP/1.1\r\nHost: test\r\n\r\n")
        assert b" 401 " in await reader.readline()
        assert living()["SocketHttpProtocol"] == 1
        writer.close()
        await until(lambda: not living())
