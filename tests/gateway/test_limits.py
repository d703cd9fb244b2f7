"""Bounds on what strangers may cost: rates and caps (L1-L8)."""

import asyncio

import pytest

from chatroom.core.addresses import address_key
from chatroom.gateway.engine import socket_connection
from chatroom.gateway.engine.client import Argument, Client
from chatroom.gateway.engine.options import PRODUCT, Options
from chatroom.gateway.engine.rate import MAX_STRIKES, Meter, Rate
from chatroom.gateway.ways.admission import Admission
from tests.gateway.harness import WAYS, Recorder, running, until
from tests.gateway.raw_clients import Polling, WebSocket, http

HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


def test_a_rate_admits_its_burst_and_then_its_pace() -> None:
    rate = Rate(10, 5)
    full_at, admitted = 0.0, 0
    for step in range(100):  # one second in steps of 10 ms
        after = rate.take(full_at, 100 + step / 100)
        if after >= 0:
            full_at, admitted = after, admitted + 1
    assert admitted in (14, 15)


def test_a_refusal_says_how_long_to_wait() -> None:
    rate = Rate(2, 1)
    full_at = rate.take(0, 100)
    assert rate.take(full_at, 100) == pytest.approx(-0.5)
    assert rate.take(full_at, 100.5) > 0


def test_a_rate_of_zero_admits_everything() -> None:
    assert Rate(0, 0).off
    assert Rate(0, 0).take(0, 1e9, 10**9) == 0


def test_a_meter_loses_patience_only_within_its_window() -> None:
    meter = Meter(Rate(1, 1), Rate(0, 0))
    for second in range(200):
        meter.take(second * 10.5, 1)
        meter.take(second * 10.5, 1)
    assert not meter.exhausted
    for _ in range(MAX_STRIKES + 2):
        meter.take(5_000, 1)
    assert meter.exhausted


@pytest.mark.parametrize("now", [0.1, 8_412.337, 123_456.789, 5_000_000.123])
def test_a_burst_is_admitted_whole_at_any_time(now: float) -> None:
    rate = Rate(5, 10)
    full_at = 0.0
    for _ in range(10):
        full_at = rate.take(full_at, now)
        assert full_at > 0
    assert rate.take(full_at, now) < 0


async def test_events_over_the_rate_are_dropped_and_said_so_then_the_connection_ends() -> None:
    async with running(Options(event_rate=5, event_burst=10)) as it:
        socket = await WebSocket.joined(it.port)
        for number in range(11):
            socket.send(f'42{number}["echo"]')
        answers = [await socket.text() for _ in range(11)]
        assert answers[:10] == [f"43{number}[]" for number in range(10)]
        expected = '{"code":"rate_limited","message":"Too many events.","retryAfter":1}'
        assert answers[10] == '4310[{"ok":false,"error":' + expected + "}]"
        socket.send('42["echo"]')
        assert await socket.text() == '42["error",' + expected[:-1] + ',"event":"echo"}]'
        for _ in range(MAX_STRIKES):
            socket.send('42["echo"]')
        assert await socket.closed() == 1008
        assert it.app.ends[0][1] == "rate limit"
        assert len(it.app.events) == 10
        assert it.sockets.stats.limited >= MAX_STRIKES


@pytest.mark.parametrize("way", WAYS)
async def test_what_was_taken_from_a_flood_is_answered_in_order_before_the_connection_is_closed(
    way: str,
) -> None:
    app = Recorder(on={"later": lambda *_: None})
    async with running(Options(event_rate=1, event_burst=3), app=app, way=way) as it:
        socket = await WebSocket.joined(it.port)
        for number in range(5):
            socket.send(f'42{number}["later"]')
        for _ in range(MAX_STRIKES + 10):
            socket.send('42["later"]')
        await until(lambda: it.sockets.stats.limited == MAX_STRIKES + 1)
        client = it.app.clients[0]
        assert client.connected
        for number in (0, 1, 2):
            client.reply(number, b"true")
        said = [await socket.text() for _ in range(5)]
        assert [text[:3] for text in said] == ["430", "431", "432", "433", "434"]
        assert ["rate_limited" in text for text in said] == [False, False, False, True, True]
        for _ in range(MAX_STRIKES - 2):
            assert "rate_limited" in await socket.text()
        assert await socket.closed() == 1008
        assert it.app.ends == [(client, "rate limit")]
        assert len(it.app.events) == 3


async def test_a_refusal_waits_in_line_behind_the_event_at_work_and_those_before_it() -> None:
    gate = asyncio.Event()

    async def work(client: Client, args: list[Argument], ack_id: int | None) -> None:
        await gate.wait()
        client.answer(ack_id or 0, "worked")

    async with running(Options(event_rate=1, event_burst=2), app=Recorder(on={"work": work})) as it:
        socket = await WebSocket.joined(it.port)
        for number, name in enumerate(("work", "echo", "echo"), start=1):
            socket.send(f'42{number}["{name}"]')
        await until(lambda: it.sockets.stats.limited == 1)
        gate.set()
        said = [await socket.text() for _ in range(3)]
        assert said[:2] == ['431["worked"]', "432[]"]
        assert said[2].startswith('433[{"ok":false,"error":{"code":"rate_limited"')


async def test_a_flood_that_is_never_answered_is_closed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_connection, "_LAST_ANSWERS", 0.1)
    app = Recorder(on={"never": lambda *_: None})
    async with running(Options(event_rate=1, event_burst=1), app=app) as it:
        socket = await WebSocket.joined(it.port)
        for number in range(MAX_STRIKES + 10):
            socket.send(f'42{number}["never"]')
        assert await socket.closed() == 1008
        assert it.sockets.connections == {}


async def test_a_client_that_joins_and_leaves_in_a_loop_is_closed() -> None:
    async with running(Options(event_rate=5, event_burst=10)) as it:
        socket = await WebSocket.open(it.port)
        for _ in range(12):
            socket.send("40")
            if not (await socket.frame())[1].startswith(b"40"):
                break
            socket.send("41")
        assert len(it.app.clients) == 11
        assert it.sockets.stats.closes == {"rate limit": 1}


async def test_bytes_over_the_rate_are_dropped() -> None:
    async with running(Options(byte_rate=1_000, byte_burst=10_000)) as it:
        socket = await WebSocket.joined(it.port)
        for number in range(4):
            socket.send(f'42{number}["echo","' + "x" * 4_000 + '"]')
        answers = [await socket.text() for _ in range(4)]
        assert ["rate_limited" in answer for answer in answers] == [False, False, True, True]


@pytest.mark.parametrize("way", WAYS)
async def test_an_address_that_opens_too_much_is_told_to_wait(way: str) -> None:
    async with running(Options(address_rate=0.1, address_burst=3), way=way) as it:
        answers = [await http(it.port, "GET", HANDSHAKE) for _ in range(5)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[3].headers["retry-after"] == "2"
        with pytest.raises(ConnectionError, match="429"):
            await WebSocket.open(it.port)
        assert it.sockets.stats.handshakes == {"ok": 3, "too_many": 3}


async def test_the_whole_server_has_a_handshake_rate_too() -> None:
    async with running(Options(handshake_rate=0.1, handshake_burst=2)) as it:
        assert [(await http(it.port, "GET", HANDSHAKE)).status for _ in range(3)] == [200, 200, 503]


async def test_sessions_are_capped_per_address_and_in_all() -> None:
    for options, status in ((Options(max_sessions_per_address=2), 429), (Options(max_sessions=2), 503)):
        async with running(options) as it:
            first = await WebSocket.open(it.port)
            await Polling.open(it.port)
            assert (await http(it.port, "GET", HANDSHAKE)).status == status
            first.abort()
            await until(lambda it=it: len(it.sockets.connections) == 1)  # type: ignore[misc]
            assert (await http(it.port, "GET", HANDSHAKE)).status == 200


def test_addresses_that_are_gone_leave_nothing_behind() -> None:
    gate = Admission(Options(max_sessions_per_address=5, address_rate=100, address_burst=1))
    for number in range(30_000):
        address = f"10.0.{number >> 8}.{number & 255}"
        assert gate.enter(address, float(number), 0) is None
        gate.leave(address, number + 0.5)
    assert len(gate._addresses) == 0


def test_an_ipv6_network_counts_as_one_address() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:2") != address_key("2001:db8:0:1::1")
    assert address_key("::ffff:1.2.3.4") == address_key("1.2.3.4") == "1.2.3.4"
    assert address_key("fe80::1%eth0") == address_key("fe80::2")
    assert address_key("unix") == "unix"
    assert address_key("not:an:address") == "not:an:address"


async def test_namespaces_of_a_connection_are_capped() -> None:
    names = tuple(f"/{number}" for number in range(20))
    async with running(Options(max_namespaces=4), namespaces=names) as it:
        socket = await WebSocket.open(it.port)
        for number in range(4):
            socket.send(f"40/{number},")
            await socket.text()
        socket.send("40/5,")
        assert await socket.closed() == 1008


def test_the_product_sets_what_its_table_says() -> None:
    assert PRODUCT.max_payload == 65_536
    assert not PRODUCT.binary
    assert (PRODUCT.soft_limit, PRODUCT.hard_limit) == (65_536, 262_144)
    assert PRODUCT.connect_timeout == 10
    assert (PRODUCT.event_rate, PRODUCT.event_burst) == (30, 60)
    assert (PRODUCT.inbound_events, PRODUCT.inbound_bytes) == (64, 262_144)
    assert PRODUCT.drain_seconds == 15
