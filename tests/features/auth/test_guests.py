"""Guests: a day, a name, and what becomes of them."""

from typing import Any

import pytest
from sqlalchemy import select

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER, SYSTEM, Role
from chatroom.features import tables
from chatroom.features.auth.jobs import expire_people
from tests.cast import PASSWORD, Cast, Clock, Person, do, principal, register, room
from tests.doors import Doors, Server, until
from tests.features.auth.post import secret

DAY = 86_400
OWN = "a heron by the mill"
NUMBER = "+447911123456"
OTHER = "+447911654321"


async def guest(app: App, **more: Any) -> Person:
    made = await do(app, OUTSIDER, "auth.guest.create", **more)
    return Person(made["guestId"], made["username"], made["username"], "", made["tempSessionToken"])


async def expire(app: App) -> None:
    await expire_people.run(Context(app.kernel, SYSTEM), None)


async def test_a_guests_token_is_taken_at_every_door(app: App, doors: Doors, server: Server) -> None:
    gus = await guest(app)
    who = await principal(app, gus)
    assert (who.id, who.role, who.name) == (gus.id, Role.GUEST, gus.name)
    for door in ("api", "v1"):
        assert (await doors.ask(door, "auth.me.show", gus)).data["id"] == gus.id
    ears = await server.ears(gus)
    assert ears.client.connected


async def test_a_guests_token_is_stored_by_its_digest_and_ends_after_a_day(
    app: App, clock: Clock, doors: Doors
) -> None:
    gus = await guest(app)
    async with app.db.read() as reader:
        rows = await reader.all(select(tables.tables["sessions"]))
    assert gus.token not in str([tuple(row) for row in rows])
    clock.advance(DAY - 1)
    assert (await doors.ask("api", "auth.me.show", gus)).code == ""
    clock.advance(1)
    assert (await doors.ask("api", "auth.me.show", gus)).code == "token_expired"


@pytest.mark.parametrize("token", ["x" * 43, "x" * 42, "é" * 43, "x" * 100_000])
async def test_a_token_of_no_guest_opens_nothing(app: App, token: str) -> None:
    with pytest.raises(Problem) as refused:
        await principal(app, Person("", "", "", "", token))
    assert refused.value.code == "invalid_token"


async def test_a_guest_who_registers_stays_the_same_person(every_app: App, clock: Clock) -> None:
    app, ana = every_app, await register(every_app, "Ana")
    square = await room(app, ana)
    gus = await guest(app)
    said = await do(app, await principal(app, gus), "messages.send", roomId=square["id"], content="hello")
    made = await do(
        app,
        await principal(app, gus),
        "auth.account.register",
        name="Gus",
        email="gus@example.org",
        password=PASSWORD,
    )
    assert (made["id"], made["user"]["kind"], made["user"]["role"]) == (gus.id, "member", "user")
    assert (made["user"]["name"], made["user"]["username"]) == ("Gus", "gus")
    with pytest.raises(Problem):
        await principal(app, gus)  # the guest's token has ended
    member = gus._replace(token=made["token"])
    history = await do(app, await principal(app, member), "messages.history", roomId=square["id"])
    mine = [one for one in history["messages"] if one["id"] == said["id"]]
    assert [one["senderId"] for one in mine] == [gus.id]
    clock.advance(2 * DAY)
    await expire(app)
    signed_in = await do(app, OUTSIDER, "auth.session.login", email="gus@example.org", password=PASSWORD)
    assert signed_in["id"] == gus.id


async def test_a_guest_who_signs_up_by_phone_is_a_member_once_the_number_is_proven(every_app: App) -> None:
    app = every_app
    gus = await guest(app)
    made = await do(app, await principal(app, gus), "auth.account.sign_up", phoneNumber=NUMBER)
    assert made["userId"] == gus.id
    assert (await principal(app, gus)).role is Role.GUEST
    first = await secret(app, NUMBER)
    signed_in = await do(app, OUTSIDER, "auth.session.login", phoneNumber=NUMBER, password=first)
    assert (signed_in["id"], signed_in["user"]["role"]) == (gus.id, "user")
    with pytest.raises(Problem):
        await principal(app, gus)


async def test_a_number_that_a_guest_only_claimed_does_not_become_the_members(every_app: App) -> None:
    app = every_app
    gus = await guest(app)
    await do(app, await principal(app, gus), "auth.account.sign_up", phoneNumber=NUMBER)
    await secret(app, NUMBER)
    who = await principal(app, gus)
    made = await do(app, who, "auth.account.register", email="gus@example.org", password=PASSWORD)
    assert "phoneNumber" not in made["user"]
    assert await _sign_in_code(app, NUMBER, PASSWORD) == "invalid_credentials"
    again = await do(
        app, OUTSIDER, "auth.account.sign_up", phoneNumber=NUMBER
    )  # its owner may come at any time
    assert again["userId"] != gus.id


async def test_what_proves_one_number_of_a_guest_proves_no_other(every_app: App) -> None:
    app = every_app
    gus = await guest(app)
    await do(app, await principal(app, gus), "auth.account.sign_up", phoneNumber=OTHER)
    first = await secret(app, OTHER)
    await do(app, await principal(app, gus), "auth.account.sign_up", phoneNumber=NUMBER)
    for number in (NUMBER, OTHER):
        assert await _sign_in_code(app, number, first) == "invalid_credentials"
    assert await _sign_in_code(app, OTHER, await secret(app, NUMBER)) == "invalid_credentials"


async def test_a_guest_who_has_become_a_member_meanwhile_claims_no_number(app: App) -> None:
    gus = await guest(app)
    before = await principal(app, gus)
    await do(app, before, "auth.account.register", email="gus8@example.org", password=PASSWORD)
    with pytest.raises(Problem) as refused:
        await do(app, before, "auth.account.sign_up", phoneNumber=NUMBER)
    assert refused.value.code == "forbidden"
    assert await _sign_in_code(app, NUMBER, PASSWORD) == "invalid_credentials"


async def test_a_guest_who_was_shut_out_is_not_let_in_again_by_a_code(app: App, cast: Cast) -> None:
    gus = await guest(app)
    await do(app, await principal(app, gus), "auth.account.sign_up", phoneNumber=NUMBER)
    await secret(app, NUMBER)
    admin = await principal(app, cast.admin)
    await do(app, admin, "users.change", userId=gus.id, status="suspended")
    await do(app, OUTSIDER, "auth.password.forget", phoneNumber=NUMBER)
    code = await secret(app, NUMBER, 2)
    await do(app, OUTSIDER, "auth.password.reset", phoneNumber=NUMBER, code=code, newPassword=OWN)
    assert (await do(app, admin, "users.show", userId=gus.id))["status"] == "suspended"
    assert await _sign_in_code(app, NUMBER, OWN) == "account_suspended"


async def _sign_in_code(app: App, number: str, password: str) -> str:
    try:
        await do(app, OUTSIDER, "auth.session.login", phoneNumber=number, password=password)
    except Problem as problem:
        return problem.code
    return ""


async def test_registering_ends_the_guests_sockets(app: App, cast: Cast, server: Server) -> None:
    gus = await guest(app)
    ears = await server.ears(gus)
    await do(
        app, await principal(app, gus), "auth.account.register", email="gus7@example.org", password=PASSWORD
    )
    await until(lambda: not ears.client.connected)


async def _kinds(app: App) -> dict[str, str]:
    users = tables.tables["users"]
    async with app.db.read() as reader:
        return {row.id: row.status for row in await reader.all(select(users.c.id, users.c.status))}


async def test_after_a_day_a_guest_is_gone_or_a_name_under_what_they_said(
    every_app: App, clock: Clock
) -> None:
    app, ana = every_app, await register(every_app, "Ana")
    square = await room(app, ana)
    silent, loud, brief = await guest(app), await guest(app), await guest(app)
    for one in (loud, brief):
        await do(app, await principal(app, one), "messages.send", roomId=square["id"], content="hello")
    await do(app, await principal(app, brief), "rooms.leave", roomId=square["id"])
    clock.advance(DAY - 60)
    young = await guest(app)
    clock.advance(61)
    await expire(app)
    kinds = await _kinds(app)
    assert silent.id not in kinds
    assert (kinds[loud.id], kinds[brief.id]) == ("deleted", "deleted")
    assert (kinds[young.id], kinds[ana.id]) == ("active", "active")
    history = await do(app, await principal(app, ana), "messages.history", roomId=square["id"])
    said = [one["username"] for one in history["messages"] if "username" in one]
    assert said == [loud.name, brief.name]
    async with app.db.read() as reader:
        sessions = tables.tables["sessions"]
        left = {row.user_id for row in await reader.all(select(sessions.c.user_id))}
    assert left == {ana.id, young.id}
    members = await do(app, await principal(app, ana), "presence.members.list", roomId=square["id"])
    assert [one["userId"] for one in members["users"]] == [ana.id]
    await expire(app)  # a second time there is nothing to do
