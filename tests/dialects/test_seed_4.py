"""Seed S4 replayed: its five client events, its nine server events, its rules for invites, its front end example."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from tests.dialects.conftest import Plain
from tests.journeys.people import Person, register
from tests.journeys.server import ChatServer
from tests.journeys.voices import AsyncVoice, node, node_environment

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

DOCUMENTED = {
    "receive_message": {
        *("id", "roomId", "userId", "username", "content", "messageType", "createdAt", "timestamp"),
    },
    "user_joined": {"userId", "username", "roomId", "timestamp"},
    "user_typing": {"userId", "username", "roomId", "isTyping", "timestamp"},
    "user_status": {"userId", "username", "status", "timestamp"},
    "room_joined": {"roomId"},
    "user_left": {"username"},
    "room_users": {"roomId", "users", "total", "nextCursor"},
    "messages_read": {"userId", "readAt"},
    "error": {"message"},
}
MORE = {
    "receive_message": {"kind", "seq", "epoch", "senderId", "name"},
    "user_joined": set[str](),
    "user_typing": set[str](),
    "user_status": {"presence"},
    "room_joined": {"room", "epoch", "headSeq", "timestamp"},
    "user_left": {"userId", "roomId", "timestamp"},
    "room_users": set[str](),
    "messages_read": {"roomId", "username", "messageId", "seq", "timestamp"},
    "error": {"code", "event"},
}


def _is_as_documented(event: str, said: dict[str, Any]) -> None:
    assert set(said) == DOCUMENTED[event] | MORE[event]
    for name in ("id", "roomId", "userId"):
        assert name not in said or UUID.fullmatch(said[name])
    for name in ("createdAt", "timestamp", "readAt"):
        assert name not in said or ISO.fullmatch(said[name])


async def _pair(server: ChatServer, plain: Plain) -> tuple[Person, Person, str, AsyncVoice, AsyncVoice]:
    """Ana and Bo, both members of a public room, both connected; Ana listens to it."""
    ana, bo = register(server.url, "Ana"), register(server.url, "Bo")
    room_id = ana.create_room()["id"]
    bo.join(room_id)
    first = await plain(ana)
    await first.emit("join_room", {"roomId": room_id})
    await first.hear("room_joined")
    return ana, bo, room_id, first, await plain(bo)


async def test_join_room_is_confirmed_and_told_to_the_others(server: ChatServer, plain: Plain) -> None:
    _, bo, room_id, first, second = await _pair(server, plain)
    await second.emit("join_room", {"roomId": room_id})
    joined = (await second.hear("room_joined"))[0]
    _is_as_documented("room_joined", joined)
    assert joined["roomId"] == room_id
    told = (await first.hear("user_joined"))[0]
    _is_as_documented("user_joined", told)
    assert (told["userId"], told["username"], told["roomId"]) == (bo.id, bo.username, room_id)
    assert second.of("user_joined") == []


async def test_a_message_of_each_form_arrives_as_documented(server: ChatServer, plain: Plain) -> None:
    _, bo, room_id, first, second = await _pair(server, plain)
    await second.emit(
        "send_message", {"roomId": room_id, "content": "Hello everyone!", "messageType": "text"}
    )
    await second.emit("send_message", {"roomId": room_id, "content": "without a type"})
    await second.emit("send_message", {"roomId": room_id, "content": "pic.png", "messageType": "IMAGE"})
    heard = await first.hear("receive_message", 3)
    for message in heard:
        _is_as_documented("receive_message", message)
        assert (message["userId"], message["username"], message["roomId"]) == (bo.id, bo.username, room_id)
    assert [message["messageType"] for message in heard] == ["text", "text", "image"]
    assert [message["content"] for message in heard] == ["Hello everyone!", "without a type", "pic.png"]


async def test_typing_starts_and_stops_for_the_others(server: ChatServer, plain: Plain) -> None:
    _, bo, room_id, first, second = await _pair(server, plain)
    await second.emit("join_room", {"roomId": room_id})
    await second.emit("typing", {"roomId": room_id, "isTyping": True})
    await second.emit("typing", {"roomId": room_id, "isTyping": False})
    heard = await first.hear("user_typing", 2)
    for one in heard:
        _is_as_documented("user_typing", one)
        assert (one["userId"], one["username"]) == (bo.id, bo.username)
    assert [one["isTyping"] for one in heard] == [True, False]
    assert second.of("user_typing") == []


async def test_leave_room_is_told_to_the_others(server: ChatServer, plain: Plain) -> None:
    _, bo, room_id, first, second = await _pair(server, plain)
    await second.emit("join_room", {"roomId": room_id})
    await first.hear("user_joined")
    await second.emit("leave_room", {"roomId": room_id})
    told = (await first.hear("user_left"))[0]
    _is_as_documented("user_left", told)
    assert (told["userId"], told["username"]) == (bo.id, bo.username)
    await first.emit("send_message", {"roomId": room_id, "content": "gone?"})
    await first.hear("receive_message")
    assert second.of("receive_message") == []


async def test_get_room_users_lists_members_with_their_presence_and_role(
    server: ChatServer, plain: Plain
) -> None:
    ana, bo, room_id, first, _ = await _pair(server, plain)
    absent = register(server.url, "Cy")
    absent.join(room_id)
    await first.emit("get_room_users", {"roomId": room_id})
    answer = (await first.hear("room_users"))[0]
    _is_as_documented("room_users", answer)
    more = {"name", "nameKey", "presence", "lastSeen", "readSeq"}
    for user in answer["users"]:
        assert set(user) == {"userId", "username", "isOnline", "role", *more}
    listed = [(user["userId"], user["username"], user["isOnline"], user["role"]) for user in answer["users"]]
    assert listed == [
        (ana.id, ana.username, True, "admin"),
        (bo.id, bo.username, True, "member"),
        (absent.id, absent.username, False, "member"),
    ]


async def test_user_status_tells_of_coming_and_going(server: ChatServer, plain: Plain) -> None:
    _, bo, _, first, second = await _pair(server, plain)
    online = (await first.hear("user_status"))[0]
    _is_as_documented("user_status", online)
    await second.close()
    offline = (await first.hear("user_status", 2))[1]
    assert set(offline) == DOCUMENTED["user_status"] | {"presence", "lastSeen", "lastSeenAt"}
    assert [(said["userId"], said["username"], said["status"]) for said in (online, offline)] == [
        (bo.id, bo.username, "online"),
        (bo.id, bo.username, "offline"),
    ]


async def test_messages_read_tells_who_has_read(server: ChatServer, plain: Plain) -> None:
    ana, bo, room_id, first, _ = await _pair(server, plain)
    message = ana.say(room_id, "read me")
    bo.tell("POST", f"/api/rooms/{room_id}/read", json={"messageId": message["id"]})
    told = (await first.hear("messages_read"))[0]
    _is_as_documented("messages_read", told)
    assert (told["userId"], told["messageId"]) == (bo.id, message["id"])


async def test_an_error_has_a_message_for_the_user(server: ChatServer, plain: Plain) -> None:
    *_, room_id, _, second = await _pair(server, plain)
    await second.emit("join_room", {"roomId": room_id[:-4] + "0000"})
    await second.emit("join_room", {"roomId": "room-uuid"})
    unknown, malformed = await second.hear("error", 2)
    _is_as_documented("error", unknown)
    _is_as_documented("error", malformed)
    assert unknown["message"] == "There is no such room, or it is not yours to see."
    assert malformed["message"]


async def test_only_the_creator_makes_and_fetches_the_invite(server: ChatServer) -> None:
    ana, bo = register(server.url, "Ana"), register(server.url, "Bo")
    room = ana.create_room(private=True)
    path = f"/api/rooms/{room['id']}/invite"
    bo.tell("POST", f"/api/rooms/{room['id']}/join", json={"inviteCode": room["inviteCode"]})
    assert ana.tell("GET", path)["inviteCode"] == room["inviteCode"]
    for method in ("GET", "POST", "DELETE"):
        answer = bo.ask(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_the_creator")
    fresh = ana.tell("POST", path)["inviteCode"]
    assert fresh != room["inviteCode"]
    assert ana.tell("GET", path)["inviteCode"] == fresh
    assert ana.tell("GET", "/api/rooms")[0]["role"] == "admin"  # the creator joined by creating
    assert fresh not in bo.ask("GET", "/api/rooms").text


async def test_the_front_end_example_works_as_it_stands(server: ChatServer, plain: Plain) -> None:
    ana, bo = register(server.url, "Ana"), register(server.url, "Bo")
    room_id = ana.create_room()["id"]
    watching = await plain(ana)
    await watching.emit("join_room", {"roomId": room_id})
    await watching.hear("room_joined")
    stage = Path(__file__).parent / "seed_4_stage.cjs"
    page = await asyncio.create_subprocess_exec(
        *(node(), "--no-warnings", str(stage), server.url, bo.token, room_id),
        env=node_environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert page.stdout is not None
        added = json.loads(await asyncio.wait_for(page.stdout.readline(), 15))
        _is_as_documented("receive_message", added)
        assert (added["userId"], added["content"]) == (bo.id, "Hello everyone!")
        assert await watching.hear("receive_message") == [added]
        assert (await watching.hear("user_joined"))[0]["userId"] == bo.id
        typing = await watching.hear("user_typing", 2)
        assert [one["isTyping"] for one in typing] == [True, False]
    finally:
        page.kill()
        await page.wait()
