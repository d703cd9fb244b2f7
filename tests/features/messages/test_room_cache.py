"""The cache of rooms: what memory answers is what the database would, whoever changed it."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, update

from chatroom import features
from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.page import decode_seq
from chatroom.core.principal import Principal
from chatroom.features import tables
from chatroom.features.log import service as log
from chatroom.features.log.types import Effect, EntryKind, EntryKinds, Head
from chatroom.features.messages.reading.history import Pages
from chatroom.features.messages.reading.newest import AGE
from chatroom.features.messages.reading.room_cache import BUDGET, CachedMessage, CachedRange, RoomCache
from chatroom.features.rooms.entries import JOINED
from tests.cast import do
from tests.nodes import Nodes, two_nodes

_MESSAGES, _USERS = tables.tables["messages"], tables.tables["users"]
EDIT = update(_MESSAGES).where(_MESSAGES.c.seq == bindparam("at")).values(content="edited")
REWRITE = update(_MESSAGES).where(_MESSAGES.c.seq == bindparam("at")).values(content=bindparam("text"))
EDITED = EntryKind("edited", Effect.MESSAGE)
NOTICED = EntryKind("noticed", Effect.NOTHING)
KINDS = EntryKinds({**features.kinds, NOTICED.name: NOTICED})
REMOVE = delete(_MESSAGES).where(_MESSAGES.c.seq == bindparam("at"))
RENAME = update(_USERS).values(name='Zoë", "content": "\\')


@pytest.fixture
async def nodes(database_url: str, tmp_path: Path) -> AsyncIterator[Nodes]:
    async with two_nodes(database_url, tmp_path) as both:
        yield both


async def say(nodes: Nodes, count: int) -> None:
    for number in range(count):
        app, who = ((nodes.one, nodes.ana), (nodes.other, nodes.bob))[number % 2]
        content = f'{number} \u2603 ","content":"\\" ,"username":'
        await do(app, who, "messages.send", roomId=nodes.room_id, content=content)


async def both(nodes: Nodes, **asked: Any) -> Any:
    """A page as the node says that remembers, which has to be what the database says to the other's plain look."""
    page = await do(nodes.one, nodes.ana, "messages.history", roomId=nodes.room_id, **asked)
    nodes.other.kernel.ports[Pages] = Pages(nodes.other.db, KINDS)
    assert page == await do(nodes.other, nodes.bob, "messages.history", roomId=nodes.room_id, **asked)
    return page


async def test_every_page_is_the_same_from_memory_and_from_the_database(nodes: Nodes) -> None:
    choice = random.Random(7)
    await say(nodes, 30)
    cursors: list[str] = []
    for turn in range(60):
        cursor = {"cursor": choice.choice(cursors)} if cursors and turn % 3 else {}
        page = await both(nodes, limit=choice.randint(1, 12), **cursor)
        cursors += [found for name in ("nextCursor", "prevCursor") if (found := page[name])]
        if turn % 10 == 5:
            await say(nodes, choice.randint(1, 3))
        if turn % 20 == 9:
            await do(nodes.other, nodes.bob, "rooms.leave", roomId=nodes.room_id)
            await do(nodes.other, nodes.bob, "rooms.join", roomId=nodes.room_id)


async def test_a_change_by_another_node_that_takes_a_seq_is_in_the_next_page(nodes: Nodes) -> None:
    await say(nodes, 8)
    newest = await both(nodes, limit=4)
    older = await both(nodes, limit=2, cursor=newest["nextCursor"])
    async with Context(nodes.other.kernel, nodes.bob).begin() as tx:
        await tx.db.run(EDIT, {"at": older["messages"][0]["seq"]})
        await log.append(tx, nodes.room_id, EDITED, subject=older["messages"][0]["id"])
    await say(nodes, 1)
    again = await both(nodes, limit=2, cursor=newest["nextCursor"])
    assert [message["content"] == "edited" for message in again["messages"]] == [True, False]


async def test_an_entry_between_messages_leaves_the_rest_in_memory(nodes: Nodes) -> None:
    nodes.one.kernel.ports[Pages] = Pages(nodes.one.db, KINDS)
    await say(nodes, 8)
    newest = await both(nodes, limit=4)
    await both(nodes, limit=2, cursor=newest["nextCursor"])
    cached = nodes.one.kernel.ports[Pages]._cache.get(nodes.room_id)
    for kind, about in ((EDITED, newest["messages"][0]["id"]), (NOTICED, None), (JOINED, nodes.bob.id)):
        async with Context(nodes.other.kernel, nodes.bob).begin() as tx:
            await log.append(tx, nodes.room_id, kind, subject=about)
        await say(nodes, 1)
        await both(nodes, limit=4)
        assert nodes.one.kernel.ports[Pages]._cache.get(nodes.room_id) is cached


async def edit(nodes: Nodes, app: App, who: Principal, message: Any, content: str) -> None:
    """What an edit will be: another content, and an entry that says so."""
    async with Context(app.kernel, who).begin() as tx:
        await tx.db.run(REWRITE, {"at": message["seq"], "text": content})
        await log.append(tx, nodes.room_id, EDITED, subject=message["id"])


async def test_whatever_both_nodes_store_at_once_every_page_is_right(nodes: Nodes) -> None:
    choice = random.Random(11)
    ends = ((nodes.one, nodes.ana), (nodes.other, nodes.bob))
    await say(nodes, 12)
    page = await both(nodes, limit=12)
    cached = nodes.one.kernel.ports[Pages]._cache.get(nodes.room_id)
    kept = 0
    for turn in range(40):
        deeds: list[Any] = [
            do(nodes.one, nodes.ana, "messages.history", roomId=nodes.room_id, limit=choice.randint(1, 12)),
            do(nodes.one, nodes.ana, "rooms.list", scope="mine"),
        ]
        for app, who in choice.choices(ends, k=choice.randint(0, 3)):
            deeds.append(do(app, who, "messages.send", roomId=nodes.room_id, content=f"said {turn}"))
        for app, who in choice.choices(ends, k=choice.randint(0, 2)):
            deeds.append(edit(nodes, app, who, choice.choice(page["messages"]), f"edited {turn}"))
        choice.shuffle(deeds)
        await asyncio.gather(*deeds)
        page = await both(nodes, limit=choice.randint(1, 12))
        now = nodes.one.kernel.ports[Pages]._cache.get(nodes.room_id)
        kept, cached = kept + (now is cached), now
    assert kept > 20


async def test_what_this_node_changes_is_read_again_alone(nodes: Nodes) -> None:
    for number in range(6):
        await do(nodes.one, nodes.ana, "messages.send", roomId=nodes.room_id, content=str(number))
    page = await both(nodes, limit=6)
    cached = nodes.one.kernel.ports[Pages]._cache.get(nodes.room_id)
    await edit(nodes, nodes.one, nodes.ana, page["messages"][2], "edited")
    sent = await do(nodes.one, nodes.ana, "messages.send", roomId=nodes.room_id, content="6")
    assert cached.head.seq == sent["seq"]
    assert cached.changed == {page["messages"][2]["id"]}
    again = await both(nodes, limit=6)
    assert [message["content"] for message in again["messages"]] == ["1", "edited", "3", "4", "5", "6"]
    assert cached.changed == set()
    async with Context(nodes.one.kernel, nodes.ana).begin() as tx:
        await tx.db.run(REMOVE, {"at": sent["seq"]})
        await log.append(tx, nodes.room_id, EDITED, subject=sent["id"])
    again = await both(nodes, limit=2)
    assert [message["content"] for message in again["messages"]] == ["4", "5"]


async def test_a_room_that_nobody_reads_is_not_followed_for_long(nodes: Nodes) -> None:
    rooms = nodes.one.kernel.ports[Pages]._cache
    await do(nodes.one, nodes.ana, "messages.send", roomId=nodes.room_id, content="0")
    await both(nodes, limit=6)
    assert rooms.get(nodes.room_id) is not None
    for number in range(60):
        await do(nodes.one, nodes.ana, "messages.send", roomId=nodes.room_id, content=str(number))
    assert rooms.get(nodes.room_id) is None
    assert rooms.size == 0
    assert len((await both(nodes, limit=60))["messages"]) == 60


async def test_what_an_entry_is_about_and_is_gone_leaves_nothing_in_memory(nodes: Nodes) -> None:
    await say(nodes, 4)
    newest = await both(nodes, limit=4)
    async with Context(nodes.other.kernel, nodes.bob).begin() as tx:
        await tx.db.run(REMOVE, {"at": newest["messages"][1]["seq"]})
        await log.append(tx, nodes.room_id, EDITED, subject=newest["messages"][1]["id"])
    again = await both(nodes, limit=4)
    assert [message["id"] for message in again["messages"]] == [
        newest["messages"][at]["id"] for at in (0, 2, 3)
    ]


async def test_a_new_name_is_in_older_pages_within_a_second(nodes: Nodes) -> None:
    await say(nodes, 6)
    cursor = (await both(nodes, limit=2))["nextCursor"]
    await both(nodes, limit=2, cursor=cursor)
    async with nodes.other.db.begin() as tx:
        await tx.run(RENAME)
    async with asyncio.timeout(2 * AGE):
        while True:
            page = await do(
                nodes.one, nodes.ana, "messages.history", roomId=nodes.room_id, cursor=cursor, limit=2
            )
            if page["messages"][0]["name"].startswith("Zo"):
                break
            await asyncio.sleep(0.02)
    assert page["messages"][0]["name"] == 'Zoë", "content": "\\'


async def test_pages_that_are_read_while_everybody_speaks_lack_nothing(nodes: Nodes) -> None:
    seen: list[tuple[int, int, list[int]]] = []

    async def scroll(limit: int) -> None:
        for _ in range(6):
            cursor: str | None = None
            for _ in range(4):
                asked = {"cursor": cursor} if cursor else {}
                page = await do(
                    nodes.one, nodes.ana, "messages.history", roomId=nodes.room_id, limit=limit, **asked
                )
                below = decode_seq(cursor, "b")[1] if cursor else page["headSeq"] + 1
                seen.append((below, limit, [message["seq"] for message in page["messages"]]))
                if (cursor := page["nextCursor"]) is None:
                    break

    async def come_and_go() -> None:
        for _ in range(5):
            await do(nodes.other, nodes.bob, "rooms.leave", roomId=nodes.room_id)
            await do(nodes.other, nodes.bob, "rooms.join", roomId=nodes.room_id)

    await say(nodes, 20)
    speaking = [
        do(nodes.one, nodes.ana, "messages.send", roomId=nodes.room_id, content=str(number))
        for number in range(40)
    ]
    await asyncio.gather(*map(scroll, range(2, 12)), *speaking, come_and_go())
    whole = await do(nodes.other, nodes.ana, "messages.history", roomId=nodes.room_id, limit=100)
    stored = [message["seq"] for message in whole["messages"]]
    assert len(stored) == 60
    for below, limit, seqs in seen:
        assert seqs == [seq for seq in stored if seq < below][-limit:]


async def test_a_list_of_rooms_shows_the_newest_message_that_any_node_stored(nodes: Nodes) -> None:
    async def last(app: App) -> Any:
        found = await do(app, nodes.ana, "rooms.list", scope="all")
        (room,) = [room for room in found["rooms"] if room["id"] == nodes.room_id]
        return room.get("lastMessage", {}).get("seq"), room["headSeq"]

    for turn in range(8):
        assert await last(nodes.one) == await last(nodes.one) == await last(nodes.other)
        if turn == 5:
            await both(nodes, limit=2)
        if turn % 3 == 2:
            await do(nodes.other, nodes.bob, "rooms.leave", roomId=nodes.room_id)
            await do(nodes.other, nodes.bob, "rooms.join", roomId=nodes.room_id)
            seen = await last(nodes.one)
            assert seen[0] < seen[1]
        else:
            await say(nodes, turn % 2 + 1)
            assert len(set(await last(nodes.one))) == 1


def lines(*seqs: int, size: int = 10) -> list[CachedMessage]:
    return [CachedMessage(seq, "ana", b"x" * size) for seq in seqs]


def test_a_stretch_answers_only_what_it_holds_whole() -> None:
    held = CachedRange(Head("e", 20), 7, lines(9, 10, 14, 20))
    assert held.find(True, 21, 2, 20) == lines(14, 20)
    assert held.find(True, 14, 2, 20) == lines(9, 10)
    assert held.find(True, 14, 3, 20) is None
    assert held.find(False, 7, 2, 20) == lines(9, 10)
    assert held.find(False, 20, 2, 20) == []
    assert held.find(False, 6, 2, 20) is None
    assert held.find(False, 9, 5, 14) == lines(10, 14)
    held.low = 0
    assert held.find(True, 14, 3, 20) == lines(9, 10)


def test_memory_keeps_within_its_budget_and_forgets_the_room_read_longest_ago() -> None:
    rooms, size = RoomCache(), BUDGET // 8
    for number in range(20):
        rooms.get("0")
        rooms.begin(str(number), CachedRange(Head("e", 9), 5, lines(6, size=size)))
        assert 0 < rooms.size <= BUDGET
    assert [number for number in range(20) if rooms.get(str(number))] == [0, *range(14, 20)]
    held, seq = rooms.get("0"), 9
    while held is not None:
        seq += 1
        rooms.add_newer("0", held, Head("e", seq), lines(seq, size=size))
        assert 0 <= rooms.size <= BUDGET
        held = rooms.get("0")
    assert not CachedRange(Head("e", 9), 5, lines(*range(6, 9), size=size)).borders(6)
