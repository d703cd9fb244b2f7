"""Seed S0 replayed over HTTP: its two routes of identity, as `api/routes/auth.ts` has them, without its faults."""

import re
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest

from tests.journeys.server import ChatServer

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PASSWORD = "correct horse"


def _post(server: ChatServer, path: str, body: Any) -> httpx2.Response:
    return httpx2.post(server.url + path, json=body, timeout=15)


@pytest.fixture
def account() -> dict[str, str]:
    return {"email": f"user.{uuid4().hex[:8]}@example.org", "password": PASSWORD}


@pytest.mark.parametrize("path", ["/auth/signup", "/api/auth/signup"])
def test_signing_up_gives_the_user_and_never_a_hash(
    server: ChatServer, account: dict[str, str], path: str
) -> None:
    made = _post(server, path, account)
    assert made.status_code == 200
    user = made.json()
    assert user["email"] == account["email"]
    assert UUID.fullmatch(user["id"])
    assert set(user) == {"id", "email", "name", "username", "createdAt"}
    assert "$2" not in made.text
    assert "assword" not in made.text


def test_signing_up_twice_is_a_conflict(server: ChatServer, account: dict[str, str]) -> None:
    assert _post(server, "/auth/signup", account).status_code == 200
    again = _post(server, "/auth/signup", account)
    assert (again.status_code, again.json()["error"]) == (409, "User already exists")


def test_logging_in_gives_a_token_without_end_that_opens_the_lounges(
    server: ChatServer, account: dict[str, str]
) -> None:
    user = _post(server, "/auth/signup", account).json()
    answer = _post(server, "/auth/login", account)
    assert answer.status_code == 200
    token = answer.json()["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["userId"] == user["id"]
    assert "exp" not in claims
    bearer = {"Authorization": f"Bearer {token}"}
    assert isinstance(httpx2.get(server.url + "/lounges", headers=bearer).json(), list)
    made = httpx2.post(server.url + "/lounges", headers=bearer, json={"name": f"Tea {uuid4().hex[:6]}"})
    assert set(made.json()) >= {"id", "name"}
    assert httpx2.get(server.url + "/lounges").status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong horse"}, {"email": "nobody@example.org"}, {"email": "no address"}]
)
def test_wrong_credentials_are_all_told_the_same(
    server: ChatServer, account: dict[str, str], wrong: dict[str, str]
) -> None:
    _post(server, "/auth/signup", account)
    answer = _post(server, "/auth/login", {**account, **wrong})
    assert (answer.status_code, answer.json()["error"]) == (401, "Invalid credentials")


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@example.org"}, {"email": 7, "password": PASSWORD}, [], None, "x"]
)
@pytest.mark.parametrize("path", ["/auth/signup", "/auth/login"])
def test_what_is_no_account_is_bad_input(server: ChatServer, path: str, body: Any) -> None:
    answer = _post(server, path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
