"""Twelve origins, three ways to say who one is, three ways in: a foreign page never acts for the person."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx2
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from tests.cast import Cast
from tests.doors import Server

LISTED = "http://listed.test"


class Case(NamedTuple):
    """An Origin header, `{host}` being ours, and whether its page is ours or listed."""

    origin: str | None
    ours: bool


CASES = [
    Case("http://{host}", ours=True),
    Case(LISTED, ours=True),
    Case(None, ours=False),
    Case("null", ours=False),
    Case("http://evil.test", ours=False),
    Case("http://sub.{host}", ours=False),
    Case("http://{host}.evil.test", ours=False),
    Case("http://evil{host}", ours=False),
    Case("http://{host}@evil.test", ours=False),
    Case("http://127.0.0.1:1", ours=False),
    Case("file://", ours=False),
    Case("http://listed.test.evil.test", ours=False),
]
pytestmark = pytest.mark.parametrize("settings", [{"frontend_url": LISTED}])
table = pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.origin))
ways = pytest.mark.parametrize("way", ["cookie", "token", "none"])


def headers_of(case: Case, server: Server, way: str, cast: Cast) -> dict[str, str]:
    host = server.url.removeprefix("http://")
    origin = {} if case.origin is None else {"origin": case.origin.format(host=host)}
    cookie = {"cookie": f"accessToken={cast.ana.token}"} if way == "cookie" else {}
    return {**origin, **cookie}


def expected(case: Case, way: str, cast: Cast) -> str:
    """Who the connection is for: Ana, a guest, or nobody because the page may not even talk to us."""
    if case.origin is not None and not case.ours:
        return "nobody"
    if way == "token" or (way == "cookie" and case.ours):
        return "ana"
    return "guest"


@table
@ways
async def test_by_polling(server: Server, cast: Cast, case: Case, way: str) -> None:
    headers = headers_of(case, server, way, cast)
    async with httpx2.AsyncClient(base_url=server.url, headers=headers) as http:
        path = "/socket.io/?EIO=4&transport=polling"
        opened = await http.get(path)
        if opened.status_code == 403:
            assert expected(case, way, cast) == "nobody"
            return
        path += "&sid=" + opened.text.split('"sid":"')[1].split('"')[0]
        await http.post(path, content=_connect(way, cast))
        assert '40{"sid"' in (await http.get(path)).text
        await http.post(path, content=_ask(cast))
        answer = ""
        while "430[" not in answer:
            answer = (await http.get(path)).text
    assert _who(answer) == expected(case, way, cast)


@table
@ways
async def test_by_websocket(server: Server, cast: Cast, case: Case, way: str) -> None:
    async with _websocket(server, headers_of(case, server, way, cast)) as socket:
        if socket is None:
            assert expected(case, way, cast) == "nobody"
            return
        await socket.send(_connect(way, cast))
        answer = ""
        while not answer.startswith('40{"sid"'):
            answer = await socket.recv()
        await socket.send(_ask(cast))
        while "430[" not in answer:
            answer = await socket.recv()
    assert _who(answer) == expected(case, way, cast)


@contextlib.asynccontextmanager
async def _websocket(server: Server, headers: dict[str, str]) -> AsyncIterator[Any]:
    url = server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    try:
        socket = await websockets.connect(url, additional_headers=headers, proxy=None)
    except InvalidStatus:
        yield None
        return
    async with socket:
        yield socket


def _connect(way: str, cast: Cast) -> str:
    return f'40{{"token":"{cast.ana.token}"}}' if way == "token" else "40"


def _ask(cast: Cast) -> str:
    """An event with ack id 0."""
    return f'420["get_room_users",{{"roomId":"{cast.tea}"}}]'


def _who(answer: str) -> str:
    """Ana sees who is in her private room; a guest is told that there is none."""
    return "ana" if '"ok":true' in answer else "guest"


@table
@ways
async def test_by_rest(server: Server, cast: Cast, case: Case, way: str) -> None:
    """A cookie changes nothing for a foreign page; the answer is for no foreign script to read."""
    headers = headers_of(case, server, way, cast)
    async with httpx2.AsyncClient(base_url=server.url, headers=headers) as http:
        if way == "token":
            http.headers["authorization"] = f"Bearer {cast.ana.token}"
        made = await http.post("/api/rooms", json={"name": "Tea"})
        listed = await http.get("/api/rooms")
    readable = listed.headers.get("access-control-allow-origin")
    assert readable == (LISTED if case.origin == LISTED else None)
    if way == "none":
        assert (made.status_code, listed.status_code) == (401, 401)
    elif way == "token":
        assert (made.status_code, listed.status_code) == (201, 200)
    elif case.origin is None or case.ours:
        assert (made.status_code, made.json()["code"]) == (403, "csrf_missing")
        assert listed.status_code == 200
    else:
        assert (made.status_code, made.json()["code"]) == (403, "bad_origin")
        assert (listed.status_code, listed.json()["code"]) == (403, "bad_origin")
