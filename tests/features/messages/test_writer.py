"""Sending: the group-committing writer, retries, refusals, and a database that goes away."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.dispatch import dispatch
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal
from chatroom.db.migrate import upgrade
from chatroom.features import operations, tables
from chatroom.features.messages.sending import writer as writer_module
from chatroom.features.messages.sending.writer import MessageWriter
from chatroom.features.messages.types import SendMessage
from tests.cast import Cast, Clock, do, node, principal, register, room, settings_for
from tests.processes import PostgreSql

NOWHERE = "01900000-0000-7000-8000-000000000000"


def put(app: App, who: Principal, room_id: str, content: str, key: str | None = None, **more: Any) -> Any:
    """Queue a send and return the Future of its answer."""
    cmd = SendMessage(room_id=room_id, content=content, client_msg_id=key, **more)
    return dispatch(Context(app.kernel, who), operations["messages.send"], lambda: cmd)


async def code_of(sent: Any) -> str:
    try:
        await sent
    except Problem as problem:
        return problem.code
    return ""


async def count(app: App, room_id: str) -> int:
    """How many messages of a room are stored."""
    messages = tables.tables["messages"]
    async with app.db.read() as reader:
        return int(await reader.scalar(select(func.count()).where(messages.c.room_id == room_id)))


async def test_two_hundred_sends_at_once_keep_each_senders_order_and_leave_no_hole(every_app: App) -> None:
    people = [await register(every_app, f"P{n}") for n in range(8)]
    made = await room(every_app, people[0], *people[1:])
    whos = [await principal(every_app, person) for person in people]
    sent = [put(every_app, who, made["id"], str(number)) for number in range(25) for who in whos]
    answers = await asyncio.gather(*sent)
    assert sorted(answer.seq for answer in answers) == list(range(9, 209))
    by_sender = defaultdict(list)
    for answer in sorted(answers, key=lambda answer: answer.seq):
        by_sender[answer.sender_id].append(int(answer.content))
    assert list(by_sender.values()) == [list(range(25))] * 8
    shown = await do(every_app, whos[0], "rooms.show", roomId=made["id"])
    assert shown["headSeq"] == 208


async def test_sends_to_many_rooms_share_their_commits(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    rooms = [(await room(every_app, ana))["id"] for _ in range(5)]
    who = await principal(every_app, ana)
    answers = await asyncio.gather(*(put(every_app, who, r, str(n)) for n in range(20) for r in rooms))
    for room_id in rooms:
        assert [a.seq for a in answers if a.room_id == room_id] == list(range(2, 22))


async def test_a_retry_gets_the_first_answer_in_the_same_batch_and_later(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    who = await principal(every_app, ana)
    first, again = await asyncio.gather(*(put(every_app, who, room_id, "hi", "k1") for _ in range(2)))
    later = await put(every_app, who, room_id, "hi", "k1")
    neighbours = await asyncio.gather(
        put(every_app, who, room_id, "one"),
        put(every_app, who, room_id, "hi", "k1"),
        put(every_app, who, room_id, "two"),
    )
    assert first == again == later == neighbours[1]
    assert [message.seq for message in neighbours] == [3, 2, 4]
    assert await count(every_app, room_id) == 3


async def test_a_key_used_for_something_else_is_a_conflict(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    who = await principal(every_app, ana)
    same_batch = [put(every_app, who, room_id, text, "k1") for text in ("hi", "ho")]
    assert [await code_of(sent) for sent in same_batch] == ["", "message_conflict"]
    assert await code_of(put(every_app, who, room_id, "ho", "k1")) == "message_conflict"
    assert await code_of(put(every_app, who, room_id, "hi", "k1", message_type="image")) == "message_conflict"
    assert await code_of(put(every_app, who, room_id, "hi", "k1", message_type="TEXT")) == ""
    assert await count(every_app, room_id) == 1


async def test_keys_belong_to_a_sender_and_a_room(app: App, cast: Cast) -> None:
    ana, bob = await principal(app, cast.ana), await principal(app, cast.bob)
    sent = [(ana, cast.tea, "a"), (bob, cast.tea, "b"), (ana, cast.square, "c"), (ana, cast.tea, "d")]
    keys = ["k", "k", "k", "K"]
    answers = await asyncio.gather(*(put(app, *each, key) for each, key in zip(sent, keys, strict=True)))
    assert [answer.content for answer in answers] == ["a", "b", "c", "d"]


async def test_a_retry_in_another_way_of_typing_an_accent_is_the_same(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    first = await put(app, ana, cast.tea, "caf\u00e9", "k1")
    assert await put(app, ana, cast.tea, "cafe\u0301", "k1") == first


async def test_a_refused_neighbour_harms_nobody(every_app: App) -> None:
    ana, eve = await register(every_app, "Ana"), await register(every_app, "Eve")
    secret = (await room(every_app, ana, private=True))["id"]
    public = (await room(every_app, ana))["id"]
    who, stranger = await principal(every_app, ana), await principal(every_app, eve)
    await put(every_app, who, secret, "before", "k0")
    sent = [
        put(every_app, who, secret, "one"),
        put(every_app, stranger, secret, "let me in"),
        put(every_app, who, secret, "two", "k2"),
        put(every_app, stranger, public, "let me in"),
        put(every_app, who, secret, "other words", "k0"),
        put(every_app, who, NOWHERE, "is anybody there?"),
        put(every_app, who, secret, "three"),
    ]
    codes = [await code_of(each) for each in sent]
    assert codes == ["", "room_not_found", "", "not_a_member", "message_conflict", "room_not_found", ""]
    history = await do(every_app, who, "messages.history", roomId=secret)
    assert [(m["seq"], m["content"]) for m in history["messages"]] == [
        (2, "before"),
        (3, "one"),
        (4, "two"),
        (5, "three"),
    ]
    assert await count(every_app, public) == 0


async def test_keys_that_differ_in_spaces_case_or_order_are_different_keys(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    who = await principal(every_app, ana)
    keys = ["a", "a ", " a", "a  ", "A", " ", "  ", "a!", "a\x7e"]
    together = await asyncio.gather(*(put(every_app, who, room_id, repr(key), key) for key in keys))
    assert [answer.seq for answer in together] == list(range(2, 2 + len(keys)))
    alone = [await put(every_app, who, room_id, repr(key), key) for key in keys]
    assert alone == together
    assert await count(every_app, room_id) == len(keys)


@pytest.mark.parametrize("at", [0, 5, 8])
async def test_an_entry_that_the_database_refuses_harms_no_neighbour(every_app: App, at: int) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    who = await principal(every_app, ana)
    writer = every_app.kernel.ports[MessageWriter]
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
    # Half a surrogate pair: no database takes it, and no decoder of ours lets it come so far.
    cmds = [
        SendMessage(room_id=room_id, content=str(number), client_msg_id=f"k{number}") for number in range(9)
    ]
    cmds[at] = SendMessage(room_id=room_id, content="bad", client_msg_id="\ud83d")
    sent = [writer.put(who, cmd) for cmd in cmds]
    codes = [await code_of(each) for each in sent]
    assert codes == ["internal" if number == at else "" for number in range(9)]
    assert [(await each).seq for number, each in enumerate(sent) if number != at] == list(range(2, 10))
    assert told == ["messages.writer failed"]
    assert await count(every_app, room_id) == 8


@pytest.mark.parametrize("content", ["", " \n ", "x" * 8001, "bell\u0007", "x" * 32_001])
async def test_an_unfit_message_is_refused_before_it_is_queued(app: App, cast: Cast, content: str) -> None:
    ana = await principal(app, cast.ana)
    with pytest.raises(Problem) as refused:
        await do(app, ana, "messages.send", roomId=cast.tea, content=content)
    assert refused.value.code == "bad_input"
    assert await count(app, cast.tea) == 0


async def test_a_retry_under_another_unknown_type_says_something_else(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    who = await principal(every_app, ana)
    first = await put(every_app, who, room_id, "hi", "k1", message_type="Umfrage 📊")
    assert (first.message_type, first.original_type) == ("text", "Umfrage 📊")
    assert await put(every_app, who, room_id, "hi", "k1", message_type="Umfrage 📊") == first
    assert await code_of(put(every_app, who, room_id, "hi", "k1", message_type="quiz")) == "message_conflict"


@pytest.mark.parametrize("settings", [{"message_rate_limit": 5}])
async def test_the_sixth_message_in_ten_seconds_is_refused_in_its_room_only(app: App, cast: Cast) -> None:
    ana, bob = await principal(app, cast.ana), await principal(app, cast.bob)
    for number in range(5):
        await put(app, ana, cast.tea, str(number))
    with pytest.raises(Problem) as refused:
        await put(app, ana, cast.tea, "too many")
    assert refused.value.code == "rate_limited"
    assert refused.value.retry_after is not None
    assert refused.value.retry_after == 10
    assert await code_of(put(app, ana, cast.square, "elsewhere")) == ""
    assert await code_of(put(app, bob, cast.tea, "somebody else")) == ""
    assert await count(app, cast.tea) == 6


async def test_a_full_queue_is_an_honest_busy(app: App, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_QUEUE", 300)
    ana = await principal(app, cast.ana)
    writer = app.kernel.ports[MessageWriter]
    cmd = SendMessage(room_id=cast.tea, content="hi")
    sent = [writer.put(ana, cmd) for _ in range(300)]
    with pytest.raises(Problem) as refused:
        writer.put(ana, cmd)
    assert refused.value.code == "busy"
    await writer.idle()
    assert [(await each).seq for each in sent] == list(range(3, 303))
    assert await code_of(put(app, ana, cast.tea, "after")) == ""


async def test_a_sender_who_went_away_harms_nobody_and_is_stored(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    sent = [put(app, ana, cast.tea, str(number)) for number in range(3)]
    sent[1].cancel()
    assert [(await sent[0]).seq, (await sent[2]).seq] == [3, 5]
    assert await count(app, cast.tea) == 3


@pytest.fixture
async def fragile(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[App, PostgreSql]]:
    """A node whose database server belongs to this test and may be killed."""
    server = PostgreSql()
    try:
        server.sql("CREATE DATABASE fragile")
        upgrade(server.url("fragile"), tables)
        async with node(settings_for(server.url("fragile"), tmp_path), clock) as app:
            yield app, server
    finally:
        server.discard()


async def test_without_its_database_a_node_says_unavailable_and_works_again_with_it(
    fragile: tuple[App, PostgreSql],
) -> None:
    app, server = fragile
    ana = await register(app, "Ana")
    room_id = (await room(app, ana))["id"]
    who = await principal(app, ana)
    before = await put(app, who, room_id, "before", "k1")
    await app.db.check()
    server.kill()
    sent = [
        put(app, who, room_id, text, key) for text, key in (("lost", None), ("kept", "k2"), ("before", "k1"))
    ]
    assert [await code_of(each) for each in sent] == ["unavailable"] * 3
    for name, fields in (
        ("messages.history", {}),
        ("rooms.join", {}),
        ("messages.read_mark.set", {"seq": 1}),
    ):
        with pytest.raises(Problem) as refused:
            await do(app, who, name, roomId=room_id, **fields)
        assert (name, refused.value.code) == (name, "unavailable")
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app.asgi), base_url="http://chat.test"
    ) as http:
        assert ((await http.get("/health")).status_code, (await http.get("/readyz")).status_code) == (
            200,
            503,
        )
        refused_http = await http.get("/api/rooms", headers={"authorization": f"Bearer {ana.token}"})
        assert (refused_http.status_code, refused_http.headers["retry-after"]) == (503, "1")
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(20):
        while await code_of(retry := put(app, who, room_id, "kept", "k2")):  # noqa: ASYNC110 - as a client does
            await asyncio.sleep(0.05)
    assert retry.result().seq == before.seq + 1
    assert await put(app, who, room_id, "before", "k1") == before
    history = await do(app, who, "messages.history", roomId=room_id)
    assert [message["content"] for message in history["messages"]] == ["before", "kept"]
