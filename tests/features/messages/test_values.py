"""What seeds S0 and S1 say: any JSON value, without joining first."""

import json
from typing import Any

import pytest

from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.features.messages import rules
from chatroom.features.rooms.types import LOBBY
from tests.cast import Cast, do, principal
from tests.doors import Doors, Server


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ({"a": [1, "two", None]}, '{"a":[1,"two",null]}'),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ([], "[]"),
    ],
)
async def test_a_value_that_is_no_text_is_kept_as_json_everywhere(
    server: Server, doors: Doors, cast: Cast, value: Any, content: str
) -> None:
    ana = await server.in_room(cast.ana, cast.square)
    bob = await server.ears(cast.bob)
    said = await bob.ask("message", {"loungeId": cast.square, "message": value})
    heard = await ana.hears("receive_message")
    assert said.data == heard
    assert (heard["content"], heard["format"], heard["messageType"]) == (content, "json", "text")
    page = await doors.ask("api", "messages.history", cast.ana, roomId=cast.square)
    assert page.data["messages"] == [heard]


async def test_a_text_is_a_message_like_any_other(server: Server, cast: Cast) -> None:
    bob = await server.ears(cast.bob)
    said = await bob.ask("message", {"loungeId": cast.square, "message": '{"a":1}'})
    assert (said.data["content"], "format" in said.data) == ('{"a":1}', False)


async def test_who_speaks_in_a_public_lounge_joins_it(server: Server, app: App, cast: Cast) -> None:
    mallory = await server.ears(cast.mallory)
    assert (await mallory.ask("chat message", "hello")).data["roomId"] == LOBBY
    assert (await mallory.ask("message", {"loungeId": "lobby", "message": "again"})).code == ""
    shown = await do(app, await principal(app, cast.mallory), "rooms.show", roomId=LOBBY)
    assert (shown["role"], shown["memberCount"], shown["headSeq"]) == ("member", 1, 3)


async def test_nobody_speaks_in_a_private_room_of_others_by_naming_it(server: Server, cast: Cast) -> None:
    ana, mallory = await server.in_room(cast.ana, cast.tea), await server.ears(cast.mallory)
    for named in (cast.tea, "Tea", "tea"):
        said = await mallory.ask("message", {"loungeId": named, "message": "let me in"})
        assert said.code == "room_not_found"
    await ana.settle()
    assert not ana.all("receive_message")


def nested(depth: int) -> Any:
    return {"in": nested(depth - 1)} if depth else ["deepest"]


VERBATIM: list[Any] = [
    "",
    {},
    {"message": 1},
    {"message": {"message": "x"}, "loungeId": LOBBY},
    {"": ""},
    [],
    [[], {}, None],
    nested(50),
    0,
    -1.5,
    12345678901234567890,
    True,
    None,
    "null",
    '{"a":1}',
    " spaces around ",
    "two\r\nlines\rand\nmore\ttabs",
    "e\u0301 is not \u00e9",
    {"e\u0301": "\u00e9"},
    "a\x00b\x01c",
    {"nul": "\x00"},
    "\U0001f600 \u2028 </script> \\",
    "\u202eturned round\u202c",
    {"turned": "\u202ed\u202c", "\u202e": "\ufffe"},
    "no character \uffff",
]


@pytest.mark.parametrize("value", VERBATIM, ids=json.dumps)
async def test_any_value_comes_back_as_it_went_through_either_seed(
    server: Server, app: App, cast: Cast, value: Any
) -> None:
    talker, listener = await server.ears(None), await server.ears(None)
    assert (await talker.ask_raw("chat message", json.dumps(value, ensure_ascii=False))).code == ""
    lounge, other = await server.ears(None), await server.ears(None)
    for ears in (lounge, other):
        assert (await ears.ask("join-lounge", LOBBY)).code == ""
    assert (await lounge.ask("message", {"loungeId": LOBBY, "message": value})).code == ""
    for ears, event, times in (
        (talker, "chat message", 2),
        (listener, "chat message", 2),
        (other, "message", 1),
    ):
        await ears.settle()
        assert ears.all(event) == [value] * times
    page = await do(app, await principal(app, cast.ana), "messages.history", roomId=LOBBY)
    for message in page["messages"]:
        kept = json.loads(message["content"]) if "format" in message else message["content"]
        assert kept == value
        assert not set("\u202d\u202e\x00\ufffe\uffff") & set(message["content"])  # clients of rooms show it


@pytest.mark.parametrize("value", ["x" * 8001, "   ", "\n\t", ["x" * 8000]])
async def test_what_is_too_long_or_shows_nothing_is_refused_by_the_ack_and_stored_nowhere(
    server: Server, app: App, cast: Cast, value: Any
) -> None:
    page, listener = await server.ears(None), await server.ears(None)
    assert (await page.ask("chat message", value)).code == "bad_input"
    assert (await page.ask("message", {"loungeId": LOBBY, "message": value})).code == "bad_input"
    await listener.settle()
    assert not listener.all("chat message")
    history = await do(app, await principal(app, cast.ana), "messages.history", roomId=LOBBY)
    assert history["messages"] == []


@pytest.mark.parametrize(
    "payload",
    [
        [None],
        {},
        {"loungeId": LOBBY},
        {"loungeId": None, "message": "x"},
        {"loungeId": 7, "message": "x"},
        {"loungeId": "a\x00b", "message": "x"},
        {"loungeId": LOBBY, "message": "   "},
        {"loungeId": LOBBY, "message": "\n"},
        {"loungeId": LOBBY, "message": "\x00\x01"},
        {"loungeId": LOBBY, "message": "x" * 8001},
        {"loungeId": LOBBY, "message": ["x" * 8000]},
        "text",
        7,
    ],
)
async def test_what_cannot_be_said_is_answered(server: Server, cast: Cast, payload: Any) -> None:
    ana = await server.ears(cast.ana)
    assert (await ana.ask("message", payload)).code == "bad_input"
    assert (await ana.ask("message", {"loungeId": LOBBY, "message": "fine"})).code == ""


@pytest.mark.parametrize("settings", [{"message_rate_limit": 2}])
async def test_a_lounge_counts_once_whatever_it_is_called(server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    codes = [
        (await ana.ask("message", {"loungeId": named, "message": "hi"})).code
        for named in (LOBBY, "lobby", "Lobby")
    ]
    assert codes == ["", "", "rate_limited"]
    assert (await ana.ask("chat message", "hi")).code == "rate_limited"
    assert (await ana.ask("message", {"loungeId": cast.square, "message": "hi"})).code == ""


def test_numbers_stay_as_they_were_written() -> None:
    text = '{"big": 123456789012345678901234567890, "small": 1e-7, "two": 2.0}'
    cmd = rules.from_value(LOBBY, text.encode())
    assert cmd.content == text.replace(" ", "")
    assert json.loads(cmd.content) == json.loads(text)


def test_a_number_without_end_is_no_value() -> None:
    with pytest.raises(Problem):
        rules.from_value(LOBBY, b"[1e999]")


async def test_a_guest_joins_by_speaking_and_sends_text_only(doors: Doors, cast: Cast) -> None:
    sent = await doors.ask("v1", "messages.send", cast.gus, roomId=cast.square, content="hi")
    assert (sent.code, sent.data["username"]) == ("", cast.gus.username)
    picture = await doors.ask(
        "v1", "messages.send", cast.gus, roomId=cast.square, content="x", messageType="image"
    )
    assert (picture.status, picture.code) == (403, "forbidden")
    private = await doors.ask("v1", "messages.send", cast.gus, roomId=cast.tea, content="hi")
    assert private.code == "room_not_found"
