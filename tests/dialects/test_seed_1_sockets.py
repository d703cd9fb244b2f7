"""Seed S1's sockets: `io()`, `chat message` both ways, and everybody hears everybody (acceptance A5)."""

from itertools import product
from uuid import uuid4

import pytest

from tests.dialects.conftest import Pages, Plain
from tests.dialects.pages import KINDS
from tests.journeys.people import register
from tests.journeys.server import ChatServer
from tests.journeys.waiting import until

LOBBY = "00000000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(("one", "other"), [*product(KINDS, KINDS)])
async def test_two_pages_see_each_others_messages_and_their_own(
    server: ChatServer, pages: Pages, one: str, other: str
) -> None:
    first, second = await pages(one), await pages(other)
    texts = [f"{text} {uuid4()}" for text in ("hello", 'Ünïcödé 😀 "quoted"', "<b>not markup</b>")]
    for text, page in zip(texts, (first, second, first), strict=True):
        await page.emit("chat message", text)
        for listener in (first, second):
            await listener.hears("chat message", *texts[: texts.index(text) + 1])
    assert all(len(said) == 2 for page in (first, second) for said in page.said("chat message"))


async def test_a_page_that_only_listens_hears_the_lobby_and_nothing_else(
    server: ChatServer, pages: Pages, plain: Plain
) -> None:
    ana = register(server.url, "Ana")
    other = ana.create_room("Elsewhere")["id"]
    listener = await pages("node")
    voice = await plain(ana)
    text = f"from a room client {uuid4()}"
    for room_id in (other, LOBBY):
        await voice.emit("join_room", {"roomId": room_id})
        await voice.emit("typing", {"roomId": room_id, "isTyping": True})
        await voice.emit("send_message", {"roomId": room_id, "content": text})
    await listener.hears("chat message", text)
    assert [said for said in listener.heard if said[0] != "connect"] == [["chat message", text]]


@pytest.mark.parametrize("payload", [None, "", 7, [], {}, {"message": 1}, "x" * 8001, "\u0000"])
async def test_a_broken_message_harms_nobody(server: ChatServer, pages: Pages, payload: object) -> None:
    sender, listener = await pages("async"), await pages("async")
    text = f"still here {uuid4()}"
    await sender.emit("chat message", "first " + text)
    await listener.hears("chat message", "first " + text)
    await sender.emit("chat message", payload)
    await sender.emit("chat message")
    await sender.emit("chat message", text)
    await until("the last message", lambda: ["chat message", text] in listener.heard)
    await until("one's own", lambda: ["chat message", text] in sender.heard)
    assert not sender.said("error")
    assert not server.faults
