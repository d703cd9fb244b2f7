"""How many rooms one person may belong to."""

import pytest

from chatroom.app import App
from tests.cast import Cast, do, principal, register, room
from tests.doors import Doors


@pytest.mark.parametrize("settings", [{"max_rooms": 3}])
async def test_a_person_belongs_to_as_many_rooms_as_is_set_whichever_way_they_come(
    doors: Doors, app: App, cast: Cast
) -> None:
    """Ana made two rooms: a third may be made or joined, a fourth neither, until she has left one."""
    dana = await register(app, "Dana")
    others = [(await room(app, dana))["id"] for _ in range(2)]
    assert (await doors.ask("api", "rooms.join", cast.ana, roomId=others[0])).code == ""
    for way in ("api", "v1"):
        refused = await doors.ask(way, "rooms.join", cast.ana, roomId=others[1])
        assert (refused.code, refused.status) == ("too_many_rooms", 409)
        assert (await doors.ask(way, "rooms.create", cast.ana, name="More")).code == "too_many_rooms"
    assert (await doors.ask("socket", "rooms.enter", cast.ana, roomId=others[1])).code == "too_many_rooms"
    assert (await doors.ask("api", "rooms.join", cast.ana, roomId=others[0])).code == ""
    await doors.ask("api", "rooms.leave", cast.ana, roomId=others[0])
    assert (await doors.ask("api", "rooms.join", cast.ana, roomId=others[1])).code == ""
    shown = await do(app, await principal(app, dana), "rooms.show", roomId=others[0])
    assert shown["memberCount"] == 1
