"""Seed S3 replayed over HTTP: authentication and people under `/api/v1`, in its envelope."""

import re
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.journeys.server import ChatServer

PASSWORD = "correct horse"
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _ask(server: ChatServer, method: str, path: str, token: str = "", **body: Any) -> httpx2.Response:
    headers = {"User-Agent": "Firefox on a phone", **({"Authorization": f"Bearer {token}"} if token else {})}
    given: Any = {"json": body} if method in ("POST", "PATCH") else {}
    answer = httpx2.request(method, f"{server.url}/api/v1{path}", headers=headers, timeout=15, **given)
    envelope = answer.json()
    assert set(envelope) == {"status", "message", "data"}
    assert envelope["status"] == ("success" if answer.is_success else "error")
    return answer


def _data(answer: httpx2.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()["data"]


@pytest.fixture
def account(server: ChatServer) -> dict[str, str]:
    body = {"name": "Ana", "email": f"ana.{uuid4().hex[:8]}@example.org", "password": PASSWORD}
    assert _ask(server, "POST", "/auth/register", **body).status_code == 201
    return body


def _login(server: ChatServer, account: dict[str, str]) -> dict[str, Any]:
    body = {"email": account["email"], "password": account["password"]}
    found: dict[str, Any] = _data(_ask(server, "POST", "/auth/login", **body))
    return found


def test_logging_in_gives_both_tokens_and_the_user(server: ChatServer, account: dict[str, str]) -> None:
    signed_in = _login(server, account)
    assert signed_in["token"] == signed_in["accessToken"]
    assert signed_in["expiresIn"] == 24 * 3600
    assert signed_in["user"]["email"] == account["email"]
    assert _data(_ask(server, "GET", "/users/me", signed_in["token"]))["id"] == signed_in["user"]["id"]


def test_refreshing_gives_a_new_pair_and_ends_the_old_one(
    server: ChatServer, account: dict[str, str]
) -> None:
    signed_in = _login(server, account)
    fresh = _data(_ask(server, "POST", "/auth/refresh", refreshToken=signed_in["refreshToken"]))
    assert fresh["refreshToken"] != signed_in["refreshToken"]
    assert fresh["expiresIn"] == 24 * 3600
    assert _ask(server, "GET", "/users/me", fresh["accessToken"]).status_code == 200
    as_access = _ask(server, "GET", "/users/me", fresh["refreshToken"])
    assert (as_access.status_code, as_access.json()["data"]["code"]) == (401, "invalid_token")
    as_refresh = _ask(server, "POST", "/auth/refresh", refreshToken=fresh["accessToken"])
    assert as_refresh.status_code == 401


def test_logging_out_ends_the_session(server: ChatServer, account: dict[str, str]) -> None:
    signed_in = _login(server, account)
    assert _data(_ask(server, "POST", "/auth/logout", signed_in["token"])) == {"ok": True}
    assert _ask(server, "GET", "/users/me", signed_in["token"]).status_code == 401
    assert _ask(server, "POST", "/auth/refresh", refreshToken=signed_in["refreshToken"]).status_code == 401


def test_login_sessions_tell_of_devices_and_can_be_ended(server: ChatServer, account: dict[str, str]) -> None:
    here, there = _login(server, account), _login(server, account)
    listed = _data(_ask(server, "GET", "/auth/sessions", here["token"]))["sessions"]
    assert len(listed) == 3  # registering signed in, too
    for one in listed:
        assert set(one) == {"id", "device", "address", "createdAt", "lastUsedAt", "expiresAt", "current"}
        assert (one["device"], one["address"]) == ("Firefox on a phone", "127.0.0.1")
        assert ISO.fullmatch(one["createdAt"])
    mine = [one["id"] for one in listed if one["current"]]
    other = next(
        one["id"]
        for one in _data(_ask(server, "GET", "/auth/sessions", there["token"]))["sessions"]
        if one["current"]
    )
    assert len(mine) == 1
    assert _data(_ask(server, "DELETE", f"/auth/sessions/{other}", here["token"])) == {"ok": True}
    assert _ask(server, "GET", "/users/me", there["token"]).status_code == 401
    assert _ask(server, "GET", "/users/me", here["token"]).status_code == 200
    assert _ask(server, "DELETE", f"/auth/sessions/{other}", here["token"]).status_code == 404


def test_nobody_ends_the_session_of_another(server: ChatServer, account: dict[str, str]) -> None:
    mine = _login(server, account)
    listed = _data(_ask(server, "GET", "/auth/sessions", mine["token"]))["sessions"]
    stranger = {"name": "Bo", "email": f"bo.{uuid4().hex[:8]}@example.org", "password": PASSWORD}
    token = _data(_ask(server, "POST", "/auth/register", **stranger))["token"]
    assert _ask(server, "DELETE", f"/auth/sessions/{listed[0]['id']}", token).status_code == 404
    assert _ask(server, "GET", "/users/me", mine["token"]).status_code == 200


def test_people_change_their_name_and_handle(server: ChatServer, account: dict[str, str]) -> None:
    token = _login(server, account)["token"]
    handle = f"ana-{uuid4().hex[:8]}"
    changed = _data(_ask(server, "PATCH", "/users/me", token, name="Ana Lopez", username=handle))
    assert (changed["name"], changed["username"]) == ("Ana Lopez", handle)
    assert _data(_ask(server, "GET", "/users/me", token)) == changed
    bad = _ask(server, "PATCH", "/users/me", token, username="No Spaces")
    assert (bad.status_code, list(bad.json()["data"]["errors"])) == (422, ["username"])
    other = {"name": "Bo", "email": f"bo.{uuid4().hex[:8]}@example.org", "password": PASSWORD}
    theirs = _data(_ask(server, "POST", "/auth/register", **other))["token"]
    taken = _ask(server, "PATCH", "/users/me", theirs, username=handle)
    assert (taken.status_code, taken.json()["data"]["code"]) == (409, "username_taken")


@pytest.mark.parametrize("field", ["role", "status", "kind", "id", "email", "createdAt", "passwordHash"])
def test_nobody_makes_themselves_something_else(
    server: ChatServer, account: dict[str, str], field: str
) -> None:
    token = _login(server, account)["token"]
    before = _data(_ask(server, "GET", "/users/me", token))
    refused = _ask(server, "PATCH", "/users/me", token, **{field: "admin"})
    assert refused.status_code == 422
    assert _data(_ask(server, "GET", "/users/me", token)) == before


def test_other_people_are_the_business_of_admins(server: ChatServer, account: dict[str, str]) -> None:
    signed_in = _login(server, account)
    one = f"/users/{signed_in['user']['id']}"
    for method, path in (("GET", "/users"), ("GET", one), ("PATCH", one), ("DELETE", one)):
        assert _ask(server, method, path, signed_in["token"]).status_code == 403
        assert _ask(server, method, path).status_code == 401


def test_signing_up_works_under_both_names(server: ChatServer) -> None:
    email = f"zoe.{uuid4().hex[:8]}@example.org"
    made = _data(_ask(server, "POST", "/auth/signup", email=email, password=PASSWORD))
    assert made["email"] == email
    again = _ask(server, "POST", "/auth/register", name="Zoe", email=email, password=PASSWORD)
    assert (again.status_code, again.json()["message"]) == (409, "User already exists")
