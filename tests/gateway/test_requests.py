"""How the HTTP port reads requests: one at a time, and only what stands in their head."""

import asyncio

import pytest

from tests.gateway.harness import running
from tests.gateway.raw_clients import UPGRADE_HEADERS, http
from tests.gateway.site import HEAD, LAST, ask, serving


async def test_requests_that_were_sent_at_once_are_served_one_after_the_other() -> None:
    requests = [
        HEAD % b"GET /1" + b"\r\n",
        HEAD % b"POST /2" + b"Content-Length: 9\r\n\r\n\r\n\r\n\r\n\r\n\r",
        HEAD % b"POST /3" + b"Transfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n",
        HEAD % b"GET /4" + b"\r\n",
        LAST,
    ]
    whole = b"".join(requests)
    for size in (len(whole), 7, 1):
        async with serving() as site:
            said = await ask(site, *(whole[at : at + size] for at in range(0, len(whole), size)))
        assert [one["path"] for one in said] == ["/1", "/2", "/3", "/4", "/last"]
        assert [one["body"] for one in said] == [0, 9, 4, 0, 0]
        assert all(one["number"] == one["now"] for one in said)


async def test_a_trailer_is_no_header() -> None:
    body = b"2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    async with serving() as site:
        said = await ask(site, HEAD % b"POST /" + b"Transfer-Encoding: chunked\r\n\r\n" + body, LAST)
    assert said[0]["headers"] == ["host", "transfer-encoding"]
    assert said[1]["path"] == "/last"


@pytest.mark.parametrize(
    "rest",
    [
        b"0\r\n" + b"X-A: %b\r\n" % (b"x" * 1000) * 70 + b"\r\n",
        b"0\r\nX-A: " + b"x" * 70_000 + b"\r\n\r\n",
        b"1;%b\r\n \r\n" % (b"x" * 500) * 200 + b"0\r\n\r\n",
        b"0" * 70_000 + b"\r\n\r\n",
    ],
    ids=["trailers", "a trailer", "chunk extensions", "a chunk size"],
)
async def test_what_surrounds_a_body_counts_like_a_head(rest: bytes) -> None:
    async with serving() as site:
        said = await ask(site, HEAD % b"POST /" + b"Transfer-Encoding: chunked\r\n\r\n", rest)
    assert said in ([431], [400])  # a size of so many digits is no size


async def test_small_chunks_are_no_excess() -> None:
    async with serving() as site:
        chunks = b"1\r\n \r\n" * 50_000 + b"0\r\n\r\n"
        said = await ask(site, HEAD % b"POST /" + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, LAST)
    assert said[0]["body"] == 50_000


async def test_a_head_has_at_most_256_lines() -> None:
    async with serving() as site:
        assert (await ask(site, HEAD % b"GET /" + b"a: b\r\n" * 255 + b"\r\n", LAST))[0]["path"] == "/"
        assert await ask(site, HEAD % b"GET /" + b"a: b\r\n" * 256 + b"\r\n", LAST) == [431]


@pytest.mark.parametrize("body", [b"", b"hello"], ids=["GET", "POST"])
async def test_a_wish_for_another_protocol_is_passed_over(body: bytes) -> None:
    wish = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"
    head = HEAD % (b"POST /" if body else b"GET /") + wish
    if body:
        head += b"Content-Length: %d\r\n" % len(body)
    async with serving() as site:
        said = await ask(site, head + b"\r\n" + body + LAST)
    assert [one["path"] for one in said] == ["/", "/last"]
    assert said[0]["body"] == len(body)


@pytest.mark.parametrize(
    "wish", [b"", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"], ids=["plain", "upgrade"]
)
async def test_a_request_names_one_host(wish: bytes) -> None:
    async with serving() as site:
        for hosts in (b"", b"Host: a\r\nHost: b\r\n", b"Host: a\r\nhost: a\r\n"):
            assert await ask(site, b"GET / HTTP/1.1\r\n" + hosts + wish + b"\r\n", LAST) == [400], hosts


async def test_a_proxy_is_not_served() -> None:
    async with serving() as site:
        assert await ask(site, b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", LAST) == [
            501
        ]


SAME = ["/socket%2Eio/", "/%73ocket.io/", "/socket.io%2F", "http://chat.test/socket.io/", "/socket.io/"]


@pytest.mark.parametrize("path", SAME)
async def test_a_path_is_read_alike_by_polling_and_websocket(path: str) -> None:
    async with running() as it:
        assert (await http(it.port, "GET", path + "?EIO=4&transport=polling")).status == 200
        assert (await handshake(it.port, path)).startswith(b"HTTP/1.1 101")
        assert len(it.sockets.connections) == 2


@pytest.mark.parametrize("path", ["/", "/socket.iox/", "/health", "/%2Fsocket.io/"])
async def test_a_websocket_anywhere_else_is_not_found(path: str) -> None:
    async with running() as it:
        head = await handshake(it.port, path)
        assert head.startswith(b"HTTP/1.1 404")


async def handshake(port: int, path: str, **headers: str) -> bytes:
    """The head of the answer to a WebSocket handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path}?EIO=4&transport=websocket HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in {**UPGRADE_HEADERS, **headers}.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return head


OFFERS = {
    "chat": b"Sec-WebSocket-Protocol: chat\r\n",
    "chat, superchat": b"Sec-WebSocket-Protocol: chat\r\n",
    "v1.chat,chat": b"Sec-WebSocket-Protocol: v1.chat\r\n",
}


@pytest.mark.parametrize("offer", OFFERS)
async def test_the_first_sub_protocol_that_is_offered_is_taken(offer: str) -> None:
    async with running() as it:
        head = await handshake(it.port, "/socket.io/", Sec_WebSocket_Protocol=offer)
        assert head.startswith(b"HTTP/1.1 101")
        assert OFFERS[offer] in head
        assert b"Protocol" not in (await handshake(it.port, "/socket.io/")).partition(b"\r\n")[2]


@pytest.mark.parametrize("offer", ["chat, chat", "a b", "chat,", "caf\u00e9", ","])
async def test_sub_protocols_that_are_no_list_of_different_tokens_are_refused(offer: str) -> None:
    async with running() as it:
        head = await handshake(it.port, "/socket.io/", Sec_WebSocket_Protocol=offer)
        assert head.startswith(b"HTTP/1.1 400")
