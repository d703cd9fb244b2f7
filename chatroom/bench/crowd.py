"""The people of a measurement, stored through the slices' own services: accounts, sessions, rooms, history.

What is written beside the database are the files that the load generator reads: one "token room path" per line.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chatroom.app import App, build
from chatroom.core import ids
from chatroom.core.context import Context, Tx
from chatroom.core.principal import SYSTEM, Principal, Role
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.features.auth.sessions import sessions
from chatroom.features.log import service as log
from chatroom.features.messages import store as messages
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.types import CreateRoom
from chatroom.features.users import service as users
from chatroom.settings import Settings

_BATCH: Final = 500
TEXT: Final = "A message of the usual length, neither long nor short, as people write them all day. " * 2


@dataclass(frozen=True)
class Shape:
    """How many people there are and which rooms they share; the files are named after the fields."""

    people: int = 2000
    hall: int = 1000
    """Members of one large room: `hall.txt`, and ten times over `big.txt`. The others are in no room: `idle.txt`."""
    idle_each: int = 10
    """Connections of each of the others, with a session for each."""
    tens: int = 100
    """Rooms of ten, everybody in one: `tens.txt`."""
    eights: int = 32
    """Rooms of eight: `eights.txt`."""
    listed: int = 50
    """Rooms of ten more people, twenty messages in each: `rooms.txt` is the first of them."""
    cold: int = 400
    """Rooms of one more person with fifty messages each: `cold.txt`.

    The server has 256 newest pages ready, and puts the others together.
    """
    histories: Sequence[int] = (10_000,)
    """Rooms of the first person with so many messages: `history-10000.txt`."""


def fill(folder: Path, database: str, shape: Shape) -> None:
    """Create the database and the crowd, and write the files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    upgrade(database, tables)
    given: dict[str, Any] = {"_env_file": None, "data": folder, "database_url": database, "bcrypt_rounds": 4}
    asyncio.run(_fill(Settings(**given), folder, shape))


async def _fill(settings: Settings, folder: Path, shape: Shape) -> None:
    app = await build(settings)
    try:
        *people, reader = await _people(app, shape.people + 11)
        people, listers = people[:-10], people[-10:]
        hall = await _room(app, people[: shape.hall])
        members = [(token, hall) for _, token in people[: shape.hall]]
        _write(folder / "hall.txt", members)
        _write(folder / "big.txt", members * 10)
        await _idle(app, folder, people[shape.hall :], shape.idle_each)
        for name, size, count in (("tens", 10, shape.tens), ("eights", 8, shape.eights)):
            groups = [people[start : start + size] for start in range(0, count * size, size)]
            made = [(group, await _room(app, group)) for group in groups]
            _write(folder / f"{name}.txt", [(token, room) for group, room in made for _, token in group])
        for _ in range(shape.listed):
            await _talk(app, listers[0][0], await _room(app, listers), 20)
        _write(folder / "rooms.txt", [(listers[0][1], "-", "/api/rooms")])
        _write(folder / "cold.txt", [await _history(app, reader, 50) for _ in range(shape.cold)])
        for length in shape.histories:
            _write(folder / f"history-{length}.txt", [await _history(app, people[0], length)])
    finally:
        await app.db.close()


def _write(path: Path, lines: Iterable[tuple[str, ...]]) -> None:
    path.write_text("".join(" ".join(line) + "\n" for line in lines))


async def _people(app: App, count: int) -> list[tuple[Principal, str]]:
    """So many people, each with the token of an open session."""
    found = []
    for start in range(0, count, _BATCH):
        async with Context(app.kernel, SYSTEM).begin() as tx:
            found += [await _person(tx, number) for number in range(start, min(start + _BATCH, count))]
    return found


async def _idle(app: App, folder: Path, people: Sequence[tuple[Principal, str]], each: int) -> None:
    """Write the file of those who connect and say nothing. No two lines have the same token."""
    tokens = [[token for _, token in people]]
    for _ in range(each - 1):
        async with Context(app.kernel, SYSTEM).begin() as tx:
            tokens.append([(await sessions.start(tx, person.id)).access for person, _ in people])
    _write(folder / "idle.txt", [(token, "-") for some in tokens for token in some])


async def _history(app: App, reader: tuple[Principal, str], length: int) -> tuple[str, str, str]:
    """A room in which one person has said so much, as a line of a file."""
    person, token = reader
    room = await _room(app, [reader])
    await _talk(app, person, room, length)
    return token, room, f"/api/rooms/{room}/messages?limit=50"


async def _person(tx: Tx, number: int) -> tuple[Principal, str]:
    person = await users.add(tx, f"Person {number}", kind="member")
    token = (await sessions.start(tx, person.id)).access
    return Principal(id=person.id, role=Role.USER, username=person.username, name=person.name), token


async def _room(app: App, people: Sequence[tuple[Principal, str]]) -> str:
    """A room of these people, the first of whom made it."""
    ctx = Context(app.kernel, people[0][0])
    room = await rooms.create(ctx, CreateRoom(name="Measured"))
    async with ctx.begin() as tx:
        for person, _ in people[1:]:
            await rooms.add_member(tx, room.id, person.id)
    return room.id


async def _talk(app: App, who: Principal, room_id: str, count: int) -> None:
    """Messages of one person, stored the way the writer stores a batch."""
    for start in range(0, count, _BATCH):
        async with Context(app.kernel, who).begin() as tx:
            head = (await log.lock(tx, [room_id]))[room_id].head
            size = min(_BATCH, count - start)
            await messages.add_all(
                tx.db, [_message(who, room_id, head.seq + 1 + at, tx.now) for at in range(size)]
            )
            await log.advance(tx, {room_id: head.seq + size})


def _message(who: Principal, room_id: str, seq: int, at: int) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "seq": seq,
        "room_id": room_id,
        "sender_id": who.id,
        "content": TEXT,
        "message_type": "text",
        "created_at": at,
        "client_msg_id": None,
    }
