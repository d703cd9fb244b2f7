"""Who gets into a room, who sees it, and who leaves it."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from chatroom.app import App
from chatroom.core import page
from chatroom.core.errors import Problem
from chatroom.features.rooms.types import LOBBY
from tests.cast import Cast, Clock, Person, do, principal, register, room
from tests.doors import Doors

NOWHERE = "01900000-0000-7000-8000-000000000000"
WAYS = pytest.mark.parametrize("way", ["api", "v1"])


@WAYS
async def test_the_creator_is_a_member_and_gets_the_invite_code(doors: Doors, cast: Cast, way: str) -> None:
    made = await doors.ask(way, "rooms.create", cast.ana, name="  Tea   time ", isPrivate=True)
    assert made.status == 201
    assert made.data["name"] == "Tea time"
    assert (made.data["role"], made.data["memberCount"], made.data["headSeq"]) == ("admin", 1, 1)
    assert (made.data["isPrivate"], made.data["kind"], made.data["createdById"]) == (
        True,
        "room",
        cast.ana.id,
    )
    assert len(made.data["inviteCode"]) == 22
    users = await doors.ask(way, "presence.members.list", cast.ana, roomId=made.data["id"])
    assert [(user["userId"], user["role"]) for user in users.data["users"]] == [(cast.ana.id, "admin")]


@WAYS
@pytest.mark.parametrize("name", ["", "   ", "n" * 81, "\u202e", "a\u0007"])
async def test_a_room_without_a_fit_name_is_refused(doors: Doors, cast: Cast, way: str, name: str) -> None:
    refused = await doors.ask(way, "rooms.create", cast.ana, name=name)
    assert (refused.code, list(refused.data["errors"])) == ("bad_input", ["name"])


@WAYS
async def test_the_right_code_opens_a_private_room(doors: Doors, cast: Cast, way: str) -> None:
    joined = await doors.ask(way, "rooms.join", cast.mallory, roomId=cast.tea, inviteCode=cast.code)
    assert (joined.status, joined.data["role"], joined.data["memberCount"]) == (200, "member", 3)
    assert "inviteCode" not in joined.data
    again = await doors.ask(way, "rooms.join", cast.mallory, roomId=cast.tea)
    assert (again.status, again.data["memberCount"]) == (200, 3)


async def test_the_code_alone_leads_to_its_room(doors: Doors, cast: Cast) -> None:
    joined = await doors.ask("v1", "rooms.invite.join", cast.mallory, inviteCode=cast.code)
    assert (joined.data["id"], joined.data["role"]) == (cast.tea, "member")
    refused = await doors.ask("v1", "rooms.invite.join", cast.mallory, inviteCode="wrong")
    assert (refused.status, refused.code) == (404, "invalid_invite")


@WAYS
async def test_a_field_left_empty_is_no_code_and_a_pasted_one_is_read_without_its_blanks(
    doors: Doors, cast: Cast, way: str
) -> None:
    for none in (None, "", " "):
        joined = await doors.ask(way, "rooms.join", cast.mallory, roomId=cast.square, inviteCode=none)
        assert (joined.code, joined.data["role"]) == ("", "member")
        refused = await doors.ask(way, "rooms.join", cast.mallory, roomId=cast.tea, inviteCode=none)
        assert (refused.status, refused.code) == (404, "invalid_invite")
    pasted = f" {cast.code}\n"
    assert (await doors.ask(way, "rooms.join", cast.mallory, roomId=cast.tea, inviteCode=pasted)).code == ""
    assert (await doors.ask(way, "rooms.invite.join", cast.admin, inviteCode=pasted)).code == ""


@WAYS
async def test_every_wrong_way_into_a_private_room_gets_the_same_answer(
    app: App, doors: Doors, cast: Cast, clock: Clock, way: str
) -> None:
    ana = await principal(app, cast.ana)
    other = await room(app, cast.ana, private=True)
    late = await room(app, cast.ana, private=True)
    brief = await do(app, ana, "rooms.invite.issue", roomId=late["id"], expiresIn=60)
    full = await room(app, cast.ana, private=True)
    once = await do(app, ana, "rooms.invite.issue", roomId=full["id"], maxUses=1)
    await do(
        app, await principal(app, cast.bob), "rooms.join", roomId=full["id"], inviteCode=once["inviteCode"]
    )
    closed = await room(app, cast.ana, private=True)
    await do(app, ana, "rooms.invite.revoke", roomId=closed["id"])
    clock.advance(61)
    attempts: dict[str, dict[str, Any]] = {
        "without a code": {"roomId": cast.tea},
        "with a wrong code": {"roomId": cast.tea, "inviteCode": "x" * 22},
        "with a code of another room": {"roomId": cast.tea, "inviteCode": other["inviteCode"]},
        "with the code in capitals": {"roomId": cast.tea, "inviteCode": cast.code.swapcase()},
        "with an expired code": {"roomId": late["id"], "inviteCode": brief["inviteCode"]},
        "with a replaced code": {"roomId": late["id"], "inviteCode": late["inviteCode"]},
        "with a used up code": {"roomId": full["id"], "inviteCode": once["inviteCode"]},
        "with a withdrawn code": {"roomId": closed["id"], "inviteCode": closed["inviteCode"]},
        "unknown room": {"roomId": NOWHERE},
        "unknown room with a code": {"roomId": NOWHERE, "inviteCode": cast.code},
    }
    told = {}
    for what, fields in attempts.items():
        answer = await doors.ask(way, "rooms.join", cast.mallory, **fields)
        told[what] = (answer.status, answer.code, answer.data.get("message"))
    assert set(told.values()) == {told["with a wrong code"]}, told
    assert told["with a wrong code"][:2] == (404, "invalid_invite")
    mine = await doors.ask(way, "rooms.list", cast.mallory)
    assert (mine.data if way == "api" else mine.data["rooms"]) == []


@pytest.mark.parametrize("settings", [{"rate_limits": "rooms.invite=3/15m"}])
async def test_after_too_many_wrong_codes_a_right_one_opens_nothing_for_a_while(
    app: App, doors: Doors, cast: Cast
) -> None:
    async def attempt(person: Person, code: str) -> str:
        answer = await doors.ask("v1", "rooms.join", person, roomId=cast.tea, inviteCode=code)
        return str(answer.code)

    assert await attempt(cast.bob, cast.code) == ""  # a right one does not count
    wrong = [await attempt(cast.mallory, "x" * 22) for _ in range(4)]
    assert wrong == ["invalid_invite"] * 3 + ["rate_limited"]
    assert await attempt(cast.mallory, cast.code) == "rate_limited"
    by_code = await doors.ask("v1", "rooms.invite.join", cast.mallory, inviteCode=cast.code)
    assert by_code.code == "rate_limited"
    assert await attempt(cast.moderator, cast.code) == ""  # nobody else waits


async def test_of_fifty_people_with_the_last_use_of_a_code_one_gets_in(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    people = [await principal(every_app, await register(every_app, f"Guest{n}")) for n in range(50)]
    made = await room(every_app, ana, private=True)
    who = await principal(every_app, ana)
    invite = await do(every_app, who, "rooms.invite.issue", roomId=made["id"], maxUses=1)

    async def attempt(person: Any) -> str:
        try:
            await do(every_app, person, "rooms.join", roomId=made["id"], inviteCode=invite["inviteCode"])
        except Problem as problem:
            return problem.code
        return ""

    codes = Counter(await asyncio.gather(*(attempt(person) for person in people)))
    assert codes == {"": 1, "invalid_invite": 49}
    assert (await do(every_app, who, "rooms.show", roomId=made["id"]))["memberCount"] == 2
    assert (await do(every_app, who, "rooms.invite.show", roomId=made["id"]))["uses"] == 1


async def test_joining_twice_at_once_makes_one_membership_and_spends_one_use(every_app: App) -> None:
    ana, bob = await register(every_app, "Ana"), await register(every_app, "Bob")
    made = await room(every_app, ana, private=True)
    who = await principal(every_app, bob)
    joins = [
        do(every_app, who, "rooms.join", roomId=made["id"], inviteCode=made["inviteCode"]) for _ in range(10)
    ]
    assert {joined["memberCount"] for joined in await asyncio.gather(*joins)} == {2}
    seen = await do(every_app, await principal(every_app, ana), "rooms.invite.show", roomId=made["id"])
    assert seen["uses"] == 1


@WAYS
async def test_the_invite_is_the_creators_alone(doors: Doors, cast: Cast, app: App, way: str) -> None:
    await do(app, await principal(app, cast.admin), "rooms.join", roomId=cast.tea, inviteCode=cast.code)
    for operation in ("rooms.invite.issue", "rooms.invite.show", "rooms.invite.revoke"):
        for person in (cast.bob, cast.admin):
            refused = await doors.ask(way, operation, person, roomId=cast.tea)
            assert (refused.status, refused.code) == (403, "not_the_creator")
        for person, where in ((cast.mallory, cast.tea), (cast.moderator, cast.tea), (cast.ana, NOWHERE)):
            refused = await doors.ask(way, operation, person, roomId=where)
            assert (refused.status, refused.code) == (404, "room_not_found")
        refused = await doors.ask(way, operation, cast.admin, roomId=cast.square)
        assert refused.code == "not_the_creator"
    kept = await doors.ask(way, "rooms.invite.show", cast.ana, roomId=cast.tea)
    assert kept.data["inviteCode"] == cast.code


@WAYS
async def test_a_new_invite_ends_the_one_before_and_a_withdrawn_one_is_gone(
    doors: Doors, cast: Cast, way: str
) -> None:
    new = await doors.ask(way, "rooms.invite.issue", cast.ana, roomId=cast.tea, expiresIn=3600, maxUses=2)
    assert new.data["inviteCode"] != cast.code
    assert new.data["url"].endswith("/invite/" + new.data["inviteCode"])
    assert (new.data["expiresAt"], new.data["maxUses"]) == ("2026-09-21T15:13:20.000Z", 2)
    assert (await doors.ask(way, "rooms.invite.show", cast.ana, roomId=cast.tea)).data == new.data
    assert (await doors.ask(way, "rooms.invite.revoke", cast.ana, roomId=cast.tea)).data == {"ok": True}
    assert (await doors.ask(way, "rooms.invite.revoke", cast.ana, roomId=cast.tea)).data == {"ok": True}
    gone = await doors.ask(way, "rooms.invite.show", cast.ana, roomId=cast.tea)
    assert (gone.status, gone.code) == (404, "not_found")


async def test_only_the_creator_sees_the_code_in_a_room(doors: Doors, cast: Cast) -> None:
    for person, seen in ((cast.ana, True), (cast.bob, False)):
        shown = await doors.ask("v1", "rooms.show", person, roomId=cast.tea)
        listed = await doors.ask("api", "rooms.list", person)
        assert ("inviteCode" in shown.data) is seen
        assert [("inviteCode" in each) for each in listed.data] == [seen, seen]


async def test_a_private_room_is_no_concern_of_others(doors: Doors, cast: Cast) -> None:
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("v1", "rooms.show", {}),
        ("api", "rooms.leave", {}),
        ("api", "presence.members.list", {}),
        ("socket", "presence.members.list", {}),
        ("api", "messages.history", {}),
        ("api", "messages.history", {"after": 0}),
        ("v1", "messages.send", {"content": "hi"}),
        ("socket", "messages.send", {"content": "hi"}),
        ("socket", "messages.read_mark.set", {"seq": 1}),
        ("api", "messages.read_mark.set", {"seq": 1}),
        ("socket", "rooms.enter", {}),
    ]
    for person in (cast.mallory, cast.admin):
        for door, operation, fields in asked:
            there = await doors.ask(door, operation, person, roomId=cast.tea, **fields)
            nowhere = await doors.ask(door, operation, person, roomId=NOWHERE, **fields)
            assert (operation, there.code) == (operation, "room_not_found")
            assert (there.status, there.code) == (nowhere.status, nowhere.code)
        typing = await doors.ask("socket", "presence.typing", person, roomId=cast.tea, isTyping=True)
        assert typing.code == "not_listening"
        listed = await doors.ask("v1", "rooms.list", person, scope="all")
        assert cast.tea not in [each["id"] for each in listed.data["rooms"]]


async def test_a_public_room_shows_itself_and_is_written_in_by_members(doors: Doors, cast: Cast) -> None:
    shown = await doors.ask("v1", "rooms.show", cast.mallory, roomId=cast.square)
    assert (shown.data["role"], "inviteCode" in shown.data, "readSeq" in shown.data) == (None, False, False)
    assert (await doors.ask("api", "messages.history", cast.mallory, roomId=cast.square)).code == ""
    for operation, fields in (
        ("messages.send", {"content": "hi"}),
        ("messages.read_mark.set", {"seq": 1}),
        ("presence.members.list", {}),
    ):
        refused = await doors.ask("v1", operation, cast.mallory, roomId=cast.square, **fields)
        assert (refused.status, refused.code) == (403, "not_a_member")
    assert (await doors.ask("v1", "rooms.join", cast.mallory, roomId=cast.square)).data["role"] == "member"
    assert (await doors.ask("v1", "messages.send", cast.mallory, roomId=cast.square, content="hi")).code == ""


@WAYS
async def test_who_left_is_out(doors: Doors, cast: Cast, way: str) -> None:
    assert (await doors.ask(way, "rooms.leave", cast.bob, roomId=cast.tea)).data == {"ok": True}
    refused = await doors.ask(way, "messages.history", cast.bob, roomId=cast.tea)
    assert (refused.status, refused.code) == (404, "room_not_found")
    assert (await doors.ask(way, "rooms.leave", cast.bob, roomId=cast.tea)).code == "room_not_found"
    assert (await doors.ask(way, "rooms.leave", cast.bob, roomId=cast.square)).data == {"ok": True}
    assert (await doors.ask(way, "rooms.leave", cast.bob, roomId=cast.square)).data == {"ok": True}
    shown = await doors.ask("v1", "rooms.show", cast.ana, roomId=cast.square)
    assert shown.data["memberCount"] == 1


async def test_lists_are_newest_first_and_walked_by_their_cursor(app: App, cast: Cast) -> None:
    mallory = await principal(app, cast.mallory)
    made = [(await room(app, cast.mallory, private=n % 2 == 0))["id"] for n in range(7)]
    walked, cursor = [], None
    while True:
        found = await do(app, mallory, "rooms.list", limit=3, cursor=cursor)
        walked += [each["id"] for each in found["rooms"]]
        cursor = found["nextCursor"]
        if cursor is None:
            break
    assert walked == made[::-1]
    public = await do(app, mallory, "rooms.list", scope="public")
    assert [each["id"] for each in public["rooms"]] == [*made[5:0:-2], cast.square, LOBBY]
    every = await do(app, mallory, "rooms.list", scope="all")
    assert [each["id"] for each in every["rooms"]] == [*made[::-1], cast.square, LOBBY]


@pytest.mark.parametrize("cursor", ["x", "!", page.encode("b", NOWHERE)])
async def test_a_cursor_of_another_list_is_refused(doors: Doors, cast: Cast, cursor: str) -> None:
    refused = await doors.ask("api", "rooms.list", cast.ana, cursor=cursor)
    assert (refused.status, refused.code) == (400, "bad_cursor")


async def test_a_list_shows_the_newest_message_of_each_room(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    for content in ("first", "second"):
        await do(app, ana, "messages.send", roomId=cast.tea, content=content)
    await do(app, await principal(app, cast.bob), "rooms.leave", roomId=cast.tea)
    rooms = {each["id"]: each for each in (await do(app, ana, "rooms.list"))["rooms"]}
    assert rooms[cast.tea]["lastMessage"]["content"] == "second"
    assert rooms[cast.tea]["headSeq"] == 5
    assert "lastMessage" not in rooms[cast.square]


def _role(person: Person, users: list[dict[str, Any]]) -> str | None:
    return next((str(user["role"]) for user in users if user["userId"] == person.id), None)


async def test_who_comes_back_is_a_plain_member(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    await do(app, ana, "rooms.leave", roomId=cast.square)
    await do(app, ana, "rooms.join", roomId=cast.square)
    users = (await do(app, ana, "presence.members.list", roomId=cast.square))["users"]
    assert (_role(cast.bob, users), _role(cast.ana, users)) == ("member", "member")
