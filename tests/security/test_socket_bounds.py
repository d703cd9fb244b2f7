"""What one address may cost the server through its sockets: memory, and the time of everybody else."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.raw_clients import Polling, WebSocket
from tests.journeys.people import Person, register
from tests.journeys.server import ChatServer
from tests.security.pressure import Pressure

SECONDS = 4.0
GUESTS = 20
LONG = 8_000 * "\U0001f427"


@pytest.fixture
def chat(tmp_path: Path) -> Any:
    """A server with the limits of production, started by the test."""
    server = ChatServer(tmp_path)
    yield server
    server.end()
    assert server.faults == [], server.log[-4000:]


async def fill(server: ChatServer, person: Person, room_id: str, text: str, count: int) -> None:
    """Say something many times over."""
    line = await WebSocket.joined(server.port, json.dumps({"token": person.token}))
    for start in range(0, count, 32):
        numbers = range(start, min(start + 32, count))
        for number in numbers:
            asked = ["send_message", {"roomId": room_id, "content": text}]
            line.send(f"42{number}" + json.dumps(asked, ensure_ascii=False))
        for _ in numbers:
            while not (said := await line.text(20)).startswith("43"):
                pass
            assert '"ok":true' in said, said[:200]
    line.abort()


def filled(server: ChatServer, text: str, count: int) -> tuple[Person, dict[str, Any]]:
    """Start a server with a public room that holds so many messages, and the limits of production."""
    limits = {"MESSAGE_RATE_LIMIT": "0"}
    server.settings.update(limits)
    server.start()
    ana = register(server.url, "Ana")
    room = ana.create_room()
    asyncio.run(fill(server, ana, room["id"], text, count))
    server.stop()
    for name in limits:
        del server.settings[name]
    server.start()
    return ana, ana.tell("GET", f"/api/v1/rooms/{room['id']}")["data"]


async def attack(one: Callable[[int], Awaitable[None]], count: int = GUESTS) -> None:
    """Do it as so many clients of one address at once, again and again, for a few seconds."""
    end = time.monotonic() + SECONDS

    async def again(number: int) -> None:
        while time.monotonic() < end:
            with contextlib.suppress(ConnectionError, TimeoutError):
                await one(number)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(again(number) for number in range(count)))
    for writer in WebSocket.writers:
        writer.transport.abort()
    WebSocket.writers.clear()
    await asyncio.sleep(0.1)  # the transports close their sockets


def points(room: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Where somebody was that has seen nothing of a room, said so many times."""
    return [{"roomId": room["id"], "epoch": room["epoch"], "lastSeq": 1}] * count


@pytest.mark.parametrize("text", [LONG, 100 * "x"], ids=["long", "short"])
def test_a_resume_of_one_room_two_hundred_times_costs_what_one_costs(chat: ChatServer, text: str) -> None:
    _, room = filled(chat, text, 300)
    asked = json.dumps(["resume", {"rooms": points(room, 200)}])

    async def one(_: int) -> None:
        line = await WebSocket.joined(chat.port)
        for _ in range(5):
            line.send("421" + asked)
        for _ in range(5):
            assert len(await line.text()) < 200_000
        line.abort()

    with Pressure(chat) as pressure:
        asyncio.run(attack(one))
    pressure.check("resume")


def test_a_resume_whose_answer_nobody_reads_costs_its_budget(chat: ChatServer) -> None:
    _, room = filled(chat, LONG, 300)
    asked = json.dumps(["resume", {"rooms": points(room, 1)}])

    async def one(number: int) -> None:
        if number % 2:
            polling = await Polling.open(chat.port)
            await polling.join()
            for _ in range(20):
                await asyncio.wait_for(polling.post("\x1e".join(["421" + asked] * 5).encode()), 1)
        else:
            line = await WebSocket.joined(chat.port)
            line.writer.transport.pause_reading()  # type: ignore[attr-defined]
            for _ in range(50):
                line.send("421" + asked)
            await asyncio.sleep(1)
            line.abort()

    with Pressure(chat) as pressure:
        asyncio.run(attack(one))
    pressure.check("resume, unread")


def test_a_handshake_that_resumes_costs_what_its_reader_takes(chat: ChatServer) -> None:
    _, room = filled(chat, LONG, 300)
    auth = json.dumps({"dialect": "native", "resume": points(room, 200)})

    async def one(number: int) -> None:
        line = await WebSocket.joined(chat.port, auth)
        if number % 2:
            line.writer.transport.pause_reading()  # type: ignore[attr-defined]
        else:
            for _ in range(100):
                await line.text()
        await asyncio.sleep(0.2)
        line.abort()

    with Pressure(chat) as pressure:
        asyncio.run(attack(one))
    pressure.check("auth.resume")


FLIPS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "typing": [("typing", {"isTyping": True}), ("typing", {"isTyping": False})],
    "listening": [("join_room", {}), ("leave_room", {})],
}


@pytest.mark.parametrize("flips", FLIPS)
def test_flips_that_others_hear_of_have_a_price(chat: ChatServer, flips: str) -> None:
    """One person on twenty sockets; what a listener hears in the time is bounded by their one budget."""
    chat.start()
    ana, bob = register(chat.url, "Ana"), register(chat.url, "Bob")
    room_id = ana.create_room()["id"]
    bob.join(room_id)
    packets = ["421" + json.dumps([event, {"roomId": room_id, **fields}]) for event, fields in FLIPS[flips]]
    refused = heard = 0

    async def one(_: int) -> None:
        nonlocal refused
        line = await WebSocket.joined(chat.port, json.dumps({"token": ana.token, "dialect": "native"}))
        line.send("420" + json.dumps(["join_room", {"roomId": room_id}]))
        for _ in range(30):
            for packet in packets:
                line.send(packet)
            await asyncio.sleep(0.05)
        for _ in range(60):
            refused += "rate_limited" in await line.text()
        line.abort()

    async def listen() -> None:
        nonlocal heard
        lines = [await WebSocket.joined(chat.port, json.dumps({"token": bob.token})) for _ in range(200)]
        for line in lines:
            line.send("42" + json.dumps(["join_room", {"roomId": room_id}]))
        listening = asyncio.create_task(attack(one))
        while not listening.done():
            with contextlib.suppress(TimeoutError, ConnectionError):
                heard += len(await lines[0].text(0.2))
            await asyncio.sleep(0)

    with Pressure(chat) as pressure:
        asyncio.run(listen())
    pressure.check(flips)
    print(f"{heard / 1000:.0f} kB heard by each listener, {refused} refused")
    assert refused
    assert heard < 400_000
