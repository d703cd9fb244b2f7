"""The members of a room in pages: those online first, everybody once, at the price of one page."""

from typing import Any

import pytest

from chatroom.app import App
from chatroom.core import ids, page
from chatroom.features import tables
from tests.cast import Cast, do, principal, register, room
from tests.doors import Doors, Server


async def crowd(app: App, room_id: str, count: int) -> list[str]:
    """People without a session who are members; their ids, in order."""
    people, members = tables.tables["users"], tables.tables["members"]
    made = sorted(ids.new() for _ in range(count))
    persons = [
        {"id": i, "kind": "member", "role": "user", "name": "X", "username": f"x{n}", "created_at": n}
        for n, i in enumerate(made)
    ]
    belonging = [
        {"room_id": room_id, "user_id": i, "role": "member", "joined_at": n, "joined_seq": 1, "read_seq": 0}
        for n, i in enumerate(made)
    ]
    async with app.db.begin() as tx:
        await tx.many(people.insert(), persons)
        await tx.many(members.insert(), belonging)
        rooms = tables.tables["rooms"]
        await tx.run(
            rooms.update().where(rooms.c.id == room_id).values(member_count=rooms.c.member_count + count)
        )
    return made


async def walk(doors: Doors, way: str, cast: Cast, room_id: str, **fields: Any) -> list[list[dict[str, Any]]]:
    """All pages."""
    pages, cursor = [], None
    while True:
        asked = {**fields, **({"cursor": cursor} if cursor else {})}
        answer = await doors.ask(way, "presence.members.list", cast.ana, roomId=room_id, **asked)
        assert answer.code == ""
        pages.append(answer.data["users"])
        cursor = answer.data["nextCursor"]
        if cursor is None:
            return pages


@pytest.mark.parametrize("way", ["api", "v1", "socket"])
async def test_the_pages_hold_everybody_once_and_those_online_first(
    doors: Doors, server: Server, app: App, cast: Cast, way: str
) -> None:
    made = await crowd(app, cast.square, 450)
    await server.ears(cast.bob)
    await server.ears(cast.ana)
    pages = await walk(doors, way, cast, cast.square)
    assert [len(users) for users in pages] == [200, 200, 52]
    listed = [user["userId"] for users in pages for user in users]
    assert sorted(listed) == sorted([*made, cast.ana.id, cast.bob.id])
    online = [user["isOnline"] for users in pages for user in users]
    assert online == [True, True] + [False] * 450


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_small_pages_hold_everybody_once_too(
    doors: Doors, server: Server, app: App, cast: Cast, limit: int
) -> None:
    await crowd(app, cast.square, 9)
    await server.ears(cast.bob)
    await server.ears(cast.ana)
    pages = await walk(doors, "api", cast, cast.square, limit=limit)
    listed = [user["userId"] for users in pages for user in users]
    assert len(listed) == len(set(listed)) == 11
    assert all(len(users) <= limit for users in pages)
    online = [user["isOnline"] for users in pages for user in users]
    assert online == sorted(online, reverse=True)


async def test_one_answer_says_how_many_there_are_and_the_event_the_same(
    server: Server, app: App, cast: Cast
) -> None:
    await crowd(app, cast.square, 300)
    ana = await server.ears(cast.ana)
    answer = await ana.ask("get_room_users", {"roomId": cast.square})
    assert (answer.data["total"], len(answer.data["users"])) == (302, 200)
    assert await ana.hears("room_users") == answer.data
    more = await ana.ask("get_room_users", {"roomId": cast.square, "cursor": answer.data["nextCursor"]})
    assert (more.data["total"], len(more.data["users"]), more.data["nextCursor"]) == (302, 102, None)


async def test_a_room_of_many_is_listed_on_every_database(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    room_id = (await room(every_app, ana))["id"]
    made = await crowd(every_app, room_id, 600)
    who = await principal(every_app, ana)
    listed: list[str] = []
    cursor = None
    while True:
        found = await do(every_app, who, "presence.members.list", roomId=room_id, cursor=cursor)
        listed += [user["userId"] for user in found["users"]]
        cursor = found["nextCursor"]
        if cursor is None:
            break
    assert sorted(listed) == sorted([*made, ana.id])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cursor": "nonsense!"}, "bad_cursor"),
        ({"cursor": page.encode("b", 3)}, "bad_cursor"),
        ({"cursor": page.encode("o", "x")}, "bad_cursor"),
        ({"limit": 0}, "bad_input"),
        ({"limit": 201}, "bad_input"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    doors: Doors, cast: Cast, fields: dict[str, Any], code: str
) -> None:
    for way in ("api", "v1", "socket"):
        answer = await doors.ask(way, "presence.members.list", cast.ana, roomId=cast.square, **fields)
        assert answer.code == code
