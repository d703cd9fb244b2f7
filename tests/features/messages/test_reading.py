"""Pages of history, entries since, resume, read marks."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.app import App
from chatroom.core import page
from chatroom.core.errors import Problem
from chatroom.features.messages.reading import recovery
from chatroom.features.messages.rules import message_type
from tests.cast import Cast, do, principal, register, room
from tests.doors import Doors, Server

FULL = 8_000


async def fill(app: App, cast: Cast, count: int) -> list[str]:
    """Messages in the square with holes in their seqs: people come and go between them. Returns the contents."""
    ana, mallory = await principal(app, cast.ana), await principal(app, cast.mallory)
    chance, said = random.Random(3), []
    for number in range(count):
        if chance.random() < 0.3:
            await do(app, mallory, "rooms.join", roomId=cast.square)
            await do(app, mallory, "rooms.leave", roomId=cast.square)
        said.append(f"message {number}")
        await do(app, ana, "messages.send", roomId=cast.square, content=said[-1])
    return said


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
async def test_the_cursors_walk_every_message_once_in_both_directions(
    app: App, cast: Cast, limit: int
) -> None:
    said = await fill(app, cast, 23)
    ana = await principal(app, cast.ana)
    back: list[str] = []
    cursor = None
    while True:
        found = await do(app, ana, "messages.history", roomId=cast.square, limit=limit, cursor=cursor)
        contents = [message["content"] for message in found["messages"]]
        assert len(contents) <= limit
        back = contents + back
        assert len(back) <= len(said)
        assert found["hasMore"] is (found["nextCursor"] is not None)
        if found["nextCursor"] is None:
            break
        cursor = found["nextCursor"]
    assert back == said
    forth = [message["content"] for message in found["messages"]]
    while found["prevCursor"]:
        found = await do(
            app, ana, "messages.history", roomId=cast.square, limit=limit, cursor=found["prevCursor"]
        )
        forth += [message["content"] for message in found["messages"]]
        assert len(forth) <= len(said)
    assert forth == said


async def test_a_page_without_a_cursor_is_the_newest_and_says_where_the_log_stands(
    app: App, cast: Cast
) -> None:
    said = await fill(app, cast, 5)
    ana = await principal(app, cast.ana)
    found = await do(app, ana, "messages.history", roomId=cast.square, limit=2)
    assert [message["content"] for message in found["messages"]] == said[-2:]
    assert found["prevCursor"] is None
    shown = await do(app, ana, "rooms.show", roomId=cast.square)
    assert (found["epoch"], found["headSeq"]) == (shown["epoch"], shown["headSeq"])


async def test_what_is_said_while_one_reads_back_does_not_shift_the_pages(app: App, cast: Cast) -> None:
    said = await fill(app, cast, 6)
    ana = await principal(app, cast.ana)
    first = await do(app, ana, "messages.history", roomId=cast.square, limit=3)
    await do(app, ana, "messages.send", roomId=cast.square, content="late")
    second = await do(app, ana, "messages.history", roomId=cast.square, limit=3, cursor=first["nextCursor"])
    assert [m["content"] for m in second["messages"] + first["messages"]] == said
    newer = await do(app, ana, "messages.history", roomId=cast.square, limit=9, cursor=second["prevCursor"])
    assert [m["content"] for m in newer["messages"]] == [*said[3:], "late"]


async def test_an_empty_room_has_one_empty_page(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    found = await do(app, ana, "messages.history", roomId=cast.tea)
    assert (found["messages"], found["nextCursor"], found["prevCursor"], found["hasMore"]) == (
        [],
        None,
        None,
        False,
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cursor": "nonsense!"}, "bad_cursor"),
        ({"cursor": page.encode("r", 1)}, "bad_cursor"),
        ({"cursor": page.encode("b", 3), "after": 1}, "bad_input"),
        ({"limit": 0}, "bad_input"),
        ({"limit": 101}, "bad_input"),
        ({"after": -1}, "bad_input"),
        ({"after": 2**31}, "bad_input"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    doors: Doors, cast: Cast, fields: dict[str, Any], code: str
) -> None:
    for way in ("api", "v1"):
        refused = await doors.ask(way, "messages.history", cast.ana, roomId=cast.tea, **fields)
        assert (refused.code, refused.status in (400, 422)) == (code, True)


@pytest.mark.parametrize("far", [page.encode("b", 10**14), page.encode("f", 10**14), page.encode("b", 0)])
async def test_a_cursor_beyond_the_log_is_a_page_and_no_fault(every_app: App, far: str) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    who = await principal(every_app, ana)
    await do(every_app, who, "messages.send", roomId=room_id, content="hi")
    found = await do(every_app, who, "messages.history", roomId=room_id, cursor=far)
    assert len(found["messages"]) == (1 if far == page.encode("b", 10**14) else 0)


@pytest.mark.parametrize("limit", [1, 4, 100])
async def test_after_gives_every_entry_without_a_hole(app: App, cast: Cast, limit: int) -> None:
    said = await fill(app, cast, 12)
    ana = await principal(app, cast.ana)
    entries: list[dict[str, Any]] = []
    more = True
    while more:
        after = entries[-1]["seq"] if entries else 0
        found = await do(app, ana, "messages.history", roomId=cast.square, after=after, limit=limit)
        entries += found["entries"]
        more = found["hasMore"]
    assert [entry["seq"] for entry in entries] == list(range(1, found["headSeq"] + 1))
    assert [entry["content"] for entry in entries if entry["kind"] == "message"] == said
    beyond = await do(app, ana, "messages.history", roomId=cast.square, after=found["headSeq"])
    assert (beyond["entries"], beyond["hasMore"]) == ([], False)


async def test_a_page_of_entries_after_a_seq_has_a_budget_too(
    app: App, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "PAGE", 4_000)
    ana = await principal(app, cast.ana)
    for number in range(12):
        await do(app, ana, "messages.send", roomId=cast.square, content=f"{number} ".ljust(900, "x"))
    seen: list[int] = []
    more = True
    while more:
        page_ = await do(app, ana, "messages.history", roomId=cast.square, after=len(seen), limit=100)
        assert 0 < len(json.dumps(page_)) < 4_000 + 1_500
        seen += [entry["seq"] for entry in page_["entries"]]
        more = page_["hasMore"]
    assert seen == list(range(1, page_["headSeq"] + 1))


async def test_a_read_mark_moves_forward_only_and_is_told_when_it_moves(
    server: Server, app: App, cast: Cast
) -> None:
    ana_who = await principal(app, cast.ana)
    said = [await do(app, ana_who, "messages.send", roomId=cast.tea, content=str(n)) for n in range(4)]
    ana, bob = await server.in_room(cast.ana, cast.tea), await server.in_room(cast.bob, cast.tea)
    for seq in (4, 3, 4, 2):
        assert (await bob.ask("mark_read", {"roomId": cast.tea, "seq": seq})).code == ""
    await bob.ask("mark_read", {"roomId": cast.tea, "messageId": said[2]["id"]})
    await bob.ask("mark_read", {"roomId": cast.tea, "seq": 2_000_000_000})
    await ana.settle()
    told = ana.all("messages_read")
    assert [read["seq"] for read in told] == [4, 5, 6]
    assert [read["messageId"] for read in told] == [said[1]["id"], said[2]["id"], said[3]["id"]]
    assert told[0] == {
        "roomId": cast.tea,
        "userId": cast.bob.id,
        "username": "bob",
        "messageId": said[1]["id"],
        "seq": 4,
        "readAt": "2026-09-21T14:13:20.000Z",
        "timestamp": "2026-09-21T14:13:20.000Z",
    }
    shown = await do(app, await principal(app, cast.bob), "rooms.show", roomId=cast.tea)
    assert shown["readSeq"] == 6


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "bad_input"),
        ({"seq": 1, "messageId": "01900000-0000-7000-8000-000000000000"}, "bad_input"),
        ({"seq": -1}, "bad_input"),
        ({"messageId": "01900000-0000-7000-8000-000000000000"}, "not_found"),
        ({"messageId": "nonsense"}, "bad_input"),
    ],
)
async def test_a_read_mark_that_points_nowhere_is_refused(
    doors: Doors, cast: Cast, fields: dict[str, Any], code: str
) -> None:
    for way in ("api", "v1", "socket"):
        refused = await doors.ask(way, "messages.read_mark.set", cast.ana, roomId=cast.tea, **fields)
        assert refused.code == code


async def test_a_message_of_another_room_marks_nothing(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    elsewhere = await do(app, ana, "messages.send", roomId=cast.square, content="hi")
    with pytest.raises(Problem) as refused:
        await do(app, ana, "messages.read_mark.set", roomId=cast.tea, messageId=elsewhere["id"])
    assert refused.value.code == "not_found"


@given(st.text())
def test_every_type_becomes_one_that_clients_know(given_type: str) -> None:
    assert message_type(given_type) in ("text", "image", "video", "link")
