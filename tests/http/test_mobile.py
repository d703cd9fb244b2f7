"""What web views of phones and desktops send: other origins, preflights with any header, ids in capitals."""

from typing import Any

import httpx2
import pytest

from chatroom.settings.forms import web_origin
from tests.cast import Cast
from tests.doors import Doors, Server

ORIGINS = [
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "http://localhost",
    "https://localhost",
    "http://tauri.localhost",
    "http://localhost:8100",
    "app://obsidian.md",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
]
WANTED = "authorization,content-type,x-requested-with,traceparent,ngrok-skip-browser-warning"


@pytest.mark.parametrize("settings", [{"cors_origin": ",".join(ORIGINS)}])
@pytest.mark.parametrize("path", ["/socket.io/?EIO=4&transport=polling", "/api/rooms", "/api/v1/rooms"])
async def test_an_application_may_call_with_any_header(server: Server, cast: Cast, path: str) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as http:
        for origin in ORIGINS:
            asked = {
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": WANTED,
            }
            preflight = await http.options(path, headers=asked)
            assert preflight.is_success
            assert preflight.headers["access-control-allow-origin"] == origin
            assert preflight.headers["access-control-allow-credentials"] == "true"
            granted = preflight.headers["access-control-allow-headers"].replace(" ", "").split(",")
            assert granted == WANTED.split(",")
            assert "POST" in preflight.headers["access-control-allow-methods"]
            headers = {"origin": origin, "authorization": f"Bearer {cast.ana.token}"}
            called = await http.get(path, headers=headers)
            assert (called.status_code, called.headers["access-control-allow-origin"]) == (200, origin)


@pytest.mark.parametrize("settings", [{"cors_origin": "capacitor://localhost"}, {"cors_origin": "*"}, {}])
async def test_a_preflight_grants_no_more_than_the_settings(server: Server, settings: dict[str, Any]) -> None:
    asked = {
        "origin": "https://evil.test",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,bad name,\tx-ok," + "y" * 80,
    }
    any_origin = settings.get("cors_origin") == "*"
    async with httpx2.AsyncClient(base_url=server.url) as http:
        for path in ("/socket.io/?EIO=4&transport=polling", "/api/rooms"):
            answer = await http.options(path, headers=asked)
            assert answer.headers.get("access-control-allow-origin") == ("*" if any_origin else None)
            assert "access-control-allow-credentials" not in answer.headers
            granted = answer.headers.get("access-control-allow-headers")
            assert granted == ("authorization, x-ok" if any_origin else None)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "file://",
        "file:///index.html",
        "capacitor:localhost",
        "capacitor://",
        "capacitor://a/b",
        "data:x",
        "capacitor://*",
        "capacitor://user@host",
        "http://",
        "http://*.test",
        "localhost",
        "ws://chat.test",
        "",
    ],
)
def test_what_is_no_origin_of_one_application_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="origins like"):
        web_origin(text)


def test_an_origin_is_kept_as_browsers_send_it() -> None:
    assert web_origin("Capacitor://LocalHost/") == "capacitor://localhost"
    assert web_origin("HTTPS://Chat.test:8443/") == "https://chat.test:8443"


@pytest.mark.parametrize("door", ["api", "v1", "socket"])
async def test_ids_are_taken_in_capitals_and_given_in_small_letters(
    doors: Doors, cast: Cast, door: str
) -> None:
    loud = cast.tea.upper()
    if door == "socket":
        assert (await doors.ask(door, "rooms.enter", cast.ana, roomId=loud)).data["roomId"] == cast.tea
        sent = await doors.ask(door, "messages.send", cast.ana, roomId=loud, content="hi")
        point = {"roomId": loud, "epoch": sent.data["epoch"], "lastSeq": sent.data["seq"] - 1}
        resumed = await doors.ask(door, "messages.resume", cast.ana, rooms=[point])
        assert [(room["roomId"], room["headSeq"]) for room in resumed.data["rooms"]] == [
            (cast.tea, sent.data["seq"])
        ]
        lounge = await doors.ask(door, "rooms.lounges.enter", cast.ana, lounge=cast.square.upper())
        assert lounge.data["roomId"] == cast.square
    else:
        sent = await doors.ask("v1", "messages.send", cast.ana, roomId=loud, content="hi")
        page = await doors.ask(door, "messages.history", cast.ana, roomId=loud)
        assert page.data["messages"][-1]["roomId"] == cast.tea
    assert sent.data["roomId"] == cast.tea
    message_id = sent.data["id"].upper()
    read = await doors.ask(door, "messages.read_mark.set", cast.ana, roomId=loud, messageId=message_id)
    assert (read.code, read.data["messageId"]) == ("", sent.data["id"])
    wrong = await doors.ask(door, "messages.read_mark.set", cast.ana, roomId=loud + "0", messageId=message_id)
    assert wrong.code == "bad_input"


@pytest.mark.parametrize("surface", ["api", "v1"])
async def test_a_code_alone_opens_its_room(doors: Doors, cast: Cast, surface: str) -> None:
    wrong = await doors.ask(surface, "rooms.invite.join", cast.mallory, inviteCode="nonsense")
    assert (wrong.status, wrong.code) == (404, "invalid_invite")
    joined = await doors.ask(surface, "rooms.invite.join", cast.mallory, inviteCode=cast.code)
    assert (joined.status, joined.data["id"], joined.data["role"]) == (200, cast.tea, "member")
    assert (await doors.ask(surface, "rooms.invite.join", cast.mallory, inviteCode=cast.code)).status == 200
