"""What answers say besides their data: what was done, and when to come back."""

import httpx2
import pytest

from tests.cast import Cast
from tests.doors import read
from tests.http.test_surfaces import bearer

DONE = [
    ("POST", "/rooms", {"name": "Tea"}, "Room created"),
    ("GET", "/rooms", None, "Rooms retrieved"),
    ("GET", "/rooms/{tea}", None, "Room retrieved"),
    ("POST", "/rooms/{tea}/messages", {"content": "hi"}, "Message sent"),
    ("GET", "/rooms/{tea}/messages", None, "Messages retrieved"),
    ("POST", "/rooms/{tea}/invite", {}, "Invite created"),
    ("DELETE", "/rooms/{tea}/invite", None, "Invite withdrawn"),
    ("PATCH", "/users/me", {"name": "Anna"}, "Profile updated"),
    ("POST", "/auth/logout", {}, "Signed out"),
]


async def test_the_envelope_says_what_was_done(http: httpx2.AsyncClient, cast: Cast) -> None:
    for method, path, body, message in DONE:
        answer = await http.request(
            method, "/api/v1" + path.format(tea=cast.tea), json=body, headers=bearer(cast.ana.token)
        )
        assert (answer.json()["status"], answer.json()["message"]) == ("success", message)


@pytest.mark.parametrize("settings", [{"rate_limits": "api=1/1m", "rate_limit_max": 1}])
@pytest.mark.parametrize("prefix", ["/api", "/api/v1"])
async def test_signing_out_is_never_limited_and_uses_nothing_up(
    http: httpx2.AsyncClient, cast: Cast, prefix: str
) -> None:
    mine = bearer(cast.bob.token)
    out = [await http.post(f"{prefix}/auth/logout") for _ in range(3)]
    assert [answer.status_code for answer in out] == [200] * 3
    assert [(await http.get(f"{prefix}/users/me", headers=mine)).status_code for _ in range(2)] == [200, 429]
    assert (await http.post(f"{prefix}/auth/logout", headers=mine)).status_code == 200


@pytest.mark.parametrize("settings", [{"rate_limits": "api=1/10s,v1=1/10s", "rate_limit_max": 1}])
async def test_whoever_is_over_a_limit_hears_whole_seconds_in_body_and_header_alike(
    http: httpx2.AsyncClient, cast: Cast
) -> None:
    for surface, path in (("api", "/api/users/me"), ("v1", "/api/v1/users/me")):
        refused = [await http.get(path, headers=bearer(cast.ana.token)) for _ in range(2)][1]
        wait = read(surface, refused).data["retryAfter"]
        assert isinstance(wait, int)
        assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"] == str(wait)
        assert refused.json()["message"] == "Too many requests. Please slow down."
