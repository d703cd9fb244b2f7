"""Cookies that keep a browser signed in, and the pages that may use them; other origins and CORS."""

from http.cookies import SimpleCookie
from typing import Any

import httpx2
import pytest

from tests.cast import PASSWORD, Cast
from tests.doors import Server

OURS = {"origin": "http://chat.test"}
FOREIGN = {"origin": "http://evil.test"}
PREFIXES = pytest.mark.parametrize("prefix", ["/api", "/api/v1"])


async def sign_in(
    http: httpx2.AsyncClient, cast: Cast, headers: dict[str, str], *, prefix: str = "/api", url: str = ""
) -> httpx2.Response:
    body = {"email": cast.ana.email, "password": PASSWORD, "cookies": True}
    return await http.post(f"{url}{prefix}/auth/login", json=body, headers=headers)


def cookie_of(answer: httpx2.Response, name: str = "accessToken") -> Any:
    set_cookies = answer.headers.get_list("set-cookie")
    (morsel,) = SimpleCookie(next(one for one in set_cookies if one.startswith(name))).values()
    return morsel


@PREFIXES
async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    http: httpx2.AsyncClient, cast: Cast, prefix: str
) -> None:
    secure = {"origin": "https://chat.test"}
    cookie = cookie_of(await sign_in(http, cast, secure, prefix=prefix, url="https://chat.test"))
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "lax")
    assert (cookie["path"], cookie["max-age"], cookie["domain"]) == ("/", "86400", "")


@pytest.mark.parametrize(
    ("site", "secure"),
    [
        ("http://localhost:3000", False),
        ("http://127.0.0.1:3000", False),
        ("http://chat.test", True),
        ("https://localhost", True),
    ],
)
async def test_only_plain_http_on_loopback_gets_an_insecure_cookie(
    http: httpx2.AsyncClient, cast: Cast, site: str, secure: bool
) -> None:
    cookie = cookie_of(await sign_in(http, cast, {"origin": site}, url=site))
    assert bool(cookie["secure"]) is secure


@pytest.mark.parametrize("settings", [{"public_url": "https://chat.example.org"}])
async def test_a_proxy_that_ends_tls_and_asks_for_localhost_passes_secure_cookies_on(
    http: httpx2.AsyncClient, cast: Cast, server: Server
) -> None:
    ours = {"origin": "https://chat.example.org"}
    signed_in = await sign_in(http, cast, ours, url="http://localhost:3000")
    for name in ("accessToken", "refreshToken", "csrfToken"):
        assert cookie_of(signed_in, name)["secure"], name
    foreign = {"origin": "https://chat.example.org.evil.test"}
    assert (await sign_in(http, cast, foreign, url="http://localhost:3000")).status_code == 403
    cookie = {"cookie": f"accessToken={cast.ana.token}"}
    path = f"{server.url}/socket.io/?EIO=4&transport=polling"
    async with httpx2.AsyncClient() as browser:
        assert (await browser.get(path, headers={**cookie, **ours})).status_code == 200
        assert (await browser.get(path, headers={**cookie, **foreign})).status_code == 403


async def test_nobody_gets_a_cookie_who_did_not_ask(http: httpx2.AsyncClient, cast: Cast) -> None:
    body = {"email": cast.ana.email, "password": PASSWORD}
    for asked in ({}, {"cookies": False}, {"cookies": "true"}, {"cookies": 1}):
        answer = await http.post("/api/auth/login", json={**body, **asked}, headers=OURS)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", [FOREIGN, {}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}])
async def test_a_foreign_page_gets_no_cookie_and_leaves_nothing_behind(
    http: httpx2.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    refused = await sign_in(http, cast, headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "bad_origin")
    assert "set-cookie" not in refused.headers
    new = {"email": "zoe@example.org", "password": PASSWORD}
    assert (
        await http.post("/api/auth/register", json={**new, "cookies": True}, headers=headers)
    ).status_code == 403
    assert (await http.post("/api/auth/register", json=new)).status_code == 201


@pytest.mark.parametrize("said", ["true", "True", "tRUE", "1"])
async def test_a_form_gets_a_cookie_for_a_page_of_ours_only(
    http: httpx2.AsyncClient, cast: Cast, said: str
) -> None:
    form = {"email": cast.ana.email, "password": PASSWORD, "cookies": said}
    for headers, status in ((OURS, 200), (FOREIGN, 403), ({}, 403)):
        answer = await http.post("/api/auth/login", data=form, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (status, status == 200)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (OURS, ""),
        ({"sec-fetch-site": "same-origin"}, ""),
        ({}, ""),  # no browser: the token alone decides
        (FOREIGN, "bad_origin"),
        ({"origin": "null"}, "bad_origin"),
        ({"origin": "http://[chat.test"}, "bad_origin"),
        ({"origin": "http://chat.test.evil.test"}, "bad_origin"),
        ({"sec-fetch-site": "cross-site"}, "bad_origin"),
        ({"sec-fetch-site": "same-site"}, "bad_origin"),
    ],
)
async def test_a_cookie_changes_things_only_from_our_own_page(
    http: httpx2.AsyncClient, cast: Cast, headers: dict[str, str], code: str
) -> None:
    cookie = f"accessToken={cast.ana.token}"
    token = (await http.post("/api/auth/csrf", headers={"cookie": cookie})).json()["csrfToken"]
    proof = {"cookie": f"{cookie}; csrfToken={token}", "x-csrf-token": token}
    answer = await http.post("/api/rooms", json={"name": "Tea"}, headers={**proof, **headers})
    assert (answer.status_code, answer.json().get("code", "")) == (403 if code else 201, code)
    rooms = await http.get("/api/rooms", headers={"cookie": cookie})
    assert len(rooms.json()) == (2 if code else 3)


async def test_a_bearer_token_needs_no_origin_and_wins_over_a_cookie(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    headers = {
        "authorization": f"Bearer {cast.bob.token}",
        "cookie": f"accessToken={cast.ana.token}",
        **FOREIGN,
    }
    answer = await http.post("/api/rooms", json={"name": "Tea"}, headers=headers)
    assert answer.json()["createdById"] == cast.bob.id


async def test_signing_out_takes_the_cookie_back(http: httpx2.AsyncClient, cast: Cast) -> None:
    cookie = {"cookie": f"accessToken={cast.ana.token}"}
    gone = cookie_of(await http.post("/api/auth/logout", headers={**cookie, **OURS}))
    assert (gone.value, gone["max-age"], gone["path"]) == ("", "0", "/")
    assert (await http.get("/api/users/me", headers=cookie)).status_code == 401


async def test_a_dead_cookie_does_not_keep_anybody_from_signing_in(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    stale = {"cookie": "accessToken=nonsense"}
    assert (await http.get("/api/users/me", headers=stale)).status_code == 401
    assert (await sign_in(http, cast, {**stale, **OURS})).status_code == 200


async def test_a_socket_takes_the_cookie_from_our_own_page_only(cast: Cast, server: Server) -> None:
    host = server.url.removeprefix("http://")
    cases = [(f"http://{host}", ""), ("http://evil.test", None), ("null", None)]
    for origin, refusal in cases:
        async with httpx2.AsyncClient() as http:
            headers = {"origin": origin, "cookie": f"accessToken={cast.ana.token}"}
            opened = await http.get(f"{server.url}/socket.io/?EIO=4&transport=polling", headers=headers)
            if refusal is None:
                assert opened.status_code in (400, 403), origin
                continue
            sid = opened.text.split('"sid":"')[1].split('"')[0]
            path = f"{server.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
            await http.post(path, content=b"40", headers=headers)
            assert (await http.get(path, headers=headers)).text.startswith('40{"sid"')


CORS = [
    ({}, "http://app.test", None, None),
    ({"cors_origin": "http://app.test"}, "http://app.test", "http://app.test", "true"),
    ({"cors_origin": "http://app.test"}, "http://evil.test", None, None),
    ({"cors_origin": "http://app.test, http://b.test"}, "http://b.test", "http://b.test", "true"),
    ({"cors_origin": "http://app.test/"}, "http://app.test", "http://app.test", "true"),
    ({"frontend_url": "http://app.test/"}, "http://app.test", "http://app.test", "true"),
    ({"cors_origin": "http://app.test"}, "http://app.test.evil.test", None, None),
    ({"cors_origin": "http://app.test"}, "https://app.test", None, None),
    ({"cors_origin": "http://app.test"}, "null", None, None),
    ({"cors_origin": "*"}, "http://evil.test", "*", None),
]


@pytest.mark.parametrize(("settings", "origin", "allowed", "credentials"), CORS)
async def test_other_origins_may_call_as_the_settings_say(
    http: httpx2.AsyncClient, cast: Cast, origin: str, allowed: str | None, credentials: str | None
) -> None:
    headers = {"origin": origin, "authorization": f"Bearer {cast.ana.token}"}
    simple = await http.get("/api/rooms", headers=headers)
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    preflight = await http.options("/api/rooms", headers=asked)
    for answer in (simple, preflight):
        assert answer.headers.get("access-control-allow-origin") == allowed
        if allowed:
            assert answer.headers.get("access-control-allow-credentials") == credentials
    assert (preflight.status_code == 200) is (allowed is not None)
    if allowed and allowed != "*":
        assert "origin" in simple.headers["vary"].lower()


@pytest.mark.parametrize("settings", [{"cors_origin": "*"}])
async def test_any_origin_means_none_with_a_cookie(http: httpx2.AsyncClient, cast: Cast) -> None:
    headers = {**FOREIGN, "cookie": f"accessToken={cast.ana.token}"}
    refused = await http.post("/api/rooms", json={"name": "Tea"}, headers=headers)
    assert refused.status_code == 403
    readable = await http.get("/api/rooms", headers=headers)
    assert readable.headers.get("access-control-allow-credentials") is None
