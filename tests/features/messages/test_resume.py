"""The event `resume`: what was missed in rooms, as the answer to a question."""

import json

import pytest

from chatroom.app import App
from chatroom.features.messages.reading import recovery
from tests.cast import Cast, do, principal
from tests.doors import Server
from tests.features.messages.test_reading import FULL, fill


async def test_resume_gives_the_entries_since(server: Server, app: App, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    shown = await do(app, await principal(app, cast.ana), "rooms.show", roomId=cast.square)
    said = await fill(app, cast, 4)
    point = {"roomId": cast.square, "epoch": shown["epoch"], "lastSeq": shown["headSeq"]}
    answer = await ana.ask("resume", {"rooms": [point]})
    (resumed,) = answer.data["rooms"]
    assert [entry["seq"] for entry in resumed["entries"]] == list(
        range(shown["headSeq"] + 1, resumed["headSeq"] + 1)
    )
    assert [entry["content"] for entry in resumed["entries"] if entry["kind"] == "message"] == said
    assert (resumed["hasMore"], "reset" in resumed) == (False, False)


async def test_resume_resets_what_it_cannot_prove(server: Server, app: App, cast: Cast) -> None:
    mallory = await server.ears(cast.mallory)
    shown = await do(app, await principal(app, cast.ana), "rooms.show", roomId=cast.square)
    head, epoch = shown["headSeq"], shown["epoch"]
    nowhere = "01900000-0000-7000-8000-000000000000"
    points = [
        {"roomId": cast.square, "epoch": epoch, "lastSeq": head},
        {"roomId": cast.square, "epoch": "another", "lastSeq": head},
        {"roomId": cast.square, "epoch": epoch, "lastSeq": head + 1},
        {"roomId": cast.tea, "epoch": epoch, "lastSeq": 0},
        {"roomId": nowhere, "epoch": epoch, "lastSeq": 0},
    ]
    answers = [(await mallory.ask("resume", {"rooms": [point]})).data["rooms"] for point in points]
    same, *resets = [room for (room,) in answers]
    assert (same["entries"], same["hasMore"]) == ([], False)
    assert all(each["reset"] is True and "entries" not in each for each in resets)
    assert resets[0] == {"roomId": cast.square, "epoch": epoch, "headSeq": head, "reset": True}
    assert resets[2] == {"roomId": cast.tea, "epoch": "", "headSeq": 0, "reset": True}
    assert resets[3] == {"roomId": nowhere, "epoch": "", "headSeq": 0, "reset": True}


async def test_resume_reaches_only_so_far_back(
    app: App, server: Server, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await fill(app, cast, 10)
    monkeypatch.setattr(recovery, "RESUME_REACH", 8)
    monkeypatch.setattr(recovery, "RESUME_PAGE", 3)
    ana = await server.ears(cast.ana)
    shown = await do(app, await principal(app, cast.ana), "rooms.show", roomId=cast.square)
    head, epoch = shown["headSeq"], shown["epoch"]
    points = [{"roomId": cast.square, "epoch": epoch, "lastSeq": head - back} for back in (8, 9)]
    answers = [(await ana.ask("resume", {"rooms": [point]})).data["rooms"] for point in points]
    near, far = [room for (room,) in answers]
    assert far == {"roomId": cast.square, "epoch": epoch, "headSeq": head, "reset": True}
    assert [entry["seq"] for entry in near["entries"]] == [head - 7, head - 6, head - 5]
    assert near["hasMore"] is True
    assert said


async def test_a_long_absence_among_long_messages_can_be_resumed(
    app: App, server: Server, cast: Cast
) -> None:
    """The answer must fit what a connection may have waiting, or its client would come back for ever."""
    ana = await principal(app, cast.ana)
    for number in range(60):
        await do(app, ana, "messages.send", roomId=cast.tea, content=f"{number} ".ljust(FULL, "x"))
    shown = await do(app, ana, "rooms.show", roomId=cast.tea)
    bob = await server.in_room(cast.bob, cast.tea)
    last, rounds = 2, 0
    while last < shown["headSeq"]:
        point = {"roomId": cast.tea, "epoch": shown["epoch"], "lastSeq": last}
        (resumed,) = (await bob.ask("resume", {"rooms": [point]})).data["rooms"]
        assert resumed["entries"]
        assert resumed["entries"][0]["seq"] == last + 1
        last, rounds = resumed["entries"][-1]["seq"], rounds + 1
        assert resumed["hasMore"] is (last < shown["headSeq"])
    assert rounds <= 60


async def test_a_room_that_is_named_again_is_answered_once(server: Server, app: App, cast: Cast) -> None:
    said = await fill(app, cast, 4)
    ana = await server.ears(cast.ana)
    shown = await do(app, await principal(app, cast.ana), "rooms.show", roomId=cast.square)
    points = [{"roomId": cast.square, "epoch": shown["epoch"], "lastSeq": seq} for seq in (1, 0, 2)]
    (resumed,) = (await ana.ask("resume", {"rooms": points})).data["rooms"]
    assert [entry["seq"] for entry in resumed["entries"]] == list(range(2, shown["headSeq"] + 1))
    assert said


async def test_an_answer_has_a_budget_for_all_its_rooms(
    server: Server, app: App, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is over it says so, and who asks again from where they are gets everything."""
    monkeypatch.setattr(recovery, "ANSWER", 4_000)
    ana = await principal(app, cast.ana)
    for room_id in (cast.square, cast.tea):
        for number in range(12):
            await do(app, ana, "messages.send", roomId=room_id, content=f"{number} ".ljust(900, "x"))
    bob = await server.ears(cast.bob)
    last = dict.fromkeys((cast.square, cast.tea), 0)
    heads = {room_id: await do(app, ana, "rooms.show", roomId=room_id) for room_id in last}
    rounds = 0
    while any(last[room_id] < heads[room_id]["headSeq"] for room_id in last):
        points = [
            {"roomId": room_id, "epoch": heads[room_id]["epoch"], "lastSeq": seq}
            for room_id, seq in last.items()
        ]
        answer = (await bob.ask("resume", {"rooms": points})).data["rooms"]
        assert len(json.dumps(answer)) < 4_000 + 1_500 + 500
        assert [room["roomId"] for room in answer] == list(last)
        for resumed in answer:
            entries = [entry["seq"] for entry in resumed["entries"]]
            assert entries == list(
                range(last[resumed["roomId"]] + 1, last[resumed["roomId"]] + 1 + len(entries))
            )
            last[resumed["roomId"]] += len(entries)
            assert resumed["hasMore"] is (last[resumed["roomId"]] < heads[resumed["roomId"]]["headSeq"])
        rounds += 1
    assert 5 < rounds < 14


async def test_at_most_two_hundred_rooms_are_resumed_at_once(server: Server, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    point = {"roomId": cast.tea, "epoch": "e", "lastSeq": 0}
    assert (await ana.ask("resume", {"rooms": [point] * 200})).code == ""
    assert (await ana.ask("resume", {"rooms": [point] * 201})).code == "bad_input"
