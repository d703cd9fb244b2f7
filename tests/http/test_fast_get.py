"""The way past ASGI answers like the usual one, on connections that are used again, cut off and shut down."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from chatroom.app import App
from tests.cast import Cast, do, principal
from tests.doors import listening

_CHANGES = re.compile(rb"date: [^\r]+|re(maining|set): \d+|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}")
USUAL = "Cookie: theme=dark"
"""Makes a request take the usual way, and no other difference."""
PATHS = [
    "/api/rooms/{tea}/messages",
    "/api/v1/rooms/{tea}/messages?limit=2",
    "/api/rooms/{tea}/messages?cursor=&limit=50",
    "/api/v1/rooms/{tea}/messages?limit=0",
    "/api/v1/rooms/{tea}/messages?unknown=1",
    "/api/rooms/{tea}/messages?limit=%32&limit=1",
    "/api/rooms/{tea}/messages?after=0",
    "/api/rooms/{tea}/messages?cursor=nonsense",
    "/api/rooms/{tea}/messages?after=1&cursor=Yjk",
    "/api/rooms/not-a-room/messages",
    "/api/rooms/%41/messages",
    "/api/rooms/{mallory}/messages",
    "/api/rooms//messages",
    "/api/rooms",
    "/api/rooms?limit=1&scope=mine",
    "/api/v1/rooms?scope=all&limit=1",
    "/api/v1/rooms?scope=none",
    "/api/rooms?cursor=nonsense",
    "/api/rooms/{tea}/messages?cursor=" + 9000 * "x",
    "/api/v1/rooms/" + 9000 * "x" + "/messages",
]


class Wire(NamedTuple):
    """A connection that is used again."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, path: str, token: str, *headers: str) -> None:
        lines = [f"GET {path} HTTP/1.1", "Host: chat.test", f"Authorization: Bearer {token}", *headers]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def answer(self) -> tuple[int, bytes]:
        """Status, and head and body without what differs between two equal answers."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"content-length: (\d+)", head)
        body = await self.reader.readexactly(int(size[1]) if size else 0)
        lines = sorted(_CHANGES.sub(b"*", head).split(b"\r\n"))
        return int(head.split()[1]), b"\n".join(lines) + _CHANGES.sub(b"*", body)

    async def ask(self, path: str, token: str, *headers: str) -> tuple[int, bytes]:
        self.send(path, token, *headers)
        return await self.answer()


@asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def say(app: App, cast: Cast, *contents: str) -> None:
    ana = await principal(app, cast.ana)
    for content in contents:
        await do(app, ana, "messages.send", roomId=cast.tea, content=content)


@pytest.mark.parametrize("path", PATHS)
async def test_both_ways_give_the_same_answer(app: App, cast: Cast, path: str) -> None:
    await say(app, cast, "one", "two", "three \u2603")
    path = path.format(tea=cast.tea, mallory=cast.mallory.id)
    async with listening(app) as url, wire(url) as line:
        for token in (cast.ana.token, cast.mallory.token, "nonsense", ""):
            fast_get = await line.ask(path, token, "X-Request-Id: mine")
            usual = await line.ask(path, token, "X-Request-Id: mine", USUAL)
            assert fast_get == usual


@pytest.mark.parametrize(
    "twice",
    [
        "Authorization: Bearer {mallory}",
        "Authorization: Bearer {ana}",
        "Authorization: Basic eDp5",
        "Accept-Encoding: gzip;q=0",
        "User-Agent: two",
    ],
)
async def test_a_header_that_is_there_twice_is_read_alike_on_both_ways(
    app: App, cast: Cast, twice: str
) -> None:
    await say(app, cast, "one")
    path = f"/api/rooms/{cast.tea}/messages"
    given = [
        "X-Request-Id: mine",
        "User-Agent: one",
        twice.format(mallory=cast.mallory.token, ana=cast.ana.token),
    ]
    async with listening(app) as url, wire(url) as line:
        fast_get = await line.ask(path, cast.ana.token, *given)
        assert fast_get == await line.ask(path, cast.ana.token, *given, USUAL)
        assert fast_get[0] == (401 if "mallory" in twice else 200)


async def test_a_coding_that_we_do_not_have_is_refused_on_both_ways(app: App, cast: Cast) -> None:
    path = f"/api/rooms/{cast.tea}/messages"
    async with listening(app) as url, wire(url) as line:
        for also in ((), (USUAL,)):
            refused = await line.ask(path, cast.ana.token, "Accept-Encoding: identity;q=0", *also)
            assert refused[0] == 406
            status, text = await line.ask(path, cast.ana.token, "Accept-Encoding: gzip, identity;q=0", *also)
            assert (status, b"content-encoding: gzip" in text) == (200, True)


async def test_the_way_past_asgi_is_taken(app: App, cast: Cast) -> None:
    def seldom(*headers: tuple[bytes, bytes]) -> bool:
        return app.fast_get.find(f"/api/rooms/{cast.tea}/messages".encode(), headers) is None

    assert not seldom((b"authorization", b"Bearer x"), (b"accept", b"*/*"))
    assert not seldom((b"connection", b"keep-alive"))  # as browsers and most libraries say
    for name in (b"cookie", b"origin", b"content-length", b"transfer-encoding", b"expect", b"upgrade"):
        assert seldom((name, b"1"))
    assert app.fast_get.find(b"/api/rooms", ()) is not None
    assert app.fast_get.find(f"/api/v1/rooms/{cast.tea}".encode(), ()) is None


@pytest.mark.parametrize("headers", [["X-Long: " + 20_000 * "x"] * 2, ["X-Long: x"] * 8000])
async def test_headers_that_are_too_large_are_refused_on_both_ways(
    app: App, cast: Cast, headers: list[str]
) -> None:
    async with listening(app) as url:
        for also in ((), (USUAL,)):
            async with wire(url) as line:
                status, _ = await line.ask(f"/api/rooms/{cast.tea}/messages", cast.ana.token, *headers, *also)
                assert status == 431


async def test_a_connection_ends_when_its_client_says_so(app: App, cast: Cast) -> None:
    async with listening(app) as url, wire(url) as line:
        status, _ = await line.ask(f"/api/rooms/{cast.tea}/messages", cast.ana.token, "Connection: close")
        assert (status, await line.reader.read()) == (200, b"")


async def test_requests_that_arrive_together_are_answered_in_their_order(app: App, cast: Cast) -> None:
    await say(app, cast, "one")
    fast_get, other = f"/api/rooms/{cast.tea}/messages", f"/api/v1/rooms/{cast.tea}"
    async with listening(app) as url, wire(url) as line:
        asked = [fast_get, other, fast_get, fast_get, other, other, fast_get]
        for path in asked:
            line.send(path, cast.ana.token)
        answers = [await line.answer() for _ in asked]
    assert [b'"nextCursor"' in answer for _, answer in answers] == [path == fast_get for path in asked]
    assert {status for status, _ in answers} == {200}


async def test_a_client_that_goes_away_harms_nobody(app: App, cast: Cast) -> None:
    path = f"/api/rooms/{cast.tea}/messages"
    async with listening(app) as url:
        for _ in range(5):
            async with wire(url) as line:
                line.send(path, cast.ana.token)
                line.writer.transport.abort()
        async with wire(url) as line:
            assert (await line.ask(path, cast.ana.token))[0] == 200


async def test_a_fault_of_ours_is_a_500_in_the_form_of_the_surface(app: App, cast: Cast) -> None:
    async with listening(app) as url, wire(url) as line:
        assert (await line.ask(f"/api/rooms/{cast.tea}/messages", cast.ana.token))[0] == 200
        app.kernel.ports.clear()
        for headers in ((), (USUAL,)):
            status, answer = await line.ask(f"/api/rooms/{cast.tea}/messages", cast.ana.token, *headers)
            assert (status, b'"internal"' in answer) == (500, True)
