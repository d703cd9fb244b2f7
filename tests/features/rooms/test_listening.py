"""Listening: which sockets hear a room, and what the others hear of that."""

from tests.cast import Cast
from tests.doors import Doors, Server


async def test_who_enters_hears_and_the_others_hear_of_it(server: Server, cast: Cast) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    bob = await server.ears(cast.bob)
    joined = await bob.ask("join_room", {"roomId": cast.tea})
    assert joined.data["room"]["role"] == "member"
    assert joined.data["headSeq"] == joined.data["room"]["headSeq"] == 2
    assert await bob.hears("room_joined") == joined.data
    news = await ana.hears("user_joined")
    assert news == {
        "userId": cast.bob.id,
        "username": "bob",
        "roomId": cast.tea,
        "timestamp": joined.data["timestamp"],
    }
    await bob.settle()
    assert not bob.all("user_joined")
    await ana.ask("send_message", {"roomId": cast.tea, "content": "hi"})
    assert (await bob.hears("receive_message"))["content"] == "hi"


async def test_only_the_first_and_the_last_socket_of_a_person_are_announced(
    server: Server, cast: Cast
) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    phone = await server.in_room(cast.bob, cast.tea)
    laptop = await server.in_room(cast.bob, cast.tea)
    await phone.ask("join_room", {"roomId": cast.tea})
    await ana.settle()
    assert len(ana.all("user_joined")) == 1
    await phone.ask("leave_room", {"roomId": cast.tea})
    await phone.ask("leave_room", {"roomId": cast.tea})
    await ana.settle()
    assert not ana.all("user_left")
    await laptop.close()
    left = await ana.hears("user_left")
    assert (left["userId"], left["username"], left["roomId"]) == (cast.bob.id, "bob", cast.tea)
    await ana.settle()
    assert len(ana.all("user_left")) == 1


async def test_who_stops_listening_hears_no_more_and_stays_a_member(server: Server, cast: Cast) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    bob = await server.in_room(cast.bob, cast.tea)
    assert (await bob.ask("leave_room", {"roomId": cast.tea})).data == {"ok": True}
    await ana.ask("send_message", {"roomId": cast.tea, "content": "hi"})
    await bob.settle()
    assert not bob.all("receive_message")
    assert (await bob.ask("send_message", {"roomId": cast.tea, "content": "still here"})).code == ""
    assert (await bob.ask("get_room_users", {"roomId": cast.tea})).code == ""


async def test_leaving_a_room_ends_hearing_it_on_every_socket(
    server: Server, doors: Doors, cast: Cast
) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    ears = [await server.in_room(cast.bob, cast.tea) for _ in range(2)]
    assert (await doors.ask("api", "rooms.leave", cast.bob, roomId=cast.tea)).code == ""
    assert (await ana.hears("room_entry", kind="left"))["subjectId"] == cast.bob.id
    await ana.hears("user_left", userId=cast.bob.id)
    await ana.settle()
    assert len(ana.all("user_left")) == 1
    await ana.ask("send_message", {"roomId": cast.tea, "content": "gone?"})
    await ana.ask("typing", {"roomId": cast.tea, "isTyping": True})
    for bob in ears:
        await bob.settle()
        assert not bob.all("receive_message")
        assert not bob.all("user_typing")
        for event, fields in (("send_message", {"content": "hi"}), ("join_room", {}), ("get_room_users", {})):
            assert (await bob.ask(event, {"roomId": cast.tea, **fields})).code == "room_not_found"
        assert (await bob.ask("typing", {"roomId": cast.tea, "isTyping": True})).code == "not_listening"


async def test_entering_a_public_room_makes_a_member_once(server: Server, cast: Cast) -> None:
    ana = await server.in_room(cast.ana, cast.square)
    mallory = await server.ears(cast.mallory)
    for _ in range(2):
        joined = await mallory.ask("join_room", {"roomId": cast.square})
        assert (joined.data["room"]["role"], joined.data["room"]["memberCount"]) == ("member", 3)
    await ana.settle()
    assert len(ana.all("room_entry", kind="joined")) == 1
    await mallory.ask("leave_room", {"roomId": cast.square})
    users = (await ana.ask("get_room_users", {"roomId": cast.square})).data["users"]
    assert cast.mallory.id in [user["userId"] for user in users]


async def test_a_new_member_is_an_entry_with_the_next_seq(server: Server, doors: Doors, cast: Cast) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    await doors.ask("api", "rooms.join", cast.mallory, roomId=cast.tea, inviteCode=cast.code)
    entry = await ana.hears("room_entry")
    assert (entry["seq"], entry["kind"], entry["actorId"], entry["subjectId"]) == (
        3,
        "joined",
        cast.mallory.id,
        cast.mallory.id,
    )
    assert set(entry) == {"roomId", "epoch", "seq", "kind", "actorId", "subjectId", "at"}


async def test_leaving_what_one_never_heard_is_fine_and_silent(server: Server, cast: Cast) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    mallory = await server.ears(cast.mallory)
    assert (await mallory.ask("leave_room", {"roomId": cast.tea})).data == {"ok": True}
    await ana.settle()
    assert not ana.all("user_left")


async def test_only_a_socket_can_listen(doors: Doors, cast: Cast) -> None:
    refused = [
        await doors.ask("direct", name, cast.ana, roomId=cast.tea) for name in ("rooms.enter", "rooms.exit")
    ]
    assert [answer.code for answer in refused] == ["bad_input", "bad_input"]
