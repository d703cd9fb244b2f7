"""Who may open a connection: behind which proxy, from whose page (S6)."""

import time

import pytest

from chatroom.gateway.engine.options import Options
from chatroom.gateway.ways.admission import Admission
from tests.gateway.harness import WAYS, running
from tests.gateway.raw_clients import Polling, WebSocket, http

HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


@pytest.mark.parametrize(
    ("host", "forwarded", "proto", "expected"),
    [
        ("203.0.113.9", "1.1.1.1", "https", ("203.0.113.9", False)),
        ("10.0.0.1", "1.1.1.1", "https", ("1.1.1.1", True)),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "http", ("1.1.1.1", False)),
        ("10.0.0.1", "", "", ("10.0.0.1", False)),
        ("10.0.0.1", "10.0.0.7", "wss", ("10.0.0.7", True)),
        ("unix", "1.1.1.1", "https", ("unix", False)),
    ],
)
def test_forwarding_headers_count_from_trusted_proxies_only(
    host: str, forwarded: str, proto: str, expected: tuple[str, bool]
) -> None:
    gate = Admission(Options(trusted_proxies=frozenset({"10.0.0.0/8"})))
    assert (
        gate.peer(host, {"x-forwarded-for": forwarded, "x-forwarded-proto": proto}, secure=False) == expected
    )


ORIGINS = [
    (None, True),
    ("https://chat.example", True),
    ("https://chat.example:443", True),
    ("http://chat.example", False),
    ("https://chat.example:8443", False),
    ("https://sub.chat.example", False),
    ("https://chat.example.evil.example", False),
    ("https://evilchat.example", False),
    ("https://chat.example@evil.example", False),
    ("null", False),
    ("", False),
    ("https://", False),
    ("https://chat.example:notaport", False),
    ("file://", False),
]


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS)
def test_without_a_list_only_the_own_origin_may_connect(origin: str | None, allowed: bool) -> None:
    gate = Admission(Options())
    assert gate.origin_allowed(origin, "chat.example", secure=True) is allowed


def test_behind_a_proxy_that_ends_tls_the_own_origin_is_still_its_own() -> None:
    gate = Admission(Options(allowed_origins=frozenset({"https://other.example"})))
    assert gate.origin_allowed("https://chat.example", "chat.example", secure=False)
    assert gate.origin_allowed("https://chat.example", "chat.example:443", secure=False)
    assert gate.origin_allowed("http://chat.example:3000", "chat.example:3000", secure=False)
    assert not gate.origin_allowed("http://chat.example", "chat.example:3000", secure=False)
    assert not gate.origin_allowed("ftp://chat.example", "chat.example", secure=False)
    assert not gate.origin_allowed("http://chat.example", "", secure=False)


def test_a_list_of_origins_is_exact_and_a_star_means_any() -> None:
    gate = Admission(Options(allowed_origins=frozenset({"https://a.example"})))
    assert gate.origin_allowed("https://a.example", "b.example", secure=True)
    assert not gate.origin_allowed("https://a.example.evil", "b.example", secure=True)
    assert not gate.origin_allowed("http://a.example", "b.example", secure=True)
    assert Admission(Options(allowed_origins=frozenset({"*"}))).origin_allowed("null", "x", secure=False)


@pytest.mark.parametrize("way", WAYS)
async def test_a_foreign_origin_is_forbidden_on_both_transports(way: str) -> None:
    async with running(way=way) as it:
        answer = await http(it.port, "GET", HANDSHAKE, Origin="https://evil.example")
        assert (answer.status, answer.body) == (403, b'{"code":4,"message":"Forbidden"}')
        assert "access-control-allow-origin" not in answer.headers
        with pytest.raises(ConnectionError, match="403"):
            await WebSocket.open(it.port, Origin="https://evil.example")
        assert it.sockets.stats.handshakes == {"forbidden": 2}
        polling = await Polling.open(it.port, Origin="http://127.0.0.1")
        assert (await polling.post(b"40", Origin="https://evil.example")).status == 403


async def test_a_listed_origin_gets_its_cors_headers_and_a_preflight() -> None:
    async with running(Options(allowed_origins=frozenset({"https://a.example"}))) as it:
        answer = await http(it.port, "GET", HANDSHAKE, Origin="https://a.example")
        assert answer.headers["access-control-allow-origin"] == "https://a.example"
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["vary"] == "Origin"
        preflight = await http(it.port, "OPTIONS", HANDSHAKE, Origin="https://a.example")
        assert preflight.status == 204
        assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE"
        foreign = await http(it.port, "OPTIONS", HANDSHAKE, Origin="https://b.example")
        assert "access-control-allow-origin" not in foreign.headers


async def test_any_origin_is_allowed_without_credentials() -> None:
    async with running(Options(allowed_origins=frozenset({"*"}))) as it:
        answer = await http(it.port, "GET", HANDSHAKE, Origin="https://a.example")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


async def test_control_characters_in_the_origin_are_a_bad_request() -> None:
    async with running(way="asgi") as it:
        answer = await http(it.port, "GET", HANDSHAKE, Origin="http://127.0.0.1\x01")
        assert answer.status == 400


def test_many_addresses_at_once_do_not_make_each_handshake_look_at_all_of_them() -> None:
    gate = Admission(Options())
    started = time.perf_counter()
    for n in range(25_000):
        assert gate.enter(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", 0.0, 0) is None
    assert time.perf_counter() - started < 2.0  # 0.05 s; 20 s when each looks at all
