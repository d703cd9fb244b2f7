"""One credential, two doors: REST and a socket read a request's cookies and headers alike."""

import json
from typing import Any

import httpx2
import pytest

from chatroom.core.csrf import CsrfTokens
from tests.cast import PASSWORD, Cast
from tests.doors import Server

STRANGERS = [
    "foo[bar]=1",
    'quoted="a; b"',
    'open="never closed',
    "café=ü",
    "lone",
    "=nameless",
    'json={"a":[1,"b"]}',
    "comma=1, 2",
    "a b=c d",
    "accessToken=nonsense",
    "accessToken=",
]


Headers = dict[str, str] | list[tuple[str, str]]


def lines(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The lines of a head; a list may repeat a name."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    return [(name.encode(), value.encode()) for name, value in pairs]


async def by_rest(server: Server, headers: Headers) -> str:
    """Who REST takes a request for; the code of the refusal when it is nobody."""
    raw = lines(headers)
    async with httpx2.AsyncClient() as http:
        answer = (await http.get(f"{server.url}/api/users/me", headers=raw)).json()
    return str(answer.get("code") or answer["id"])


async def by_socket(server: Server, headers: Headers, **auth: Any) -> str:
    """Who a socket with this handshake speaks as; the code of the refusal when it is not let in.

    By polling with plain requests: stock clients of Python read and rewrite the Cookie header themselves.
    """
    raw = lines(headers)
    path = f"{server.url}/socket.io/?EIO=4&transport=polling"
    async with httpx2.AsyncClient(headers=raw) as http:
        sid = json.loads((await http.get(path)).text[1:])["sid"]

        async def say(packet: str, *kinds: str) -> tuple[str, Any]:
            assert (await http.post(f"{path}&sid={sid}", content=packet)).text == "ok"
            while True:
                for each in (await http.get(f"{path}&sid={sid}")).text.split("\x1e"):
                    if kind := next(filter(each.startswith, kinds), ""):
                        return kind, json.loads(each.removeprefix(kind))

        kind, connected = await say(f"40{json.dumps(auth)}", "40", "44")
        if kind == "44":
            return str(connected["data"]["code"])
        _, said = await say('421["chat message","it is me"]', "431")
        return str(said[0]["data"]["senderId"])


def csrf_token(server: Server) -> str:
    """A good token."""
    tokens: CsrfTokens = server.app.kernel.ports[CsrfTokens]
    return tokens.issue(server.app.kernel.clock())


def at(server: Server) -> str:
    """The port of a server's URL."""
    return server.url.rpartition(":")[2]


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_no_cookie_of_another_application_hides_ours_from_either_door(
    server: Server, cast: Cast, stranger: str
) -> None:
    mine = f"accessToken={cast.ana.token}"
    for cookie in (f"{stranger}; {mine}", f"{mine}; {stranger}", f"{stranger}; {mine}; {stranger}"):
        headers = {"cookie": cookie, "origin": server.url}
        assert await by_rest(server, headers) == cast.ana.id, cookie
        assert await by_socket(server, headers) == cast.ana.id, cookie


async def test_the_first_good_one_of_several_cookies_counts_at_both_doors(server: Server, cast: Cast) -> None:
    port = at(server)
    ana, bob = cast.ana.token, cast.bob.token
    for cookie, who in (
        (f"accessToken={bob}; accessToken_{port}={ana}", cast.ana),
        (f"accessToken_{port}=stale; accessToken={ana}", cast.ana),
        (f"accessToken=stale.one.x; accessToken={ana}; accessToken={bob}", cast.ana),
        (f"accessToken_1={bob}; accessToken={ana}", cast.ana),
    ):
        headers = {"cookie": cookie, "origin": server.url}
        assert await by_rest(server, headers) == who.id, cookie
        assert await by_socket(server, headers) == who.id, cookie


@pytest.mark.parametrize("scheme", ["Basic dXNlcjpwYXNz", 'Digest username="x", realm="y"', "Negotiate YII="])
async def test_another_scheme_of_a_proxy_in_front_is_nothing_to_us(
    server: Server, cast: Cast, scheme: str
) -> None:
    cookie = {"cookie": f"accessToken={cast.ana.token}", "origin": server.url}
    assert await by_rest(server, {"authorization": scheme}) == "unauthorized"
    assert await by_rest(server, {"authorization": scheme, **cookie}) == cast.ana.id
    assert await by_socket(server, {"authorization": scheme, **cookie}) == cast.ana.id
    assert await by_socket(server, {"authorization": scheme}, token=cast.ana.token) == cast.ana.id
    assert await by_socket(server, {"authorization": scheme}) not in {"invalid_token", cast.ana.id}
    beside = {"authorization": f"{scheme}, Bearer {cast.bob.token}"}
    assert await by_rest(server, beside) == await by_socket(server, beside) == cast.bob.id


async def test_a_header_on_two_lines_is_the_list_of_both_at_either_door(server: Server, cast: Cast) -> None:
    basic, ana, bob = "Basic dXNlcjpwYXNz", f"Bearer {cast.ana.token}", f"Bearer {cast.bob.token}"
    for two, who in (
        ((basic, ana), cast.ana.id),
        ((ana, basic), cast.ana.id),
        ((ana, ana), cast.ana.id),
        ((ana, bob), "invalid_token"),
        ((bob, ana), "invalid_token"),
    ):
        headers = [("authorization", each) for each in two]
        assert await by_rest(server, headers) == await by_socket(server, headers) == who, two


async def test_who_says_that_they_are_a_member_is_never_made_a_guest(server: Server, cast: Cast) -> None:
    ours = {"origin": server.url}
    stale = {**ours, "cookie": "accessToken=nonsense"}
    assert await by_socket(server, ours, **{"as": "member"}) == "unauthorized"
    assert await by_socket(server, stale, **{"as": "member"}) == "invalid_token"
    assert await by_socket(server, stale, token="nonsense") == "invalid_token"
    assert await by_socket(server, stale, token=7) == "invalid_token"
    assert await by_socket(server, stale, tempSessionToken="x" * 43) == "invalid_token"
    assert await by_socket(server, stale) not in {"invalid_token", "unauthorized", cast.ana.id}
    mine = {**ours, "cookie": f"accessToken={cast.ana.token}"}
    assert await by_socket(server, mine, **{"as": "member"}) == cast.ana.id
    foreign = {**mine, "origin": "http://evil.test"}
    async with httpx2.AsyncClient() as http:
        refused = await http.get(f"{server.url}/socket.io/?EIO=4&transport=polling", headers=foreign)
    assert refused.status_code == 403


SIGN_IN = {"password": PASSWORD, "cookies": True}


def names(answer: httpx2.Response, *, gone: bool = False) -> set[str]:
    """The cookies that an answer sets, or takes back."""
    each = answer.headers.get_list("set-cookie")
    return {one.partition("=")[0] for one in each if ("Max-Age=0" in one) is gone}


async def test_two_servers_on_one_host_do_not_sign_each_others_people_out(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    body = {"email": cast.ana.email, **SIGN_IN}
    for port in ("3000", "3001"):
        url = f"http://localhost:{port}"
        for path in ("/api/auth/login", "/api/v1/auth/login"):
            answer = await http.post(url + path, json=body, headers={"origin": url})
            http.cookies.clear()
            suffix = f"_{port}"
            expected = {"accessToken" + suffix, "refreshToken" + suffix, "csrfToken" + suffix}
            assert names(answer) == expected
    anothers = "accessToken=eyJ.eyJ.sig; refreshToken=eyJ.eyJ.sig"
    plain = f"accessToken_3001={cast.bob.token}; {anothers}"
    ours = {"cookie": plain, "origin": "http://localhost:3001"}
    out = await http.post("http://localhost:3001/api/auth/logout", headers=ours)
    assert names(out, gone=True) == {"accessToken_3001", "refreshToken_3001"}


@pytest.mark.parametrize("url", ["http://localhost", "http://localhost:80", "https://chat.test:443"])
async def test_the_usual_ports_need_no_name_of_their_own(
    http: httpx2.AsyncClient, cast: Cast, url: str
) -> None:
    body = {"email": cast.ana.email, **SIGN_IN}
    answer = await http.post(f"{url}/api/auth/login", json=body, headers={"origin": url})
    assert names(answer) == {"accessToken", "refreshToken", "csrfToken"}


async def test_a_session_is_refreshed_under_the_names_in_which_it_came(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    url = "http://localhost:3000"
    body = {"email": cast.ana.email, "password": PASSWORD}
    signed_in = (await http.post(f"{url}/api/auth/login", json=body)).json()
    for name in ("refreshToken", "refreshToken_3000"):
        sent = {"cookie": f"{name}={signed_in['refreshToken']}; foo[bar]=1", "origin": url}
        answer = await http.post(f"{url}/api/auth/refresh", headers=sent)
        assert answer.status_code == 200, answer.text
        suffix = name.removeprefix("refreshToken")
        assert names(answer) == {f"{each}Token{suffix}" for each in ("access", "refresh", "csrf")}
        new = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(name + "="))
        signed_in["refreshToken"] = new.partition(";")[0].removeprefix(name + "=")


async def test_a_csrf_token_counts_under_either_name(
    http: httpx2.AsyncClient, server: Server, cast: Cast
) -> None:
    url = "http://localhost:3000"
    given = await http.post(f"{url}/api/auth/csrf")
    assert names(given) == {"csrfToken", "csrfToken_3000"}
    token = csrf_token(server)
    for kept in ("csrfToken", "csrfToken_3000"):
        cookie = f"accessToken_3000={cast.ana.token}; csrfToken=another; {kept}={token}"
        headers = {"cookie": cookie, "origin": url, "x-csrf-token": token}
        made = await http.post(f"{url}/api/rooms", json={"name": "Tea"}, headers=headers)
        assert made.status_code == 201, made.text


async def test_signing_in_leaves_no_other_session_of_this_server_in_the_browser(
    http: httpx2.AsyncClient, server: Server, cast: Cast
) -> None:
    url = "http://localhost:3000"
    proof = csrf_token(server)
    body = {"email": cast.ana.email, **SIGN_IN}
    cookie = f"accessToken={cast.bob.token}; csrfToken={proof}"
    before = {"cookie": cookie, "origin": url, "x-csrf-token": proof}
    answer = await http.post(f"{url}/api/auth/login", json=body, headers=before)
    assert names(answer, gone=True) == {"accessToken", "refreshToken"}
