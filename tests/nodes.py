"""Two nodes on one database: what one of them remembers must never be trusted over what the other has done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from chatroom.app import App
from chatroom.core.principal import Principal
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from tests.cast import Clock, node, principal, register, room, settings_for


class Nodes(NamedTuple):
    """Two nodes, and Ana and Bob in a room."""

    one: App
    other: App
    ana: Principal
    bob: Principal
    room_id: str


@asynccontextmanager
async def two_nodes(database_url: str, folder: Path, *, private: bool = False) -> AsyncIterator[Nodes]:
    """Start them on an empty database."""
    upgrade(database_url, tables)
    settings = settings_for(database_url, folder)
    async with node(settings, Clock()) as one, node(settings, Clock()) as other:
        ana, bob = await register(one, "Ana"), await register(one, "Bob")
        made = await room(one, ana, bob, private=private)
        yield Nodes(one, other, await principal(one, ana), await principal(one, bob), made["id"])
