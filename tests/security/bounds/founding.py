"""Writes a database with people, a large room, a long history and many rooms."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from chatroom.app import App, build
from chatroom.core import ids
from chatroom.core.context import Context
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
from tests.security.bounds.town import Town

RESIDENTS: Final = 6
STREETS: Final = 12
"""Rooms of all residents: together they may say 36 messages a second, 5 in 10 seconds each in each."""
_BATCH: Final = 500
_LONGEST: Final = 8_000 * "\N{PENGUIN}"

Account = tuple[Principal, str]
"""Somebody and their token."""


def found(folder: Path, *, crowd: int = 2_000, market: int = 1_000, long_messages: int = 600) -> None:
    """Write a database, its secrets and `town.json` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    database = f"sqlite:///{folder}/chatroom.db"
    upgrade(database, tables)
    # More rooms than the default lets one person be in: the first resident has made them all.
    given: dict[str, Any] = {"_env_file": None, "data": folder, "database_url": database, "max_rooms": 10_000}
    town = asyncio.run(_found(Settings(**given), crowd, market, long_messages))
    (folder / "town.json").write_text(json.dumps(asdict(town)))


async def _found(settings: Settings, crowd: int, market: int, long_messages: int) -> Town:
    app = await build(settings)
    try:
        residents = await _people(app, RESIDENTS, "member")
        (collector,) = await _people(app, 1, "member")
        many = await _people(app, crowd, "member")
        archive = await _room(app, [residents[0], *many[:12]])
        town = Town(
            residents=[token for _, token in residents],
            streets=[await _room(app, residents) for _ in range(STREETS)],
            crowd=[token for _, token in many],
            guests=[token for _, token in await _people(app, 20, "guest")],
            hall=await _room(app, [residents[0], *many]),
            archive=archive,
            epoch=await _talk(app, residents[0][0], archive, long_messages),
            market=[await _room(app, [residents[0], collector]) for _ in range(market)],
            collector=collector[1],
        )
    finally:
        await app.db.close()
    return town


async def _people(app: App, count: int, kind: Any) -> list[Account]:
    made: list[Account] = []
    while len(made) < count:
        async with Context(app.kernel, SYSTEM).begin() as tx:
            for _ in range(min(_BATCH, count - len(made))):
                person = await users.add(tx, f"Person {len(made)}", kind=kind)
                token = (await sessions.start(tx, person.id)).access
                who = Principal(id=person.id, role=Role.USER, username=person.username, name=person.name)
                made.append((who, token))
    return made


async def _room(app: App, people: Sequence[Account]) -> str:
    ctx = Context(app.kernel, people[0][0])
    room = await rooms.create(ctx, CreateRoom(name="A room of the town"))
    for start in range(1, len(people), _BATCH):
        async with ctx.begin() as tx:
            for person, _ in people[start : start + _BATCH]:
                await rooms.add_member(tx, room.id, person.id)
    return room.id


async def _talk(app: App, who: Principal, room_id: str, count: int) -> str:
    """Store the longest messages; return the epoch of the room's log."""
    async with Context(app.kernel, who).begin() as tx:
        head = (await log.lock(tx, [room_id]))[room_id].head
        rows = [
            {
                "id": ids.new(),
                "seq": head.seq + 1 + at,
                "room_id": room_id,
                "sender_id": who.id,
                "content": _LONGEST,
                "message_type": "text",
                "created_at": tx.now,
                "client_msg_id": None,
            }
            for at in range(count)
        ]
        await messages.add_all(tx.db, rows)
        await log.advance(tx, {room_id: head.seq + count})
        return head.epoch
