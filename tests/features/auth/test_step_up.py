"""A stolen token does not take the account: what would needs the password, in the call or within ten minutes."""

from typing import Any

import httpx2
import pytest

from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER
from tests.cast import PASSWORD, Cast, Clock, Person, do, principal, register
from tests.features.auth.post import letters, secret

EMAIL = "ana@example.org"
NUMBER = "+447911123456"
THIEF = "thief@example.org"
LATE = 601  # seconds


async def code_of(app: App, person: Person, name: str, **fields: Any) -> str:
    try:
        await do(app, await principal(app, person), name, **fields)
    except Problem as problem:
        return problem.code
    return ""


async def session_of(app: App, person: Person) -> str:
    return (await principal(app, person)).session_id


async def sign_in(app: App, person: Person) -> Person:
    made = await do(app, OUTSIDER, "auth.session.login", email=person.email, password=PASSWORD)
    return person._replace(token=made["token"])


async def test_ten_minutes_after_signing_in_a_token_alone_adds_no_address(
    every_app: App, clock: Clock
) -> None:
    app, ana = every_app, await register(every_app, "Ana")
    clock.advance(LATE)
    assert await code_of(app, ana, "auth.identifier.begin", email=THIEF) == "step_up_required"
    assert await code_of(app, ana, "auth.identifier.begin", phoneNumber=NUMBER) == "step_up_required"
    wrong = await code_of(app, ana, "auth.identifier.begin", email=THIEF, currentPassword="wrong horse")
    assert wrong == "invalid_credentials"
    assert await code_of(app, ana, "auth.identifier.begin", email=THIEF) == "step_up_required"
    assert (
        await code_of(app, ana, "auth.identifier.begin", email="ana.l@example.org", currentPassword=PASSWORD)
        == ""
    )
    code = await secret(app, "ana.l@example.org")
    assert await code_of(app, ana, "auth.identifier.confirm", code=code) == ""


async def test_a_proof_counts_for_ten_minutes_and_for_its_session_only(every_app: App, clock: Clock) -> None:
    app, ana = every_app, await register(every_app, "Ana")
    other = await sign_in(app, ana)
    clock.advance(LATE)
    given = await do(app, await principal(app, ana), "auth.proof.show", currentPassword=PASSWORD)
    assert given["ok"]
    clock.advance(599)
    assert await code_of(app, ana, "auth.identifier.begin", phoneNumber=NUMBER) == ""
    assert await code_of(app, other, "auth.identifier.begin", phoneNumber=NUMBER) == "step_up_required"
    clock.advance(2)
    assert await code_of(app, ana, "auth.identifier.begin", phoneNumber=NUMBER) == "step_up_required"


async def test_a_refreshed_token_is_no_proof(app: App, cast: Cast, clock: Clock) -> None:
    made = await do(app, OUTSIDER, "auth.session.login", email=EMAIL, password=PASSWORD)
    clock.advance(LATE)
    fresh = await do(app, OUTSIDER, "auth.session.refresh", refreshToken=made["refreshToken"])
    ana = cast.ana._replace(token=fresh["token"])
    assert await code_of(app, ana, "auth.identifier.begin", email=THIEF) == "step_up_required"


async def test_other_sessions_end_with_a_proof_and_ones_own_without(
    app: App, cast: Cast, clock: Clock
) -> None:
    thief = await sign_in(app, cast.ana)
    clock.advance(LATE)
    mine, theirs = await session_of(app, cast.ana), await session_of(app, thief)
    assert await code_of(app, thief, "auth.sessions.end", sessionId=mine) == "step_up_required"
    assert await code_of(app, thief, "auth.sessions.end", sessionId=theirs) == ""
    other = await session_of(app, await sign_in(app, cast.ana))
    ended = await code_of(app, cast.ana, "auth.sessions.end", sessionId=other, currentPassword=PASSWORD)
    assert ended == ""


async def test_a_new_password_asks_for_the_present_one_each_time(app: App, cast: Cast) -> None:
    assert (
        await code_of(app, cast.ana, "auth.password.change", newPassword="a heron here") == "step_up_required"
    )


async def test_over_http_a_refusal_is_403_and_the_password_goes_in_the_body(
    app: App, http: httpx2.AsyncClient, cast: Cast, clock: Clock
) -> None:
    other = await session_of(app, await sign_in(app, cast.ana))
    clock.advance(LATE)
    headers = {"authorization": f"Bearer {cast.ana.token}"}
    path, given = f"/api/v1/auth/sessions/{other}", {"currentPassword": PASSWORD}
    for refused in (
        await http.delete(path, headers=headers),
        await http.delete(path, headers=headers, params=given),
        await http.post("/api/v1/users/me/identifiers", headers=headers, json={"email": THIEF}),
    ):
        assert (refused.status_code, refused.json()["data"]["code"]) == (403, "step_up_required")
    ended = await http.request("DELETE", path, headers=headers, json=given)
    assert ended.status_code == 200


async def test_every_address_and_number_of_before_is_told(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    await do(app, ana, "auth.identifier.begin", phoneNumber=NUMBER)
    await do(app, ana, "auth.identifier.confirm", code=await secret(app, NUMBER))
    assert len(await letters(app, EMAIL)) == 1
    await do(app, ana, "auth.identifier.begin", email=THIEF)
    await do(app, ana, "auth.identifier.confirm", code=await secret(app, THIEF))
    told = "The address or number of your account was changed"
    assert (await letters(app, EMAIL, 2))[-1].startswith(told)
    assert (await letters(app, NUMBER, 2))[-1].startswith(told)


@pytest.mark.parametrize("settings", [{"rate_limits": ""}])
async def test_the_password_is_not_guessed_here_either(app: App, cast: Cast, clock: Clock) -> None:
    clock.advance(LATE)
    codes = [
        await code_of(
            app, cast.ana, "auth.identifier.begin", email=THIEF, currentPassword=f"wrong horse {number}"
        )
        for number in range(6)
    ]
    assert codes == ["invalid_credentials"] * 5 + ["rate_limited"]
