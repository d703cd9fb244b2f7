"""From polling to WebSocket: the dance, its failures, its races (C7)."""

import asyncio

import pytest

from chatroom.gateway.engine.options import Options
from tests.gateway.harness import WAYS, Running, running, until
from tests.gateway.raw_clients import CLOSE, Polling, WebSocket
from tests.gateway.test_polling import _post_in_two


async def _probing(it: Running) -> tuple[Polling, WebSocket]:
    polling = await Polling.open(it.port)
    await polling.join()
    return polling, await WebSocket.open(it.port, f"EIO=4&transport=websocket&sid={polling.sid}")


async def _upgraded(it: Running) -> tuple[Polling, WebSocket]:
    polling, socket = await _probing(it)
    socket.send("2probe")
    assert await socket.text() == "3probe"
    socket.send("5")
    await until(lambda: it.app.clients[-1].transport == "websocket")
    return polling, socket


@pytest.mark.parametrize("way", WAYS)
async def test_the_session_moves_and_its_messages_with_it(way: str) -> None:
    async with running(way=way) as it:
        polling, socket = await _probing(it)
        get = asyncio.create_task(polling.get())
        await until(lambda: it.app.clients[0].writable)
        socket.send("2probe")
        assert await socket.text() == "3probe"
        assert (await get).body == b"6"
        it.app.clients[0].emit("kept", 1)
        socket.send("5")
        socket.send('421["echo"]')
        assert [await socket.text(), await socket.text()] == ['42["kept",1]', "431[]"]
        assert it.app.clients[0].transport == "websocket"
        assert (it.sockets.stats.polling, it.sockets.stats.websocket, it.sockets.stats.upgrades) == (0, 1, 1)
        socket.abort()


async def test_a_get_between_probe_and_upgrade_is_answered_at_once() -> None:
    async with running() as it:
        polling, socket = await _probing(it)
        socket.send("2probe")
        assert await socket.text() == "3probe"
        assert (await polling.get()).body == b"6"
        it.app.clients[0].emit("by", "polling")
        assert (await polling.get()).body == b'42["by","polling"]'
        socket.abort()


@pytest.mark.parametrize("when", ["before the probe", "after the probe", "close frame"])
@pytest.mark.parametrize("way", WAYS)
async def test_a_websocket_lost_on_the_way_leaves_the_session_polling(way: str, when: str) -> None:
    async with running(way=way) as it:
        polling, socket = await _probing(it)
        if when != "before the probe":
            socket.send("2probe")
            assert await socket.text() == "3probe"
        if when == "close frame":
            socket.writer.write(b"\x88\x80\x00\x00\x00\x00")
        else:
            socket.abort()
        connection = it.sockets.connections[polling.sid]
        await until(lambda: connection.upgrade is None)
        get = asyncio.create_task(polling.get())
        await until(lambda: it.app.clients[0].writable)
        await polling.post(b'42["echo","still here"]')
        assert (await get).body == b'42["echoed","still here"]'
        assert it.sockets.stats.upgrades_failed == 1
        await _finish(polling, it)


async def _finish(polling: Polling, it: Running) -> None:
    """A new attempt after a failed one succeeds."""
    again = await WebSocket.open(it.port, f"EIO=4&transport=websocket&sid={polling.sid}")
    again.send("2probe")
    assert await again.text() == "3probe"
    again.send("5")
    again.send('429["echo"]')
    assert await again.text() == "439[]"
    again.abort()


@pytest.mark.parametrize("packet", ["5", "2", "4hello", "2probe extra", "1", ""])
async def test_a_wrong_packet_before_the_upgrade_ends_only_the_websocket(packet: str) -> None:
    async with running() as it:
        polling, socket = await _probing(it)
        socket.send(packet)
        assert await socket.closed() == 1002
        await polling.post(b'42["echo"]')
        assert (await polling.get()).body == b'42["echoed"]'


async def test_a_binary_or_malformed_frame_before_the_upgrade_ends_only_the_websocket() -> None:
    async with running() as it:
        for bad in (b"\x82\x81\x00\x00\x00\x00x", b"\x81\x01x"):
            polling, socket = await _probing(it)
            socket.writer.write(bad)
            assert await socket.closed() == 1002
            await polling.post(b'42["echo"]')
            assert (await polling.get()).body == b'42["echoed"]'


async def test_an_upgrade_that_never_finishes_is_given_up() -> None:
    async with running(Options(upgrade_timeout=0.1)) as it:
        polling, socket = await _probing(it)
        socket.send("2probe")
        assert await socket.text() == "3probe"
        assert await socket.closed(1) == 1000
        await polling.post(b'42["echo"]')
        assert (await polling.get()).body == b'42["echoed"]'


@pytest.mark.parametrize("way", WAYS)
async def test_a_second_websocket_is_closed_and_the_first_left_alone(way: str) -> None:
    async with running(way=way) as it:
        polling, first = await _probing(it)
        query = f"EIO=4&transport=websocket&sid={polling.sid}"
        second = await WebSocket.open(it.port, query)
        assert (await second.frame())[0] == CLOSE
        first.send("2probe")
        assert await first.text() == "3probe"
        first.send("5")
        first.send('421["echo"]')
        assert await first.text() == "431[]"
        third = await WebSocket.open(it.port, query)
        assert (await third.frame())[0] == CLOSE
        first.send('422["echo"]')
        assert await first.text() == "432[]"
        first.abort()


async def test_polling_requests_after_the_upgrade_are_refused() -> None:
    async with running() as it:
        polling, socket = await _upgraded(it)
        assert (await polling.get()).status == 400
        assert (await polling.post(b'42["echo"]')).status == 400
        socket.send('421["echo"]')
        assert await socket.text() == "431[]"
        socket.abort()


async def test_nothing_on_the_websocket_overtakes_the_last_post() -> None:
    async with running() as it:
        polling, socket = await _probing(it)
        socket.send("2probe")
        assert await socket.text() == "3probe"
        reader, writer = await _post_in_two(polling, b'42["echo","first"]')
        link = it.sockets.connections[polling.sid].link
        await until(lambda: getattr(link, "posting", False))
        socket.send("5")
        socket.send('42["echo","second"]')
        await until(lambda: it.sockets.stats.bytes_in > 30)
        writer.write(b"]")
        assert b"200 OK" in await reader.read()
        assert await socket.text() == '42["echoed","first"]'
        assert await socket.text() == '42["echoed","second"]'
        writer.close()
        socket.abort()


async def test_the_websocket_that_took_over_ends_the_session_when_it_goes() -> None:
    async with running() as it:
        _, socket = await _upgraded(it)
        socket.abort()
        await until(lambda: it.app.ends)
        assert it.sockets.connections == {}
        assert (it.sockets.stats.polling, it.sockets.stats.websocket) == (0, 0)


async def _drive(it: Running, index: int, count: int) -> None:
    """Upgrade at a point that differs per round while both sides send `count` messages."""
    polling, socket = await _probing(it)
    client = it.app.clients[-1]
    it.app.events.clear()

    async def server_side() -> None:
        for number in range(count):
            client.emit("down", number)
            if number % (index + 2) == 0:
                await asyncio.sleep(0.0005)

    sending = asyncio.create_task(server_side())
    received: list[bytes] = []
    by_polling = 20 * (1 + index % 10)
    socket.send("2probe")
    for sent in range(0, by_polling, 20):
        await polling.post(b"\x1e".join(b'42["up",%d]' % number for number in range(sent, sent + 20)))
        received += (await polling.get()).body.split(b"\x1e")
    assert await socket.text() == "3probe"
    socket.send("5")
    for number in range(by_polling, count):
        socket.send(f'42["up",{number}]')
    received = [packet for packet in received if packet.startswith(b"42")]
    while len(received) < count:
        received.append((await socket.text()).encode())
    await sending
    await until(lambda: len(it.app.events) >= count)
    assert received == [b'42["down",%d]' % number for number in range(count)]
    assert [args[0] for _, args, _ in it.app.events] == list(range(count))
    socket.abort()


async def test_300_messages_each_way_cross_the_upgrade_in_order() -> None:
    async with running(Options(address_rate=0)) as it:
        for index in range(100):
            await _drive(it, index, 300)
