"""A handshake that says where the client was: `auth.resume`."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatroom.app import App
from chatroom.features.messages.reading import recovery
from tests.cast import Cast, do, principal
from tests.doors import Ears, Server, until
from tests.gateway.raw_clients import UPGRADE_HEADERS, Polling, WebSocket, masked, request_bytes

NOWHERE = "01900000-0000-7000-8000-000000000000"


async def say(app: App, cast: Cast, *texts: str) -> None:
    """Ana says these in the tea room."""
    ana = await principal(app, cast.ana)
    for text in texts:
        await do(app, ana, "messages.send", roomId=cast.tea, content=text)


async def point(app: App, cast: Cast, last: int, room_id: str = "") -> dict[str, Any]:
    """Where Bob was in a room."""
    shown = await do(app, await principal(app, cast.bob), "rooms.show", roomId=room_id or cast.tea)
    return {"roomId": room_id or cast.tea, "epoch": shown["epoch"], "lastSeq": last}


async def test_what_was_missed_is_heard_in_order_and_then_what_follows(
    server: Server, app: App, cast: Cast
) -> None:
    await say(app, cast, "one", "two", "three")
    bob = await server.ears(
        cast.bob, resume=[await point(app, cast, 3), await point(app, cast, 2, cast.square)]
    )
    await say(app, cast, "four")
    await bob.hears("receive_message", content="four")
    heard = [(said["seq"], said["content"]) for said in bob.all("receive_message")]
    assert heard == [(4, "two"), (5, "three"), (6, "four")]
    assert [said["roomId"] for said in bob.all("room_joined")] == [cast.tea, cast.square]
    assert not bob.all("reset")


async def test_other_entries_are_replayed_too(server: Server, app: App, cast: Cast) -> None:
    bob = await server.ears(cast.bob, resume=[await point(app, cast, 0)])
    await bob.settle()
    assert [(said["seq"], said["kind"]) for said in bob.all("room_entry")] == [(1, "joined"), (2, "joined")]


async def test_a_gap_that_cannot_be_filled_is_a_reset(
    server: Server, app: App, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "RESUME_REACH", 2)
    await say(app, cast, "one", "two", "three")
    far = await point(app, cast, 2)
    for where in (far, {**far, "epoch": "another"}, {**far, "lastSeq": 99}):
        bob = await server.ears(cast.bob, resume=[where])
        told = {"rooms": [{"roomId": cast.tea, "epoch": far["epoch"], "headSeq": 5}]}
        assert await bob.hears("reset") == told
        assert not bob.all("receive_message")
        assert bob.all("room_joined")


async def test_a_room_that_is_not_theirs_to_see_is_a_reset_that_says_nothing(
    server: Server, app: App, cast: Cast
) -> None:
    where = await point(app, cast, 0)
    mallory = await server.ears(cast.mallory, resume=[where, {**where, "roomId": NOWHERE}])
    rooms = (await mallory.hears("reset"))["rooms"]
    assert rooms == [{"roomId": room_id, "epoch": "", "headSeq": 0} for room_id in (cast.tea, NOWHERE)]
    await say(app, cast, "secret")
    await mallory.settle()
    assert not mallory.all("receive_message")


@pytest.mark.parametrize("where", [7, "x", {}, [7], [{"roomId": "x"}], [{}] * 201, [10**40]])
async def test_a_handshake_that_says_nonsense_is_told_so_and_goes_on(
    server: Server, cast: Cast, where: Any
) -> None:
    bob = await server.ears(cast.bob, resume=where)
    error = await bob.hears("error")
    assert (error["code"], error["event"]) == ("bad_input", "resume")
    assert (await bob.ask("join_room", {"roomId": cast.tea})).code == ""


async def test_the_event_takes_the_bare_list_as_well(server: Server, app: App, cast: Cast) -> None:
    bob = await server.ears(cast.bob)
    await say(app, cast, "one")
    where = await point(app, cast, 2)
    bare, whole = await bob.ask("resume", [where]), await bob.ask("resume", {"rooms": [where]})
    assert bare.data == whole.data
    assert [entry["content"] for entry in bare.data["rooms"][0]["entries"]] == ["one"]


MANY = 450  # messages of 900 characters: half a megabyte of events, twice what news may wait for a reader


async def missed(app: App, cast: Cast) -> str:
    """A handshake of Bob, who has missed so many messages."""
    ana = await principal(app, cast.ana)
    for number in range(MANY):
        await do(app, ana, "messages.send", roomId=cast.tea, content=f"{number} ".ljust(900, "x"))
    where = [await point(app, cast, 2), await point(app, cast, 0, cast.square)]
    return json.dumps({"token": cast.bob.token, "resume": where})


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


async def slowly(port: int, auth: str) -> AsyncIterator[str]:
    """The packets of a WebSocket whose network has little room, and whose client takes 4 kB at a time."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=line, limit=4096)
    head = request_bytes("GET", "/socket.io/?EIO=4&transport=websocket", **UPGRADE_HEADERS)
    writer.write(head.replace(b"Connection: close", b"Connection: Upgrade"))
    await reader.readuntil(b"\r\n\r\n")
    writer.write(masked(b"40" + auth.encode()))
    wire = WebSocket(reader, writer)
    try:
        while True:
            await asyncio.sleep(0.001)
            yield await wire.text()
    finally:
        wire.abort()
        WebSocket.writers.clear()


def heard(packets: list[str]) -> list[int]:
    """The numbers of the messages among packets."""
    said = [json.loads(packet[2:])[1] for packet in packets if packet.startswith('42["receive_message"')]
    return [int(message["content"].split()[0]) for message in said]


async def test_a_slow_reader_gets_all_it_asked_for_on_a_websocket(
    server: Server, app: App, cast: Cast
) -> None:
    packets: list[str] = []
    async for packet in slowly(port_of(server), await missed(app, cast)):
        packets.append(packet)
        if packet.startswith('42["room_joined"') and cast.square in packet:
            break
    assert heard(packets) == list(range(MANY))
    assert not app.sockets.stats.slow_consumers


async def test_a_client_that_polls_gets_all_it_asked_for(server: Server, app: App, cast: Cast) -> None:
    auth = await missed(app, cast)
    polling = await Polling.open(port_of(server))
    assert (await polling.post(b"40" + auth.encode())).body == b"ok"
    packets: list[str] = []
    while not any(cast.square in packet for packet in packets if packet.startswith('42["room_joined"')):
        answer = await polling.get()
        assert answer.status == 200, packets
        packets += answer.body.decode().split("\x1e")
    assert heard(packets) == list(range(MANY))


async def test_what_is_said_meanwhile_comes_after_what_was_missed(
    server: Server, app: App, cast: Cast
) -> None:
    auth = await missed(app, cast)
    ana, seqs, late = await principal(app, cast.ana), [], 0
    async for packet in slowly(port_of(server), auth):
        if not packet.startswith('42["receive_message"'):
            continue
        seqs.append(json.loads(packet[2:])[1]["seq"])
        if len(seqs) % 100 == 50 and late < 4:
            late += 1
            await do(app, ana, "messages.send", roomId=cast.tea, content="0 meanwhile")
        if len(seqs) == MANY + 4:
            break
    assert seqs == sorted(seqs)
    assert len(set(seqs)) == MANY + 4


@pytest.mark.parametrize("polls", [False, True], ids=["websocket", "polling"])
async def test_answers_asked_for_all_at_once_end_nobody(
    server: Server, app: App, cast: Cast, polls: bool
) -> None:
    """Twenty answers of 128 kB, asked for before the first is read: they come as they are taken."""
    await missed(app, cast)
    where = json.dumps(["resume", {"rooms": [await point(app, cast, 2)]}])
    auth = json.dumps({"token": cast.bob.token})
    asked = [f"42{number}{where}" for number in range(20)]
    if polls:
        polling = await Polling.open(port_of(server))
        await polling.post(b"40" + auth.encode())
        posting = asyncio.create_task(polling.post("\x1e".join(asked).encode()))
        packets: list[str] = []
        while sum(packet.startswith("43") for packet in packets) < len(asked):
            answer = await polling.get()
            assert answer.status == 200
            packets += answer.body.decode().split("\x1e")
        assert (await posting).body == b"ok"
    else:
        line = await WebSocket.joined(port_of(server), auth)
        line.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for text in asked:
            line.send(text)
        await asyncio.sleep(0.3)  # the client does something else
        line.writer.transport.resume_reading()  # type: ignore[attr-defined]
        packets = []
        while sum(packet.startswith("43") for packet in packets) < len(asked):
            packets.append(await line.text())
        line.abort()
        WebSocket.writers.clear()
    answers = [packet for packet in packets if packet.startswith("43")]
    assert all('"ok":true' in answer[:40] for answer in answers)
    assert len({len(answer) // 10 for answer in answers}) == 1


async def test_handshakes_that_resume_wait_for_themselves_and_end_with_their_connection(
    server: Server, app: App, cast: Cast
) -> None:
    steps: recovery.Steps = app.kernel.ports[recovery.Steps]
    missed = [await point(app, cast, 0)]
    async with steps, steps:  # nobody gets on
        voices = [await Ears().connect(server.url, cast.ana.token, resume=missed) for _ in range(12)]
        server.open += voices
        talks = [connection.client.data for connection in app._events._hub._connections.values()]
        await until(lambda: sum(not talk.resume for talk in talks) == 8)
        assert len(talks) == 12  # four of them keep the text that they sent
        await asyncio.gather(*(ears.close() for ears in voices))
        await until(lambda: not app._events._tasks)
    bob = await server.ears(cast.bob, resume=missed)
    await bob.hears("room_joined", roomId=cast.tea)
