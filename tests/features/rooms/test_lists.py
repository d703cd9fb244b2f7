"""Lists of rooms: whole and in pages, of each scope, without holding up the loop."""

import asyncio
import time
from typing import Any

import httpx2
from sqlalchemy import insert

from chatroom.app import App
from chatroom.core import ids
from chatroom.features import tables
from tests.cast import Cast, Person, do, principal, register

_T = tables.tables


async def fill(
    app: App, creator: Person, count: int, *, private: bool = False, member: bool = True
) -> list[str]:
    """Store rooms at once; their ids, newest first."""
    made = [ids.new() for _ in range(count)]
    rows: list[tuple[str, list[dict[str, Any]]]] = [
        (
            "rooms",
            [
                {
                    "id": key,
                    "name": key[-4:],
                    "is_private": private,
                    "kind": "room",
                    "slug": None,
                    "created_by": creator.id,
                    "created_at": 1,
                    "member_count": 1,
                    "expires_at": None,
                }
                for key in made
            ],
        ),
        ("room_heads", [{"room_id": key, "epoch": "e", "seq": 1} for key in made]),
    ]
    if member:
        common = {"user_id": creator.id, "role": "admin", "joined_at": 1, "joined_seq": 1, "read_seq": 0}
        rows.append(("members", [{"room_id": key, **common} for key in made]))
    async with app.db.begin() as tx:
        for name, each in rows:
            await tx.many(insert(_T[name]), each)
    return sorted(made, reverse=True)


async def listed(app: App, person: Person, **fields: Any) -> list[str]:
    """The ids of all pages."""
    who, found, cursor = await principal(app, person), [], None
    while True:
        page = await do(app, who, "rooms.list", cursor=cursor, **fields)
        found += [room["id"] for room in page["rooms"]]
        if (cursor := page["nextCursor"]) is None:
            return found


async def test_each_scope_shows_its_rooms_once_in_pages_of_any_size(every_app: App) -> None:
    ana, bob = await register(every_app, "Ana"), await register(every_app, "Bob")
    mine = [*await fill(every_app, ana, 60, private=True), *await fill(every_app, ana, 61)]
    others = await fill(every_app, bob, 70)
    await fill(every_app, bob, 80, private=True)
    public = {*others, *mine[60:]}
    for scope, expected in (("mine", {*mine}), ("public", public), ("all", {*mine, *others})):
        lobby = {*await listed(every_app, bob, scope=scope)} - {*expected, *mine, *others}
        for limit in (1000, 100, 121, 7):
            found = await listed(every_app, ana, scope=scope, limit=limit)
            assert found == sorted(found, reverse=True)
            assert len(found) == len(set(found))
            assert {*found} - lobby == expected


async def test_a_thousand_rooms_are_listed_whole_and_leave_the_loop_to_others(app: App, cast: Cast) -> None:
    await fill(app, cast.ana, 998)
    ana = await principal(app, cast.ana)
    turns: list[float] = []

    async def watch() -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0)
            turns.append(time.thread_time() - began)

    await do(app, ana, "rooms.list")
    watcher = asyncio.create_task(watch())
    page = await do(app, ana, "rooms.list")
    watcher.cancel()
    assert len(page["rooms"]) == 1000
    assert page["nextCursor"] is None
    assert len(turns) >= 8  # ten shares; before the first and after the last nobody looks


async def test_a_bare_list_names_its_next_page_in_a_header(
    http: httpx2.AsyncClient, app: App, cast: Cast
) -> None:
    await fill(app, cast.ana, 3)
    own = {"Authorization": f"Bearer {cast.ana.token}"}
    url, sizes = "/api/rooms?limit=2&scope=mine", []
    while url:
        page = await http.get(url, headers=own)
        sizes.append(len(page.json()))
        link = page.headers.get("link", "")
        assert not link or link.startswith("</api/rooms?limit=2&scope=mine&cursor=")
        assert not link or link.endswith('>; rel="next"')
        url = link[1:].partition(">")[0]
    assert sizes == [2, 2, 1]
    assert "link" not in (await http.get("/api/rooms", headers=own)).headers
