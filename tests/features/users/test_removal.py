"""Somebody whom an admin removes."""

from chatroom.app import App
from tests.cast import Cast, do, principal
from tests.doors import Server


async def test_a_removed_person_is_in_no_room_any_more(app: App, server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    await do(app, await principal(app, cast.admin), "users.remove", userId=cast.bob.id)
    for room_id in (cast.tea, cast.square):
        users = (await ana.ask("get_room_users", {"roomId": room_id})).data["users"]
        assert cast.bob.id not in [each["userId"] for each in users]
        read = await do(app, await principal(app, cast.ana), "messages.history", roomId=room_id, after=0)
        assert (read["entries"][-1]["kind"], read["entries"][-1]["subjectId"]) == ("left", cast.bob.id)
