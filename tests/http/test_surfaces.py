"""What every request and answer on HTTP has in common: sizes, types, shapes, headers."""

import json
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.operation import Operation
from chatroom.core.principal import OUTSIDER
from chatroom.features import operations
from chatroom.features.auth.api import OPEN_SESSION as MAY
from chatroom.http import app as http_app
from chatroom.http.bodies import BODY_LIMIT
from tests.cast import Cast
from tests.doors import read

SURFACES = [("api", "/api"), ("v1", "/api/v1")]
JSON = {"content-type": "application/json"}
both = pytest.mark.parametrize(("surface", "prefix"), SURFACES)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@both
async def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(
    http: httpx2.AsyncClient, cast: Cast, surface: str, prefix: str
) -> None:
    empty = json.dumps({"name": ""}).encode()
    headers = {**JSON, **bearer(cast.ana.token)}
    for size, status in ((BODY_LIMIT, 400), (BODY_LIMIT + 1, 413)):
        body = empty[:-2] + b"n" * (size - len(empty)) + empty[-2:]
        answer = await http.post(f"{prefix}/rooms", content=body, headers=headers)
        code = read(surface, answer).code
        assert (code, answer.status_code) in {
            ("bad_input", status),
            ("bad_input", 422),
            ("too_large", status),
        }
        assert (code == "too_large") == (size > BODY_LIMIT)


async def test_a_body_without_a_length_is_cut_off_too(http: httpx2.AsyncClient, cast: Cast) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 100:
            sent += 1
            yield b" " * 10_000

    answer = await http.post("/api/rooms", content=endless(), headers={**JSON, **bearer(cast.ana.token)})
    assert answer.status_code == 413


@both
@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", ""],
)
async def test_another_media_type_is_refused(
    http: httpx2.AsyncClient, cast: Cast, surface: str, prefix: str, media: str
) -> None:
    headers = {"content-type": media, **bearer(cast.ana.token)}
    answer = await http.post(f"{prefix}/rooms", content=b'{"name":"Tea"}', headers=headers)
    assert (answer.status_code, read(surface, answer).code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
async def test_json_is_read_whatever_its_spelling(http: httpx2.AsyncClient, cast: Cast, media: str) -> None:
    headers = {"content-type": media, **bearer(cast.ana.token)}
    answer = await http.post("/api/rooms", content=b'{"name":"Tea"}', headers=headers)
    assert answer.status_code == 201


@both
async def test_an_empty_body_counts_as_an_empty_object(
    http: httpx2.AsyncClient, cast: Cast, surface: str, prefix: str
) -> None:
    headers = {**JSON, **bearer(cast.bob.token)}
    answer = await http.post(f"{prefix}/rooms/{cast.square}/leave", headers=headers)
    assert read(surface, answer).data == {"ok": True}


@both
@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"\xff", b"{}{}", b"NaN"])
async def test_a_body_that_is_no_object_is_bad_input(
    http: httpx2.AsyncClient, cast: Cast, surface: str, prefix: str, body: bytes
) -> None:
    answer = await http.post(f"{prefix}/rooms", content=body, headers={**JSON, **bearer(cast.ana.token)})
    assert (answer.status_code, read(surface, answer).code) == (400, "bad_input")


@both
async def test_an_unknown_address_is_told_in_the_shape_of_its_surface(
    http: httpx2.AsyncClient, surface: str, prefix: str
) -> None:
    for method, path in (("GET", "/nothing"), ("POST", "/nothing/here"), ("GET", "/rooms/"), ("GET", "/")):
        answer = await http.request(method, prefix + path)
        assert (answer.status_code, read(surface, answer).code) == (404, "not_found"), path


@both
async def test_a_wrong_method_is_told_with_those_that_are_right(
    http: httpx2.AsyncClient, surface: str, prefix: str
) -> None:
    for method, path, allowed in (
        ("PUT", "/rooms", {"GET", "HEAD", "POST"}),
        ("DELETE", "/auth/login", {"POST"}),
        ("PATCH", "/rooms/x/invite", {"GET", "HEAD", "POST", "DELETE"}),
    ):
        answer = await http.request(method, prefix + path)
        assert (answer.status_code, read(surface, answer).code) == (405, "method_not_allowed"), path
        assert set(answer.headers["allow"].split(", ")) == allowed, path


async def test_newer_operations_are_on_v1_only(http: httpx2.AsyncClient, cast: Cast) -> None:
    assert [op for op in operations.values() if op.on == {"v1"} and op.path]
    path = f"/rooms/{cast.tea}"
    assert (await http.get("/api/v1" + path, headers=bearer(cast.ana.token))).status_code == 200
    assert (await http.get("/api" + path, headers=bearer(cast.ana.token))).status_code == 404


async def test_v1_refuses_unknown_fields_and_plain_ignores_them(http: httpx2.AsyncClient, cast: Cast) -> None:
    body = {"name": "Tea", "createdById": cast.bob.id, "kind": "lounge"}
    strict = await http.post("/api/v1/rooms", json=body, headers=bearer(cast.ana.token))
    assert (strict.status_code, read("v1", strict).code) == (422, "bad_input")
    loose = await http.post("/api/rooms", json=body, headers=bearer(cast.ana.token))
    assert (loose.status_code, loose.json()["createdById"]) == (201, cast.ana.id)
    assert loose.json()["kind"] == "room"
    query = await http.get("/api/v1/rooms?colour=red", headers=bearer(cast.ana.token))
    assert query.status_code == 422
    assert (await http.get("/api/rooms?colour=red", headers=bearer(cast.ana.token))).status_code == 200


async def test_a_csrf_token_in_a_body_is_taken_out_first(http: httpx2.AsyncClient, cast: Cast) -> None:
    body = {"name": "Tea", "csrfToken": "abc"}
    answer = await http.post("/api/v1/rooms", json=body, headers=bearer(cast.ana.token))
    assert answer.status_code == 201


async def test_the_path_wins_over_the_body(http: httpx2.AsyncClient, cast: Cast) -> None:
    body = {"roomId": cast.tea}
    answer = await http.post(f"/api/rooms/{cast.square}/join", json=body, headers=bearer(cast.mallory.token))
    assert answer.json()["id"] == cast.square


async def test_what_the_lists_are_called_depends_on_the_surface(http: httpx2.AsyncClient, cast: Cast) -> None:
    plain = (await http.get("/api/rooms", headers=bearer(cast.ana.token))).json()
    v1 = read("v1", await http.get("/api/v1/rooms", headers=bearer(cast.ana.token))).data
    assert plain == v1["rooms"]
    assert set(v1) == {"rooms", "nextCursor"}


async def test_a_parameter_that_is_there_twice_is_refused(http: httpx2.AsyncClient, cast: Cast) -> None:
    for surface, prefix in (("api", "/api"), ("v1", "/api/v1")):
        for query in ("limit=1&limit=2", "limit=2&limit=2", "limit=&limit=2"):
            answer = await http.get(f"{prefix}/rooms?{query}", headers=bearer(cast.ana.token))
            assert (answer.status_code, read(surface, answer).code) == (400, "bad_input"), query


async def test_the_address_of_a_surface_itself_speaks_its_dialect(http: httpx2.AsyncClient) -> None:
    for surface, prefix in (("api", "/api"), ("v1", "/api/v1"), ("v1", "/api/v1/")):
        answer = await http.get(prefix)
        assert (answer.status_code, read(surface, answer).code) == (404, "not_found"), prefix


async def test_every_answer_carries_its_id_and_the_headers_of_a_safe_page(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    answers = [
        await http.get("/health"),
        await http.get("/readyz"),
        await http.get("/api/rooms", headers=bearer(cast.ana.token)),
        await http.get("/api/rooms"),
        await http.get("/api/nothing"),
        await http.post("/api/rooms", content=b"{", headers={**JSON, **bearer(cast.ana.token)}),
        await http.get("/"),
        await http.request("OPTIONS", "/api/rooms", headers={"origin": "http://evil.test"}),
    ]
    for answer in answers:
        assert answer.headers["x-request-id"], answer.url
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
        assert answer.headers["x-frame-options"] == "DENY", answer.url
        assert answer.headers["referrer-policy"] == "no-referrer", answer.url
        assert "unsafe-inline" not in answer.headers["content-security-policy"], answer.url
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], answer.url
    for answer in answers[:6]:
        assert answer.headers["cache-control"] == "no-store", answer.url


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-1.2_3", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("<b>", False), ("", False)],
)
async def test_a_request_id_of_the_client_is_kept_when_it_is_sane(
    http: httpx2.AsyncClient, given: str, kept: bool
) -> None:
    answer = await http.get("/api/nothing", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.json()["requestId"] == answer.headers["x-request-id"]


def _faulty(ctx: Context) -> str:
    """Fail as only a fault of ours does."""
    raise RuntimeError("a secret detail")


_faulty.__module__ = "chatroom.features.faulty"


async def test_a_fault_of_ours_is_a_500_without_its_cause_and_with_every_header(app: App) -> None:
    op = Operation("auth.faulty", _faulty, may=MAY, http="GET /faulty")

    async def nobody(ctx: Context, token: str) -> Any:
        return OUTSIDER

    faulty = http_app.build(app.kernel, {op.name: op}, nobody, origins=frozenset(), draining=lambda: False)
    transport = httpx2.ASGITransport(faulty.asgi, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.test") as http:
        for surface, prefix in SURFACES:
            with capture_logs() as logged:
                answer = await http.get(f"{prefix}/faulty")
            assert [(line["event"], line["request_id"]) for line in logged] == [
                ("request.failed", answer.headers["x-request-id"]),
                ("request.answered", answer.headers["x-request-id"]),
            ]
            assert (answer.status_code, read(surface, answer).code) == (500, "internal")
            assert "secret" not in answer.text
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("settings", [{"message_rate_limit": 1}])
async def test_a_refusal_for_its_rate_says_when_to_come_back(http: httpx2.AsyncClient, cast: Cast) -> None:
    path = f"/api/v1/rooms/{cast.tea}/messages"
    answers = [
        await http.post(path, json={"content": "hi"}, headers=bearer(cast.ana.token)) for _ in range(2)
    ]
    refused = read("v1", answers[1])
    assert [answer.status_code for answer in answers] == [201, 429]
    assert refused.code == "rate_limited"
    assert refused.data["retryAfter"] == 10
    assert answers[1].headers["retry-after"] == "10"


async def test_v1_spells_the_types_of_messages_in_capitals_and_nothing_else(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    said = {"content": '"messageType":"text" text', "messageType": "Image"}
    room, mine = f"rooms/{cast.tea}", bearer(cast.ana.token)
    sent = (await http.post(f"/api/v1/{room}/messages", json=said, headers=mine)).json()["data"]
    assert (sent["messageType"], sent["content"]) == ("IMAGE", said["content"])
    loud = (await http.get(f"/api/v1/{room}/messages", headers=mine)).json()["data"]["messages"]
    shown = (await http.get(f"/api/v1/{room}", headers=mine)).json()["data"]["lastMessage"]
    assert loud[-1] == shown == sent
    quiet = (await http.get(f"/api/{room}/messages", headers=mine)).json()["messages"]
    assert quiet[-1] == sent | {"messageType": "image"}


async def test_health_is_the_shape_of_the_seed(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/health")).json() == {"status": "ok", "timestamp": "2026-09-21T14:13:20.000Z"}
    ready = await http.get("/readyz")
    assert ready.json() == {"status": "ok", "checks": {"database": True, "accepting": True}}


async def test_a_draining_node_is_not_ready_and_still_alive(app: App, http: httpx2.AsyncClient) -> None:
    await app.sockets.drain(0)
    assert (await http.get("/health")).status_code == 200
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["accepting"]) == (503, False)


def _hello(ctx: Context) -> str:
    """Answer on the root surface."""
    return "hello"


_hello.__module__ = "chatroom.features.hello"


async def test_the_root_surface_serves_its_rows_without_a_prefix(app: App) -> None:
    async def nobody(ctx: Context, token: str) -> Any:
        return OUTSIDER

    op = Operation("auth.hello", _hello, may=MAY, http="POST /hello/you", on=("root",))
    built = http_app.build(app.kernel, {op.name: op}, nobody, origins=frozenset(), draining=lambda: False)
    transport = httpx2.ASGITransport(built.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.test") as http:
        assert (await http.post("/hello/you")).json() == "hello"
        assert (await http.post("/api/hello/you")).status_code == 404
        wrong, unknown = await http.put("/hello/you"), await http.get("/hello/me")
    assert (wrong.status_code, read("root", wrong).code) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"
    assert (unknown.status_code, read("root", unknown).code) == (404, "not_found")
