"""Nobody passes for somebody else: handles that look alike are one handle, reserved names are nobody's."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER, Role
from chatroom.db import Database
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.features.users import rules
from chatroom.features.users.reserved import is_reserved
from tests.cast import PASSWORD, Cast, do, principal, register
from tests.db.migrations import migrations_until
from tests.features.auth.post import secret

RESERVED = [
    "Admin",
    "ADMIN",
    "admin1",
    "_Admin_",
    "A d m i n",
    "\u0410dmin",
    "Adrnin",
    "Adm1n",
    "4dmin",
    "The Admin",
    "Admin Team",
    "System",
    "S\u200cystem",
    "\uff33ystem",
    "\uff21\uff24\uff2d\uff29\uff2e",
    "\U0001d400\U0001d41d\U0001d426\U0001d422\U0001d427",
    "\u24d0\u24d3\u24dc\u24d8\u24dd",
    "system\u2024",
    "moderator",
    "M0derator",
    "Support",
    "Administrador",
    "Modérateur",
    "Administratrice",
    "Moderatorin",
    "Moderação",
    "المشرف",
    "مدير",
    "एडमिन",
    "管理员",
    "系统",
]


async def code_of(app: App, **fields: Any) -> str:
    try:
        await do(app, OUTSIDER, "auth.account.register", password=PASSWORD, **fields)
    except Problem as problem:
        return problem.code
    return ""


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_name_is_known_in_every_spelling(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name",
    ["Ana", "Modesta", "Adminah", "Sistema Solar", "Rooter", "Sam", "李明", "مديحة", "1", "🩷", "Ro ot beer"],
)
def test_a_name_that_only_resembles_one_is_free(name: str) -> None:
    assert not is_reserved(name)


async def test_a_reserved_name_is_refused_as_a_name_and_as_a_handle(app: App, cast: Cast) -> None:
    assert await code_of(app, name="Adm\u0456n", email="z@example.org") == "bad_input"
    ana = await principal(app, cast.ana)
    for fields in ({"name": "System"}, {"username": "moderator"}, {"username": "adrnin"}):
        with pytest.raises(Problem) as refused:
            await do(app, ana, "auth.me.change", **fields)
        assert refused.value.code == "bad_input"
    with pytest.raises(Problem):
        await do(
            app,
            OUTSIDER,
            "auth.account.sign_up",
            phoneNumber="+447911123456",
            firstName="Sys",
            lastName="tem",
        )


async def test_an_admin_may_go_by_one(app: App, cast: Cast) -> None:
    changed = await do(
        app, await principal(app, cast.admin), "auth.me.change", name="Admin", username="admin"
    )
    assert (changed["name"], changed["username"]) == ("Admin", "admin")


async def test_an_address_that_begins_like_one_gets_a_neutral_name(app: App, cast: Cast) -> None:
    made = await do(app, OUTSIDER, "auth.account.register", email="admin@example.org", password=PASSWORD)
    assert (made["name"], made["user"]["username"]) == ("Member", "member")


async def test_handles_that_look_alike_are_one_handle(every_app: App) -> None:
    app = every_app
    first = await register(app, "Alice")
    assert first.username == "alice"
    for name in ("\u0410lice", "A1ice", "Al\u200cice"):
        other = await do(
            app,
            OUTSIDER,
            "auth.account.register",
            name=name,
            email=f"{len(name)}{ord(name[0])}@example.org",
            password=PASSWORD,
        )
        assert other["user"]["username"].startswith("a")
        assert other["user"]["username"] != "alice"
    bob = await principal(app, await register(app, "Bob"))
    for handle in ("a1ice", "alice"):
        with pytest.raises(Problem) as refused:
            await do(app, bob, "auth.me.change", username=handle)
        assert refused.value.code == "username_taken"
    assert (await do(app, bob, "auth.me.change", username="b0b"))["username"] == "b0b"  # one's own look


async def test_of_twenty_who_want_handles_that_look_alike_one_gets_it(every_app: App) -> None:
    app = every_app
    people = [await principal(app, await register(app, f"Person{'abcdefghij'[n]}")) for n in range(10)]

    async def wish(number: int) -> str:
        try:
            await do(app, people[number], "auth.me.change", username="h1l0" if number % 2 else "hllo")
        except Problem as problem:
            return problem.code
        return ""

    codes = await asyncio.gather(*(wish(number) for number in range(10)))
    assert codes.count("") == 1
    assert set(codes) <= {"", "username_taken", "unavailable"}


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Ана Лопес", "ana-lopes"),
        ("李明", "liming"),
        ("محمد", "mhmd"),
        ("Ωμέγα", "omega"),
        ("Straße", "strasse"),
        ("Zoë", "zoe"),
        ("नमस्ते", "nmste"),
        ("\u3042", "a"),
        ("!!!", "member"),
        ("Admin", "member"),
    ],
)
def test_a_handle_is_made_of_a_names_own_letters(name: str, handle: str) -> None:
    assert rules.handle_from(name) == handle


async def test_members_of_a_room_whose_names_look_alike_can_be_told_apart(app: App, cast: Cast) -> None:
    mallory = await principal(app, cast.mallory)
    await do(app, mallory, "auth.me.change", name="\u0410na")
    await do(app, mallory, "rooms.join", roomId=cast.square)
    users = (await do(app, mallory, "presence.members.list", roomId=cast.square))["users"]
    keys = {user["username"]: user["nameKey"] for user in users}
    assert keys["ana"] == keys["mallory"] != keys["bob"]
    assert (await do(app, mallory, "auth.me.show"))["nameKey"] == keys["ana"]


async def test_a_guest_who_becomes_a_member_by_phone_keeps_the_name_they_typed(every_app: App) -> None:
    app = every_app
    guest = await do(app, OUTSIDER, "auth.guest.create")
    who = await principal(app, _person(guest))
    number = "+447911123456"
    await do(app, who, "auth.account.sign_up", phoneNumber=number, firstName="Ana", lastName="Lopez")
    assert (await principal(app, _person(guest))).name.startswith("guest_")  # not before it is proven
    made = await do(
        app, OUTSIDER, "auth.session.login", phoneNumber=number, password=await secret(app, number)
    )
    assert (made["id"], made["name"], made["user"]["username"]) == (
        guest["guestId"],
        "Ana Lopez",
        "ana-lopez",
    )


def _person(guest: dict[str, Any]) -> Any:
    class Guest:
        token = guest["tempSessionToken"]

    return Guest


def _member(number: int, handle: str, name: str) -> dict[str, Any]:
    return {
        "id": f"01a22fa7-0000-7000-8000-00000000000{number}",
        "kind": "member",
        "role": Role.USER.value,
        "name": name,
        "username": handle,
        "created_at": 0,
        "status": "active",
    }


def test_people_of_before_get_their_keys_and_the_oldest_keeps_a_handle(
    database_url: str, tmp_path: Path
) -> None:
    upgrade(database_url, tables, migrations_until("0012", tmp_path))
    users = tables.tables["users"]
    rows = [("hllo", "Ана"), ("h1lo", "Ana"), ("bob", "Bob")]

    async def go() -> list[Any]:
        database = await Database.open(database_url)
        async with database.begin() as tx:
            for number, (handle, name) in enumerate(rows):
                await tx.run(users.insert(), _member(number, handle, name))
        await database.close()
        upgrade(database_url, tables)
        database = await Database.open(database_url)
        async with database.read() as reader:
            found = list(await reader.all(select(users.c.handle_key, users.c.name_key).order_by(users.c.id)))
        await database.close()
        return found

    first, second, third = asyncio.run(go())
    assert second.handle_key is None
    assert len({first.handle_key, third.handle_key}) == 2
    assert len({first.name_key, second.name_key, third.name_key} - {None}) == 3
