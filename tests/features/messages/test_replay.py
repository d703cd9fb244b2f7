"""A handshake that says where the client was: `auth.resume` (contract 0)."""

from typing import Any

import pytest

from chatroom.app import App
from chatroom.features.messages import service
from tests.cast import Cast, do, principal
from tests.doors import Server

NOWHERE = "01900000-0000-7000-8000-000000000000"


async def say(app: App, cast: Cast, *texts: str) -> None:
    """Ana says these in the tea room."""
    ana = await principal(app, cast.ana)
    for text in texts:
        await do(app, ana, "messages.send", roomId=cast.tea, content=text)


async def point(app: App, cast: Cast, last: int, room_id: str = "") -> dict[str, Any]:
    """Where Bob was in a room."""
    shown = await do(app, await principal(app, cast.bob), "rooms.show", roomId=room_id or cast.tea)
    return {"roomId": room_id or cast.tea, "epoch": shown["epoch"], "lastSeq": last}


async def test_what_was_missed_is_heard_in_order_and_then_what_follows(
    server: Server, app: App, cast: Cast
) -> None:
    await say(app, cast, "one", "two", "three")
    bob = await server.ears(
        cast.bob, resume=[await point(app, cast, 3), await point(app, cast, 2, cast.square)]
    )
    await say(app, cast, "four")
    await bob.hears("receive_message", content="four")
    heard = [(said["seq"], said["content"]) for said in bob.all("receive_message")]
    assert heard == [(4, "two"), (5, "three"), (6, "four")]
    assert [said["roomId"] for said in bob.all("room_joined")] == [cast.tea, cast.square]
    assert not bob.all("reset")


async def test_other_entries_are_replayed_too(server: Server, app: App, cast: Cast) -> None:
    bob = await server.ears(cast.bob, resume=[await point(app, cast, 0)])
    await bob.settle()
    assert [(said["seq"], said["kind"]) for said in bob.all("room_entry")] == [(1, "joined"), (2, "joined")]


async def test_a_gap_that_cannot_be_filled_is_a_reset(
    server: Server, app: App, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "RESUME_REACH", 2)
    await say(app, cast, "one", "two", "three")
    far = await point(app, cast, 2)
    for where in (far, {**far, "epoch": "another"}, {**far, "lastSeq": 99}):
        bob = await server.ears(cast.bob, resume=[where])
        told = {"rooms": [{"roomId": cast.tea, "epoch": far["epoch"], "headSeq": 5}]}
        assert await bob.hears("reset") == told
        assert not bob.all("receive_message")
        assert bob.all("room_joined")


async def test_a_room_that_is_not_theirs_to_see_is_a_reset_that_says_nothing(
    server: Server, app: App, cast: Cast
) -> None:
    where = await point(app, cast, 0)
    mallory = await server.ears(cast.mallory, resume=[where, {**where, "roomId": NOWHERE}])
    rooms = (await mallory.hears("reset"))["rooms"]
    assert rooms == [{"roomId": room_id, "epoch": "", "headSeq": 0} for room_id in (cast.tea, NOWHERE)]
    await say(app, cast, "secret")
    await mallory.settle()
    assert not mallory.all("receive_message")


@pytest.mark.parametrize("where", [7, "x", {}, [7], [{"roomId": "x"}], [{}] * 201, [10**40]])
async def test_a_handshake_that_says_nonsense_is_told_so_and_goes_on(
    server: Server, cast: Cast, where: Any
) -> None:
    bob = await server.ears(cast.bob, resume=where)
    error = await bob.hears("error")
    assert (error["code"], error["event"]) == ("bad_input", "resume")
    assert (await bob.ask("join_room", {"roomId": cast.tea})).code == ""


async def test_the_event_takes_the_bare_list_as_well(server: Server, app: App, cast: Cast) -> None:
    bob = await server.ears(cast.bob)
    await say(app, cast, "one")
    where = await point(app, cast, 2)
    bare, whole = await bob.ask("resume", [where]), await bob.ask("resume", {"rooms": [where]})
    assert bare.data == whole.data
    assert [entry["content"] for entry in bare.data["rooms"][0]["entries"]] == ["one"]
