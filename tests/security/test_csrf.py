"""CSRF by seed S1's contract: what a cookie may do, for whose page, and with which token."""

import re
from typing import Any

import httpx2
import pytest

from chatroom.app import App
from chatroom.core.csrf import SECONDS, CsrfTokens
from tests.cast import PASSWORD, Cast, Clock

OURS = {"origin": "http://chat.test"}
TEXTS = {
    "csrf_missing": "CSRF token missing",
    "csrf_invalid": "Invalid CSRF token",
    "csrf_failed": "CSRF validation failed",
}


def token_for(app: App) -> str:
    """A good token."""
    tokens: CsrfTokens = app.kernel.ports[CsrfTokens]
    return tokens.issue(app.kernel.clock())


def cookies(cast: Cast, token: str | None) -> dict[str, str]:
    kept = f"; csrfToken={token}" if token else ""
    return {"cookie": f"accessToken={cast.ana.token}{kept}"}


async def create(http: httpx2.AsyncClient, headers: dict[str, str], **fields: Any) -> httpx2.Response:
    return await http.post("/api/rooms", json={"name": "Tea", **fields}, headers=headers)


@pytest.mark.parametrize("name", ["x-csrf-token", "X-CSRF-Token", "x-csrf"])
async def test_a_token_in_either_header_is_good(
    app: App, http: httpx2.AsyncClient, cast: Cast, name: str
) -> None:
    token = token_for(app)
    for page in (OURS, {}):  # a request that no page sent needs the token all the same
        answer = await create(http, {**cookies(cast, token), **page, name: token})
        assert answer.status_code == 201


async def test_a_token_in_the_body_is_good_and_no_field(
    app: App, http: httpx2.AsyncClient, cast: Cast
) -> None:
    token = token_for(app)
    headers = {**cookies(cast, token), **OURS}
    for path in ("/api/rooms", "/api/v1/rooms"):
        answer = await http.post(path, json={"name": "Tea", "csrfToken": token}, headers=headers)
        assert answer.status_code == 201, answer.text


ASKED = [
    ("none at all", None, None, "csrf_missing"),
    ("an empty header", "good", "", "csrf_missing"),
    ("only the header", None, "good", "csrf_missing"),
    ("only the cookie", "good", None, "csrf_missing"),
    ("another one", "good", "other", "csrf_invalid"),
    ("a short one", "good", "x", "csrf_invalid"),
    ("another script", "good", "\u00fc\u00e9", "csrf_invalid"),
    ("planted", "planted", "planted", "csrf_failed"),
    ("planted with a dot", "a.b", "a.b", "csrf_failed"),
    ("another server's", "foreign", "foreign", "csrf_failed"),
    ("a day old", "old", "old", "csrf_failed"),
    ("of tomorrow", "early", "early", "csrf_failed"),
    ("64 digits that mean nothing", "0" * 64, "0" * 64, "csrf_failed"),
    ("64 letters", "g" * 64, "g" * 64, "csrf_failed"),
    ("non-ASCII in both", "\u00fc", "\u00fc", "csrf_failed"),
]


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case[0])
async def test_any_other_token_is_refused_with_the_text_of_the_seed(
    app: App, http: httpx2.AsyncClient, cast: Cast, case: tuple[str, str | None, str | None, str]
) -> None:
    _, kept, sent, code = case
    tokens, now = app.kernel.ports[CsrfTokens], app.kernel.clock()
    named = {
        "good": token_for(app),
        "other": token_for(app),
        "foreign": CsrfTokens("a secret of somebody else").issue(now),
        "old": tokens.issue(now - SECONDS * 1000),
        "early": tokens.issue(now + SECONDS * 1000),
    }
    headers: dict[str, Any] = {**cookies(cast, named.get(kept or "", kept)), **OURS}
    if sent is not None:
        headers["x-csrf-token"] = named.get(sent, sent)
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for path in ("/api/rooms", "/api/v1/rooms"):
        answer = await http.post(path, json={"name": "Tea"}, headers=raw)
        body = answer.json()
        assert answer.status_code == 403
        assert (body if path == "/api/rooms" else body["data"])["code"] == code
        assert body["message"] == TEXTS[code]
    rooms = await http.get("/api/rooms", headers=cookies(cast, None))
    assert len(rooms.json()) == 2


@pytest.mark.parametrize("sent", [5, True, ["x"], {"a": 1}, None])
async def test_a_body_token_that_is_no_text_is_refused(
    app: App, http: httpx2.AsyncClient, cast: Cast, sent: Any
) -> None:
    answer = await create(http, {**cookies(cast, token_for(app)), **OURS}, csrfToken=sent)
    assert (answer.status_code, answer.json()["code"][:5]) == (403, "csrf_")


async def test_every_unsafe_method_needs_it_and_no_safe_one_does(
    app: App, http: httpx2.AsyncClient, cast: Cast
) -> None:
    without = {**cookies(cast, None), **OURS}
    for method, path in (
        ("POST", f"/api/rooms/{cast.tea}/read"),
        ("POST", f"/api/v1/rooms/{cast.tea}/messages"),
        ("DELETE", f"/api/rooms/{cast.tea}/invite"),
        ("DELETE", f"/api/v1/rooms/{cast.tea}/invite"),
    ):
        refused = await http.request(method, path, headers=without)
        assert (refused.status_code, "CSRF token missing" in refused.text) == (403, True), path
    for path in ("/api/rooms", "/api/users/me"):
        assert (await http.get(path, headers=without)).status_code == 200
    token = token_for(app)
    deleted = await http.delete(
        f"/api/rooms/{cast.tea}/invite", headers={**cookies(cast, token), "x-csrf-token": token}
    )
    assert deleted.status_code == 200


async def test_a_bearer_token_needs_none(http: httpx2.AsyncClient, cast: Cast) -> None:
    """A browser never adds it by itself, so no page can make somebody send it."""
    bearer = {"authorization": f"Bearer {cast.ana.token}"}
    assert (await create(http, {**bearer, "origin": "http://evil.test"})).status_code == 201
    assert (await create(http, {**bearer, **cookies(cast, None)})).status_code == 201


async def test_the_route_of_the_seed_gives_a_token_and_a_cookie_that_scripts_may_read(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    answer = await http.post("/api/auth/csrf", headers={**cookies(cast, None), **OURS})
    token = answer.json()["csrfToken"]
    cookie = answer.headers["set-cookie"]
    assert answer.json() == {"csrfToken": token}
    assert cookie.startswith(f"csrfToken={token};")
    assert "HttpOnly" not in cookie
    assert {"Max-Age=86400", "Path=/", "Secure", "SameSite=lax"} <= set(cookie.split("; "))
    assert (await create(http, {**cookies(cast, token), **OURS, "x-csrf-token": token})).status_code == 201
    assert re.fullmatch("[0-9a-f]{64}", token)
    assert (await http.post("/api/auth/csrf")).json()["csrfToken"] != token  # another browser's


async def test_a_token_fetched_before_sign_in_is_good_after_it_and_after_a_refresh_until_it_expires(
    app: App, http: httpx2.AsyncClient, cast: Cast, clock: Clock
) -> None:
    """As seed S1's page has it: fetched once, sent with everything."""
    jar = http.cookies
    first = await http.post("/api/auth/csrf", headers=OURS)
    token = first.json()["csrfToken"]
    jar.set("csrfToken", token)
    body = {"email": cast.ana.email, "password": PASSWORD}
    signed_in = await http.post("/api/auth/signin", json=body, headers=OURS)
    for name in ("accessToken", "refreshToken"):
        jar.set(name, signed_in.cookies[name])
    assert signed_in.cookies["csrfToken"] == token
    headers = {**OURS, "x-csrf-token": token}
    assert (await create(http, headers)).status_code == 201
    clock.advance(800)
    refreshed = await http.post("/api/auth/refresh", headers=OURS)
    jar.set("accessToken", refreshed.cookies["accessToken"])
    jar.set("refreshToken", refreshed.cookies["refreshToken"])
    assert (await create(http, headers)).status_code == 201
    again = await http.post("/api/auth/csrf", headers=OURS)
    assert again.json()["csrfToken"] == token
    assert f"Max-Age={SECONDS - 800};" in again.headers["set-cookie"]
    clock.advance(SECONDS - 800)
    worn = await http.post("/api/auth/csrf", headers=OURS)
    assert worn.json()["csrfToken"] != token


@pytest.mark.parametrize("page", [{"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}])
async def test_the_seeds_own_routes_want_no_token_and_no_foreign_page(
    http: httpx2.AsyncClient, cast: Cast, page: dict[str, str]
) -> None:
    headers = cookies(cast, None)
    refused = await http.post("/api/auth/csrf", headers={**headers, **page})
    assert (refused.status_code, refused.json()["code"]) == (403, "bad_origin")
    assert "set-cookie" not in refused.headers
    assert (await http.post("/api/auth/logout", headers={**headers, **page})).status_code == 403
    assert (await http.get("/api/users/me", headers=headers)).status_code == 200
    assert (await http.post("/api/auth/logout", headers=headers)).status_code == 200
    assert (await http.get("/api/users/me", headers=headers)).status_code == 401


@pytest.mark.parametrize("settings", [{"frontend_url": "http://app.test", "cors_origin": "*"}])
async def test_a_listed_origin_counts_as_ours_and_any_origin_does_not(
    app: App, http: httpx2.AsyncClient, cast: Cast
) -> None:
    token = token_for(app)
    headers = {**cookies(cast, token), "x-csrf-token": token}
    assert (await create(http, {**headers, "origin": "http://app.test"})).status_code == 201
    refused = await create(http, {**headers, "origin": "http://evil.test"})
    assert (refused.status_code, refused.json()["code"]) == (403, "bad_origin")
