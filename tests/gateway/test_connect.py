"""CONNECT, its answers, the order around it, and the ways it ends (C2, C4, O7)."""

import asyncio
import json

import pytest

from chatroom.gateway.engine.client import Client, Refused
from chatroom.gateway.engine.options import Options
from tests.gateway.harness import WAYS, Recorder, running, until
from tests.gateway.raw_clients import Polling, WebSocket, http


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_that_connects_gets_an_id_that_is_not_the_secret_of_its_transport(way: str) -> None:
    async with running(way=way) as it:
        socket = await WebSocket.open(it.port)
        socket.send("40")
        answer = json.loads((await socket.text())[2:])
        assert list(answer) == ["sid"]
        assert answer["sid"] == it.app.clients[0].id != socket.opened["sid"]
        assert len(socket.opened["sid"]) >= 20
        socket.abort()


async def test_frames_pushed_while_connect_runs_leave_after_its_answer() -> None:
    async def admit(client: Client, auth: bytes) -> None:
        client.emit("early", 1)
        await asyncio.sleep(0)
        client.emit("early", 2)

    async with running(app=Recorder(admit=admit)) as it:
        socket = await WebSocket.open(it.port)
        socket.send('40{"token":"t"}')
        assert (await socket.text()).startswith('40{"sid"')
        assert [await socket.text(), await socket.text()] == ['42["early",1]', '42["early",2]']
        socket.abort()


async def test_a_refused_client_is_told_why_and_may_try_again() -> None:
    app = Recorder()
    app.admit = app.reject
    async with running(app=app) as it:
        socket = await WebSocket.open(it.port)
        for _ in range(2):
            socket.send("40")
            assert await socket.text() == '44{"message":"no entry","data":{"code":"forbidden"}}'
        app.admit = None
        socket.send("40")
        assert (await socket.text()).startswith("40")
        socket.abort()


async def test_a_fault_in_connect_refuses_the_client_and_is_counted() -> None:
    async def admit(client: Client, auth: bytes) -> None:
        raise ZeroDivisionError

    async with running(app=Recorder(admit=admit)) as it:
        socket = await WebSocket.open(it.port)
        socket.send("40")
        assert await socket.text() == '44{"message":"Internal error"}'
        assert it.sockets.stats.errors == 1
        socket.abort()


async def test_an_unknown_namespace_is_refused_and_the_connection_goes_on() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        socket.send("40/nowhere,")
        assert await socket.text() == '44/nowhere,{"message":"Invalid namespace"}'
        socket.send('42["echo",1]')
        assert await socket.text() == '42["echoed",1]'
        socket.abort()


async def test_each_namespace_is_a_client_of_its_own() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        socket.send("40/custom?token=old,")
        assert (await socket.text()).startswith("40/custom,")
        socket.send('42/custom,7["echo","there"]')
        assert await socket.text() == '43/custom,7["there"]'
        socket.send("41/custom,")
        await until(lambda: it.app.ends)
        assert it.app.ends == [(it.app.clients[1], "client namespace disconnect")]
        socket.send('421["echo","here"]')
        assert await socket.text() == '431["here"]'
        socket.abort()


async def test_a_connection_that_joins_nothing_is_closed_at_the_connect_timeout() -> None:
    async with running(Options(connect_timeout=0.1)) as it:
        socket = await WebSocket.open(it.port)
        assert await socket.closed(1) == 1008


async def test_connect_that_takes_too_long_is_cancelled() -> None:
    started, cancelled = asyncio.Event(), list[str]()

    async def admit(client: Client, auth: bytes) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(client.namespace)
            raise

    async with running(Options(connect_timeout=3600), app=Recorder(admit=admit)) as it:
        socket = await WebSocket.open(it.port)
        socket.send("40")
        await started.wait()
        (connection,) = it.sockets.connections.values()
        connection.connect_by = it.sockets.loop.time()  # the hour is over
        connection.rearm()
        assert await socket.closed() == 1008
        await until(lambda: cancelled == ["/"])
        assert it.app.clients == []
        assert it.app.ends == []


async def test_connect_is_cancelled_when_the_client_goes_away() -> None:
    started = asyncio.Event()

    async def admit(client: Client, auth: bytes) -> None:
        started.set()
        await asyncio.Event().wait()

    async with running(app=Recorder(admit=admit)) as it:
        socket = await WebSocket.open(it.port)
        socket.send("40")
        await started.wait()
        socket.abort()
        await until(lambda: not it.sockets.connections)
        assert it.app.clients == []
        assert it.app.ends == []


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("abort", "transport"),
        ("41", "client namespace disconnect"),
        ("1", "transport close"),
        ("garbage", "parse error"),
        ("silence", "ping timeout"),
        ("server", "server namespace disconnect"),
        ("close", "forced close"),
    ],
)
async def test_disconnected_is_told_once_with_the_reason(ending: str, reason: str) -> None:
    async with running(Options(ping_interval=0.2, ping_timeout=0.1)) as it:
        socket = await WebSocket.joined(it.port)
        client = it.app.clients[0]
        if ending == "abort":
            socket.abort()
        elif ending == "server":
            client.disconnect()
            client.disconnect()
            assert await socket.text() == "41"
        elif ending == "close":
            client.close("forced close")
        elif ending != "silence":
            socket.send(ending)
        await until(lambda: it.app.ends)
        socket.abort()
        await until(lambda: not it.sockets.connections)
        assert len(it.app.ends) == 1
        assert it.app.ends[0][0] is client
        assert it.app.ends[0][1].startswith(reason)
        assert not client.connected


async def test_nothing_reaches_the_application_after_disconnected() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        it.app.clients[0].disconnect()
        socket.send('42["late"]')
        socket.send("40")
        assert await socket.text() == "41"
        assert (await socket.text()).startswith("40")
        assert it.app.events == []
        socket.send('421["echo"]')
        assert await socket.text() == "431[]"
        socket.abort()


async def test_a_server_may_offer_what_only_refuses() -> None:
    async def admit(client: Client, auth: bytes) -> None:
        raise Refused(json.loads(auth)["why"])

    async with running(app=Recorder(admit=admit)) as it:
        polling = await Polling.open(it.port)
        await polling.post(b'40{"why":"closed today"}')
        assert (await polling.get()).body == b'44{"message":"closed today"}'


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("GET", "/socket.io/?EIO=4", 400, b'{"code":0,"message":"Transport unknown"}'),
        ("GET", "/socket.io/?EIO=4&transport=carrier", 400, b'{"code":0,"message":"Transport unknown"}'),
        (
            "GET",
            "/socket.io/?EIO=4&transport=polling&sid=x",
            400,
            b'{"code":1,"message":"Session ID unknown"}',
        ),
        ("GET", "/socket.io/?EIO=4&transport=polling&sid=__proto__", 400, b'"code":1'),
        ("POST", "/socket.io/?EIO=4&transport=polling", 400, b'{"code":2,"message":"Bad handshake method"}'),
        ("GET", "/socket.io/?EIO=4&transport=websocket", 400, b'{"code":3,"message":"Bad request"}'),
        ("GET", "/socket.io/?EIO=3&transport=polling", 400, b'"code":5'),
        ("GET", "/socket.io/?transport=polling&j=0", 400, b'"code":5'),
        ("GET", "/socket.io", 400, b'"code":0'),
        ("GET", "/elsewhere", 404, b"Not found"),
    ],
)
async def test_a_request_outside_the_rules_is_refused_with_its_code(
    way: str, method: str, target: str, status: int, body: bytes
) -> None:
    async with running(way=way) as it:
        answer = await http(it.port, method, target)
        assert answer.status == status
        assert body in answer.body


async def test_the_open_packet_has_exactly_the_fields_of_the_protocol() -> None:
    async with running() as it:
        answer = await http(it.port, "GET", "/socket.io/?EIO=4&transport=polling")
        fields = json.loads(answer.body[1:])
        assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
        assert answer.headers["cache-control"] == "no-store"
        assert fields.pop("sid")
        assert fields == {
            "upgrades": ["websocket"],
            "pingInterval": 25000,
            "pingTimeout": 20000,
            "maxPayload": 1000000,
        }
