"""Seed S2 replayed by clients that know nothing but its document: no acks, no clientMsgId, no dialect."""

import re
from typing import Any

import httpx2

from tests.dialects.conftest import Plain
from tests.journeys.people import Person, register
from tests.journeys.server import ChatServer
from tests.journeys.voices import AsyncVoice
from tests.journeys.waiting import until

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MESSAGE = {"id", "roomId", "senderId", "content", "createdAt"}
MESSAGE_TODAY = MESSAGE | {
    *("kind", "seq", "epoch", "userId", "username", "name", "messageType", "timestamp"),
}
ROOM_TODAY = {
    *("id", "name", "topic", "isPrivate", "kind", "createdById", "createdAt", "memberCount", "role", "epoch"),
    *("headSeq", "readSeq", "inviteCode"),
}


def _people(server: ChatServer) -> tuple[Person, Person, Person]:
    return register(server.url, "Ana"), register(server.url, "Bo"), register(server.url, "Mal")


def _history(person: Person, room_id: str, query: str) -> Any:
    return person.tell("GET", f"/api/rooms/{room_id}/messages{query}")


async def _enter(voice: AsyncVoice, room_id: str) -> None:
    """Join as the document says; one's own message coming back shows that one listens."""
    before = len(voice.of("receive_message"))
    await voice.emit("join_room", {"roomId": room_id})
    await voice.emit("send_message", {"roomId": room_id, "content": "I am here"})
    await voice.hear("receive_message", before + 1)


async def _hears(voice: AsyncVoice, message: dict[str, Any]) -> None:
    await until(message["content"], lambda: message in voice.of("receive_message"))


def test_register_then_login_gives_a_token_that_opens_the_rooms(server: ChatServer) -> None:
    account = {"name": "Ana", "email": "ana@example.org", "password": "correct horse"}
    assert httpx2.post(server.url + "/api/auth/register", json=account).status_code == 201
    answer = httpx2.post(
        server.url + "/api/auth/login", json={"email": "ana@example.org", "password": "correct horse"}
    )
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"id", "name", "email", "token", "accessToken", "refreshToken", "expiresIn", "user"}
    rooms = httpx2.get(server.url + "/api/rooms", headers={"Authorization": f"Bearer {told['token']}"})
    assert (rooms.status_code, rooms.json()) == (200, [])


def test_without_a_token_there_are_no_rooms(server: ChatServer) -> None:
    for method, path in (("GET", "/api/rooms"), ("POST", "/api/rooms"), ("POST", "/api/rooms/x/join")):
        answer = httpx2.request(method, server.url + path, json={"name": "x"} if method == "POST" else None)
        assert answer.status_code == 401
        assert set(answer.json()) == {"error", "message", "code", "requestId"}


def test_a_created_room_carries_its_invite_code_and_is_listed_for_its_members_only(
    server: ChatServer,
) -> None:
    ana, bo, mal = _people(server)
    made = ana.ask("POST", "/api/rooms", json={"name": "Plans", "isPrivate": True})
    assert made.status_code == 201
    room = made.json()
    assert set(room) == ROOM_TODAY
    assert UUID.fullmatch(room["id"])
    assert ISO.fullmatch(room["createdAt"])
    assert (room["name"], room["isPrivate"], room["createdById"]) == ("Plans", True, ana.id)

    without = bo.ask("POST", f"/api/rooms/{room['id']}/join")
    wrong = bo.ask("POST", f"/api/rooms/{room['id']}/join", json={"inviteCode": "x" * 22})
    assert (without.status_code, wrong.status_code) == (404, 404)
    joined = bo.ask("POST", f"/api/rooms/{room['id']}/join", json={"inviteCode": room["inviteCode"]})
    assert joined.status_code == 200
    assert set(joined.json()) == ROOM_TODAY - {"inviteCode"}

    assert [one["id"] for one in ana.tell("GET", "/api/rooms")] == [room["id"]]
    assert [one["id"] for one in bo.tell("GET", "/api/rooms")] == [room["id"]]
    assert mal.tell("GET", "/api/rooms") == []


def test_a_public_room_is_joined_without_a_code(server: ChatServer) -> None:
    ana, bo, _ = _people(server)
    room = ana.tell("POST", "/api/rooms", json={"name": "Square"})
    assert room["isPrivate"] is False
    assert bo.ask("POST", f"/api/rooms/{room['id']}/join", json={}).status_code == 200
    assert bo.tell("GET", "/api/rooms")[0]["memberCount"] == 2


def test_the_history_gives_every_message_once(server: ChatServer) -> None:
    ana, bo, _ = _people(server)
    room_id = ana.create_room()["id"]
    for number in range(7):
        if number == 3:
            bo.join(room_id)  # takes a seq: the pages have a hole there
        ana.say(room_id, f"number {number}")
    page = _history(ana, room_id, "?cursor=&limit=3")
    told = [[message["content"] for message in page["messages"]]]
    while page["nextCursor"]:
        page = _history(ana, room_id, f"?cursor={page['nextCursor']}&limit=3")
        told.insert(0, [message["content"] for message in page["messages"]])
    assert told == [["number 0"], ["number 1", "number 2", "number 3"], ["number 4", "number 5", "number 6"]]
    assert all(set(message) == MESSAGE_TODAY for message in page["messages"])


def test_the_history_takes_its_parameters_empty_as_the_document_writes_them(server: ChatServer) -> None:
    ana, _, _ = _people(server)
    room_id = ana.create_room()["id"]
    ana.say(room_id, "one")
    assert _history(ana, room_id, "?cursor=&limit=") == _history(ana, room_id, "")


async def test_a_message_reaches_the_room_with_the_documented_fields(
    server: ChatServer, plain: Plain
) -> None:
    ana, bo, _ = _people(server)
    room_id = ana.create_room()["id"]
    bo.join(room_id)
    first, second = await plain(ana), await plain(bo)
    await _enter(second, room_id)
    await _enter(first, room_id)
    await first.emit("send_message", {"roomId": room_id, "content": "Hello"})
    message = (await second.hear("receive_message", 3))[2]
    assert set(message) == MESSAGE_TODAY
    assert (message["roomId"], message["senderId"], message["content"]) == (room_id, ana.id, "Hello")
    assert UUID.fullmatch(message["id"])
    assert ISO.fullmatch(message["createdAt"])
    assert (await first.hear("receive_message", 2))[1] == message
    assert _history(bo, room_id, "?limit=1")["messages"] == [message]


async def test_typing_is_forwarded_to_the_other_users_only(server: ChatServer, plain: Plain) -> None:
    ana, bo, _ = _people(server)
    room_id = ana.create_room()["id"]
    bo.join(room_id)
    first, again, second = await plain(ana), await plain(ana), await plain(bo)
    for voice in (first, again, second):
        await _enter(voice, room_id)
    await first.emit("typing", {"roomId": room_id, "isTyping": True})
    await first.emit("typing", {"roomId": room_id, "isTyping": False})
    told = await second.hear("typing", 2)
    assert [one["isTyping"] for one in told] == [True, False]
    assert all((one["roomId"], one["userId"]) == (room_id, ana.id) for one in told)
    await _enter(second, room_id)  # whoever hears this message has heard all that came before it
    for voice in (first, again):
        await _hears(voice, second.of("receive_message")[-1])
        assert voice.of("typing") == []


async def test_a_person_is_online_until_the_last_of_their_sockets_is_gone(
    server: ChatServer, plain: Plain
) -> None:
    ana, bo, _ = _people(server)
    bo.join(ana.create_room()["id"])
    watching = await plain(ana)
    one, two = AsyncVoice(["websocket"]), AsyncVoice(["websocket"])
    await one.open(bo.url, bo.token)
    online = (await watching.hear("user_status"))[0]
    assert (online["userId"], online["status"]) == (bo.id, "online")
    assert "lastSeen" not in online
    await two.open(bo.url, bo.token)
    await one.close()
    await two.close()
    told = await watching.hear("user_status", 2)
    assert [status["status"] for status in told] == ["online", "offline"]
    assert ISO.fullmatch(told[1]["lastSeen"])


async def test_a_stranger_can_neither_list_nor_join_nor_send_nor_hear(
    server: ChatServer, plain: Plain
) -> None:
    ana, _, mal = _people(server)
    room_id = ana.create_room(private=True)["id"]
    inside, outside = await plain(ana), await plain(mal)
    await _enter(inside, room_id)
    await outside.emit("join_room", {"roomId": room_id})
    await outside.emit("send_message", {"roomId": room_id, "content": "let me in"})
    errors = await outside.hear("error", 2)
    assert [error["code"] for error in errors] == ["room_not_found", "room_not_found"]
    assert all(isinstance(error["message"], str) for error in errors)
    await inside.emit("send_message", {"roomId": room_id, "content": "among us"})
    await inside.hear("receive_message", 2)
    assert mal.ask("GET", f"/api/rooms/{room_id}/messages").status_code == 404
    assert [said for event, said in outside.heard if event != "error"] == []
    assert [one["content"] for one in inside.of("receive_message")] == ["I am here", "among us"]


def test_no_answer_holds_a_password_or_its_hash(server: ChatServer) -> None:
    ana, bo, _ = _people(server)
    room_id = ana.create_room()["id"]
    bo.join(room_id)
    ana.say(room_id, "hello")
    login = httpx2.post(
        server.url + "/api/auth/login", json={"email": ana.email, "password": "correct horse"}
    )
    paths = ("/api/users/me", "/api/rooms", f"/api/rooms/{room_id}/users", f"/api/rooms/{room_id}/messages")
    texts = [login.text, *(ana.ask("GET", path).text for path in paths)]
    for text in texts:
        assert "$2b$" not in text
        assert "assword" not in text
        assert "correct horse" not in text
