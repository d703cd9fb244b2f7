"""Events in order, acknowledgements, faults of the application (O1, O2, O8, V2, B4)."""

import asyncio
import gc
import logging
import random

import pytest

from chatroom.gateway.engine.client import Argument, Client, Disconnected
from chatroom.gateway.engine.options import Options
from tests.gateway.harness import WAYS, Recorder, running, until
from tests.gateway.raw_clients import Polling, WebSocket


@pytest.mark.parametrize("way", WAYS)
async def test_events_of_a_connection_run_one_at_a_time_in_arrival_order(way: str) -> None:
    done: list[int] = []
    running_now = 0
    chance = random.Random(1)

    async def work(client: Client, args: list[Argument], ack_id: int | None) -> None:
        nonlocal running_now
        running_now += 1
        assert running_now == 1
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
        done.append(int(bytes(args[0])))
        running_now -= 1

    async with running(app=Recorder(on={"work": work}), way=way) as it:
        socket = await WebSocket.joined(it.port)
        for number in range(1_000):
            socket.send(f'42["work",{number}]')
        await until(lambda: len(done) == 1_000)
        assert done == list(range(1_000))


async def test_a_slow_event_delays_only_its_own_client() -> None:
    gate = asyncio.Event()

    async def slow(*_: object) -> None:
        await gate.wait()

    async with running(app=Recorder(on={"slow": slow})) as it:
        held, free = await WebSocket.joined(it.port), await WebSocket.joined(it.port)
        held.send('42["slow"]')
        held.send('421["echo"]')
        held.send("40/custom,")
        assert (await held.text()).startswith("40/custom")
        held.send('42/custom,2["echo"]')
        assert await held.text() == "43/custom,2[]"
        free.send('421["echo"]')
        assert await free.text() == "431[]"
        gate.set()
        assert await held.text() == "431[]"


async def test_handlers_that_do_not_wait_start_no_task() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        before = len(asyncio.all_tasks())
        for number in range(50):
            socket.send(f'42{number}["echo"]')
        await until(lambda: len(it.app.events) == 50)
        assert len(asyncio.all_tasks()) <= before
        assert it.sockets.works == set()


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_fault_is_logged_answered_and_does_not_end_the_connection(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    def boom(*_: object) -> None:
        raise ZeroDivisionError

    async def later(*_: object) -> None:
        raise ZeroDivisionError

    app = Recorder(on={"boom": boom if kind == "sync" else later})
    async with running(app=app) as it:
        socket = await WebSocket.joined(it.port)
        with caplog.at_level(logging.ERROR, "chatroom.gateway"):
            socket.send('427["boom"]')
            answer = await socket.text()
        assert answer == '437[{"ok":false,"error":{"code":"internal","message":"Something went wrong."}}]'
        record = caplog.records[0]
        assert (record.sid, record.namespace, record.event) == (  # type: ignore[attr-defined]
            it.app.clients[0].id,
            "/",
            "boom",
        )
        assert socket.opened["sid"] not in caplog.text
        assert not it.app.clients[0]._connection.busy  # nothing is owed: a drain need not wait
        socket.send('428["echo"]')
        assert await socket.text() == "438[]"
        assert it.sockets.stats.errors == 1


async def test_an_event_that_was_answered_before_its_fault_is_not_answered_twice() -> None:
    def boom(client: Client, args: list[Argument], ack_id: int | None) -> None:
        client.reply(ack_id or 0, b'"done"')
        raise ZeroDivisionError

    async with running(app=Recorder(on={"boom": boom})) as it:
        socket = await WebSocket.joined(it.port)
        socket.send('427["boom"]')
        socket.send('428["echo"]')
        assert [await socket.text(), await socket.text()] == ['437["done"]', "438[]"]


@pytest.mark.parametrize("way", WAYS)
async def test_emits_from_many_tasks_arrive_in_call_order_and_whole(way: str) -> None:
    async with running(way=way) as it:
        socket = await WebSocket.joined(it.port)
        client = it.app.clients[0]
        calls: list[int] = []

        async def emit(number: int) -> None:
            await asyncio.sleep(0)
            calls.append(number)
            client.emit("n", number, b"%d" % number) if number % 2 else client.emit("n", number)

        await asyncio.gather(*(emit(number) for number in range(200)))
        for number in calls:
            if number % 2:
                assert await socket.text() == f'451-["n",{number},{{"_placeholder":true,"num":0}}]'
                assert await socket.frame() == (2, b"%d" % number)
            else:
                assert await socket.text() == f'42["n",{number}]'


async def test_a_call_gets_exactly_one_answer() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        client = it.app.clients[0]
        call = asyncio.create_task(client.call("ask", 1, timeout=5))
        assert await socket.text() == '420["ask",1]'
        socket.send('430["first",2]')
        socket.send('430["second"]')
        socket.send('4399["unknown"]')
        assert [bytes(part) for part in await call] == [b'"first"', b"2"]
        socket.send('421["echo"]')
        assert await socket.text() == "431[]"


async def test_a_call_without_an_answer_times_out_and_a_late_answer_is_ignored() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        with pytest.raises(TimeoutError):
            await it.app.clients[0].call("ask", timeout=0.05)
        socket.send('430["late"]')
        assert await socket.text() == '420["ask"]'
        socket.send('421["echo"]')
        assert await socket.text() == "431[]"


async def test_a_call_to_a_client_that_leaves_raises_disconnected() -> None:
    async with running() as it:
        socket = await WebSocket.joined(it.port)
        call = asyncio.create_task(it.app.clients[0].call("ask", timeout=5))
        await socket.text()
        socket.abort()
        with pytest.raises(Disconnected):
            await call
        with pytest.raises(Disconnected):
            await it.app.clients[0].call("ask", timeout=5)


async def test_unanswered_calls_leave_nothing_behind() -> None:
    async with running(Options(hard_limit=2**30)) as it:
        socket = await WebSocket.joined(it.port)
        client = it.app.clients[0]
        for _ in range(20):
            calls = (client.call("ask", timeout=0.001) for _ in range(500))
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert {type(result) for result in results} == {TimeoutError}
        assert client._calls == {}
        gc.collect()
        socket.abort()


@pytest.mark.parametrize("way", WAYS)
async def test_reading_pauses_at_the_bound_and_resumes(way: str) -> None:
    gate = asyncio.Event()

    async def slow(*_: object) -> None:
        await gate.wait()

    async with running(Options(inbound_events=64), app=Recorder(on={"slow": slow}), way=way) as it:
        socket = await WebSocket.joined(it.port)
        for number in range(5_000):
            socket.send(f'42["slow",{number}]')
        connection = next(iter(it.sockets.connections.values()))
        await until(lambda: connection.link.paused)
        waiting = len(it.app.clients[0].inbox or ())
        assert 64 <= waiting < 64 + 16
        gate.set()
        await until(lambda: len(it.app.events) == 5_000, 20)
        assert [args for _, args, _ in it.app.events] == [[number] for number in range(5_000)]


async def test_reading_pauses_at_the_byte_bound_too() -> None:
    gate = asyncio.Event()

    async def slow(*_: object) -> None:
        await gate.wait()

    async with running(Options(inbound_bytes=100_000), app=Recorder(on={"slow": slow})) as it:
        socket = await WebSocket.joined(it.port)
        for _ in range(12):
            socket.send('42["slow","' + "x" * 20_000 + '"]')
        connection = next(iter(it.sockets.connections.values()))
        await until(lambda: connection.link.paused)
        assert len(it.app.clients[0].inbox or ()) < 10
        gate.set()
        await until(lambda: len(it.app.events) == 12)


async def test_events_that_wait_are_dropped_when_their_client_leaves() -> None:
    gate = asyncio.Event()

    async def slow(*_: object) -> None:
        await gate.wait()

    async with running(Options(inbound_events=8), app=Recorder(on={"slow": slow})) as it:
        socket = await WebSocket.joined(it.port)
        for _ in range(4):
            socket.send('42["slow"]')
        await until(lambda: len(it.app.clients[0].inbox or ()) == 3)
        it.app.clients[0].disconnect()
        gate.set()
        assert await socket.text() == "41"
        socket.send("40")
        await socket.text()
        for number in range(20):
            socket.send(f'42{number}["echo"]')
        assert [await socket.text() for _ in range(20)] == [f"43{number}[]" for number in range(20)]
        assert [name for name, _, _ in it.app.events].count("slow") == 1


@pytest.mark.parametrize("upgrade", [False, True])
async def test_volatile_events_are_dropped_while_nobody_listens(upgrade: bool) -> None:
    async with running() as it:
        if upgrade:
            socket = await WebSocket.joined(it.port)
            it.app.clients[0].emit("now", volatile=True)
            assert await socket.text() == '42["now"]'
        else:
            polling = await Polling.open(it.port)
            await polling.join()
            it.app.clients[0].emit("lost", volatile=True)
            it.app.clients[0].emit("kept")
            assert (await polling.get()).body == b'42["kept"]'
            assert it.sockets.stats.drops == 1
