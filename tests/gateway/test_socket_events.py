"""The application behind the socket server: who is let in, and what happens to an event."""

import asyncio
import time
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.operation import Operation
from chatroom.features.rooms.api import LIST
from chatroom.features.rooms.types import OneRoom
from tests.cast import Cast, Clock
from tests.doors import Ears, Server


async def test_a_token_opens_a_socket_wherever_it_is_said(cast: Cast, server: Server) -> None:
    for auth in ({"token": cast.ana.token}, {"token": f"Bearer {cast.ana.token}"}):
        await server.ears(None, **auth)
    for url, headers in (
        (f"{server.url}?token={cast.ana.token}", {}),
        (server.url, {"Authorization": f"Bearer {cast.ana.token}"}),
        (server.url, {"Authorization": f"bearer {cast.ana.token}"}),
    ):
        ears = Ears()
        await ears.client.connect(url, headers=headers, transports=["websocket"])
        assert (await ears.ask("get_room_users", {"roomId": cast.tea})).code == ""
        await ears.close()


@pytest.mark.parametrize("settings", [{"allow_anonymous_sockets": False}])
async def test_where_guests_are_switched_off_nobody_gets_in_without_a_good_token(
    cast: Cast, server: Server, clock: Clock
) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "unauthorized"),
        ({"token": ""}, "unauthorized"),
        ({"token": None}, "unauthorized"),
        ({"token": 7}, "invalid_token"),
        ({"token": ["x"]}, "invalid_token"),
        ({"token": "nonsense"}, "invalid_token"),
        ({"token": "Bearer "}, "invalid_token"),
        ({"token": cast.ana.token + "x"}, "invalid_token"),
    ]
    for auth, code in cases:
        assert (auth, await server.refusal(None, **auth)) == (auth, code)
    clock.advance(24 * 3600 + 31)
    assert await server.refusal(cast.ana.token) == "token_expired"


async def test_an_unknown_event_is_refused_by_ack_or_by_the_event_error(cast: Cast, server: Server) -> None:
    ana = await server.ears(cast.ana)
    refused = await ana.ask("no_such_event", {"x": 1})
    assert (refused.code, refused.data["message"]) == ("unknown_event", "There is no event 'no_such_event'.")
    await ana.client.emit("no_such_event")
    error = await ana.hears("error")
    assert error == {
        "code": "unknown_event",
        "message": "There is no event 'no_such_event'.",
        "event": "no_such_event",
    }
    assert len((await ana.ask("n" * 200)).data["message"]) < 100


async def test_a_refusal_without_an_ack_is_the_event_error_to_its_sender_alone(
    cast: Cast, server: Server
) -> None:
    ana, bob = await server.in_room(cast.ana, cast.tea), await server.in_room(cast.bob, cast.tea)
    await ana.client.emit("send_message", {"roomId": cast.tea, "content": ""})
    error = await ana.hears("error")
    assert set(error) == {"code", "event", "message"}
    assert (error["code"], error["event"]) == ("bad_input", "send_message")
    await bob.settle()
    assert not bob.all("error")


@pytest.mark.parametrize("fields", [None, [], "text", 7, True, [[]], {}, {"roomId": None}, {"roomId": "tea"}])
async def test_an_event_of_another_shape_is_bad_input(cast: Cast, server: Server, fields: Any) -> None:
    ana = await server.ears(cast.ana)
    said = await ana.client.call("join_room", fields, timeout=10)
    assert (said["ok"], said["error"]["code"]) == (False, "bad_input")


async def test_an_event_without_an_argument_counts_as_an_empty_object(cast: Cast, server: Server) -> None:
    ana = await server.ears(cast.ana)
    said = await ana.client.call("join_room", timeout=10)
    assert said["error"]["message"].startswith("roomId")


async def test_native_sockets_refuse_unknown_fields_and_the_others_ignore_them(
    cast: Cast, server: Server
) -> None:
    fields = {"roomId": cast.tea, "content": "hi", "senderId": cast.bob.id, "seq": 99}
    for auth, code in (
        ({"dialect": "native"}, "bad_input"),
        ({"dialect": "rooms"}, ""),
        ({}, ""),
        ({"dialect": "s9"}, ""),
    ):
        ears = await server.ears(cast.ana, **auth)
        said = await ears.ask("send_message", fields)
        assert (auth, said.code) == (auth, code)
        if not code:
            assert said.data["senderId"] == cast.ana.id
            assert said.data["seq"] < 99


async def test_a_native_socket_hears_typing_under_one_name(cast: Cast, server: Server) -> None:
    native = await server.in_room(cast.ana, cast.tea, dialect="native")
    bob = await server.in_room(cast.bob, cast.tea)
    await bob.ask("typing", {"roomId": cast.tea, "isTyping": True})
    await native.hears("user_typing")
    await native.settle()
    assert not native.all("typing")


def _faulty(ctx: Context) -> str:
    """Fail as only a fault of ours does."""
    raise RuntimeError("a secret detail")


_faulty.__module__ = "chatroom.features.faulty"


async def _faulty_later(ctx: Context) -> str:
    raise RuntimeError("a secret detail")


_faulty_later.__module__ = "chatroom.features.faulty"


async def test_a_fault_of_ours_is_answered_and_the_connection_lives_on(
    app: App, cast: Cast, server: Server
) -> None:
    for name, call in (("faulty", _faulty), ("faulty_later", _faulty_later)):
        app._events._operations[name] = Operation(f"rooms.{name}", call, may=LIST, socket=name)
        ana = await server.ears(cast.ana)
        with capture_logs() as logged:
            refused = await ana.ask(name)
        assert (name, refused.code) == (name, "internal")
        assert [(line["event"], line["log_level"]) for line in logged] == [("event.failed", "error")]
        assert "secret" not in str(refused.data)
        assert (await ana.ask("get_room_users", {"roomId": cast.tea})).code == ""


def _one(ctx: Context, cmd: OneRoom) -> float:
    return 1.0


class Crowded:
    """An operation that costs much: how many of it were under way at once, at the most."""

    def __init__(self) -> None:
        self.now = self.most = self.done = 0

    async def call(self, ctx: Context, cmd: OneRoom) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)  # while all the others ask
        self.now -= 1
        self.done += 1
        return "done"


async def test_an_address_has_two_costly_events_under_way_at_once(
    app: App, cast: Cast, server: Server
) -> None:
    crowded = Crowded()

    async def costly(ctx: Context, cmd: OneRoom) -> str:
        return await crowded.call(ctx, cmd)

    costly.__module__ = "chatroom.features.rooms.service"
    app._events._operations["costly"] = Operation(
        "rooms.costly", costly, may=LIST, socket="costly", price=_one
    )
    ears = [await server.ears(cast.ana) for _ in range(12)]
    answers = await asyncio.gather(*(each.ask("costly", {"roomId": cast.tea}) for each in ears))
    assert [answer.code for answer in answers] == [""] * 12
    assert crowded.done == 12
    assert crowded.most == 2


async def test_the_events_of_one_socket_start_in_their_order(cast: Cast, server: Server) -> None:
    ana = await server.ears(cast.ana)
    order: list[str] = []
    for event, fields in (
        ("send_message", {"roomId": cast.tea, "content": "not heard"}),
        ("join_room", {"roomId": cast.tea}),
        ("send_message", {"roomId": cast.tea, "content": "heard"}),
        ("leave_room", {"roomId": cast.tea}),
        ("send_message", {"roomId": cast.tea, "content": "not heard either"}),
    ):
        await ana.client.emit(event, fields, callback=lambda _, event=event: order.append(event))
    await ana.settle()
    assert order == ["send_message", "join_room", "send_message", "leave_room", "send_message"]
    assert [said["content"] for said in ana.all("receive_message")] == ["heard"]


async def test_a_socket_that_closes_at_once_leaves_nothing_behind(
    app: App, cast: Cast, server: Server
) -> None:
    for _ in range(20):
        ears = await Ears().connect(server.url, cast.ana.token)
        await ears.client.emit("join_room", {"roomId": cast.tea})
        await ears.client.emit("typing", {"roomId": cast.tea, "isTyping": True})
        await ears.close()
    deadline = time.monotonic() + 10
    while len(app.hub) or app.sockets.connections:
        assert time.monotonic() < deadline
        async with httpx2.AsyncClient() as http:  # a turn of the loop, and a sign of life
            assert (await http.get(f"{server.url}/health")).status_code == 200
    await app._events.idle()
    assert (app.hub._channels, app.hub._people) == ({}, {})
