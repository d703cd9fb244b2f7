"""What somebody does on one device reaches all their others."""

import pytest

from chatroom.features.rooms.types import LOBBY
from tests.cast import Cast
from tests.doors import Doors, Server


async def test_ones_own_rooms_change_on_every_device(server: Server, doors: Doors, cast: Cast) -> None:
    desk, phone = await server.ears(cast.ana), await server.ears(cast.ana, dialect="native")
    other = await server.ears(cast.bob)
    made = (await doors.ask("api", "rooms.create", cast.ana, name="Kitchen")).data["id"]
    await doors.ask("api", "rooms.leave", cast.ana, roomId=made)
    await doors.ask("v1", "rooms.join", cast.ana, roomId=made)
    await doors.ask("v1", "rooms.join", cast.ana, roomId=made)
    sent = await doors.ask("v1", "messages.send", cast.bob, roomId=cast.tea, content="hi")
    for _ in range(2):
        await doors.ask("api", "messages.read_mark.set", cast.ana, roomId=cast.tea, seq=sent.data["seq"])
    lounge = (await doors.ask("root", "rooms.lounges.create", cast.ana, name="Bar")).data["id"]
    assert (await desk.ask("chat message", "into the lobby")).code == ""
    expected = [
        (made, "created"),
        (made, "left"),
        (made, "joined"),
        (cast.tea, "read"),
        (lounge, "created"),
        (LOBBY, "joined"),
    ]
    await phone.hears("rooms_changed", roomId=LOBBY)
    assert [(each["roomId"], each["change"]) for each in phone.all("rooms_changed")] == expected
    assert not other.all("rooms_changed")
    assert not desk.all(
        "rooms_changed", roomId=LOBBY
    )  # by now it is a client of seed S1, which hears talk alone


async def test_a_new_name_reaches_ones_devices_and_those_who_share_a_room(
    server: Server, doors: Doors, cast: Cast
) -> None:
    desk, phone = await server.ears(cast.ana), await server.ears(cast.ana)
    bob, stranger, page = (
        await server.ears(cast.bob),
        await server.ears(cast.mallory),
        await server.ears(None),
    )
    await doors.ask("v1", "auth.me.change", cast.ana, name="Anna", username="anna")
    news = {"userId": cast.ana.id, "name": "Anna", "username": "anna"}
    for ears in (desk, phone, bob):
        await ears.hears("user_changed")
    await doors.ask("v1", "auth.me.change", cast.ana, name="Anna")  # the same again is no news
    for ears in (desk, phone, bob, stranger, page):
        await ears.settle()
    for ears, times in ((desk, 1), (phone, 1), (bob, 1), (stranger, 0), (page, 0)):
        assert ears.all("user_changed") == [news] * times


@pytest.mark.parametrize("dialect", ["lounge", "global"])
async def test_clients_of_the_oldest_seeds_hear_none_of_it(
    server: Server, doors: Doors, cast: Cast, dialect: str
) -> None:
    old = await server.ears(cast.ana, dialect=dialect)
    await doors.ask("api", "rooms.create", cast.ana, name="Kitchen")
    await doors.ask("v1", "auth.me.change", cast.ana, name="Anna")
    await old.settle()
    assert old.heard == []
