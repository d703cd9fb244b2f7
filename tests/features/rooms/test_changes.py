"""Who changes what a room is, and who is told."""

from typing import Any

import pytest

from chatroom.app import App
from chatroom.core.ids import NIL
from chatroom.core.principal import Principal
from chatroom.features.rooms.types import LOBBY
from tests.cast import Cast, do, principal, register, room
from tests.doors import Doors, Server
from tests.features.messages.test_writer import code_of

TOPIC = "Tea \N{LEAF FLUTTERING IN WIND}, and what goes with it"


async def set_topic(app: App, who: Principal, room_id: str, topic: Any) -> Any:
    return await do(app, who, "rooms.update", roomId=room_id, topic=topic)


async def test_a_topic_is_kept_on_every_database(every_app: App) -> None:
    ana, bob = await register(every_app, "Ana"), await register(every_app, "Bob")
    made = await room(every_app, ana, bob)
    who = await principal(every_app, ana)
    assert made["topic"] is None
    changed = await set_topic(every_app, who, made["id"], f"  {TOPIC} ")
    assert (changed["topic"], changed["role"], changed["headSeq"]) == (TOPIC, "admin", made["headSeq"] + 2)
    seen = await principal(every_app, bob)
    assert (await do(every_app, seen, "rooms.show", roomId=made["id"]))["topic"] == TOPIC
    listed = await do(every_app, seen, "rooms.list", scope="mine")
    assert [found["topic"] for found in listed["rooms"]] == [TOPIC]
    longest = "\N{TEACUP WITHOUT HANDLE}" * 256
    assert (await set_topic(every_app, who, made["id"], longest))["topic"] == longest


async def test_who_listens_is_told_and_who_comes_later_reads_it(
    server: Server, doors: Doors, cast: Cast
) -> None:
    bob = await server.ears(cast.bob)
    joined = (await bob.ask("join_room", {"roomId": cast.tea})).data
    asked = await doors.ask("v1", "rooms.update", cast.ana, roomId=cast.tea, topic=TOPIC)
    assert (asked.status, asked.data["topic"]) == (200, TOPIC)
    entry = await bob.hears("room_entry", kind="changed")
    assert (entry["actorId"], entry["data"], entry["seq"]) == (
        cast.ana.id,
        {"topic": TOPIC},
        joined["headSeq"] + 1,
    )
    since = await doors.ask("v1", "messages.history", cast.bob, roomId=cast.tea, after=joined["headSeq"])
    assert [(entry["kind"], entry["data"]) for entry in since.data["entries"]] == [
        ("changed", {"topic": TOPIC})
    ]


async def test_what_is_so_already_is_told_to_nobody_and_an_empty_topic_is_none(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    first = await set_topic(app, ana, cast.tea, TOPIC)
    assert (await set_topic(app, ana, cast.tea, TOPIC))["headSeq"] == first["headSeq"]
    assert (await do(app, ana, "rooms.update", roomId=cast.tea))["headSeq"] == first["headSeq"]
    for nothing in ("", "   ", None):
        await set_topic(app, ana, cast.tea, TOPIC)
        assert (await set_topic(app, ana, cast.tea, nothing))["topic"] is None


@pytest.mark.parametrize("topic", ["t" * 257, "a\u0007", "\u202e", 7, ["Tea"]])
async def test_what_is_no_line_is_refused(doors: Doors, cast: Cast, topic: Any) -> None:
    refused = await doors.ask("v1", "rooms.update", cast.ana, roomId=cast.tea, topic=topic)
    assert (refused.code, list(refused.data["errors"])) == ("bad_input", ["topic"])


async def test_only_admins_of_the_room_change_it_and_admins_of_the_server_what_is_public(
    app: App, cast: Cast
) -> None:
    cells = [
        (cast.bob, cast.tea, "forbidden"),
        (cast.bob, cast.square, "forbidden"),
        (cast.mallory, cast.square, "not_a_member"),
        (cast.mallory, cast.tea, "room_not_found"),
        (cast.moderator, cast.square, "not_a_member"),
        (cast.admin, cast.tea, "room_not_found"),
        (cast.admin, NIL, "room_not_found"),
        (cast.gus, cast.square, "forbidden"),
        (cast.admin, cast.square, ""),
        (cast.admin, LOBBY, ""),
    ]
    found = [
        await code_of(set_topic(app, await principal(app, who), room_id, TOPIC)) for who, room_id, _ in cells
    ]
    assert found == [code for _, _, code in cells]
