"""The log says who came and went, in the seeds' words, and what was asked for, without secrets."""

import httpx2
import pytest
from structlog.testing import capture_logs

from chatroom.http.middleware import shown_path
from tests.cast import Cast
from tests.doors import Server, until


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/v1/rooms", "/api/v1/rooms"),
        ("/api/rooms/01a22f8a-c2dd-77b8-a18f-e21784fbd817/messages",) * 2,
        ("/api/auth/change-password", "/api/auth/change-password"),
        ("/openapi.json", "/openapi.json"),
        ("/", "/"),
        ("/invite/k3Jm0sQk2Zr9xTbVn7LcYp", "/invite/-"),
        ("/api/rooms/+491701234567/join", "/api/rooms/-/join"),
        ("/api/users/ana@example.org", "/api/users/-"),
        ("/api/a\nb/\x1b[31m", "/api/-/-"),
        ("/Kanarienvogel", "/-"),
        ("/" + "x" * 40, "/-"),
    ],
)
def test_a_path_is_logged_without_what_people_typed_into_it(path: str, shown: str) -> None:
    assert shown_path(path) == shown


async def test_each_request_is_logged_with_its_path(server: Server, cast: Cast) -> None:
    path = f"/api/rooms/{cast.tea}/messages"
    with capture_logs() as logged:
        async with httpx2.AsyncClient(base_url=server.url) as http:
            bearer = {"authorization": f"Bearer {cast.ana.token}"}
            assert (await http.get(path + "?cursor=&limit=1", headers=bearer)).status_code == 200
            assert (await http.post("/api/rooms/join?inviteCode=secret", headers=bearer)).status_code == 400
    answered = [(line["method"], line["path"]) for line in logged if line["event"] == "request.answered"]
    assert answered == [("GET", path), ("POST", "/api/rooms/join")]
    assert "secret" not in str(logged)


async def test_who_connects_and_who_goes_is_logged_in_the_seeds_words(server: Server, cast: Cast) -> None:
    with capture_logs() as logged:
        ears = await server.ears(cast.ana)
        sid = ears.client.get_sid("/")
        await ears.close()
        await until(lambda: any("disconnected" in line["event"] for line in logged))
    lines = [line for line in logged if line["event"].startswith("User ")]
    assert [(line["log_level"], line["event"], line["user"]) for line in lines] == [
        ("info", f"User connected: {sid}", cast.ana.id),
        ("info", f"User disconnected: {sid}", cast.ana.id),
    ]
    assert cast.ana.token not in str(logged)
