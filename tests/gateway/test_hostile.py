"""Malformed input closes at once and harms nobody else (C1, C6, C9, L1-L3, S1, S3, S7)."""

import asyncio
import contextlib
import time

import pytest

from chatroom.gateway.engine.options import Options
from tests.gateway.harness import WAYS, Recorder, Running, running, until
from tests.gateway.hostile import BODIES, FRAMES, PACKETS
from tests.gateway.raw_clients import Polling, WebSocket, masked

BOUND = 0.150  # seconds from the bytes to the end
BOUNDS = Options(max_payload=10_000, address_rate=0)


def test_the_corpus_has_at_least_sixty_entries_that_differ() -> None:
    names = [entry[0] for corpus in (FRAMES, PACKETS, BODIES) for entry in corpus]
    assert len(set(names)) == len(names) >= 60


async def _end(it: Running, socket: WebSocket, data: bytes) -> tuple[int, float]:
    """Send `data`; return the close code and the seconds until the end."""
    begun = time.perf_counter()
    socket.writer.write(data)
    code = await socket.closed(2)
    return code, time.perf_counter() - begun


async def test_every_hostile_frame_is_answered_with_its_close_code_at_once() -> None:
    async with running(BOUNDS) as it:
        witness = await WebSocket.joined(it.port)
        for name, data, expected in FRAMES:
            socket = await WebSocket.joined(it.port)
            code, seconds = await _end(it, socket, data)
            assert (name, code) == (name, expected)
            assert seconds < BOUND, name
        await until(lambda: len(it.app.ends) == len(FRAMES))
        assert {reason for _, reason in it.app.ends} == {"parse error"}
        assert it.app.events == []
        witness.send('421["echo"]')
        assert await witness.text() == "431[]"


@pytest.mark.parametrize("way", WAYS)
async def test_every_hostile_packet_ends_its_connection_at_once(way: str) -> None:
    async with running(BOUNDS, way=way) as it:
        witness = await WebSocket.joined(it.port)
        for name, packet in PACKETS:
            socket = await WebSocket.joined(it.port)
            code, seconds = await _end(it, socket, masked(packet))
            assert (name, code) == (name, 1002)
            assert seconds < BOUND, name
        await until(lambda: len(it.app.ends) == len(PACKETS))
        assert it.app.events == []
        assert list(it.sockets.connections) == [witness.opened["sid"]]
        witness.send('421["echo"]')
        assert await witness.text() == "431[]"


async def test_who_floods_behind_the_close_frame_is_cut_before_its_time() -> None:
    async with running(BOUNDS) as it:
        socket = await WebSocket.joined(it.port)
        socket.writer.write(masked(b"\x03\xe8", 0x88))
        begun, sent = time.perf_counter(), 0
        with contextlib.suppress(ConnectionError):
            while sent < 2**30:
                socket.writer.write(bytes(65_536))
                await socket.writer.drain()
                sent += 65_536
        assert sent < 64 * 2**20  # what the buffers of both sides hold, and a little
        assert time.perf_counter() - begun < 2
        socket.abort()


async def test_every_hostile_body_ends_its_session_with_400() -> None:
    async with running(BOUNDS) as it:
        for name, body in BODIES:
            polling = await Polling.open(it.port)
            await polling.join()
            begun = time.perf_counter()
            assert (name, (await polling.post(body)).status) == (name, 400)
            assert time.perf_counter() - begun < BOUND
            assert (name, (await polling.get()).status) == (name, 400)
        await until(lambda: len(it.app.ends) == len(BODIES))
        assert [name for name, _, _ in it.app.events] == ["x", "x"]


async def test_packets_may_wait_for_attachments_but_nothing_else_may_come() -> None:
    async with running(BOUNDS) as it:
        for intruder in (masked(b'42["x"]'), masked(b'451-["x"]')):
            socket = await WebSocket.joined(it.port)
            socket.send('452-["x",{"_placeholder":true,"num":0}]')
            socket.send_binary(b"one")
            code, seconds = await _end(it, socket, intruder)
            assert code == 1002
            assert seconds < BOUND
        assert it.app.events == []


@pytest.mark.parametrize("number", ["-1", "1", '"0"', "0.0", "true", "null"])
async def test_a_placeholder_outside_its_attachments_ends_the_connection(number: str) -> None:
    async with running(BOUNDS) as it:
        socket = await WebSocket.joined(it.port)
        socket.send(f'451-["x",{{"_placeholder":true,"num":{number}}}]')
        code, _ = await _end(it, socket, masked(b"data", 0x82))
        assert code == 1002
        assert it.app.events == []


async def test_text_that_no_utf8_can_carry_is_refused_and_the_connection_goes_on() -> None:
    async with running(BOUNDS) as it:
        socket = await WebSocket.joined(it.port)
        socket.send('425["say","\\ud800"]')
        socket.send('42["say","\\udc00 x"]')
        message = '"message":"The text is not valid Unicode."'
        assert await socket.text() == '435[{"ok":false,"error":{"code":"bad_input",' + message + "}}]"
        assert await socket.text() == '42["error",{"code":"bad_input",' + message + "}]"
        assert it.app.events == []
        socket.send('426["echo","\\ud83d\\ude00"]')
        assert await socket.text() == '436["\\ud83d\\ude00"]'


async def test_a_name_of_the_prototype_is_an_event_like_any_other() -> None:
    async with running(BOUNDS) as it:
        socket = await WebSocket.joined(it.port)
        socket.send('421["__proto__"]')
        assert await socket.text() == "431[]"


async def test_frames_may_come_in_any_pieces() -> None:
    async with running(BOUNDS) as it:
        socket = await WebSocket.joined(it.port)
        stream = b"".join(
            [
                masked('421["echo","é"]'.encode()),
                masked(b'422["ec', 0x01) + masked(b"ping", 0x89) + masked(b'ho"]', 0x80),
                masked(b'423["echo","' + b"x" * 300 + b'"]'),
            ]
        )
        for position in range(0, len(stream), 3):
            socket.writer.write(stream[position : position + 3])
            await asyncio.sleep(0)
        assert await socket.text() == '431["é"]'
        assert await socket.frame() == (10, b"ping")
        assert await socket.text() == "432[]"
        assert await socket.text() == '433["' + "x" * 300 + '"]'


async def test_a_close_frame_is_answered_with_its_code() -> None:
    async with running(BOUNDS) as it:
        for payload, code in ((b"", 1000), (b"\x03\xe9going", 1001), (b"\x0f\xa0", 4000)):
            socket = await WebSocket.joined(it.port)
            assert (await _end(it, socket, masked(payload, 0x88)))[0] == code
        await until(lambda: len(it.app.ends) == 3)
        assert {reason for _, reason in it.app.ends} == {"transport close"}


async def test_bytes_right_behind_the_request_head_are_not_lost() -> None:
    async with running(app=Recorder()) as it:
        opened = await WebSocket.open(it.port)
        opened.abort()
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        head = (
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        )
        writer.write(head + masked(b"40") + masked(b'421["echo"]'))
        socket = WebSocket(reader, writer)
        await reader.readuntil(b"\r\n\r\n")
        # The event comes before the CONNECT answer, which the protocol forbids: both bytes arrived.
        assert (await socket.text()).startswith('0{"sid"')
        assert await socket.closed() == 1002


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_WebSocket_Version": "8"}, 426),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": "not base64 at all!!!!!!!"}, 400),
    ],
)
async def test_a_bad_websocket_request_is_refused(headers: dict[str, str], status: int) -> None:
    async with running() as it:
        with pytest.raises(ConnectionError, match=f"HTTP/1.1 {status}"):
            await WebSocket.open(it.port, **headers)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("EIO=4", "Transport unknown"),
        ("EIO=3&transport=websocket", "Unsupported protocol version"),
        ("EIO=4&transport=websocket&sid=nobody", "Session ID unknown"),
        ("EIO=4&transport=polling", "Bad request"),
    ],
)
async def test_a_websocket_outside_the_rules_is_refused_with_its_message(
    way: str, query: str, message: str
) -> None:
    async with running(way=way) as it:
        with pytest.raises(ConnectionError, match=f"(?s)400 .*{message}"):
            await WebSocket.open(it.port, query)
