"""The room log: one dense order under every kind of concurrency, on every kind of database."""

import asyncio
from typing import Any

import pytest

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.features.log import service as log
from chatroom.features.rooms.entries import JOINED, LEFT
from tests.cast import do, principal, register, room


async def _entries(app: App, who: Any, room_id: str) -> list[dict[str, Any]]:
    """Every entry of a room's log, read forward page by page."""
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["seq"] if found else 0
        page = await do(app, who, "messages.history", roomId=room_id, after=after, limit=7)
        found += page["entries"]
        if not page["hasMore"]:
            assert page["headSeq"] == (found[-1]["seq"] if found else 0)
            return found


async def test_seq_is_dense_under_joins_leaves_and_sends_at_once(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    made = await room(every_app, ana)
    people = [await principal(every_app, await register(every_app, f"P{n}")) for n in range(6)]
    sent = 0

    async def come_talk_and_go(who: Any, rounds: int) -> None:
        nonlocal sent
        for number in range(rounds):
            await do(every_app, who, "rooms.join", roomId=made["id"])
            for content in ("one", "two"):
                await do(every_app, who, "messages.send", roomId=made["id"], content=f"{content} {number}")
                sent += 1
            await do(every_app, who, "rooms.leave", roomId=made["id"])

    await asyncio.gather(*(come_talk_and_go(who, 4) for who in people))
    reader = await principal(every_app, ana)
    entries = await _entries(every_app, reader, made["id"])
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    kinds = [entry["kind"] for entry in entries]
    assert (kinds.count("message"), kinds.count("joined"), kinds.count("left")) == (sent, 25, 24)
    assert {entry["epoch"] for entry in entries} == {made["epoch"]}
    assert (await do(every_app, reader, "rooms.show", roomId=made["id"]))["memberCount"] == 1


async def test_rooms_count_apart_and_have_epochs_of_their_own(app: App) -> None:
    zoe = await register(app, "Zoe")
    rooms = [await room(app, zoe) for _ in range(3)]
    assert [made["headSeq"] for made in rooms] == [1, 1, 1]
    assert len({made["epoch"] for made in rooms}) == 3


async def test_an_entry_of_a_room_without_a_log_is_refused(app: App) -> None:
    zoe = await principal(app, await register(app, "Zoe"))
    with pytest.raises(Problem) as refused:
        async with Context(app.kernel, zoe).begin() as tx:
            await log.append(tx, "01900000-0000-7000-8000-000000000000", JOINED)
    assert refused.value.code == "room_not_found"


async def test_an_entry_that_is_rolled_back_takes_no_seq_and_is_told_nobody(app: App) -> None:
    zoe = await register(app, "Zoe")
    made = await room(app, zoe)
    who = await principal(app, zoe)

    async def fail() -> None:
        async with Context(app.kernel, who).begin() as tx:
            await log.append(tx, made["id"], JOINED, data={"why": "test"})
            raise RuntimeError("no such luck")

    with pytest.raises(RuntimeError, match="no such luck"):
        await fail()
    assert [entry["seq"] for entry in await _entries(app, who, made["id"])] == [1]
    async with Context(app.kernel, who).begin() as tx:
        head = await log.append(tx, made["id"], LEFT, subject=zoe.id, data={"why": "test"})
    assert head.seq == 2
    newest = (await _entries(app, who, made["id"]))[-1]
    assert (newest["data"], newest["subjectId"], newest["actorId"]) == ({"why": "test"}, zoe.id, zoe.id)
