"""Who is here and who is typing, as sockets hear it."""

import asyncio

import pytest

from chatroom.adapters.memory import MemoryTyping
from chatroom.app import App
from chatroom.core.lookalikes import key
from chatroom.features.presence.ports import PresenceBoard, TypingBoard
from tests.cast import Cast, do, principal
from tests.doors import Doors, Ears, Server, until

NOW = "2026-09-21T14:13:20.000Z"


async def statuses(ears: Ears, user_id: str) -> list[str]:
    """What a socket has heard of somebody's presence, oldest first."""
    await ears.settle()
    return [said["status"] for said in ears.all("user_status", userId=user_id)]


async def test_a_person_is_online_until_the_last_socket_has_gone(
    server: Server, app: App, cast: Cast
) -> None:
    ana = await server.ears(cast.ana)
    phone = await server.ears(cast.bob)
    online = await ana.hears("user_status", status="online")
    assert online == {
        "userId": cast.bob.id,
        "username": "bob",
        "status": "online",
        "presence": "online",
        "timestamp": NOW,
    }
    laptop = await server.ears(cast.bob)
    await phone.close()
    await app._events.idle()
    assert await statuses(ana, cast.bob.id) == ["online"]
    await laptop.close()
    offline = await ana.hears("user_status", status="offline")
    assert offline == {
        "userId": cast.bob.id,
        "username": "bob",
        "status": "offline",
        "presence": "offline",
        "lastSeen": NOW,
        "lastSeenAt": NOW,
        "timestamp": NOW,
    }
    users = (await ana.ask("get_room_users", {"roomId": cast.tea})).data["users"]
    bob = next(user for user in users if user["userId"] == cast.bob.id)
    assert (bob["isOnline"], bob["lastSeen"]) == (False, NOW)


@pytest.mark.parametrize("settings", [{"presence_grace_ms": 300}])
async def test_a_reload_is_no_departure(server: Server, app: App, cast: Cast) -> None:
    ana, bob = await server.ears(cast.ana), await server.ears(cast.bob)
    await bob.close()
    await app._events.idle()
    users = (await ana.ask("get_room_users", {"roomId": cast.tea})).data["users"]
    assert all(user["isOnline"] for user in users)
    await server.ears(cast.bob)
    await asyncio.sleep(0.4)
    assert await statuses(ana, cast.bob.id) == ["online"]


async def test_who_comes_back_while_the_departure_is_being_stored_is_not_told_as_gone(
    server: Server, app: App, cast: Cast
) -> None:
    ana, bob = await server.ears(cast.ana), await server.ears(cast.bob)
    async with app.db.begin():  # SQLite has one writer, so the departure waits for this block
        await bob.close()
        await until(lambda: app.kernel.ports[PresenceBoard]._task)
        await server.ears(cast.bob)
    await until(lambda: not app.kernel.ports[PresenceBoard]._task)
    assert (await statuses(ana, cast.bob.id))[-1] == "online"


async def test_presence_is_told_to_those_who_share_a_room_and_to_nobody_else(
    server: Server, cast: Cast
) -> None:
    ana, mallory = await server.ears(cast.ana), await server.ears(cast.mallory)
    mine = await server.ears(cast.bob)
    await server.ears(cast.bob)
    assert await statuses(ana, cast.bob.id) == ["online"]
    assert await statuses(mallory, cast.bob.id) == []
    assert await statuses(mine, cast.bob.id) == []


async def test_presence_is_told_once_however_many_rooms_are_shared(server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    await server.in_room(cast.bob, cast.tea)
    assert await statuses(ana, cast.bob.id) == ["online"]


async def test_who_joins_a_room_is_seen_there_from_then_on(server: Server, doors: Doors, cast: Cast) -> None:
    ana, mallory = await server.ears(cast.ana), await server.ears(cast.mallory)
    await doors.ask("api", "rooms.join", cast.mallory, roomId=cast.square)
    await mallory.close()
    await ana.hears("user_status", userId=cast.mallory.id, status="offline")
    back = await server.ears(cast.mallory)
    await doors.ask("api", "rooms.leave", cast.mallory, roomId=cast.square)
    await back.close()
    await asyncio.sleep(0.1)
    assert await statuses(ana, cast.mallory.id) == ["offline", "online"]


async def test_the_members_are_listed_those_online_first(server: Server, cast: Cast) -> None:
    bob = await server.ears(cast.bob)
    answer = await bob.ask("get_room_users", {"roomId": cast.tea})
    assert answer.data == await bob.hears("room_users")
    assert answer.data == {
        "roomId": cast.tea,
        "users": [
            {
                "userId": person.id,
                "username": person.username,
                "name": person.name,
                "nameKey": key(person.name),
                "isOnline": person is cast.bob,
                "presence": "online" if person is cast.bob else "offline",
                "role": role,
                "lastSeen": None,
                "readSeq": seq,
            }
            for person, role, seq in ((cast.bob, "member", 2), (cast.ana, "admin", 1))
        ],
        "total": 2,
        "nextCursor": None,
    }


async def test_a_last_seen_time_survives_the_end_of_the_node(server: Server, app: App, cast: Cast) -> None:
    bob = await server.ears(cast.bob)
    await bob.close()
    await app._events.idle()
    await app.kernel.ports[PresenceBoard].close(5)
    who = await principal(app, cast.ana)
    users = (await do(app, who, "presence.members.list", roomId=cast.tea))["users"]
    assert [user["lastSeen"] for user in users] == [None, NOW]


async def test_typing_is_heard_by_the_others_and_never_by_oneself(server: Server, cast: Cast) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    bob, other = await server.in_room(cast.bob, cast.tea), await server.in_room(cast.bob, cast.tea)
    for is_typing in (True, False):
        assert (await bob.ask("typing", {"roomId": cast.tea, "isTyping": is_typing})).data == {"ok": True}
        told = {
            "userId": cast.bob.id,
            "username": "bob",
            "roomId": cast.tea,
            "isTyping": is_typing,
            "timestamp": NOW,
        }
        assert await ana.hears("user_typing", isTyping=is_typing) == told
        assert await ana.hears("typing", isTyping=is_typing) == told
    for ears in (bob, other):
        await ears.settle()
        assert not ears.all("user_typing")
        assert not ears.all("typing")


async def test_typing_is_told_once_and_not_with_every_key(server: Server, cast: Cast) -> None:
    ana, bob = await server.in_room(cast.ana, cast.tea), await server.in_room(cast.bob, cast.tea)
    for _ in range(10):
        await bob.ask("typing", {"roomId": cast.tea, "isTyping": True})
    for _ in range(3):
        await bob.ask("typing", {"roomId": cast.tea, "isTyping": False})
    await ana.settle()
    assert [said["isTyping"] for said in ana.all("user_typing")] == [True, False]


async def test_typing_ends_by_itself(server: Server, app: App, cast: Cast) -> None:
    app.kernel.ports[TypingBoard] = MemoryTyping(ends=0.05)
    ana, bob = await server.in_room(cast.ana, cast.tea), await server.in_room(cast.bob, cast.tea)
    await bob.ask("typing", {"roomId": cast.tea, "isTyping": True})
    await ana.hears("user_typing", isTyping=False)
    await ana.settle()
    assert [said["isTyping"] for said in ana.all("user_typing")] == [True, False]


async def test_who_goes_stops_typing(server: Server, cast: Cast) -> None:
    ana, bob = await server.in_room(cast.ana, cast.tea), await server.in_room(cast.bob, cast.tea)
    await bob.ask("typing", {"roomId": cast.tea, "isTyping": True})
    await bob.close()
    await ana.hears("user_typing", isTyping=False)


async def test_closing_one_of_two_sockets_does_not_end_what_the_other_shows(
    server: Server, cast: Cast
) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    bob, other = await server.in_room(cast.bob, cast.tea), await server.in_room(cast.bob, cast.tea)
    for ears in (bob, other):
        await ears.ask("typing", {"roomId": cast.tea, "isTyping": True})
    await other.close()
    await bob.ask("get_room_users", {"roomId": cast.tea})
    await ana.settle()
    assert [said["isTyping"] for said in ana.all("user_typing")] == [True]
    await bob.close()
    await ana.hears("user_typing", isTyping=False)


async def test_who_leaves_a_room_stops_typing_there_at_once(server: Server, doors: Doors, cast: Cast) -> None:
    ana, bob = await server.in_room(cast.ana, cast.tea), await server.in_room(cast.bob, cast.tea)
    for leave in ("leave_room", "rooms.leave"):
        await bob.ask("join_room", {"roomId": cast.tea})
        await bob.ask("typing", {"roomId": cast.tea, "isTyping": True})
        if leave == "leave_room":
            await bob.ask(leave, {"roomId": cast.tea})
        else:
            await doors.ask("api", leave, cast.bob, roomId=cast.tea)
        await ana.settle()
        said = [told["isTyping"] for told in ana.all("user_typing")]
        assert (leave, said[-2:]) == (leave, [True, False])


async def test_only_a_listener_types(server: Server, cast: Cast) -> None:
    ana, bob = await server.in_room(cast.ana, cast.tea), await server.ears(cast.bob)
    for is_typing in (True, False):
        refused = await bob.ask("typing", {"roomId": cast.tea, "isTyping": is_typing})
        assert refused.code == "not_listening"
    await ana.settle()
    assert not ana.all("user_typing")
