"""Somebody talks garbage while two others chat: every piece is answered, nothing is stored, nobody notices."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.journeys import garbage
from tests.journeys.conftest import Serve
from tests.journeys.people import Person, register
from tests.journeys.raw import Raw, raw
from tests.journeys.server import ChatServer
from tests.journeys.voices import AsyncVoice
from tests.journeys.waiting import until

PATIENCE = 3.0
"""Seconds in which a message between the two must come back, on a busy machine."""


class Chat:
    """Two people in one room, who say something all the time and listen."""

    def __init__(self, server: ChatServer) -> None:
        self.server = server
        self.people = [register(server.url, "Ana"), register(server.url, "Bo")]
        self.room_id: str = self.people[0].create_room("Quiet")["id"]
        self.people[1].join(self.room_id)
        self.voices = [AsyncVoice(["websocket"]), AsyncVoice(["polling"])]
        self.said = 0
        self.slowest = 0.0
        self.enough = False

    async def open(self) -> None:
        for person, voice in zip(self.people, self.voices, strict=True):
            await voice.open(person.url, person.token)
            await voice.call("join_room", {"roomId": self.room_id})

    async def chat(self) -> None:
        """Say one thing after another, each when both have heard the last, until it is enough.

        Nobody cancels this: `asyncio.wait_for` of Python 3.11, in python-socketio, may swallow a cancellation.
        """
        while not self.enough:
            started = time.monotonic()
            self.said += 1
            body = {"roomId": self.room_id, "content": f"number {self.said}"}
            await self.voices[self.said % 2].call("send_message", body)
            for voice in self.voices:
                await voice.hear("receive_message", self.said)
            self.slowest = max(self.slowest, time.monotonic() - started)

    def check(self) -> None:
        """They heard each other, once and in order, and nothing else."""
        expected = [f"number {number}" for number in range(1, self.said + 1)]
        for voice in self.voices:
            assert [said["content"] for said in voice.of("receive_message")] == expected
            strange = {event for event, _ in voice.heard} - {"receive_message", "user_joined", "room_joined"}
            assert strange <= {"user_status"}  # of each other
            assert voice.connects == 1
        assert self.said > 3
        assert self.slowest < PATIENCE


@asynccontextmanager
async def _undisturbed(server: ChatServer) -> AsyncIterator[Chat]:
    """Two people chat throughout the block; check afterwards that they noticed nothing."""
    chat = await asyncio.to_thread(Chat, server)
    await chat.open()
    chatting = asyncio.create_task(chat.chat())
    try:
        yield chat
        enough = chat.said + 4
        await until("the two to say some more", lambda: chat.said >= enough)
    finally:
        chat.enough = True
        await chatting
    for voice in chat.voices:
        await voice.hear("receive_message", chat.said)
    chat.check()
    for voice in chat.voices:
        await voice.close()


def _stored(server: ChatServer, but: str) -> dict[str, list[Any]]:
    """All rows of all tables, but those of one room, and without the times at which somebody was last seen."""
    rows: dict[str, list[Any]] = {}
    with contextlib.closing(sqlite3.connect(server.data / "chatroom.db")) as db:
        db.row_factory = sqlite3.Row
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            found = [dict(row) for row in db.execute(f'SELECT * FROM "{name}"')]  # noqa: S608 - its own names
            kept = [row for row in found if row.get("room_id") != but]
            rows[name] = sorted(
                str({key: value for key, value in row.items() if not key.startswith("last_")}) for row in kept
            )
    return rows


class Hostile:
    """Mallory, who belongs to a room of her own and comes back when she is thrown out."""

    def __init__(self, mallory: Person) -> None:
        self.mallory = mallory
        self._stack = contextlib.AsyncExitStack()
        self._raw: Raw | None = None

    async def line(self) -> Raw:
        """A connection that is open."""
        if self._raw is None or self._raw.wire.closed:
            self._raw = await self._stack.enter_async_context(raw(self.mallory.url))
            assert (await self._raw.connect(self.mallory.token)).kind == "connected"
        return self._raw

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def hostile(server: ChatServer) -> AsyncIterator[Hostile]:
    someone = Hostile(await asyncio.to_thread(register, server.url, "Mallory"))
    yield someone
    await someone.close()


@pytest.mark.parametrize("ack", ["asked", "not asked"])
@pytest.mark.timeout(120)
async def test_every_wrong_event_is_refused(server: ChatServer, hostile: Hostile, ack: str) -> None:
    room_id = hostile.mallory.create_room("Mine")["id"]
    async with _undisturbed(server) as chat:
        before = _stored(server, chat.room_id)
        accepted = []
        for number, (event, args) in enumerate(garbage.events(room_id)):
            line = await hostile.line()
            await line.send(garbage.packet(event, args, number if ack == "asked" else None))
            outcome = await line.outcome()
            if not outcome.is_refusal:
                accepted.append((event, str(args)[:200], outcome))
        assert accepted == []
        assert _stored(server, chat.room_id) == before


@pytest.mark.timeout(120)
async def test_every_wrong_packet_is_answered_or_closed(server: ChatServer, hostile: Hostile) -> None:
    room_id = hostile.mallory.create_room("Mine")["id"]
    async with _undisturbed(server) as chat:
        before = _stored(server, chat.room_id)
        passed = []
        for packet in garbage.packets(room_id):
            line = await hostile.line()
            await line.send(packet)
            outcome = await line.outcome()
            if not outcome.is_refusal:
                passed.append((packet[:100], outcome))
        assert passed == []
        assert _stored(server, chat.room_id) == before


@pytest.mark.timeout(120)
async def test_every_wrong_token_is_refused(serve: Serve) -> None:
    server = serve(ALLOW_ANONYMOUS_SOCKETS="0", MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off")
    async with _undisturbed(server) as chat:
        before = _stored(server, chat.room_id)
        admitted = []
        for packet in garbage.auths():
            async with raw(server.url) as line:
                await line.send(packet)
                outcome = await line.outcome()
                if not outcome.is_refusal:
                    admitted.append((packet[:100], outcome))
        assert admitted == []
        assert _stored(server, chat.room_id) == before
    server.end()
    assert server.faults == []


def _floods() -> Iterator[str]:
    yield "439999999999[]"
    yield "430[" + ",".join(["1"] * 20_000) + "]"
    yield '42["get_room_users",{}]'
    yield "3"
    yield "3probe"


async def test_acknowledgements_that_nobody_asked_for_change_nothing(
    server: ChatServer, hostile: Hostile
) -> None:
    async with _undisturbed(server):
        line = await hostile.line()
        for packet in _floods():
            for _ in range(200):
                await line.send(packet)
        await line.send(garbage.packet("no_such_event", [], 77))
        while (outcome := await line.outcome()).kind == "error":
            assert outcome.said["code"] == "bad_input"
        assert outcome.said["error"]["code"] == "unknown_event"


async def test_more_arguments_and_fields_than_asked_for_mean_nothing(
    server: ChatServer, hostile: Hostile
) -> None:
    room_id = hostile.mallory.create_room("Mine")["id"]
    line = await hostile.line()
    body = {
        "roomId": room_id,
        "content": "right",
        "senderId": garbage.NOWHERE,
        "seq": 77,
        "id": "x",
        "role": "admin",
    }
    await line.send(garbage.packet("send_message", [body, {"content": "more"}, None, 5], 0))
    said = (await line.outcome()).said["data"]
    assert (said["senderId"], said["content"]) == (hostile.mallory.id, "right")
    assert said["seq"] == hostile.mallory.read_log(room_id)[-1]["seq"]


async def _codes(line: Raw) -> list[str]:
    """The answers until the connection is closed."""
    codes = []
    while (outcome := await line.outcome()).kind == "ack":
        codes.append("ok" if outcome.said["ok"] else outcome.said["error"]["code"])
    assert outcome.kind == "closed"
    return codes


async def test_somebody_who_floods_is_slowed_down_and_then_closed(serve: Any) -> None:
    server = await asyncio.to_thread(serve)  # with its limits on
    mallory = await asyncio.to_thread(register, server.url, "Mallory")
    async with raw(server.url) as line:
        await line.connect(mallory.token)
        hearing = asyncio.create_task(_codes(line))  # at once: a reset takes away what nobody has read yet
        with contextlib.suppress(aiohttp.ClientError):
            for number in range(2000):
                await line.send(garbage.packet("leave_room", [{"roomId": garbage.NOWHERE}], number))
                await asyncio.sleep(0)
        assert {"ok", "rate_limited"} == set(await hearing)
    assert mallory.ask("GET", "/api/rooms").status_code == 200
    server.end()
    assert server.faults == []
