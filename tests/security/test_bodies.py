"""Bodies and answers: what is read, what is refused, and the shape in which either is said (S3's envelope too)."""

import gzip
from typing import Any

import httpx2
import pytest

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.operation import Operation
from chatroom.core.principal import OUTSIDER
from chatroom.features import operations
from chatroom.features.auth.api import OPEN_SESSION
from chatroom.http import app as http_app
from chatroom.http.dialects import SURFACES
from tests.cast import PASSWORD, Cast
from tests.doors import read

FORM = "application/x-www-form-urlencoded"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


MEDIA = [
    "text/plain",
    "text/html",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/jsonp",
    "application/x-json",
    "text/json",
    "",
]


@pytest.mark.parametrize("media", [*MEDIA, FORM])
@pytest.mark.parametrize("path", ["/api/rooms", "/api/v1/rooms", "/lounges", "/api/v1/auth/login"])
async def test_nothing_but_json_is_read(http: httpx2.AsyncClient, cast: Cast, media: str, path: str) -> None:
    answer = await http.post(
        path, content=b'{"name":"Tea"}', headers={"content-type": media, **bearer(cast.ana.token)}
    )
    assert answer.status_code == 415


@pytest.mark.parametrize("media", MEDIA)
async def test_sign_in_reads_forms_and_json_and_nothing_else(http: httpx2.AsyncClient, media: str) -> None:
    answer = await http.post(
        "/api/auth/login", content=b"email=a&password=b", headers={"content-type": media}
    )
    assert answer.status_code == 415


async def test_a_flat_form_signs_in(http: httpx2.AsyncClient, cast: Cast) -> None:
    form = {"email": cast.ana.email, "password": PASSWORD}
    assert (await http.post("/api/auth/login", data=form)).json()["user"]["id"] == cast.ana.id
    ours = await http.post("/api/auth/login", data=form, headers={"origin": "http://chat.test"})
    assert ours.status_code == 200


@pytest.mark.parametrize("page", [{"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}])
async def test_a_form_of_a_foreign_page_is_refused(
    http: httpx2.AsyncClient, cast: Cast, page: dict[str, str]
) -> None:
    form = {"email": cast.ana.email, "password": PASSWORD}
    refused = await http.post("/api/auth/login", data=form, headers=page)
    assert (refused.status_code, refused.json()["code"]) == (403, "bad_origin")


@pytest.mark.parametrize(
    "body",
    [
        b"email=ana@example.org&email=bob@example.org&password=x",
        b"email=%ff%fe&password=x",
        b"email",
        b"&".join(b"f%d=1" % n for n in range(100_000 // 8)),
        b"email[$ne]=&password[$ne]=",
        b"email=%00&password=x",
    ],
)
async def test_a_crooked_form_is_bad_input(http: httpx2.AsyncClient, body: bytes) -> None:
    answer = await http.post("/api/auth/login", content=body, headers={"content-type": FORM})
    assert answer.status_code in (400, 401, 413)
    assert answer.json()["code"] in ("bad_input", "invalid_credentials", "too_large")


CROOKED = [
    b'{"name":"a","name":"b"}',
    b'{"name":"a","x":{"y":1,"y":2}}',
    b'{"name":NaN}',
    b'{"name":Infinity}',
    b'{"name":"\\ud800"}',
    b'{"name":"\\u0000"}',
    b'{"name":"a\x00"}',
    b'{"name":"\xed\xa0\x80"}',
    b'{"name":' + b"[" * 33 + b"]" * 33 + b"}",
    b'{"name":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    b'{"name":' + b"9" * 5_000 + b"}",
    b'{"name":"a"} {"name":"b"}',
    b"\xef\xbb\xbf" + b'{"name":"a"}',
]


@pytest.mark.parametrize("body", CROOKED, ids=range(len(CROOKED)))
@pytest.mark.parametrize("prefix", ["/api", "/api/v1"])
async def test_crooked_json_is_bad_input(
    http: httpx2.AsyncClient, cast: Cast, prefix: str, body: bytes
) -> None:
    headers = {"content-type": "application/json", **bearer(cast.ana.token)}
    answer = await http.post(f"{prefix}/rooms", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert read("v1" if prefix == "/api/v1" else "api", answer).code == "bad_input"


async def test_a_body_that_says_it_is_long_is_refused_unread(http: httpx2.AsyncClient, cast: Cast) -> None:
    headers = {"content-type": "application/json", "content-length": "999999999999", **bearer(cast.ana.token)}
    assert (await http.post("/api/rooms", content=b"{}", headers=headers)).status_code == 413


async def test_every_answer_of_v1_is_enveloped(http: httpx2.AsyncClient, cast: Cast) -> None:
    v1 = next(surface for surface in SURFACES if surface.name == "v1")
    asked = 0
    for op in operations.values():
        if not v1.serves(op):
            continue
        path = v1.prefix + op.path.replace("{roomId}", cast.tea).replace("{sessionId}", cast.tea)
        for token in ({}, bearer(cast.ana.token), bearer("nonsense")):
            for body in (b"", b"{}", b"{", b'{"x":1}'):
                answer = await http.request(
                    op.method,
                    path.replace("{userId}", cast.bob.id),
                    content=body if op.method not in ("GET", "DELETE") else None,
                    headers={"content-type": "application/json", **token},
                )
                read("v1", answer)  # which asserts the shape
                assert answer.status_code < 500, (op.name, answer.text)
                asked += 1
    for path in ("/api/v1/nothing", "/api/v1/", "/api/v1/rooms/x/y/z"):
        read("v1", await http.get(path))
    print(f"v1 answers in the envelope: {asked}")
    assert asked > 100


async def test_a_long_list_is_gzipped_for_those_who_take_it(http: httpx2.AsyncClient, cast: Cast) -> None:
    headers = bearer(cast.ana.token)
    for number in range(8):
        await http.post("/api/rooms", json={"name": f"Room {number}"}, headers=headers)
    for path in ("/api/rooms", "/api/v1/rooms"):
        asked = {**headers, "accept-encoding": "gzip, br"}
        async with http.stream("GET", path, headers=asked) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        plain = await http.get(path, headers={**headers, "accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert gzip.decompress(raw) == plain.content
        assert len(raw) < len(plain.content) / 2


async def test_answers_that_hold_a_new_secret_are_never_gzipped(http: httpx2.AsyncClient, cast: Cast) -> None:
    form = {"email": cast.ana.email, "password": PASSWORD}
    answer = await http.post("/api/auth/login", json=form, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


def _faulty(ctx: Context) -> str:
    """Fail as only a fault of ours does."""
    raise RuntimeError("the cause")


_faulty.__module__ = "chatroom.features.faulty"


@pytest.mark.parametrize("development", [True, False])
async def test_a_stack_is_shown_in_development_only(app: App, development: bool) -> None:
    async def nobody(ctx: Context, token: str) -> Any:
        return OUTSIDER

    op = Operation("auth.faulty", _faulty, may=OPEN_SESSION, http="GET /faulty")
    built = http_app.build(
        app.kernel,
        {op.name: op},
        nobody,
        origins=frozenset(),
        draining=lambda: False,
        development=development,
    )
    transport = httpx2.ASGITransport(built.asgi, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.test") as http:
        for path, surface in (("/api/faulty", "api"), ("/api/v1/faulty", "v1")):
            answer = await http.get(path)
            assert (answer.status_code, read(surface, answer).code) == (500, "internal")
            assert ("the cause" in answer.text) is development
            assert ("Traceback" in answer.text) is development
