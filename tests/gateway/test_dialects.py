"""Which dialect a socket is spoken to in, and what seeds S0 and S1 hear (docs/dialects.md)."""

from typing import Any

import msgspec
import pytest

from chatroom.features.rooms.types import LOBBY
from chatroom.gateway.chat import dialects
from tests.cast import Cast
from tests.doors import Ears, Server


def said(**fields: Any) -> tuple[str, bytes]:
    """A message on its way: its event and its text."""
    return "receive_message", msgspec.json.encode(fields)


@pytest.mark.parametrize(
    ("content", "kind", "value"),
    [
        ("hi", None, '"hi"'),
        ('say "é" \\ 😀\n', None, '"say \\"é\\" \\\\ 😀\\n"'),
        ('{"a":1}', None, '"{\\"a\\":1}"'),
        ('{"a":1}', "json", '{"a":1}'),
        ('"é"', "json", '"é"'),
        ("null", "json", "null"),
    ],
)
def test_a_plain_dialect_hears_the_value_as_it_was_said(content: str, kind: str | None, value: str) -> None:
    delivery = said(content=content, format=kind) if kind else said(content=content, seq=7)
    frame = dialects.plain_frame(dialects.LOUNGE, *delivery)
    assert frame is not None
    assert frame.packet.decode() == f'42["message",{value}]'
    frame = dialects.plain_frame(dialects.GLOBAL, *delivery)
    assert frame is not None
    assert frame.packet.decode() == f'42["chat message",{value}]'


def test_a_plain_dialect_hears_nothing_but_what_is_said() -> None:
    assert dialects.plain_frame(dialects.LOUNGE, "room_entry", b"{}") is None


@pytest.mark.parametrize(
    ("event", "argument", "dialect"),
    [
        ("join-lounge", '"x"', "lounge"),
        ("message", '{"loungeId":"x","message":1}', "lounge"),
        ("message", "null", None),
        ("message", '"text"', None),
        ("chat message", '"hi"', "global"),
        ("join_room", "{}", "rooms"),
        ("send_message", "{}", "rooms"),
        ("typing", "{}", "rooms"),
        ("heartbeat", "{}", None),
        ("no_such", "{}", None),
    ],
)
def test_the_first_event_shows_the_dialect(event: str, argument: str, dialect: str | None) -> None:
    assert dialects.recognise(event, argument.encode()) == dialect


async def dialect_of(server: Server, ears: Ears) -> tuple[str, bool]:
    """The dialect of a socket, and whether it is decided."""
    connection = server.app.hub._connections[ears.client.get_sid()]
    return connection.dialect, connection.decided


async def test_before_any_event_a_socket_without_a_token_is_seed_s1(server: Server, cast: Cast) -> None:
    assert await dialect_of(server, await server.ears(None)) == ("global", False)
    assert await dialect_of(server, await server.ears(cast.ana)) == ("rooms", False)
    assert await dialect_of(server, await server.ears(None, dialect="lounge")) == ("lounge", True)
    assert await dialect_of(server, await server.ears(cast.ana, dialect="global")) == ("global", True)


@pytest.mark.parametrize(
    "shown",
    [
        ("join-lounge", "lobby", "lounge"),
        ("message", {"loungeId": LOBBY, "message": "x"}, "lounge"),
        ("chat message", "x", "global"),
        ("join_room", {"roomId": LOBBY}, "rooms"),
    ],
)
@pytest.mark.parametrize("named", [False, True])
async def test_the_first_recognised_event_decides_and_stays(
    server: Server, cast: Cast, named: bool, shown: tuple[str, Any, str]
) -> None:
    event, argument, dialect = shown
    ears = await server.ears(cast.ana if named else None)
    assert (await ears.ask("no_such")).code == "unknown_event"
    assert (await ears.ask("resume", {"rooms": []})).code == ""
    assert (await dialect_of(server, ears))[1] is False
    assert (await ears.ask(event, argument)).code == ""
    for other in ("join_room", "chat message", "join-lounge"):
        await ears.ask(other, {"roomId": LOBBY} if other == "join_room" else "lobby")
    assert await dialect_of(server, ears) == (dialect, True)


async def test_one_message_is_heard_once_by_everybody_in_their_own_words(server: Server, cast: Cast) -> None:
    s1 = await server.ears(None)
    s0 = await server.ears(None)
    await s0.ask("join-lounge", LOBBY)
    s4 = await server.in_room(cast.ana, LOBBY)
    native = await server.in_room(cast.bob, LOBBY, dialect="native")
    await s4.ask("send_message", {"roomId": LOBBY, "content": "one"})
    await s1.ask("chat message", "two")
    await s0.ask("message", {"loungeId": LOBBY, "message": {"three": 3}})
    for ears in (s1, s0, s4, native):
        await ears.settle()
    assert [heard for heard in s1.heard if heard[0] != "x"] == [
        ("chat message", "one"),
        ("chat message", "two"),
        ("chat message", {"three": 3}),
    ]
    assert s0.heard == [("message", "one"), ("message", "two"), ("message", {"three": 3})]
    for ears in (s4, native):
        heard = [(said["content"], said["senderId"]) for said in ears.all("receive_message")]
        assert [content for content, _ in heard] == ["one", "two", '{"three":3}']
        assert not ears.all("message")
    assert heard[0][1] == cast.ana.id


async def test_who_turns_out_to_be_no_client_of_seed_s1_leaves_the_lobby(server: Server, cast: Cast) -> None:
    s0, s4, s1 = await server.ears(None), await server.ears(None), await server.ears(None)
    await s0.ask("join-lounge", cast.square)
    await s4.ask("join_room", {"roomId": cast.square})
    await s1.ask("chat message", "hi")
    for ears in (s0, s4, s1):
        await ears.settle()
    assert s0.heard == []
    assert [event for event, _ in s4.heard] == ["room_joined"]
    assert s1.heard == [("chat message", "hi")]


async def test_seed_s0_hears_several_lounges_and_seed_s1_the_lobby_alone(server: Server, cast: Cast) -> None:
    s0, s1 = await server.ears(None, dialect="lounge"), await server.ears(None, dialect="global")
    ana = await server.ears(cast.ana)
    for ears in (s0, s1):
        for lounge in (LOBBY, cast.square):
            assert (await ears.ask("join-lounge", lounge)).code == ""
    for room_id, content in ((LOBBY, "in the lobby"), (cast.square, "in the square")):
        await ana.ask("join_room", {"roomId": room_id})
        await ana.ask("send_message", {"roomId": room_id, "content": content})
    await s0.settle()
    await s1.settle()
    assert s0.heard == [("message", "in the lobby"), ("message", "in the square")]
    assert s1.heard == [("chat message", "in the lobby")]


async def test_a_client_of_seed_s0_or_s1_hears_no_error_but_in_an_ack(server: Server) -> None:
    for dialect in ("lounge", "global"):
        ears = await server.ears(None, dialect=dialect)
        for event, argument in (
            ("message", None),
            ("message", {"loungeId": "nowhere at all", "message": 1}),
            ("chat message", "x" * 8_001),
            ("join-lounge", None),
            ("no_such", None),
        ):
            await ears.client.emit(event, argument)
            assert (await ears.ask(event, argument if argument is not None else [None])).code != ""
        assert ears.heard == []


async def test_who_has_not_shown_a_dialect_hears_what_was_wrong(server: Server) -> None:
    ears = await server.ears(None)
    await ears.client.emit("message", None)
    assert (await ears.hears("error"))["event"] == "message"


async def test_listening_to_the_lobby_as_seed_s1_does_is_announced_to_nobody(
    server: Server, cast: Cast
) -> None:
    ana = await server.in_room(cast.ana, LOBBY)
    s1 = await server.ears(None)
    await s1.close()
    await server.app._events.idle()
    await ana.settle()
    assert {event for event, _ in ana.heard} == {"room_joined", "rooms_changed"}  # of her own coming


async def test_nothing_is_kept_of_plain_listeners_that_have_gone(server: Server, cast: Cast) -> None:
    hub = server.app.hub
    sockets = [await server.ears(None) for _ in range(3)]
    await sockets[0].ask("join-lounge", cast.square)
    await sockets[1].ask("join_room", {"roomId": cast.square})
    assert hub._plain_ears == sum(len(ears.clients) for said in hub._plain.values() for ears in said.values())
    assert hub._plain_ears > 0
    for ears in sockets:
        await ears.close()
    await server.app._events.idle()
    assert (hub._plain_ears, [*hub._plain.values()]) == (0, [{}, {}])
