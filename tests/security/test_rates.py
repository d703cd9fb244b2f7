"""How often: every surface has its bucket, every answer says what is left of it, every refusal what to do."""

from typing import Any

import httpx2
import pytest

from chatroom.app import App
from tests.cast import Cast, Clock

OURS = {"origin": "http://chat.test"}
DEFAULTS = pytest.mark.parametrize("settings", [{"rate_limits": "", "rate_limit_max": 100}])


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def knock(
    http: httpx2.AsyncClient, path: str, times: int, headers: dict[str, str]
) -> list[httpx2.Response]:
    return [await http.get(path, headers=headers) for _ in range(times)]


@DEFAULTS
async def test_the_61st_call_in_a_minute_is_refused_with_the_words_of_the_seed(
    http: httpx2.AsyncClient, cast: Cast, clock: Clock
) -> None:
    answers = await knock(http, "/api/rooms", 61, bearer(cast.ana.token))
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    first, last = answers[0].headers, answers[-1]
    assert (first["ratelimit-limit"], first["ratelimit-remaining"], first["ratelimit-reset"]) == (
        "60",
        "59",
        "60",
    )
    body = last.json()
    assert body["error"] == body["message"] == "Too many requests. Please slow down."
    assert (body["code"], body["retryAfter"]) == ("rate_limited", 60)
    assert (last.headers["retry-after"], last.headers["ratelimit-remaining"]) == ("60", "0")
    for name in ("limit", "remaining", "reset"):
        assert last.headers[f"x-ratelimit-{name}"].isdigit()
    clock.advance(60)
    assert (await http.get("/api/rooms", headers=bearer(cast.ana.token))).status_code == 200


@DEFAULTS
async def test_people_are_counted_apart_and_strangers_by_their_address(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    await knock(http, "/api/rooms", 61, bearer(cast.ana.token))
    assert (await http.get("/api/rooms", headers=bearer(cast.bob.token))).status_code == 200
    strangers = await knock(http, "/api/rooms", 61, {})
    forged = await http.get("/api/rooms", headers=bearer("nonsense"))
    assert [answer.status_code for answer in strangers] == [401] * 60 + [429]
    assert forged.status_code == 429  # the same address


@DEFAULTS
async def test_reading_back_and_our_own_pages_have_more_room(http: httpx2.AsyncClient, cast: Cast) -> None:
    token = bearer(cast.ana.token)
    history = f"/api/rooms/{cast.tea}/messages"
    assert (await knock(http, history, 1, token))[0].headers["ratelimit-limit"] == "300"
    assert {answer.status_code for answer in await knock(http, history, 100, token)} == {200}
    assert (await http.get("/api/rooms", headers=token)).headers["ratelimit-remaining"] == "59"
    cookie = {"cookie": f"accessToken={cast.bob.token}", **OURS}
    ours = await knock(http, "/api/rooms", 100, cookie)
    assert {answer.status_code for answer in ours} == {200}
    assert ours[-1].headers["ratelimit-limit"] == "300"
    foreign = {"cookie": f"accessToken={cast.bob.token}", "sec-fetch-site": "cross-site"}
    assert (await http.get("/api/rooms", headers=foreign)).headers["ratelimit-limit"] == "60"


@pytest.mark.parametrize("settings", [{"rate_limits": "", "rate_limit_max": 3, "rate_limit_window": 5_000}])
async def test_v1_has_the_limit_of_the_settings_in_its_envelope(
    http: httpx2.AsyncClient, cast: Cast, clock: Clock
) -> None:
    answers = await knock(http, "/api/v1/rooms", 4, bearer(cast.ana.token))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    body = answers[-1].json()
    assert body["status"] == "error"
    assert body["data"]["code"] == "rate_limited"
    assert body["data"]["retryAfter"] == 5
    clock.advance(5)
    assert (await http.get("/api/v1/rooms", headers=bearer(cast.ana.token))).status_code == 200


@pytest.mark.parametrize("settings", [{"rate_limits": "off", "mode": "test"}])
async def test_switched_off_nothing_is_counted_and_nothing_said_of_it(
    app: App, http: httpx2.AsyncClient, cast: Cast
) -> None:
    answers = await knock(http, "/api/rooms", 80, bearer(cast.ana.token))
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name in answers[0].headers if "ratelimit" in name]
    options: Any = app.sockets.options
    assert (options.event_rate, options.address_rate, options.max_sessions_per_address) == (0, 0, 0)


@DEFAULTS
async def test_static_pages_probes_and_unknown_addresses_are_not_counted(http: httpx2.AsyncClient) -> None:
    for path in ("/", "/health", "/api/nothing"):
        assert not [name for name in (await http.get(path)).headers if "ratelimit" in name]
