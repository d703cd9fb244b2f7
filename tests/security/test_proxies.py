"""Who asks, behind proxies: forwarded words count from those that the settings name, for REST and sockets alike."""

from typing import Any

import httpx2
import pytest

from chatroom.app import App
from chatroom.core.addresses import Proxies
from tests.cast import PASSWORD, Cast, do, principal
from tests.doors import Server

Told = dict[str, str] | list[tuple[str, str]]
TRUSTED = {"trusted_proxies": "10.0.0.0/8, 127.0.0.1, fd00::/8"}

HOPS = [
    ("203.0.113.9", "1.1.1.1", "203.0.113.9"),  # no proxy: its words are its own
    ("10.0.0.1", "1.1.1.1", "1.1.1.1"),
    ("10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),  # what the client wrote itself stands further left
    ("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
    ("10.0.0.1", "10.9.9.9", "10.9.9.9"),
    ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
    ("10.0.0.1", "1.1.1.1:5678", "1.1.1.1"),
    ("10.0.0.1", "[2001:db8::1]:5678", "2001:db8::1"),
    ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
    ("10.0.0.1", "2001:db8::1, fd00::2", "2001:db8::1"),
    ("fd00::1", "1.1.1.1", "1.1.1.1"),
    ("127.0.0.1", " 1.1.1.1 , ", "127.0.0.1"),
    ("unix", "1.1.1.1", "unix"),
    ("", "1.1.1.1", ""),
]


@pytest.mark.parametrize(("peer", "forwarded", "address"), HOPS)
def test_the_right_most_hop_that_is_no_proxy_asks(peer: str, forwarded: str, address: str) -> None:
    proxies = Proxies(["10.0.0.0/8", "127.0.0.1", "fd00::/8"])
    assert proxies.peer(peer, {"x-forwarded-for": forwarded}, secure=False)[0] == address


async def sign_in(app: App, cast: Cast, peer: str, headers: Told) -> str:
    """Sign Ana in from an address; the address that her newest session is kept with."""
    transport = httpx2.ASGITransport(app.asgi, client=(peer, 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.test") as http:
        body = {"email": cast.ana.email, "password": PASSWORD}
        answer = await http.post("/api/auth/login", json=body, headers=headers)
    assert answer.status_code == 200
    who = await principal(app, cast.ana._replace(token=answer.json()["token"]))
    listed = await do(app, who, "auth.sessions.list")
    return str(next(session["address"] for session in listed["sessions"] if session["current"]))


@pytest.mark.parametrize("settings", [TRUSTED])
@pytest.mark.parametrize(("peer", "forwarded", "address"), [HOPS[0], HOPS[2], HOPS[8]])
async def test_a_session_keeps_the_address_of_the_client(
    app: App, cast: Cast, peer: str, forwarded: str, address: str
) -> None:
    assert await sign_in(app, cast, peer, {"x-forwarded-for": forwarded}) == address


@pytest.mark.parametrize("settings", [TRUSTED])
async def test_a_header_of_the_clients_own_hides_nobody_whose_proxy_adds_another(
    app: App, cast: Cast
) -> None:
    """HAProxy writes a second X-Forwarded-For instead of lengthening the first."""
    hops = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.1.1.1")]
    assert await sign_in(app, cast, "10.0.0.1", hops) == "1.1.1.1"


async def ask(app: App, peer: str, headers: dict[str, str]) -> httpx2.Response:
    transport = httpx2.ASGITransport(app.asgi, client=(peer, 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://inside:3000") as http:
        return await http.post("/api/auth/csrf", headers=headers)


@pytest.mark.parametrize("settings", [TRUSTED])
async def test_scheme_and_host_are_believed_from_a_proxy_only(app: App) -> None:
    told = {
        "x-forwarded-proto": "https",
        "x-forwarded-host": "chat.example.org",
        "origin": "https://chat.example.org",
    }
    by_proxy = await ask(app, "10.0.0.1", told)
    assert by_proxy.status_code == 200
    assert "strict-transport-security" in by_proxy.headers
    assert "Secure" in by_proxy.headers["set-cookie"]
    by_stranger = await ask(app, "203.0.113.9", told)
    assert (by_stranger.status_code, by_stranger.json()["code"]) == (403, "bad_origin")
    assert "strict-transport-security" not in by_stranger.headers


@pytest.mark.parametrize("settings", [{**TRUSTED, "rate_limits": "api=2/1m"}, {"rate_limits": "api=2/1m"}])
async def test_limits_count_the_client_and_not_the_proxy(app: App, settings: dict[str, Any]) -> None:
    transport = httpx2.ASGITransport(app.asgi, client=("10.0.0.1", 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.test") as http:
        statuses = [
            (await http.get("/api/rooms", headers={"x-forwarded-for": f"1.1.1.{number}"})).status_code
            for number in range(4)
        ]
        inside = [
            (await http.get("/api/rooms", headers={"x-forwarded-for": f"2001:db8::{number}"})).status_code
            for number in range(3)
        ]
    if "trusted_proxies" in settings:
        assert statuses == [401] * 4
        assert inside == [401, 401, 429]  # one /64 is one client
    else:
        assert statuses == [401, 401, 429, 429]  # whoever writes the header is the same to us


@pytest.mark.parametrize("settings", [TRUSTED, {}])
async def test_a_socket_opens_for_the_host_that_the_proxy_names(
    server: Server, settings: dict[str, Any]
) -> None:
    told = {"x-forwarded-host": "chat.example.org", "origin": "http://chat.example.org"}
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"{server.url}/socket.io/?EIO=4&transport=polling", headers=told)
    assert (answer.status_code == 200) is bool(settings)
