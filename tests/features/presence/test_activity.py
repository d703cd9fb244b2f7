"""Away after five minutes of silence, offline after ten without a sign of life (seed S1)."""

import httpx2
import pytest

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.principal import SYSTEM
from chatroom.features.presence.activity import transitions
from chatroom.features.presence.ports import PresenceBoard
from tests.cast import Cast, Clock, do, principal
from tests.doors import Doors, Ears, Server

MINUTE = 60


async def pass_by(app: App, clock: Clock, minutes: float) -> None:
    """Let time go by, and the job run after it."""
    clock.advance(minutes * MINUTE)
    await transitions.run(Context(app.kernel, SYSTEM), None)


async def heard(ears: Ears, user_id: str) -> list[tuple[str, str]]:
    """(status, presence) of somebody, as a socket was told, oldest first."""
    await ears.settle()
    return [(said["status"], said["presence"]) for said in ears.all("user_status", userId=user_id)]


async def test_who_does_nothing_for_five_minutes_is_away_and_back_with_the_next_deed(
    server: Server, app: App, cast: Cast, clock: Clock
) -> None:
    ana, bob = await server.ears(cast.ana), await server.ears(cast.bob)
    await pass_by(app, clock, 4.9)
    assert await heard(ana, cast.bob.id) == [("online", "online")]
    await pass_by(app, clock, 0.2)
    await pass_by(app, clock, 3)
    away = await ana.hears("user_status", presence="away")
    assert (away["status"], away["userId"], away["username"]) == ("online", cast.bob.id, "bob")
    assert await heard(ana, cast.bob.id) == [("online", "online"), ("online", "away")]
    users = (await ana.ask("get_room_users", {"roomId": cast.tea})).data["users"]
    shown = [(user["isOnline"], user["presence"]) for user in users]
    assert shown == [(True, "online"), (True, "away")]
    assert (await bob.ask("heartbeat")).data == {"ok": True, "presence": "online"}
    await app._events.idle()
    assert await heard(ana, cast.bob.id) == [("online", "online"), ("online", "away"), ("online", "online")]


@pytest.mark.parametrize("deed", ["typing", "send_message", "join_room", "get_room_users", "no_such"])
async def test_what_counts_as_a_deed(server: Server, app: App, cast: Cast, clock: Clock, deed: str) -> None:
    ana, bob = await server.ears(cast.ana), await server.in_room(cast.bob, cast.tea)
    await pass_by(app, clock, 6)
    await bob.ask(deed, {"roomId": cast.tea, "isTyping": True, "content": "hi"})
    await app._events.idle()
    expected = "away" if deed == "no_such" else "online"
    assert (await heard(ana, cast.bob.id))[-1] == ("online", expected)


async def test_a_second_socket_brings_an_away_person_back(
    server: Server, app: App, cast: Cast, clock: Clock
) -> None:
    ana, _ = await server.ears(cast.ana), await server.ears(cast.bob)
    await pass_by(app, clock, 6)
    await server.ears(cast.bob)
    assert (await heard(ana, cast.bob.id))[-1] == ("online", "online")


async def test_heartbeats_alone_keep_a_person_online_for_ten_minutes(
    server: Server, app: App, doors: Doors, cast: Cast, clock: Clock
) -> None:
    ana = await server.ears(cast.ana)
    for _ in range(3):
        beat = await doors.ask("api", "presence.heartbeat", cast.bob)
        assert (beat.status, beat.data) == (200, {"ok": True, "presence": "online"})
        await pass_by(app, clock, 4)
    assert await heard(ana, cast.bob.id) == [("online", "online")]
    await pass_by(app, clock, 2)
    assert (await heard(ana, cast.bob.id))[-1] == ("online", "away")
    await pass_by(app, clock, 5)
    told = await ana.hears("user_status", status="offline")
    assert told["presence"] == "offline"
    assert told["lastSeen"] == told["lastSeenAt"] == "2026-09-21T14:21:20.000Z"
    users = (await do(app, await principal(app, cast.ana), "presence.members.list", roomId=cast.tea))["users"]
    bob = next(user for user in users if user["userId"] == cast.bob.id)
    assert (bob["isOnline"], bob["presence"], bob["lastSeen"]) == (False, "offline", told["lastSeen"])
    await pass_by(app, clock, 20)
    assert len(await heard(ana, cast.bob.id)) == 3


async def test_who_has_a_connection_is_never_offline_however_silent(
    server: Server, app: App, doors: Doors, cast: Cast, clock: Clock
) -> None:
    ana, _ = await server.ears(cast.ana), await server.ears(cast.bob)
    await doors.ask("api", "presence.heartbeat", cast.bob)
    await pass_by(app, clock, 11)
    assert await heard(ana, cast.bob.id) == [("online", "online"), ("online", "away")]


async def test_the_last_socket_of_who_also_sends_heartbeats_is_no_departure(
    server: Server, app: App, doors: Doors, cast: Cast, clock: Clock
) -> None:
    ana, bob = await server.ears(cast.ana), await server.ears(cast.bob)
    await doors.ask("api", "presence.heartbeat", cast.bob)
    await bob.close()
    await app._events.idle()
    await app.kernel.ports[PresenceBoard].close(5)
    assert await heard(ana, cast.bob.id) == [("online", "online")]
    await pass_by(app, clock, 11)
    assert (await heard(ana, cast.bob.id))[-1] == ("offline", "offline")


async def test_nobody_who_has_gone_is_remembered(server: Server, app: App, cast: Cast, clock: Clock) -> None:
    sockets = [await server.ears(None) for _ in range(20)] + [await server.ears(cast.bob)]
    await pass_by(app, clock, 6)
    for ears in sockets:
        await ears.close()
    await app._events.idle()
    await app.kernel.ports[PresenceBoard].close(5)
    board = app.kernel.ports[PresenceBoard]
    assert [*board._active, *board._away, *board._beats, *board._counts] == []


async def test_a_heartbeat_needs_somebody(http: httpx2.AsyncClient) -> None:
    assert (await http.post("/api/heartbeat")).status_code == 401


@pytest.mark.parametrize("settings", [{"rate_limits": ""}])
async def test_the_121st_heartbeat_of_a_minute_is_refused(http: httpx2.AsyncClient, cast: Cast) -> None:
    headers = {"authorization": f"Bearer {cast.bob.token}"}
    answers = [await http.post("/api/heartbeat", headers=headers) for _ in range(121)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429]
    assert answers[-1].json()["error"] == "Heartbeat rate exceeded."
