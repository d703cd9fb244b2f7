"""Lounges: public rooms found by name, the lobby among them."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from chatroom.app import App
from chatroom.core import ids
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import SYSTEM
from chatroom.features.log import service as log
from chatroom.features.messages.jobs import end_lounges
from chatroom.features.rooms import lounges as catalogue
from chatroom.features.rooms import rules
from chatroom.features.rooms.types import LOBBY
from tests.cast import Cast, Clock, do, principal, register, room
from tests.doors import Doors, Server


async def lounges(http: httpx2.AsyncClient, token: str) -> list[dict[str, Any]]:
    """What `GET /lounges` answers."""
    answer = await http.get("/lounges", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_new_server_has_a_lobby_that_nobody_created(
    app: App, http: httpx2.AsyncClient, cast: Cast
) -> None:
    (lobby,) = await lounges(http, cast.ana.token)
    assert (lobby["id"], lobby["name"], lobby["slug"]) == (LOBBY, "Lobby", "lobby")
    assert (lobby["kind"], lobby["createdById"], lobby["memberCount"]) == ("lounge", None, 0)
    shown = await do(app, await principal(app, cast.ana), "rooms.show", roomId=LOBBY)
    assert (shown["isPrivate"], shown["createdById"], shown["headSeq"]) == (False, None, 0)


async def test_the_lobby_is_opened_once(app: App) -> None:
    before = await _epoch(app)
    await catalogue.open_lobby(Context(app.kernel, SYSTEM))
    assert await _epoch(app) == before


async def _epoch(app: App) -> str:
    async with app.db.read() as reader:
        return (await log.heads(reader, [LOBBY]))[LOBBY].epoch


async def test_a_lounge_is_created_and_listed_newest_first(
    http: httpx2.AsyncClient, cast: Cast, app: App
) -> None:
    await room(app, cast.ana)
    headers = {"authorization": f"Bearer {cast.bob.token}"}
    made = await http.post("/lounges", json={"name": " Nice  Lounge "}, headers=headers)
    assert made.status_code == 200
    lounge = made.json()
    assert (lounge["name"], lounge["slug"]) == ("Nice Lounge", "nice-lounge")
    assert (lounge["createdById"], lounge["memberCount"]) == (cast.bob.id, 1)
    listed = await lounges(http, cast.ana.token)
    assert [each["id"] for each in listed] == [lounge["id"], LOBBY]
    assert listed[0] == lounge


async def test_a_namesake_is_another_lounge_with_a_slug_of_its_own(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    first, second = [await do(app, ana, "rooms.lounges.create", name="Music") for _ in range(2)]
    assert first["slug"] == "music"
    assert second["slug"].startswith("music-")
    assert (first["id"], first["name"]) != (second["id"], first["name"])


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "a\u202eb", "a\x1bb"])
async def test_a_name_that_cannot_be_one_is_refused(doors: Doors, cast: Cast, name: str) -> None:
    refused = await doors.ask("root", "rooms.lounges.create", cast.ana, name=name)
    assert (refused.status, refused.code) == (400, "bad_input")
    entered = await doors.ask("socket", "rooms.lounges.enter", cast.ana, lounge=name)
    assert entered.code == "bad_input"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Général Chat", "général-chat"),
        ("ROOM_1 / α", "room_1-/-α"),
        ("中文", "中文"),
        ("Straße", "strasse"),
        ("e\u0301", "é"),
    ],
)
def test_a_slug_forgets_case_and_spaces_and_keeps_every_script(name: str, slug: str) -> None:
    assert rules.slug(rules.clean_name(name)) == slug


async def test_a_lounge_is_entered_by_its_id_its_slug_or_its_name(
    server: Server, app: App, cast: Cast
) -> None:
    made = await do(app, await principal(app, cast.ana), "rooms.lounges.create", name="Late Tea")
    bob = await server.ears(cast.bob)
    for named in (made["id"], "late-tea", "Late Tea", " late  TEA "):
        entered = await bob.ask("join-lounge", named)
        assert (entered.code, entered.data["roomId"]) == ("", made["id"])
    assert entered.data["room"]["role"] == "member"


async def test_entering_a_lounge_that_does_not_exist_opens_one_that_is_in_no_list(
    server: Server, app: App, http: httpx2.AsyncClient, cast: Cast
) -> None:
    ana, bob = await server.ears(cast.ana), await server.ears(cast.bob)
    first = await ana.ask("join-lounge", "just us")
    second = await bob.ask("join-lounge", "Just Us")
    assert first.data["roomId"] == second.data["roomId"]
    assert first.data["room"]["createdById"] is None
    assert [each["id"] for each in await lounges(http, cast.ana.token)] == [LOBBY]
    public = await do(app, await principal(app, cast.mallory), "rooms.list", scope="public")
    assert first.data["roomId"] not in [each["id"] for each in public["rooms"]]
    mine = await do(app, await principal(app, cast.ana), "rooms.list")
    assert first.data["roomId"] in [each["id"] for each in mine["rooms"]]


@pytest.mark.parametrize("spell", [str.lower, str.upper, lambda name: name.replace("-", " ")])
async def test_no_lounge_passes_for_a_room_by_its_id(
    server: Server, app: App, cast: Cast, spell: Callable[[str], str]
) -> None:
    mallory = await server.ears(cast.mallory)
    for room_id in (cast.tea, ids.new()):  # the answer tells nothing of whether there is one
        assert (await mallory.ask("join-lounge", spell(room_id))).code == "room_not_found"
    made = await do(
        app, await principal(app, cast.mallory), "rooms.lounges.create", name=spell(cast.tea).lower()
    )
    assert made["slug"].startswith(cast.tea + "-")


async def test_an_id_of_another_kind_is_a_name_like_any_other(server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    entered = await ana.ask("join-lounge", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d")
    assert (entered.code, entered.data["room"]["kind"]) == ("", "lounge")


@pytest.mark.parametrize("settings", [{"compat_adhoc_lounges": False}])
async def test_no_lounge_is_opened_by_entering_where_that_is_switched_off(server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    assert (await ana.ask("join-lounge", "just us")).code == "room_not_found"
    assert (await ana.ask("join-lounge", "lobby")).code == ""


@pytest.mark.parametrize("settings", [{"rate_limits": "rooms.ad_hoc=20/1h"}])
async def test_an_address_opens_so_many_lounges_and_no_more(server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    codes = [(await ana.ask("join-lounge", f"place {number}")).code for number in range(22)]
    assert codes == [""] * 20 + ["rate_limited"] * 2
    assert (await ana.ask("join-lounge", "place 3")).code == ""


@pytest.mark.parametrize("payload", [None, 7, [], {}, {"lounge": None}, {"lounge": 7}, True])
async def test_a_lounge_is_named_by_a_text(server: Server, cast: Cast, payload: Any) -> None:
    ana = await server.ears(cast.ana)
    refused = await ana.ask("join-lounge", payload if payload is not None else [None])
    assert refused.code == "bad_input"


async def test_an_ad_hoc_lounge_ends_after_a_day_of_silence_and_everything_in_it(
    server: Server, app: App, cast: Cast, clock: Clock
) -> None:
    ana = await server.ears(cast.ana)
    silent = (await ana.ask("join-lounge", "silent")).data["roomId"]
    busy = (await ana.ask("join-lounge", "busy")).data["roomId"]
    kept = await do(app, await principal(app, cast.ana), "rooms.lounges.create", name="Kept")
    for named in ("silent", "busy"):
        assert (await ana.ask("message", {"loungeId": named, "message": "first"})).code == ""
    clock.advance(23 * 3600)
    await ana.ask("message", {"loungeId": "busy", "message": "still here"})
    clock.advance(3600)
    await end_lounges.run(Context(app.kernel, SYSTEM), None)
    who = await principal(app, await register(app, "Zoe"))
    assert (await do(app, who, "rooms.show", roomId=busy))["headSeq"] == 3
    assert (await do(app, who, "rooms.show", roomId=kept["id"]))["name"] == "Kept"
    for name in ("rooms.show", "messages.history"):
        with pytest.raises(Problem, match="no such room"):
            await do(app, who, name, roomId=silent)
    said = await ana.ask("send_message", {"roomId": silent, "content": "anybody?"})
    assert said.code == "room_not_found"
    again = await ana.ask("join-lounge", "silent")
    assert (again.code, again.data["roomId"] == silent, again.data["headSeq"]) == ("", False, 1)
    clock.advance(24 * 3600)
    await end_lounges.run(Context(app.kernel, SYSTEM), None)
    async with app.db.read() as reader:
        assert set(await log.heads(reader, [silent, busy, again.data["roomId"], LOBBY])) == {LOBBY}
