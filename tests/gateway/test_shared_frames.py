"""What many are told at once reaches each in the order in which it was said, whatever else they are told."""

import asyncio
import json
import random
from collections import defaultdict

import pytest

from chatroom.gateway.engine import budget
from chatroom.gateway.engine.client import Client
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.shared_frames import Channel, SharedFrames
from chatroom.wire.frame import Frame, event_frame
from tests.gateway.harness import WAYS, Running, running, until
from tests.gateway.raw_clients import Polling, WebSocket


def _said(number: int) -> Frame:
    return event_frame("n", b"%d" % number)


def _room(clients: list[Client]) -> Channel[str]:
    room = Channel[str]()
    for client in clients:
        room.add(client.id, client)
    return room


async def _crowd(it: Running, count: int) -> list[WebSocket]:
    return [await WebSocket.joined(it.port) for _ in range(count)]


async def _heard(socket: WebSocket, count: int) -> list[int]:
    """The numbers of the next `count` events."""
    return [json.loads((await socket.text())[2:])[1] for _ in range(count)]


@pytest.mark.parametrize("way", WAYS)
async def test_two_rooms_and_words_to_one_arrive_in_the_order_of_the_calls(way: str) -> None:
    dice = random.Random(4)
    async with running(way=way) as it:
        sockets = await _crowd(it, 12)
        clients = it.app.clients
        rooms = [(_room(group), group) for group in (clients, clients[:7], clients[5:])]
        expected: defaultdict[Client, list[int]] = defaultdict(list)
        for number in range(600):
            if dice.random() < 0.1:
                await asyncio.sleep(0)
            room, members = dice.choice(rooms)
            if dice.random() < 0.3:
                members = [dice.choice(clients)]
                members[0].push(_said(number))
            else:
                room.tell(_said(number))
            for member in members:
                expected[member].append(number)
        for socket, client in zip(sockets, clients, strict=True):
            assert await _heard(socket, len(expected[client])) == expected[client]


async def test_what_a_turn_has_no_time_for_goes_out_before_the_next_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget, "BUDGET", 0.0)
    async with running() as it:
        sockets = await _crowd(it, 80)
        room = _room(it.app.clients)
        for number in range(90):
            room.tell(_said(number))
            if number % 5 == 2:
                it.app.clients[number % 80].push(_said(number + 1000))
                await asyncio.sleep(0)
        for socket in sockets:
            heard = await _heard(socket, 90)
            own = [number for number in heard if number >= 1000]
            heard += await _heard(socket, len(own))
            assert [number for number in heard if number < 1000] == list(range(90))
            mine = [at for at, number in enumerate(heard) if number >= 1000]
            assert [heard[at] - 1000 for at in mine] == [heard[at - 1] for at in mine]


async def test_who_comes_or_goes_between_two_words_hears_what_is_said_while_there() -> None:
    async with running() as it:
        sockets = await _crowd(it, 7)
        room = _room(it.app.clients[:6])
        first, last = it.app.clients[0], it.app.clients[6]
        room.tell(_said(1))
        room.remove(first.id)
        room.add(last.id, last)
        room.tell(_said(2))
        room.add(first.id, first)
        room.remove(last.id)
        room.tell(_said(3))
        assert await _heard(sockets[0], 2) == [1, 3]
        assert await _heard(sockets[1], 3) == [1, 2, 3]
        first.push(_said(4))
        last.push(_said(4))
        assert await _heard(sockets[0], 1) == [4]
        assert await _heard(sockets[6], 2) == [2, 4]


async def test_nothing_follows_the_farewell_of_a_namespace() -> None:
    async with running() as it:
        sockets = await _crowd(it, 6)
        room = _room(it.app.clients)
        room.tell(_said(1))
        it.app.clients[0].disconnect()
        room.tell(_said(2))
        it.app.clients[1].close("rate limit")
        room.tell(_said(3))
        assert [await sockets[0].text() for _ in range(2)] == ['42["n",1]', "41"]
        assert await _heard(sockets[1], 2) == [1, 2]
        assert await sockets[1].closed() == 1008
        assert await _heard(sockets[2], 3) == [1, 2, 3]
        await asyncio.sleep(0)
        it.app.clients[2].push(_said(4))
        assert await _heard(sockets[2], 1) == [4]


async def test_polling_and_other_servers_are_told_frame_by_frame() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        sockets = await _crowd(it, 5)
        room = _room(it.app.clients)
        for number in (1, 2):
            room.tell(_said(number))
        assert (await polling.get()).body == b'42["n",1]\x1e42["n",2]'
        assert await _heard(sockets[0], 2) == [1, 2]


async def test_the_frames_of_a_turn_count_against_the_hard_limit() -> None:
    async with running(Options(hard_limit=256 * 1024)) as it:
        await _crowd(it, 6)
        room = _room(it.app.clients)
        for _ in range(60):
            room.tell(event_frame("block", b'"' + b"x" * 200_000 + b'"'))
        await until(lambda: len(it.app.ends) == 6)
        assert {reason for _, reason in it.app.ends} == {"slow consumer"}


def test_a_silent_room_keeps_nothing() -> None:
    room = Channel[str]()
    room.tell(_said(1))
    assert room._shared_frames() is None


def test_a_burst_is_cut_at_the_places_of_what_is_said_to_one() -> None:
    burst = SharedFrames()
    frames = [_said(number) for number in range(4)]
    burst.frames += frames
    mine = [_said(number) for number in (10, 11, 12)]
    cut = burst.mix(mine, [0, 2, 4])
    assert cut == b"".join(f.ws for f in (mine[0], *frames[:2], mine[1], *frames[2:], mine[2]))


async def test_a_hall_that_fills_while_it_is_told_misses_nothing() -> None:
    async with running() as it:
        sockets = await _crowd(it, 12)
        room = _room(it.app.clients[:6])
        for number, client in enumerate(it.app.clients[6:]):
            room.tell(_said(number))
            room.add(client.id, client)
            room.add(client.id, client)
        room.tell(_said(6))
        for place, socket in enumerate(sockets):
            expected = list(range(max(place - 5, 0), 7))
            assert await _heard(socket, len(expected)) == expected
