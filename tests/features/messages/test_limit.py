"""The limit of messages counts what is stored, on every surface and for every kind of client."""

import asyncio
from typing import Any

import pytest

from chatroom.app import App
from chatroom.features.rooms.types import LOBBY
from tests.cast import Cast, principal, register, room
from tests.doors import Doors, Server
from tests.features.messages.test_writer import code_of, put

TWO = pytest.mark.parametrize("settings", [{"message_rate_limit": 2}])
REFUSED: list[Any] = ["", "   ", "x" * 8001, "a\x01b", None, 7]


@TWO
@pytest.mark.parametrize("door", ["v1", "socket"])
async def test_what_is_refused_does_not_count(doors: Doors, cast: Cast, door: str) -> None:
    async def send(content: Any, **fields: Any) -> str:
        said = {"roomId": cast.tea, "content": content, **fields}
        return (await doors.ask(door, "messages.send", cast.ana, **said)).code

    for content in REFUSED:
        assert await send(content) == "bad_input"
    assert await send("hi", clientMsgId="") == "bad_input"
    for _ in range(3):
        outside = await doors.ask(door, "messages.send", cast.mallory, roomId=cast.tea, content="hi")
        assert outside.code == "room_not_found"
    assert await send("one", clientMsgId="k1") == ""
    for _ in range(3):
        assert await send("another text", clientMsgId="k1") == "message_conflict"
    assert [await send("two"), await send("three")] == ["", "rate_limited"]


@TWO
async def test_a_retry_gets_its_first_answer_though_the_window_is_full(doors: Doors, cast: Cast) -> None:
    said = {"roomId": cast.tea, "content": "one", "clientMsgId": "k1"}
    first = await doors.ask("socket", "messages.send", cast.ana, **said)
    for door in ("socket", "v1", "socket"):
        again = await doors.ask(door, "messages.send", cast.ana, **said)
        assert (again.code, again.data["id"]) == ("", first.data["id"])
    assert (await doors.ask("v1", "messages.send", cast.ana, roomId=cast.tea, content="two")).code == ""
    for door in ("socket", "v1"):
        again = await doors.ask(door, "messages.send", cast.ana, **said)
        assert (again.code, again.data["id"]) == ("", first.data["id"])
        other = await doors.ask(door, "messages.send", cast.ana, **{**said, "content": "other"})
        assert other.code == "message_conflict"
        fresh = await doors.ask(door, "messages.send", cast.ana, **{**said, "clientMsgId": "k2"})
        assert fresh.code == "rate_limited"
        assert fresh.data["retryAfter"] == 10


@TWO
async def test_sends_that_are_under_way_together_are_counted_by_what_becomes_of_them(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    who = await principal(every_app, ana)
    late = [f"k{n}" for n in range(3, 12)]  # whatever order the database answers in, k2 came before them
    sent = [code_of(put(every_app, who, room_id, k, k)) for k in ["k1", "k1", "k1", "k2", *late, "k2", "k1"]]
    assert await asyncio.gather(*sent) == ["", "", "", "", *["rate_limited"] * len(late), "", ""]


@TWO
async def test_what_seeds_s0_and_s1_say_counts_alike(server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    for _ in range(3):
        assert (await ana.ask("chat message", "x" * 8001)).code == "bad_input"
        assert (await ana.ask("message", {"loungeId": "lobby", "message": "   "})).code == "bad_input"
        assert (await ana.ask("message", {"loungeId": "nowhere", "message": "x"})).code == "room_not_found"
    assert (await ana.ask("chat message", "")).code == ""
    assert (await ana.ask("message", {"loungeId": LOBBY, "message": {}})).code == ""
    assert (await ana.ask("chat message", "third")).code == "rate_limited"


@TWO
async def test_a_guest_whose_first_words_are_refused_may_still_speak(server: Server, cast: Cast) -> None:
    guest = await server.ears(None)
    codes = []
    for content in ("", "   ", "one", "two", "three"):
        said = await guest.ask("send_message", {"roomId": cast.square, "content": content})
        codes.append(said.code)
    assert codes == ["bad_input", "bad_input", "", "", "rate_limited"]
