"""Sessions: how they are refreshed, stolen, counted, listed, used and ended."""

import asyncio
from typing import Any
from unittest.mock import ANY

import httpx2
import pytest
from sqlalchemy import select, update

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER, SYSTEM
from chatroom.features import tables
from chatroom.features.auth import service as auth
from chatroom.features.auth.sessions.last_used import LastUsed
from chatroom.features.auth.sessions.principal_cache import PrincipalCache
from tests.cast import PASSWORD, Cast, Clock, Person, do, principal, register
from tests.doors import Doors, Server, until

DAY = 86_400
EMAIL = "ana@example.org"


async def sign_in(app: App, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = await do(
        app, OUTSIDER, "auth.session.login", email=EMAIL, password=PASSWORD, **more
    )
    return made


async def refresh(app: App, token: str) -> dict[str, Any]:
    fresh: dict[str, Any] = await do(app, OUTSIDER, "auth.session.refresh", refreshToken=token)
    return fresh


async def refused(app: App, token: str) -> str:
    """The text with which a refresh token is refused; "" when it is taken."""
    try:
        await refresh(app, token)
    except Problem as problem:
        return problem.message
    return ""


async def is_good(app: App, token: str) -> bool:
    app.kernel.ports[PrincipalCache].forget()
    try:
        await auth.authenticate(Context(app.kernel, OUTSIDER), token)
    except Problem:
        return False
    return True


async def test_fifty_sign_ins_in_one_second_are_fifty_tokens_and_ten_sessions(app: App, cast: Cast) -> None:
    made = await asyncio.gather(*(sign_in(app) for _ in range(50)))
    assert len({one["token"] for one in made} | {one["refreshToken"] for one in made}) == 100
    assert sum([await is_good(app, one["token"]) for one in made]) == 10
    listed = await do(app, await principal(app, await _living(app, made)), "auth.sessions.list")
    assert len(listed["sessions"]) == 10


async def _living(app: App, made: list[dict[str, Any]]) -> Person:
    good = [one["token"] for one in made if await is_good(app, one["token"])]
    return Person(made[0]["id"], "", "", EMAIL, good[0])


async def test_the_eleventh_session_ends_the_oldest(app: App, cast: Cast, clock: Clock) -> None:
    made = []
    for _ in range(11):
        clock.advance(1)
        made.append(await sign_in(app))
    assert not await is_good(app, cast.ana.token)
    assert [await is_good(app, one["token"]) for one in made] == [False] + [True] * 10
    assert await is_good(app, cast.bob.token)


async def test_a_lost_answer_is_given_again_until_something_of_it_is_used(
    every_app: App, clock: Clock
) -> None:
    """A phone that had no network asks again whenever it has one."""
    app, _ = every_app, await register(every_app, "Ana")
    signed_in = await sign_in(app)
    lost = await refresh(app, signed_in["refreshToken"])
    for seconds in (12, 3600):
        clock.advance(seconds)
        assert await refresh(app, signed_in["refreshToken"]) == {**lost, "accessToken": ANY, "token": ANY}
    found = await refresh(app, signed_in["refreshToken"])
    assert await is_good(app, found["accessToken"])
    newest = await refresh(app, found["refreshToken"])
    assert await refused(app, signed_in["refreshToken"]) == "Invalid session"
    assert await refused(app, newest["refreshToken"]) == "Invalid session"


async def test_what_was_used_is_known_to_all_nodes(every_app: App, clock: Clock) -> None:
    app, _ = every_app, await register(every_app, "Ana")
    old = (await sign_in(app))["refreshToken"]
    fresh = await refresh(app, old)
    assert await is_good(app, fresh["accessToken"])
    await app.kernel.ports[LastUsed].store(Context(app.kernel, SYSTEM))
    app.kernel.ports[LastUsed] = LastUsed()  # another node, or this one after a restart
    clock.advance(11)
    assert await refused(app, old) == "Invalid session"


async def test_a_lost_answer_is_given_again_for_ten_seconds(every_app: App, clock: Clock) -> None:
    app, _ = every_app, await register(every_app, "Ana")
    old = (await sign_in(app))["refreshToken"]
    first = await refresh(app, old)
    clock.advance(9)
    again = await refresh(app, old)
    assert again["refreshToken"] == first["refreshToken"]
    assert await is_good(app, again["accessToken"])
    assert await refused(app, first["refreshToken"]) == ""


async def test_a_token_that_comes_back_later_ends_the_session(every_app: App, clock: Clock) -> None:
    app, _ = every_app, await register(every_app, "Ana")
    signed_in = await sign_in(app)
    other = await sign_in(app)
    fresh = await refresh(app, signed_in["refreshToken"])
    assert await is_good(app, fresh["accessToken"])
    clock.advance(11)
    assert await refused(app, signed_in["refreshToken"]) == "Invalid session"
    assert await refused(app, fresh["refreshToken"]) == "Invalid session"
    assert not await is_good(app, fresh["accessToken"])
    assert await is_good(app, other["token"])


async def test_a_token_two_exchanges_old_is_stolen_at_once(app: App, cast: Cast) -> None:
    old = (await sign_in(app))["refreshToken"]
    newest = await refresh(app, (await refresh(app, old))["refreshToken"])
    assert await refused(app, old) == "Invalid session"
    assert await refused(app, newest["refreshToken"]) == "Invalid session"


async def test_fifty_exchanges_of_one_token_have_one_outcome(every_app: App) -> None:
    app, _ = every_app, await register(every_app, "Ana")
    old = (await sign_in(app))["refreshToken"]
    made = await asyncio.gather(*(refresh(app, old) for _ in range(50)))
    assert len({one["refreshToken"] for one in made}) == 1
    async with app.db.read() as reader:
        sessions = tables.tables["sessions"]
        generations = sorted(row.generation for row in await reader.all(select(sessions.c.generation)))
    assert generations == [0, 1]


@pytest.mark.parametrize(("stay", "days"), [(True, 30), (False, 1), (None, 30)])
async def test_a_session_ends_after_its_days_however_often_it_is_refreshed(
    app: App, cast: Cast, clock: Clock, stay: bool | None, days: int
) -> None:
    token = (await sign_in(app, staySignedIn=stay))["refreshToken"]
    for _ in range(3):
        clock.advance(days * DAY / 4)
        token = (await refresh(app, token))["refreshToken"]
    clock.advance(days * DAY / 4 + 1)
    assert await refused(app, token) == "Invalid session"


async def test_an_access_token_never_outlives_its_session(app: App, cast: Cast, clock: Clock) -> None:
    signed_in = await sign_in(app, staySignedIn=False)
    clock.advance(DAY - 60)
    fresh = await refresh(app, signed_in["refreshToken"])
    assert fresh["expiresIn"] == 60
    clock.advance(61)
    assert not await is_good(app, fresh["accessToken"])


async def test_no_refresh_token_lies_in_the_database(app: App, cast: Cast) -> None:
    token = (await refresh(app, (await sign_in(app))["refreshToken"]))["refreshToken"]
    async with app.db.read() as reader:
        rows = await reader.all(select(tables.tables["sessions"]))
    assert token not in str([tuple(row) for row in rows])
    assert token.rsplit(".", 1)[1] not in str([tuple(row) for row in rows])


async def test_seed_0s_token_lives_as_long_as_it_is_used_once_in_thirty_days(
    every_app: App, clock: Clock
) -> None:
    app, _ = every_app, await register(every_app, "Ana")
    token = (await do(app, OUTSIDER, "auth.session.open_lounges", email=EMAIL, password=PASSWORD))["token"]
    for _ in range(3):
        clock.advance(29 * DAY)
        assert await is_good(app, token)
        await app.kernel.ports[LastUsed].store(Context(app.kernel, SYSTEM))
    clock.advance(30 * DAY + 1)
    assert not await is_good(app, token)


async def test_the_last_use_is_noted_at_most_once_a_minute(every_app: App, clock: Clock) -> None:
    app, ana = every_app, await register(every_app, "Ana")
    used = []
    for passes in (59, 1, 59, 61):
        clock.advance(passes)
        assert await is_good(app, ana.token)
        await app.kernel.ports[LastUsed].store(Context(app.kernel, SYSTEM))
        listed = await do(app, await principal(app, ana), "auth.sessions.list")
        used.append(listed["sessions"][0]["lastUsedAt"])
    assert len(set(used)) == 3
    assert used[1] == used[2]


async def _set(app: App, user_id: str, **values: str) -> None:
    users = tables.tables["users"]
    async with app.db.begin() as tx:
        await tx.run(update(users).where(users.c.id == user_id).values(**values))


@pytest.mark.parametrize("status", ["suspended", "banned", "deleted"])
async def test_who_is_not_active_neither_signs_in_nor_refreshes_nor_asks(
    app: App, cast: Cast, status: str
) -> None:
    signed_in = await sign_in(app)
    await _set(app, cast.ana.id, status=status)
    with pytest.raises(Problem) as no:
        await sign_in(app)
    assert no.value.code == ("invalid_credentials" if status == "deleted" else "account_suspended")
    assert await refused(app, signed_in["refreshToken"]) == "Invalid session"
    assert not await is_good(app, signed_in["token"])
    with pytest.raises(Problem) as wrong:
        await do(app, OUTSIDER, "auth.session.login", email=EMAIL, password="wrong horse")
    assert wrong.value.code == "invalid_credentials"  # only who knows the password learns why


@pytest.mark.parametrize("deed", ["suspend", "remove", "change_own", "change", "end_session"])
async def test_a_revocation_closes_sockets_and_ends_tokens(
    app: App, cast: Cast, doors: Doors, server: Server, deed: str
) -> None:
    signed_in = await sign_in(app)
    ears = await server.ears(cast.ana._replace(token=signed_in["token"]))
    bystander = await server.ears(cast.bob)
    who = await principal(app, cast.admin if deed in ("suspend", "remove") else cast.ana)
    session = (await principal(app, cast.ana._replace(token=signed_in["token"]))).session_id
    fields: dict[str, tuple[str, dict[str, Any]]] = {
        "suspend": ("users.change", {"userId": cast.ana.id, "status": "suspended"}),
        "remove": ("users.remove", {"userId": cast.ana.id}),
        "change_own": ("auth.password.change", {"currentPassword": PASSWORD, "newPassword": "another horse"}),
        "change": (
            "auth.password.replace",
            {"email": EMAIL, "currentPassword": PASSWORD, "newPassword": "another horse"},
        ),
        "end_session": ("auth.sessions.end", {"sessionId": session}),
    }
    name, given = fields[deed]
    async with asyncio.timeout(1):
        await do(app, who, name, **given)
        await until(lambda: not ears.client.connected)
    for door in ("api", "v1"):
        dead = await doors.ask(door, "auth.me.show", cast.ana._replace(token=signed_in["token"]))
        assert (dead.status, dead.code) == (401, "invalid_token")
    assert await refused(app, signed_in["refreshToken"]) == "Invalid session"
    assert bystander.client.connected
    own = deed in ("change_own", "end_session")
    assert await is_good(app, cast.ana.token) is own  # the session that asked goes on


async def test_a_suspended_person_can_be_let_in_again_and_a_removed_one_cannot(app: App, cast: Cast) -> None:
    admin = await principal(app, cast.admin)
    await do(app, admin, "users.change", userId=cast.ana.id, status="suspended")
    await do(app, admin, "users.change", userId=cast.ana.id, status="active")
    assert (await sign_in(app))["id"] == cast.ana.id
    await do(app, admin, "users.remove", userId=cast.ana.id)
    with pytest.raises(Problem) as refused_:
        await do(app, admin, "users.change", userId=cast.ana.id, status="active")
    assert refused_.value.code == "forbidden"
    for name in ("users.remove", "users.change"):
        with pytest.raises(Problem):
            await do(
                app,
                admin,
                name,
                userId=cast.admin.id,
                **({"status": "suspended"} if "change" in name else {}),
            )


async def test_admins_page_through_everybody(app: App, cast: Cast) -> None:
    admin = await principal(app, cast.admin)
    found, cursor = [], None
    while True:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = await do(app, admin, "users.list", limit=2, **more)
        found += page["users"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    names = ["Ana", "Bob", "Mallory", "Gus", "Mo", "Ada"]
    assert [person["name"] for person in found if person["name"] in names] == names
    assert "example.org" not in str(found)


async def test_a_refresh_cookie_reaches_only_the_routes_that_need_it(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    body = {"email": EMAIL, "password": PASSWORD, "cookies": True}
    answer = await http.post("/api/auth/login", json=body, headers={"origin": "http://chat.test"})
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("refreshToken"))
    for part in ("HttpOnly", "Path=/api/auth", "SameSite=strict", "Secure", "Max-Age=2592000"):
        assert part in cookie
