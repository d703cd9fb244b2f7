"""How often one may try: failed sign-ins, sign-ups, guests, messages to a phone."""

import asyncio
from collections import Counter
from typing import Any

import httpx2
import pytest

from chatroom.adapters.bcrypt import BcryptHasher
from chatroom.app import App
from chatroom.core.context import Context, Origin
from chatroom.core.dispatch import answer, dispatch
from chatroom.core.errors import Problem
from chatroom.core.fair_queue import IN_LANE
from chatroom.core.principal import OUTSIDER
from chatroom.features import operations
from chatroom.features.auth.passwords.password_check import WAITING, CheckQueues
from chatroom.features.auth.ports import PasswordHasher
from tests.cast import PASSWORD, Cast, Clock

LATER = "Too many authentication attempts. Please try again later."
LIMITED = pytest.mark.parametrize("settings", [{"rate_limits": "api=100000/1m,v1=100000/1m,root=100000/1m"}])
EMAIL = "ana@example.org"
NEW = "a heron by the mill"


async def ask(app: App, name: str, address: str, **fields: Any) -> str:
    """The code of the answer to somebody at an address."""
    op = operations[name]
    ctx = Context(app.kernel, OUTSIDER, origin=Origin(address))
    try:
        await answer(dispatch(ctx, op, lambda: op.strict_input(**fields)))
    except Problem as problem:
        return problem.code
    return ""


async def sign_in(app: App, address: str, password: str, email: str = EMAIL) -> str:
    return await ask(app, "auth.session.login", address, email=email, password=password)


@LIMITED
@pytest.mark.parametrize("path", ["/auth/login", "/api/auth/login", "/api/auth/signin", "/api/v1/auth/login"])
async def test_the_sixth_failure_in_fifteen_minutes_is_refused_with_the_seeds_text(
    http: httpx2.AsyncClient, cast: Cast, clock: Clock, path: str
) -> None:
    async def attempt(password: str) -> httpx2.Response:
        return await http.post(path, json={"email": EMAIL, "password": password})

    assert [(await attempt("wrong horse")).status_code for _ in range(5)] == [401] * 5
    refused = await attempt(PASSWORD)
    assert (refused.status_code, refused.json()["message"]) == (429, LATER)
    headers = refused.headers
    assert 0 < int(headers["retry-after"]) <= 900
    assert headers["ratelimit-reset"] == headers["retry-after"]
    assert (headers["ratelimit-limit"], headers["ratelimit-remaining"]) == ("5", "0")
    clock.advance(901)
    assert (await attempt(PASSWORD)).status_code == 200


@LIMITED
async def test_a_success_forgives_the_failures_before_it(app: App, cast: Cast) -> None:
    for _ in range(3):
        codes = [await sign_in(app, "192.0.2.1", "wrong horse") for _ in range(4)]
        assert codes == ["invalid_credentials"] * 4
        assert await sign_in(app, "192.0.2.1", PASSWORD) == ""


@LIMITED
@pytest.mark.parametrize("at_once", [WAITING, 1000])
async def test_a_thousand_guesses_from_fifty_addresses_are_twenty(app: App, cast: Cast, at_once: int) -> None:
    homes = [httpx2.ASGITransport(app.asgi, client=(f"192.0.2.{n}", 1)) for n in range(50)]
    clients = [httpx2.AsyncClient(transport=home, base_url="http://chat.test") for home in homes]

    async def guess(number: int) -> httpx2.Response:
        body = {"email": EMAIL, "password": f"wrong horse {number}"}
        return await clients[number % 50].post("/api/auth/login", json=body)

    answers: list[httpx2.Response] = []
    for first in range(0, 1000, at_once):
        answers += await asyncio.gather(*(guess(number) for number in range(first, first + at_once)))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[401] == min(20, 1 + WAITING if at_once == 1000 else 20)
    assert set(statuses) <= {401, 429, 503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status_code != 401)


@pytest.mark.parametrize("settings", [{"rate_limits": ""}])
async def test_one_address_tries_thirty_times_whoever_it_tries_to_be_wherever_and_with_whatever_headers(
    app: App, cast: Cast
) -> None:
    home = httpx2.ASGITransport(app.asgi, client=("192.0.2.1", 1))
    paths = ("/auth/login", "/api/auth/login", "/api/auth/signin", "/api/v1/auth/login")
    pages: tuple[dict[str, str], ...] = (
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://chat.test"},
    )
    async with httpx2.AsyncClient(transport=home, base_url="http://chat.test") as stranger:

        async def guess(number: int) -> int:
            body = {"email": f"person{number}@example.org", "password": "wrong horse"}
            path, headers = paths[number % 4], pages[number // 4 % 4]
            return (await stranger.post(path, json=body, headers=headers)).status_code

        statuses = [await guess(number) for number in range(60)]
        statuses += await asyncio.gather(*(guess(number) for number in range(60, 120)))
    assert Counter(statuses) == {401: 30, 429: 90}
    assert await sign_in(app, "192.0.2.2", PASSWORD) == ""


@LIMITED
async def test_of_a_hundred_parallel_guesses_at_a_hundred_people_thirty_are_looked_at(
    app: App, cast: Cast
) -> None:
    codes = await asyncio.gather(
        *(sign_in(app, "192.0.2.1", "wrong horse", f"person{number}@example.org") for number in range(100))
    )
    assert Counter(codes) == {"invalid_credentials": 30, "rate_limited": 70}


@LIMITED
async def test_who_signs_in_well_uses_up_nothing_for_the_neighbours(app: App, cast: Cast) -> None:
    for _ in range(40):
        assert await sign_in(app, "192.0.2.1", PASSWORD) == ""
    for _ in range(40):  # refused for this identifier, which costs the others nothing
        await sign_in(app, "192.0.2.1", "wrong horse", "nobody@example.org")
    assert await sign_in(app, "192.0.2.1", "wrong horse", cast.bob.email) == "invalid_credentials"


@LIMITED
async def test_strangers_who_use_up_the_tries_do_not_keep_the_owner_out_where_they_signed_in_before(
    app: App, cast: Cast
) -> None:
    assert await sign_in(app, "198.51.100.7", PASSWORD) == ""
    for number in range(6):
        for _ in range(5):
            await sign_in(app, f"192.0.2.{number}", "wrong horse")
    assert await sign_in(app, "203.0.113.9", PASSWORD) == "rate_limited"
    assert await sign_in(app, "198.51.100.7", PASSWORD) == ""


@LIMITED
async def test_a_crowd_that_waits_at_an_identifier_does_not_keep_its_owner_waiting(
    app: App, cast: Cast
) -> None:
    crowd = [asyncio.create_task(sign_in(app, "192.0.2.1", "wrong horse")) for _ in range(200)]
    await asyncio.sleep(0)
    assert await sign_in(app, "192.0.2.2", PASSWORD) == ""
    assert "busy" in await asyncio.gather(*crowd)


@LIMITED
async def test_the_limit_is_the_same_for_an_address_of_nobody(app: App, cast: Cast) -> None:
    for email in (EMAIL, "nobody@example.org"):
        codes = [await sign_in(app, "192.0.2.1", "wrong horse", email) for _ in range(6)]
        assert codes == ["invalid_credentials"] * 5 + ["rate_limited"]


@LIMITED
async def test_a_neighbour_behind_the_same_address_still_signs_in(app: App, cast: Cast) -> None:
    for _ in range(6):
        await sign_in(app, "192.0.2.1", "wrong horse")
    assert await sign_in(app, "192.0.2.1", PASSWORD, cast.bob.email) == ""
    assert await sign_in(app, "192.0.2.2", PASSWORD) == ""


@LIMITED
async def test_somebody_who_signs_in_everywhere_at_once_is_not_refused(app: App, cast: Cast) -> None:
    codes = await asyncio.gather(*(sign_in(app, "192.0.2.1", PASSWORD) for _ in range(1 + WAITING)))
    assert codes == [""] * (1 + WAITING)


async def test_beyond_fifty_who_wait_for_one_address_everybody_is_told_to_come_back(
    app: App, http: httpx2.AsyncClient, cast: Cast
) -> None:
    async def attempt(email: str) -> httpx2.Response:
        return await http.post("/api/auth/login", json={"email": email, "password": PASSWORD})

    started = [asyncio.create_task(attempt(EMAIL)) for _ in range(200)]
    neighbour = await attempt(cast.bob.email)
    answers = await asyncio.gather(*started)
    assert neighbour.status_code == 200
    assert Counter(answer.status_code for answer in answers) == {200: 1 + WAITING, 503: 199 - WAITING}
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("busy", "15")
    assert (await attempt(EMAIL)).status_code == 200
    assert not app.kernel.ports[CheckQueues]._queues


@LIMITED
@pytest.mark.parametrize("address", ["no address", "two@@example.org", "@", "x" * 200])
async def test_what_is_no_address_is_counted_apart_from_other_such(
    app: App, cast: Cast, address: str
) -> None:
    for number in range(20):
        await sign_in(app, f"192.0.2.{number}", "wrong horse", "nonsense")
    assert await sign_in(app, "192.0.2.1", "wrong horse", "nonsense") == "rate_limited"
    assert await sign_in(app, "192.0.2.1", "wrong horse", address) == "invalid_credentials"


@LIMITED
@pytest.mark.parametrize(
    ("name", "most"), [("auth.account.register", 60), ("auth.account.sign_up", 60), ("auth.guest.create", 30)]
)
async def test_one_address_makes_so_many_people_an_hour(app: App, cast: Cast, name: str, most: int) -> None:
    async def one(number: int) -> str:
        body = {"email": f"n{number}@example.org", "password": PASSWORD} if most == 60 else {}
        return await ask(app, name, "192.0.2.1", **body)

    codes = [await one(number) for number in range(most + 2)]
    assert codes == [""] * most + ["rate_limited"] * 2
    assert await ask(app, "auth.guest.create", "192.0.2.2") == ""


@LIMITED
async def test_a_forgotten_password_cannot_be_guessed_either(app: App, cast: Cast) -> None:
    given = {"email": EMAIL, "code": "00000000", "new_password": "a heron by the mill"}
    codes = [await ask(app, "auth.password.reset", "192.0.2.1", **given) for _ in range(6)]
    assert codes == ["invalid_code"] * 5 + ["rate_limited"]


@pytest.mark.parametrize("size", [73, 1024, 1025, 4096, 60_000])
async def test_a_long_password_is_refused_without_a_hash_of_it(
    http: httpx2.AsyncClient, cast: Cast, size: int
) -> None:
    body = {"email": EMAIL, "password": "p" * size}
    assert (await http.post("/api/auth/login", json=body)).status_code in (400, 401)
    assert (await http.post("/api/auth/register", json={**body, "email": "z@example.org"})).status_code == 400


@LIMITED
async def test_an_attempt_for_which_there_was_no_time_is_no_failure(app: App, cast: Cast) -> None:
    hasher = app.kernel.ports[PasswordHasher] = BcryptHasher(9)  # 20 ms each, so that the queue stays full
    flood = [asyncio.create_task(hasher.verify(b"x", None, "192.0.2.7")) for _ in range(IN_LANE * 3)]
    await asyncio.sleep(0)
    assert [await sign_in(app, "192.0.2.7", "wrong horse") for _ in range(8)] == ["busy"] * 8
    await asyncio.gather(*flood, return_exceptions=True)
    assert await sign_in(app, "192.0.2.7", PASSWORD) == ""
    hasher.close()
