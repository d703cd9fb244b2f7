"""Clients that nobody here wrote talk in one room, and all come back after a restart."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.journeys.conftest import Serve
from tests.journeys.people import Person, register
from tests.journeys.server import ChatServer
from tests.journeys.voices import AsyncVoice, JsVoice, SyncVoice, Voice
from tests.journeys.waiting import until

CLIENTS: dict[str, Callable[[], Voice]] = {
    "js-polling": lambda: JsVoice(["polling"]),
    "js-websocket": lambda: JsVoice(["websocket"]),
    "js-upgrade": lambda: JsVoice(["polling", "websocket"]),
    "py-async": AsyncVoice,
    "py-polling": lambda: AsyncVoice(["polling"]),
    "py-sync": SyncVoice,
}


@dataclass
class Member:
    """A person with a client, and the room's messages as this client knows them."""

    person: Person
    voice: Voice
    room_id: str
    epoch: str = ""
    missed: list[dict[str, Any]] = field(default_factory=list)

    async def connected(self, times: int) -> None:
        name = self.person.name
        await until(f"connection {times} of {name}", lambda: self.voice.connects == times, 25)

    async def knows(self, count: int) -> None:
        await until(f"{self.person.name} to know {count}", lambda: len(self.entries) >= count)

    async def enter(self) -> None:
        """Join the room, and after a silence ask for what was missed."""
        last = max((entry["seq"] for entry in self.entries), default=0)
        joined = await self.voice.call("join_room", {"roomId": self.room_id})
        assert joined["ok"], joined
        self.epoch = self.epoch or joined["data"]["epoch"]
        point = {"roomId": self.room_id, "epoch": self.epoch, "lastSeq": last}
        answer = await self.voice.call("resume", {"rooms": [point]})
        assert answer["ok"], answer
        room = answer["data"]["rooms"][0]
        assert room["hasMore"] is False
        live = {entry["seq"] for entry in self.heard}
        self.missed += [entry for entry in room["entries"] if entry["seq"] not in live]

    async def say(self, content: str) -> None:
        answer = await self.voice.call("send_message", {"roomId": self.room_id, "content": content})
        assert answer["ok"], answer
        assert answer["data"]["content"] == content

    @property
    def heard(self) -> list[dict[str, Any]]:
        """What arrived live, in order of arrival."""
        return [said for event, said in self.voice.heard if event in {"receive_message", "room_entry"}]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """All it knows."""
        return sorted([*self.heard, *self.missed], key=lambda entry: int(entry["seq"]))

    def check(self, log: list[dict[str, Any]]) -> None:
        """Every entry once, as the server keeps it, and the live ones in order."""
        assert [entry["seq"] for entry in self.entries] == [entry["seq"] for entry in log]
        ours = [entry["id"] for entry in self.entries if "id" in entry]
        assert ours == [entry["id"] for entry in log if "id" in entry]
        if self.voice.in_order:
            live = [entry["seq"] for entry in self.heard]
            assert live == sorted(live)


async def _gather(url: str, clients: dict[str, Callable[[], Voice]]) -> list[Member]:
    people = [register(url, name) for name in clients]
    room_id = people[0].create_room()["id"]
    members = []
    for person, make in zip(people, clients.values(), strict=True):
        if person is not people[0]:
            person.join(room_id)
        member = Member(person, make(), room_id)
        await member.voice.open(url, person.token)
        members.append(member)
    for member in members:
        await member.connected(1)
        await member.enter()
    return members


async def _talk(members: list[Member], rounds: int) -> None:
    for number in range(rounds):
        await asyncio.gather(*[member.say(f"{member.person.name} {number}") for member in members])


async def _all_know_everything(members: list[Member]) -> None:
    log = members[0].person.read_log(members[0].room_id)
    assert [entry["seq"] for entry in log] == list(range(1, len(log) + 1))
    for member in members:
        await member.knows(len(log))
        member.check(log)


@pytest.mark.parametrize("way", ["fast", "portable"])
async def test_every_client_hears_every_message_once_and_in_order(prepare: Serve, way: str) -> None:
    server = prepare(MESSAGE_RATE_LIMIT="0")
    if way == "portable":  # plain ASGI under another server
        server.command = ("-m", "tests.journeys.portable")
    await asyncio.to_thread(server.start)
    members = await _gather(server.url, CLIENTS)
    await _talk(members, 5)
    await _all_know_everything(members)
    transports = [member.voice.transport for member in members if isinstance(member.voice, JsVoice)]
    assert transports == ["polling", "websocket", "websocket"]
    await asyncio.gather(*[member.voice.close() for member in members])
    assert server.stop() == 0
    assert server.faults == []


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGKILL"])
async def test_every_client_comes_back_after_a_restart(server: ChatServer, ending: str) -> None:
    members = await _gather(server.url, CLIENTS)
    await _talk(members, 2)
    if ending == "SIGTERM":
        assert await asyncio.to_thread(server.stop) == 0
    else:
        await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    for number in range(3):
        members[0].person.say(members[0].room_id, f"while you were away {number}")
    for member in members:
        await member.connected(2)
        await member.enter()
    await _talk(members, 2)
    await _all_know_everything(members)
    await asyncio.gather(*[member.voice.close() for member in members])
