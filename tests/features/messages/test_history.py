"""Remembered pages and readers: two nodes on one database prove that nothing stale is served."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, update

from chatroom import features
from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal
from chatroom.features import tables
from chatroom.features.log.types import EntryKinds, Head
from chatroom.features.messages.reading.history import Pages
from chatroom.features.messages.reading.newest import AGE
from chatroom.features.messages.types import HistoryPage
from tests.cast import Clock, do, principal, register
from tests.nodes import Nodes, two_nodes

KINDS = EntryKinds(features.kinds)
_USERS = tables.tables["users"]
RENAME = update(_USERS).where(_USERS.c.id == bindparam("user")).values(name=bindparam("as_name"))


@pytest.fixture
async def nodes(database_url: str, tmp_path: Path) -> AsyncIterator[Nodes]:
    async with two_nodes(database_url, tmp_path, private=True) as both:
        yield both


async def said(app: App, who: Principal, room_id: str, **more: Any) -> list[str]:
    page = await do(app, who, "messages.history", roomId=room_id, **more)
    return [message["content"] for message in page["messages"]]


async def say(app: App, who: Principal, room_id: str, content: str) -> None:
    await do(app, who, "messages.send", roomId=room_id, content=content)


async def test_what_any_node_stored_is_in_the_next_page_of_every_node(nodes: Nodes) -> None:
    expected: list[str] = []
    for turn in range(6):
        assert await said(nodes.one, nodes.bob, nodes.room_id) == expected
        assert await said(nodes.other, nodes.bob, nodes.room_id) == expected
        await say((nodes.one, nodes.other)[turn % 2], nodes.ana, nodes.room_id, str(turn))
        expected.append(str(turn))
    assert await said(nodes.one, nodes.bob, nodes.room_id, limit=2) == expected[-2:]


async def test_who_left_by_another_node_reads_nothing_more(nodes: Nodes) -> None:
    await say(nodes.one, nodes.ana, nodes.room_id, "secret")
    for _ in range(2):
        assert await said(nodes.one, nodes.bob, nodes.room_id) == ["secret"]
    await do(nodes.other, nodes.bob, "rooms.leave", roomId=nodes.room_id)
    for more in ({}, {"after": 0}, {"cursor": "Yjk"}):
        with pytest.raises(Problem) as refused:
            await said(nodes.one, nodes.bob, nodes.room_id, **more)
        assert refused.value.code == "room_not_found"
    assert await said(nodes.one, nodes.ana, nodes.room_id) == ["secret"]


async def test_what_one_may_read_another_may_not(nodes: Nodes) -> None:
    mallory = await principal(nodes.one, await register(nodes.one, "Mallory"))
    for _ in range(2):
        assert await said(nodes.one, nodes.ana, nodes.room_id) == []
        for room_id in (nodes.room_id, nodes.ana.id):
            with pytest.raises(Problem) as refused:
                await said(nodes.one, mallory, room_id)
            assert refused.value.code == "room_not_found"


async def test_a_page_reads_the_same_from_memory_and_from_the_database(nodes: Nodes) -> None:
    for turn in range(5):
        await say(nodes.one, nodes.ana, nodes.room_id, f"{turn} \u2603")
    pages = [
        await do(app, nodes.bob, "messages.history", roomId=nodes.room_id, limit=3)
        for app in (nodes.one, nodes.one, nodes.other)
    ]
    assert pages[0] == pages[1] == pages[2]
    assert pages[0]["nextCursor"]
    assert pages[0]["headSeq"] == pages[0]["messages"][-1]["seq"]


async def test_a_new_name_is_seen_within_a_second(nodes: Nodes) -> None:
    async def name() -> str:
        page = await do(nodes.one, nodes.bob, "messages.history", roomId=nodes.room_id)
        return str(page["messages"][0]["name"])

    await say(nodes.one, nodes.ana, nodes.room_id, "hello")
    assert await name() == "Ana"
    async with nodes.other.db.begin() as tx:
        await tx.run(RENAME, {"user": nodes.ana.id, "as_name": "Anna"})
    async with asyncio.timeout(2 * AGE + 0.5):
        while await name() != "Anna":  # noqa: ASYNC110 - nobody tells the node, which is the point
            await asyncio.sleep(0.02)


class Counted:
    """A page that takes a while to read."""

    def __init__(self, error: Exception | None = None, *, epoch: str = "e") -> None:
        self.reads = 0
        self.error = error
        self.epoch = epoch

    async def __call__(self) -> HistoryPage:
        self.reads += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return HistoryPage(
            messages=[],
            next_cursor=None,
            prev_cursor=None,
            has_more=False,
            epoch=self.epoch,
            head_seq=self.reads,
        )


async def test_a_page_is_read_once_for_all_who_want_it_at_the_same_head_within_a_second(app: App) -> None:
    time, read = Clock(), Counted()
    pages = Pages(app.db, KINDS, lambda: time.now / 1000)

    async def number(head: Head, limit: int = 50) -> int:
        return int(msgspec.json.decode((await pages.newest.text("room", limit, head, read)).text)["headSeq"])

    head = Head("e", 7)
    assert await asyncio.gather(*(number(head) for _ in range(5))) == [1] * 5
    assert await number(head, limit=10) == 2
    assert await number(Head("e", 8)) == 3
    assert await number(Head("another", 8)) == 4
    time.advance(AGE - 0.001)
    assert await number(Head("another", 8)) == 4
    time.advance(0.001)
    assert await number(Head("another", 8)) == 5


@pytest.mark.parametrize("error", [Problem("unavailable"), RuntimeError("a fault of ours")])
async def test_a_page_that_could_not_be_read_is_not_kept(app: App, error: Exception) -> None:
    pages = Pages(app.db, KINDS)
    with pytest.raises(type(error)):
        await pages.newest.text("room", 50, Head("e", 7), Counted(error))
    assert await pages.newest.text("room", 50, Head("e", 7), Counted())


async def test_a_first_reader_who_goes_away_leaves_the_page_to_the_others(app: App) -> None:
    pages, read = Pages(app.db, KINDS), Counted()
    first, *others = [
        asyncio.create_task(pages.newest.text("room", 50, Head("e", 7), read)) for _ in range(4)
    ]
    await asyncio.sleep(0)
    first.cancel()
    assert len({page.text for page in await asyncio.gather(*others)}) == read.reads == 1
    assert first.cancelled()


async def test_what_failed_while_nobody_waited_is_read_anew(app: App) -> None:
    pages = Pages(app.db, KINDS)
    first = asyncio.create_task(pages.newest.text("room", 50, Head("e", 7), Counted(Problem("unavailable"))))
    await asyncio.sleep(0)
    first.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert await pages.newest.text("room", 50, Head("e", 7), Counted())


async def test_a_page_of_very_long_messages_is_not_kept(app: App) -> None:
    pages, read = Pages(app.db, KINDS), Counted(epoch="x" * 200_000)
    for reads in (1, 2):
        await pages.newest.text("room", 50, Head("e", 7), read)
        assert read.reads == reads
