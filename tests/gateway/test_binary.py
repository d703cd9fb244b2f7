"""Binary in every direction (C5), and where it is refused (S3)."""

import asyncio
import base64

import pytest

from chatroom.gateway.engine.options import PRODUCT, Options
from tests.gateway.harness import WAYS, running, until
from tests.gateway.raw_clients import Polling, WebSocket

DATA = [b"", b"\x00", bytes(range(256)), b"\x1e\x1e", b"x" * 70_000]
PLACEHOLDER = '{"_placeholder":true,"num":0}'


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("data", DATA, ids=len)
async def test_binary_comes_back_equal_on_a_websocket(way: str, data: bytes) -> None:
    async with running(way=way) as it:
        socket = await WebSocket.joined(it.port)
        socket.send(f'451-3["echo",{{"in":[{PLACEHOLDER}]}}]')
        socket.send_binary(data)
        assert await socket.text() == f'461-3[{{"in":[{PLACEHOLDER}]}}]'
        assert await socket.frame() == (2, data)


@pytest.mark.parametrize("data", DATA, ids=len)
async def test_binary_comes_back_equal_by_polling(data: bytes) -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        packet = b"b" + base64.b64encode(data)
        await polling.post(b'451-["echo",' + PLACEHOLDER.encode() + b"]\x1e" + packet)
        answer = await polling.get()
        assert answer.body == b'451-["echoed",' + PLACEHOLDER.encode() + b"]\x1e" + packet


async def test_binary_that_waits_crosses_the_upgrade() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        socket = await WebSocket.open(it.port, f"EIO=4&transport=websocket&sid={polling.sid}")
        socket.send("2probe")
        assert await socket.text() == "3probe"
        it.app.clients[0].emit("file", b"\x00\xff")
        socket.send("5")
        assert await socket.text() == f'451-["file",{PLACEHOLDER}]'
        assert await socket.frame() == (2, b"\x00\xff")


async def test_a_room_of_both_transports_receives_equal_bytes() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        socket = await WebSocket.joined(it.port)
        for client in it.app.clients:
            client.emit("file", b"\x01\x02\x03")
        assert await socket.text() == f'451-["file",{PLACEHOLDER}]'
        assert await socket.frame() == (2, b"\x01\x02\x03")
        assert (await polling.get()).body == b'451-["file",' + PLACEHOLDER.encode() + b"]\x1ebAQID"


async def test_a_call_may_be_answered_with_binary() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        call = asyncio.create_task(it.app.clients[0].call("ask", timeout=5))
        await socket.text()
        socket.send(f'461-0[{PLACEHOLDER},"text"]')
        socket.send_binary(b"\x07")
        assert await call == [b"\x07", "text"]


@pytest.mark.parametrize(
    "packet", ['451-["x",{"_placeholder":true,"num":0}]', '461-1[{"_placeholder":true,"num":0}]', "450-[]"]
)
async def test_the_product_closes_on_binary_packets(packet: str) -> None:
    async with running(PRODUCT) as it:
        socket = await WebSocket.joined(it.port)
        socket.send(packet)
        assert await socket.closed() == 1003
        assert it.app.events == []


@pytest.mark.parametrize("way", WAYS)
async def test_the_product_closes_on_binary_frames(way: str) -> None:
    async with running(PRODUCT, way=way) as it:
        socket = await WebSocket.joined(it.port)
        socket.send_binary(b"x" * 10_000)
        assert await socket.closed() == 1003
        await until(lambda: it.app.ends)
        with pytest.raises(TypeError, match="binary"):
            it.app.clients[0].emit("file", b"x")


async def test_attachments_together_stay_below_the_payload_limit() -> None:
    async with running(Options(max_payload=10_000)) as it:
        socket = await WebSocket.joined(it.port)
        socket.send(f'453-["echo",{PLACEHOLDER}]')
        for _ in range(2):
            socket.send_binary(b"x" * 6_000)
        assert await socket.closed() == 1009


async def test_attachments_that_do_not_arrive_end_the_connection() -> None:
    async with running(Options(attachment_timeout=0.1)) as it:
        socket = await WebSocket.joined(it.port)
        socket.send(f'451-["echo",{PLACEHOLDER}]')
        assert await socket.closed(1) == 1008
