"""Seed S1 replayed over HTTP: `packages/api/src/routes/auth.js`, route by route, with its texts, statuses, cookies."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx2
import jwt
import pytest

from tests.journeys.server import ChatServer
from tests.outbox import letter

SENT = "Default password sent via SMS"
OWN = "a heron by the mill"
_numbers = iter(range(100_000, 999_999))


@pytest.fixture
def browser(server: ChatServer) -> Iterator[httpx2.Client]:
    """What keeps cookies, as the seed's front end does."""
    with httpx2.Client(base_url=server.url, timeout=15) as client:
        yield client


@pytest.fixture
def number() -> str:
    return f"+447911{next(_numbers)}"


def _post(browser: httpx2.Client, route: str, **body: Any) -> tuple[int, Any]:
    answer = browser.post(f"/api/auth/{route}", json=body)
    return answer.status_code, answer.json()


def _error(browser: httpx2.Client, route: str, **body: Any) -> tuple[int, str]:
    status, said = _post(browser, route, **body)
    return status, said["error"]


def _first_password(server: ChatServer, number: str) -> str:
    return letter(server.data, number, r"first password is (\S{16}) ")


def _cookies(answer: httpx2.Response) -> dict[str, str]:
    return {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}


def _member(server: ChatServer, browser: httpx2.Client, number: str) -> str:
    """Sign up by phone and set a password of one's own; returns the user's id."""
    _, made = _post(browser, "signup", phoneNumber=number, firstName="John", lastName="Doe", birthYear=1990)
    first = _first_password(server, number)
    changed = _post(browser, "change-password", phoneNumber=number, currentPassword=first, newPassword=OWN)
    assert changed == (200, {"ok": True, "message": "Password changed"})
    return str(made["userId"])


def test_the_whole_way_from_sign_up_to_sign_out(
    server: ChatServer, browser: httpx2.Client, number: str
) -> None:
    status, made = _post(
        browser, "signup", phoneNumber=number, firstName="John", lastName="Doe", birthYear=1990
    )
    assert (status, made["message"]) == (200, SENT)
    assert set(made) == {"message", "userId"}
    first = _first_password(server, number)
    assert first not in ("Joh1990Doe!", "Use2000!")
    signed_in = browser.post("/api/auth/signin", json={"phoneNumber": number, "password": first})
    assert signed_in.json()["ok"] is True
    assert signed_in.json()["mustChangePassword"] is True
    assert signed_in.json()["user"]["id"] == made["userId"]
    assert signed_in.json()["user"]["phoneNumber"] == "*" * 9 + number[-4:]
    cookies = _cookies(signed_in)
    assert "Max-Age=900;" in cookies["accessToken"]
    assert "Max-Age=86400;" in cookies["refreshToken"]
    assert all("HttpOnly" in cookies[name] for name in ("accessToken", "refreshToken"))
    assert "SameSite=strict" in cookies["refreshToken"]
    assert browser.get("/api/rooms").json()["code"] == "password_change_required"
    assert _post(browser, "change-password", phoneNumber=number, currentPassword=first, newPassword=OWN) == (
        200,
        {"ok": True, "message": "Password changed"},
    )
    assert _error(browser, "refresh") == (401, "Invalid session")
    assert _post(browser, "signin", phoneNumber=number, password=OWN)[0] == 200
    assert browser.get("/api/users/me").json()["phoneNumber"].endswith(number[-4:])
    status, refreshed = _post(browser, "refresh")
    assert status == 200
    assert (
        jwt.decode(refreshed["accessToken"], options={"verify_signature": False})["userId"] == made["userId"]
    )
    kept = browser.cookies.get("refreshToken")
    gone = browser.post("/api/auth/logout")
    assert gone.json() == {"ok": True}
    assert set(_cookies(gone)) >= {"accessToken", "refreshToken"}
    assert _error(browser, "refresh") == (401, "No refresh token")
    stale = httpx2.post(server.url + "/api/auth/refresh", headers={"Cookie": f"refreshToken={kept}"})
    assert (stale.status_code, stale.json()["error"]) == (401, "Invalid session")


def test_every_missing_field_has_the_text_of_the_seed(browser: httpx2.Client, number: str) -> None:
    assert _error(browser, "signup") == (400, "phoneNumber required")
    assert _error(browser, "signup", phoneNumber="") == (400, "phoneNumber required")
    assert _error(browser, "signin", phoneNumber=number) == (400, "Missing credentials")
    assert _error(browser, "signin", password="x") == (400, "Missing credentials")
    for missing in ("phoneNumber", "currentPassword", "newPassword"):
        body = {"phoneNumber": number, "currentPassword": "x", "newPassword": OWN}
        assert _error(browser, "change-password", **{**body, missing: ""}) == (400, "Missing fields")


@pytest.mark.parametrize(
    "given", [7, ["+447911123456"], {"a": 1}, True, "07911 123456", "[object Object]", "+1"]
)
def test_what_is_no_international_number_is_bad_input(browser: httpx2.Client, given: Any) -> None:
    status, said = _post(browser, "signup", phoneNumber=given)
    assert (status, said["code"]) == (400, "bad_input")


def test_a_number_signs_up_once_however_it_is_written(
    server: ChatServer, browser: httpx2.Client, number: str
) -> None:
    _member(server, browser, number)
    for written in (number, "00" + number[1:], f"{number[:3]} {number[3:7]} {number[7:]}"):
        assert _error(browser, "signup", phoneNumber=written) == (409, "User already exists")
    assert _post(browser, "signin", phoneNumber="00" + number[1:], password=OWN)[0] == 200


def test_wrong_credentials_are_told_as_the_seed_does(
    server: ChatServer, browser: httpx2.Client, number: str
) -> None:
    _member(server, browser, number)
    assert _error(browser, "signin", phoneNumber=number, password="wrong") == (401, "Invalid credentials")
    stranger = "+447911000001"
    assert _error(browser, "signin", phoneNumber=stranger, password="wrong") == (401, "Invalid credentials")
    body = {"currentPassword": "wrong", "newPassword": "another heron"}
    assert _error(browser, "change-password", phoneNumber=number, **body) == (
        401,
        "Current password is incorrect",
    )
    assert _error(browser, "change-password", phoneNumber=stranger, **body) == (404, "User not found")


@pytest.mark.parametrize("new", ["x", "password1", OWN, "p" * 73])
def test_a_new_password_must_be_one(
    server: ChatServer, browser: httpx2.Client, number: str, new: str
) -> None:
    _member(server, browser, number)
    status, said = _post(browser, "change-password", phoneNumber=number, currentPassword=OWN, newPassword=new)
    assert (status, said["code"]) == (400, "bad_input")
    assert _post(browser, "signin", phoneNumber=number, password=OWN)[0] == 200


@pytest.mark.parametrize(("stay", "seconds"), [(True, 30 * 86_400), (False, 86_400)])
def test_staying_signed_in_makes_the_cookie_as_old_as_the_session(
    server: ChatServer, browser: httpx2.Client, number: str, stay: bool, seconds: int
) -> None:
    _member(server, browser, number)
    body = {"phoneNumber": number, "password": OWN, "staySignedIn": stay}
    cookies = _cookies(browser.post("/api/auth/signin", json=body))
    assert f"Max-Age={seconds};" in cookies["refreshToken"]
    assert "Max-Age=900;" in cookies["accessToken"]


@pytest.mark.parametrize(
    ("wish", "category"), [("18+RED", "_18PLUS_RED"), ("18+", "_18PLUS"), (None, "_18PLUS")]
)
def test_a_guest_gets_a_token_for_a_day(browser: httpx2.Client, wish: str | None, category: str) -> None:
    status, guest = _post(browser, "guest", ageCategory=wish)
    assert status == 200
    assert set(guest) >= {"tempSessionToken", "guestId", "expiresAt"}
    assert guest["ageCategory"] == category
    assert re.fullmatch(r"guest_[a-z0-9]{6}", guest["username"])
    left = datetime.fromisoformat(guest["expiresAt"]).timestamp() - time.time()
    assert 86_300 < left <= 86_400
    bearer = {"Authorization": f"Bearer {guest['tempSessionToken']}"}
    me = browser.get("/api/users/me", headers=bearer).json()
    assert (me["id"], me["kind"], me["role"]) == (guest["guestId"], "guest", "guest")


def test_who_is_under_eighteen_is_refused(browser: httpx2.Client, number: str) -> None:
    status, said = _post(browser, "signup", phoneNumber=number, birthYear=datetime.now().year - 17)  # noqa: DTZ005
    assert (status, said["code"]) == (400, "bad_input")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", ""])
def test_a_refresh_token_that_is_none_has_the_text_of_the_seed(server: ChatServer, token: str) -> None:
    answer = httpx2.post(server.url + "/api/auth/refresh", headers={"Cookie": f"refreshToken={token}"})
    text = "Invalid refresh token" if token else "No refresh token"
    assert (answer.status_code, answer.json()["error"]) == (401, text)


def test_a_form_of_the_seeds_front_end_is_read_too(
    server: ChatServer, browser: httpx2.Client, number: str
) -> None:
    _member(server, browser, number)
    answer = browser.post(
        "/api/auth/signin", data={"phoneNumber": number, "password": OWN, "staySignedIn": "true"}
    )
    assert answer.json()["ok"] is True


def test_no_number_code_or_password_is_logged_or_kept_in_clear(
    server: ChatServer, browser: httpx2.Client, number: str
) -> None:
    _member(server, browser, number)
    stored = b"".join(path.read_bytes() for path in server.data.glob("chatroom.db*"))
    for secret in (number, number[1:], _first_password(server, number), OWN):
        assert secret not in server.log
        assert secret.encode() not in stored
    assert (server.data / "outbox.jsonl").stat().st_mode & 0o777 == 0o600
