"""A database that tells late of a commit: what follows it in the log is told after it all the same."""

import asyncio
from pathlib import Path

import pytest

from chatroom.db.migrate import upgrade
from chatroom.features import tables
from tests.cast import Clock, do, node, principal, register, room, settings_for
from tests.doors import Server, listening, until
from tests.features.messages.test_writer import put
from tests.line import line_to


@pytest.mark.parametrize("database", ["postgresql_url", "mariadb_url"])
async def test_a_message_is_told_behind_the_join_before_it(
    database: str, request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> None:
    url: str = request.getfixturevalue(database)
    upgrade(url, tables)
    async with line_to(url) as (line, through), node(settings_for(through, tmp_path), clock) as app:
        ana, bob = await register(app, "Ana"), await register(app, "Bob")
        room_id = (await room(app, ana))["id"]
        who, other = await principal(app, ana), await principal(app, bob)

        async def stored() -> bool:
            found = await do(app, who, "messages.history", roomId=room_id)
            return bool(found["messages"])

        async with listening(app) as address:
            ears = await Server(app, address).in_room(ana, room_id)
            go_on = line.hold_after(b"joined", b"COMMIT")
            joining = asyncio.create_task(do(app, other, "rooms.join", roomId=room_id))
            await until(lambda: line.holds)
            sending = asyncio.ensure_future(put(app, who, room_id, "after Bob"))
            while not await stored():  # each look takes turns of the loop
                pass
            await ears.settle()
            told_early = ears.all("receive_message") or sending.done()
            go_on.set()
            sent, _ = await sending, await joining
            await ears.settle()
            heard = [
                (name, said["seq"]) for name, said in ears.heard if name in ("room_entry", "receive_message")
            ]
            await ears.close()
    assert not told_early
    assert heard[-2:] == [("room_entry", sent.seq - 1), ("receive_message", sent.seq)]
