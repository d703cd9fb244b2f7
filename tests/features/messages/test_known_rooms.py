"""What the writer remembers of a room is a guess: two nodes on one database prove that it is never trusted."""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.dispatch import dispatch
from chatroom.core.principal import Principal
from chatroom.db.sqlite import SqliteEngine
from chatroom.features import operations
from chatroom.features.log import service as log
from chatroom.features.log.types import Effect, EntryKind
from chatroom.features.messages.types import SendMessage
from tests.cast import Cast, do, principal
from tests.nodes import Nodes, two_nodes


@pytest.fixture
async def nodes(database_url: str, tmp_path: Path) -> AsyncIterator[Nodes]:
    async with two_nodes(database_url, tmp_path) as both:
        yield both


def put(app: App, who: Principal, room_id: str, content: str, key: str | None = None) -> Any:
    cmd = SendMessage(room_id=room_id, content=content, client_msg_id=key)
    return dispatch(Context(app.kernel, who), operations["messages.send"], lambda: cmd)


async def code_of(sent: Any) -> str:
    done = (await asyncio.gather(sent, return_exceptions=True))[0]
    return getattr(done, "code", "")


async def test_two_nodes_that_send_in_turns_leave_no_hole(nodes: Nodes) -> None:
    answers = []
    for turn in range(20):
        app = (nodes.one, nodes.other)[turn % 2]
        answers.append(await put(app, nodes.ana, nodes.room_id, str(turn)))
    assert [answer.seq for answer in answers] == list(range(3, 23))


async def test_two_nodes_that_send_at_once_keep_each_senders_order(nodes: Nodes) -> None:
    sent = [
        put(app, who, nodes.room_id, str(number))
        for number in range(40)
        for app, who in ((nodes.one, nodes.ana), (nodes.other, nodes.bob))
    ]
    answers = sorted(await asyncio.gather(*sent), key=lambda answer: answer.seq)
    assert [answer.seq for answer in answers] == list(range(3, 83))
    said = defaultdict(list)
    for answer in answers:
        said[answer.sender_id].append(int(answer.content))
    assert said == {nodes.ana.id: list(range(40)), nodes.bob.id: list(range(40))}


async def test_who_left_by_another_node_sends_nothing_more(nodes: Nodes) -> None:
    await put(nodes.one, nodes.bob, nodes.room_id, "I am known here")
    await do(nodes.other, nodes.bob, "rooms.leave", roomId=nodes.room_id)
    assert await code_of(put(nodes.one, nodes.bob, nodes.room_id, "still here?")) == "not_a_member"
    await do(nodes.other, nodes.bob, "rooms.join", roomId=nodes.room_id)
    assert (await put(nodes.one, nodes.bob, nodes.room_id, "again")).seq == 6


async def test_who_left_is_unknown_again_although_others_are_known(nodes: Nodes) -> None:
    for who in (nodes.ana, nodes.bob):
        await put(nodes.one, who, nodes.room_id, "I am known here")
    await do(nodes.other, nodes.bob, "rooms.leave", roomId=nodes.room_id)
    await put(nodes.one, nodes.ana, nodes.room_id, "has he gone?")
    assert await code_of(put(nodes.one, nodes.bob, nodes.room_id, "still here?")) == "not_a_member"
    assert (await put(nodes.one, nodes.ana, nodes.room_id, "yes")).content == "yes"


async def test_people_who_speak_in_turns_are_all_remembered(app: App, cast: Cast) -> None:
    people = [await principal(app, each) for each in (cast.ana, cast.bob)]
    asked: list[str] = []
    for turn in range(6):
        if turn == 2:  # both are known now
            writing(app).set_trace_callback(asked.append)
        await put(app, people[turn % 2], cast.tea, str(turn))
    assert [text.split()[0] for text in asked] == ["BEGIN", "UPDATE", "INSERT", "COMMIT"] * 4


@pytest.mark.parametrize("effect", [Effect.MESSAGE, Effect.NOTHING])
async def test_an_entry_that_changes_nobodys_rights_costs_the_next_send_nothing(
    app: App, cast: Cast, effect: Effect
) -> None:
    ana, asked = await principal(app, cast.ana), list[str]()
    first = await put(app, ana, cast.tea, "known")
    async with Context(app.kernel, ana).begin() as tx:
        head = await log.append(tx, cast.tea, EntryKind("reacted", effect), subject=first.id)
    writing(app).set_trace_callback(asked.append)
    assert (await put(app, ana, cast.tea, "next")).seq == head.seq + 1
    assert [text.split()[0] for text in asked] == ["BEGIN", "UPDATE", "INSERT", "COMMIT"]


async def test_an_entry_that_may_change_rights_has_the_next_sender_looked_up(app: App, cast: Cast) -> None:
    ana, asked = await principal(app, cast.ana), list[str]()
    await put(app, ana, cast.tea, "known")
    async with Context(app.kernel, ana).begin() as tx:
        head = await log.append(tx, cast.tea, EntryKind("muted", Effect.ACCESS), subject=cast.bob.id)
    writing(app).set_trace_callback(asked.append)
    assert (await put(app, ana, cast.tea, "next")).seq == head.seq + 1
    assert [text.split()[0] for text in asked].count("SELECT") >= 1


def writing(app: App) -> sqlite3.Connection:
    """The connection of SQLite on which everything is written."""
    engine = app.db._engine
    assert isinstance(engine, SqliteEngine)
    return engine._raw


async def test_a_retry_at_the_other_node_gets_the_first_answer(nodes: Nodes) -> None:
    first = await put(nodes.one, nodes.ana, nodes.room_id, "hi", "k1")
    await put(nodes.other, nodes.ana, nodes.room_id, "warm", "k2")
    assert await put(nodes.other, nodes.ana, nodes.room_id, "hi", "k1") == first
    assert await code_of(put(nodes.other, nodes.ana, nodes.room_id, "ho", "k1")) == "message_conflict"


async def test_a_room_that_moved_on_does_not_hold_up_the_others_of_its_batch(nodes: Nodes) -> None:
    quiet = (await do(nodes.one, nodes.ana, "rooms.create", name="Quiet"))["id"]
    await asyncio.gather(*(put(nodes.one, nodes.ana, each, "known") for each in (quiet, nodes.room_id)))
    await put(nodes.other, nodes.bob, nodes.room_id, "from elsewhere")
    both = await asyncio.gather(
        *(put(nodes.one, nodes.ana, each, text) for text in ("a", "b") for each in (nodes.room_id, quiet))
    )
    assert [(m.room_id == quiet, m.seq, m.content) for m in both] == [
        (False, 5, "a"),
        (True, 3, "a"),
        (False, 6, "b"),
        (True, 4, "b"),
    ]
