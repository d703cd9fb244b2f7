"""Signing up, in and out, at every door."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, insert, select

from chatroom.adapters.bcrypt import BcryptHasher
from chatroom.app import App
from chatroom.core import ids
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER, SYSTEM
from chatroom.features import tables
from chatroom.features.auth.jobs import expire_sessions
from chatroom.features.auth.ports import PasswordHasher
from chatroom.features.auth.store.sessions import remove_expired
from tests.cast import PASSWORD, Cast, Clock, do, register
from tests.doors import Doors, Server, until

REGISTER = "auth.account.register"
WAYS = ["api", "v1"]
ZOE = {"name": "Zoë", "email": "zoe@example.org", "password": PASSWORD}


@pytest.mark.parametrize("way", WAYS)
async def test_who_registers_is_signed_in(doors: Doors, way: str) -> None:
    made = await doors.ask(way, REGISTER, None, **ZOE)
    assert made.status == 201
    assert made.data["token"] == made.data["accessToken"]
    assert made.data["expiresIn"] == 24 * 3600
    assert made.data["user"]["id"] == made.data["id"]
    assert (made.data["name"], made.data["user"]["username"]) == ("Zoë", "zoe")
    assert (made.data["user"]["kind"], made.data["user"]["role"]) == ("member", "user")


async def test_without_a_name_the_address_gives_one(app: App) -> None:
    made = await do(app, OUTSIDER, REGISTER, email="kim.lee@example.org", password=PASSWORD)
    assert (made["name"], made["user"]["username"]) == ("kim.lee", "kim-lee")


async def test_namesakes_get_handles_of_their_own(app: App) -> None:
    made = [
        await do(app, OUTSIDER, REGISTER, name="Kim", email=f"kim{n}@example.org", password=PASSWORD)
        for n in range(4)
    ]
    assert len({person["user"]["username"] for person in made}) == 4


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("email", ["ana@example.org", "ANA@Example.org", " ana@example.org "])
async def test_an_address_registers_once(doors: Doors, way: str, email: str) -> None:
    again = await doors.ask(way, REGISTER, None, email=email, password=PASSWORD)
    assert (again.status, again.code) == (409, "user_exists")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a" * 255 + "@example.org"),
        ("email", 7),
        ("password", "short"),
        ("password", "p" * 73),
        ("password", None),
        ("name", "n" * 65),
        ("name", "bell\u0007"),
        ("name", "\u202efoo"),
        ("name", ["Zoë"]),
    ],
)
async def test_a_bad_field_is_named(doors: Doors, field: str, value: object) -> None:
    plain = await doors.ask("api", REGISTER, None, **{**ZOE, field: value})
    v1 = await doors.ask("v1", REGISTER, None, **{**ZOE, field: value})
    assert (plain.status, v1.status) == (400, 422)
    assert plain.code == v1.code == "bad_input"
    assert list(plain.data["errors"]) == list(v1.data["errors"]) == [field]


async def test_of_parallel_registrations_of_one_address_one_wins(every_app: App) -> None:
    async def attempt(number: int) -> str:
        try:
            given = {"name": f"N{number}", "email": "x@example.org", "password": PASSWORD}
            await do(every_app, OUTSIDER, REGISTER, **given)
        except Problem as problem:
            return problem.code
        return ""

    codes = await asyncio.gather(*(attempt(number) for number in range(10)))
    assert sorted(codes) == [""] + ["user_exists"] * 9


async def test_namesakes_who_register_at_once_all_get_in(every_app: App) -> None:
    people = [
        do(every_app, OUTSIDER, REGISTER, name="Kim", email=f"kim{n}@example.org", password=PASSWORD)
        for n in range(10)
    ]
    made = await asyncio.gather(*people)
    assert len({person["user"]["username"] for person in made}) == 10


@pytest.mark.parametrize("way", WAYS)
async def test_signing_in_opens_a_new_session(doors: Doors, cast: Cast, way: str) -> None:
    signed_in = await doors.ask(way, "auth.session.login", None, email="Ana@example.org", password=PASSWORD)
    assert (signed_in.status, signed_in.data["id"]) == (200, cast.ana.id)
    assert signed_in.data["token"] != cast.ana.token
    again = cast.ana._replace(token=signed_in.data["token"])
    assert (await doors.ask(way, "auth.me.show", again)).data["id"] == cast.ana.id


async def test_a_wrong_password_and_an_unknown_address_are_told_apart_by_nobody(doors: Doors) -> None:
    attempts = [
        ("ana@example.org", "wrong password"),
        ("ana@example.org", PASSWORD + "x" * 60),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
    ]
    told = []
    for email, password in attempts:
        answer = await doors.ask("api", "auth.session.login", None, email=email, password=password)
        told.append((answer.status, {**answer.data, "requestId": ""}))
    assert all(answer == told[0] for answer in told)
    assert (told[0][0], told[0][1]["error"]) == (401, "Invalid credentials")


async def test_an_unknown_address_costs_a_hash_too(app: App) -> None:
    compared: list[bool] = []

    class Counting(BcryptHasher):
        async def verify(self, password: bytes, hashed: str | None, lane: str = "") -> bool:
            compared.append(hashed is None)
            return await super().verify(password, hashed, lane)

    hasher = Counting(4)
    app.kernel.ports[PasswordHasher] = hasher
    for email in ("nobody@example.org", "no address"):
        with pytest.raises(Problem, match="Invalid credentials"):
            await do(app, OUTSIDER, "auth.session.login", email=email, password=PASSWORD)
    hasher.close()
    assert compared == [True, True]


@pytest.mark.parametrize("settings", [{"bcrypt_rounds": 10}])
async def test_the_hash_for_nobody_costs_what_a_real_one_costs(app: App) -> None:
    hasher = app.kernel.ports[PasswordHasher]
    real = await hasher.hash(PASSWORD.encode())

    async def seconds(hashed: str | None) -> float:
        started = (
            time.process_time()
        )  # of all threads: on a busy machine the wall clock tells of its other work
        assert not await hasher.verify(b"wrong", hashed)
        return time.process_time() - started

    unknown = min([await seconds(None) for _ in range(3)])
    known = min([await seconds(real) for _ in range(3)])
    assert unknown > known / 3


async def _hash_of(app: App, user_id: str) -> str:
    passwords = tables.tables["passwords"]
    async with app.db.read() as reader:
        return str(await reader.scalar(select(passwords.c.hashed).where(passwords.c.user_id == user_id)))


@pytest.mark.parametrize("settings", [{"bcrypt_rounds": 5}])
async def test_signing_in_renews_a_hash_of_another_cost(app: App, cast: Cast) -> None:
    assert (await _hash_of(app, cast.ana.id)).startswith("$2b$04$")
    await do(app, OUTSIDER, "auth.session.login", email=cast.ana.email, password=PASSWORD)
    assert (await _hash_of(app, cast.ana.id)).startswith("$2b$05$")
    await do(app, OUTSIDER, "auth.session.login", email=cast.ana.email, password=PASSWORD)


@pytest.mark.parametrize("way", WAYS)
async def test_signing_out_ends_the_token_everywhere(
    doors: Doors, server: Server, cast: Cast, way: str
) -> None:
    other = await doors.ask(way, "auth.session.login", None, email=cast.ana.email, password=PASSWORD)
    assert (await doors.ask(way, "auth.session.logout", cast.ana)).data == {"ok": True}
    for door in ("api", "v1"):
        dead = await doors.ask(door, "auth.me.show", cast.ana)
        assert (dead.status, dead.code) == (401, "invalid_token")
    assert await server.refusal(cast.ana.token) == "invalid_token"
    living = cast.ana._replace(token=other.data["token"])
    assert (await doors.ask(way, "auth.me.show", living)).code == ""


@pytest.mark.parametrize("way", WAYS)
async def test_signing_out_twice_or_without_a_session_is_fine(doors: Doors, cast: Cast, way: str) -> None:
    for person in (cast.ana, cast.ana, None):
        assert (await doors.ask(way, "auth.session.logout", person)).data == {"ok": True}


async def test_signing_out_ends_the_sockets_of_that_session_and_no_others(
    doors: Doors, server: Server, cast: Cast
) -> None:
    other = await doors.ask("api", "auth.session.login", None, email=cast.ana.email, password=PASSWORD)
    ended = [await server.in_room(cast.ana, cast.tea) for _ in range(2)]
    living = [await server.ears(cast.ana._replace(token=other.data["token"])), await server.ears(cast.bob)]
    await doors.ask("api", "auth.session.logout", cast.ana)
    await until(lambda: not any(ears.client.connected for ears in ended))
    for ears in living:
        assert (await ears.ask("send_message", {"roomId": cast.tea, "content": "still here"})).code == ""
    assert not any(ears.all("receive_message") for ears in ended)


async def test_a_dead_token_does_not_keep_anybody_from_signing_in(doors: Doors, cast: Cast) -> None:
    await doors.ask("api", "auth.session.logout", cast.ana)
    again = await doors.ask("api", "auth.session.login", cast.ana, email=cast.ana.email, password=PASSWORD)
    assert again.status == 200


async def test_people_see_their_own_address_and_nobody_else_does(doors: Doors, cast: Cast) -> None:
    me = await doors.ask("api", "auth.me.show", cast.ana)
    assert me.data["email"] == cast.ana.email
    seen = await doors.ask("api", "presence.members.list", cast.bob, roomId=cast.tea)
    assert "example.org" not in str(seen.data)


async def test_no_answer_holds_a_hash(http: httpx2.AsyncClient, cast: Cast) -> None:
    bearer = {"authorization": f"Bearer {cast.ana.token}"}
    said = []
    for prefix in ("/api", "/api/v1"):
        asked: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", "/auth/register", {"json": {**ZOE, "email": f"z{len(prefix)}@example.org"}}),
            ("POST", "/auth/login", {"json": {"email": cast.ana.email, "password": PASSWORD}}),
            ("POST", "/auth/login", {"json": {"email": cast.ana.email, "password": "wrong password"}}),
            ("GET", "/users/me", {"headers": bearer}),
            ("GET", "/rooms", {"headers": bearer}),
            ("GET", f"/rooms/{cast.tea}/users", {"headers": bearer}),
            ("GET", f"/rooms/{cast.tea}/messages", {"headers": bearer}),
        ]
        said += [await http.request(method, prefix + path, **more) for method, path, more in asked]
    assert [answer.status_code // 100 for answer in said] == [2, 2, 4, 2, 2, 2, 2] * 2
    assert not [answer.url for answer in said if "$2" in answer.text or "hash" in answer.text.lower()]


def _bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("node.db*"))


async def test_no_address_lies_in_the_database_in_clear(app: App, cast: Cast, tmp_path: Path) -> None:
    await do(app, OUTSIDER, REGISTER, **ZOE)
    stored = _bytes_of(tmp_path)
    assert b"zoe" in stored
    assert b"zoe@example.org" not in stored
    assert cast.code.encode() not in stored


async def test_expired_sessions_are_removed_and_living_ones_stay(app: App, cast: Cast, clock: Clock) -> None:
    sessions = tables.tables["sessions"]
    clock.advance(29 * 86_400)
    fresh = await do(app, OUTSIDER, "auth.session.login", email=cast.ana.email, password=PASSWORD)
    clock.advance(2 * 86_400)
    await expire_sessions.run(Context(app.kernel, SYSTEM), None)
    async with app.db.read() as reader:
        left = await reader.all(select(sessions.c.user_id))
    assert [row.user_id for row in left] == [fresh["id"]]


async def test_many_expired_sessions_are_removed_in_shares_of_a_thousand(every_app: App) -> None:
    app = every_app
    ana = await register(app, "Ana")
    sessions = tables.tables["sessions"]
    row = {
        "user_id": ana.id,
        "created_at": 0,
        "last_used_at": 0,
        "expires_at": 1,
        "device": "",
        "address": "",
    }
    async with app.db.begin() as tx:
        await tx.many(insert(sessions), [{**row, "id": ids.new()} for _ in range(2_500)])
    async with app.db.begin() as tx:
        assert await remove_expired(tx, 2, 1_000) == 1_000
    await expire_sessions.run(Context(app.kernel, SYSTEM), None)
    async with app.db.read() as reader:
        assert await reader.scalar(select(func.count()).select_from(sessions)) == 1


@pytest.mark.parametrize("settings", [{"jwt_expires_in": "15m"}])
async def test_a_sign_in_lasts_as_long_as_the_setting_says(
    app: App, doors: Doors, cast: Cast, clock: Clock
) -> None:
    signed_in = await do(app, OUTSIDER, "auth.session.login", email=cast.ana.email, password=PASSWORD)
    assert signed_in["expiresIn"] == 900
    clock.advance(931)
    late = await doors.ask("api", "auth.me.show", cast.ana._replace(token=signed_in["token"]))
    assert late.code == "token_expired"
