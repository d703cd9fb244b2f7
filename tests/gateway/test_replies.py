"""Answers in the order of the events, whatever takes long in between."""

import asyncio
import json
from typing import Any, cast

import pytest
import socketio
from structlog.testing import capture_logs

from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER
from chatroom.core.schema import Wire
from chatroom.features.messages.sending.writer import MessageWriter
from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.chat.replies import IN_FLIGHT, Replies
from chatroom.wire.frame import Frame
from tests.cast import Cast
from tests.doors import Server, until


class Said(Wire, frozen=True, kw_only=True):
    word: str


class Mouth:
    """What a replies needs of a client: somewhere to reply and to push."""

    id = "c1"

    def __init__(self) -> None:
        self.said: list[Any] = []

    def reply(self, ack_id: int, args: bytes) -> None:
        self.said.append((ack_id, json.loads(args)))

    def push(self, frame: Frame) -> None:
        self.said.append(json.loads(frame.packet[2:]))


@pytest.fixture
def mouth() -> Mouth:
    return Mouth()


@pytest.fixture
def talk(mouth: Mouth) -> Replies:
    return Replies(ChatConnection(cast("Any", mouth), OUTSIDER, "rooms"))


def future() -> "asyncio.Future[Any]":
    return asyncio.get_running_loop().create_future()


async def settled() -> None:
    """Let the callbacks of resolved Futures run."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_answers_wait_for_the_earlier_ones(mouth: Mouth, talk: Replies) -> None:
    first, second = future(), future()
    talk.answer_later("send", 1, first)
    talk.answer("list", 2, Said(word="two"))
    talk.answer_later("send", 3, second)
    talk.answer("bad", 4, Problem("bad_input"))
    second.set_result(Said(word="three"))
    await settled()
    assert mouth.said == []
    first.set_result(Said(word="one"))
    await settled()
    assert [number for number, _ in mouth.said] == [1, 2, 3, 4]
    assert mouth.said[0][1] == {"ok": True, "data": {"word": "one"}}
    assert [answer["ok"] for _, answer in mouth.said] == [True, True, True, False]


async def test_an_answer_with_nothing_before_it_is_given_at_once(mouth: Mouth, talk: Replies) -> None:
    talk.answer("list", 7, Said(word="x"))
    assert mouth.said == [(7, {"ok": True, "data": {"word": "x"}})]


async def test_a_refusal_says_in_the_ack_why_and_when_to_come_back(mouth: Mouth, talk: Replies) -> None:
    talk.answer("send", 1, Problem("rate_limited", retry_after=1.5))
    talk.answer("send", 2, Problem("bad_input", "no", errors={"content": ["length"]}))
    assert mouth.said == [
        (
            1,
            {
                "ok": False,
                "error": {
                    "code": "rate_limited",
                    "message": "Too many requests. Please slow down.",
                    "retryAfter": 2,
                },
            },
        ),
        (2, {"ok": False, "error": {"code": "bad_input", "message": "no"}}),
    ]


async def test_without_an_ack_a_yes_is_silent_and_a_no_is_the_event_error(
    mouth: Mouth, talk: Replies
) -> None:
    talk.answer("send", None, Said(word="x"))
    talk.answer("send", None, Problem("not_a_member"))
    assert mouth.said == [
        ["error", {"code": "not_a_member", "message": "Join the room first.", "event": "send"}]
    ]


async def test_a_fault_of_ours_and_a_cancelled_send_are_refusals_too(mouth: Mouth, talk: Replies) -> None:
    faulty, cancelled = future(), future()
    talk.answer_later("send", 1, faulty)
    talk.answer_later("send", 2, cancelled)
    with capture_logs() as logged:
        faulty.set_exception(RuntimeError("a secret detail"))
        cancelled.cancel()
        await settled()
    assert [line["event"] for line in logged] == ["event.failed"]
    assert [answer["error"]["code"] for _, answer in mouth.said] == ["internal", "unavailable"]
    assert "secret" not in str(mouth.said)


async def test_the_way_is_free_below_a_number_of_waiting_answers(talk: Replies) -> None:
    sends = [future() for _ in range(IN_FLIGHT)]
    for number, send in enumerate(sends[:-1]):
        talk.answer_later("send", number, send)
    assert talk.below(IN_FLIGHT) is None
    talk.answer_later("send", 63, sends[-1])
    full = talk.below(IN_FLIGHT)
    assert full is not None
    assert not full.done()
    sends[5].set_result(Said(word="not the first"))
    await settled()
    assert not full.done()
    sends[0].set_result(Said(word="the first"))
    await settled()
    assert full.done()
    empty = talk.below(1)
    assert empty is not None
    for send in sends:
        if not send.done():
            send.set_result(Said(word="x"))
    await settled()
    assert empty.done()
    assert talk.below(1) is None


async def test_a_connection_has_at_most_64_sends_in_flight_and_gets_its_acks_in_order(
    app: App, server: Server, cast: Cast
) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    acked: list[Any] = []
    writer = app.kernel.ports[MessageWriter]
    taken: list[str] = []
    put = writer.put

    def counting(who: Any, cmd: Any) -> Any:
        taken.append(cmd.content)
        return put(who, cmd)

    writer.put = counting
    async with app.db.begin():  # SQLite has one writer: nothing is stored before this block ends
        for number in range(100):
            fields = {"roomId": cast.tea, "content": str(number)}
            await ana.client.emit("send_message", fields, callback=acked.append)
        await ana.client.emit("get_room_users", {"roomId": cast.tea}, callback=acked.append)
        await until(lambda: len(taken) == IN_FLIGHT)
        await asyncio.sleep(0.05)
        assert (len(taken), acked) == (IN_FLIGHT, [])
    await until(lambda: len(acked) == 101)
    assert [answer["data"]["content"] for answer in acked[:-1]] == [str(number) for number in range(100)]
    assert [answer["data"]["seq"] for answer in acked[:-1]] == list(range(3, 103))
    assert "users" in acked[-1]["data"]
    assert [said["content"] for said in ana.all("receive_message")] == [str(number) for number in range(100)]


async def test_slow_and_quick_events_are_answered_in_their_order(server: Server, cast: Cast) -> None:
    ana = await server.in_room(cast.ana, cast.tea)
    answered: list[tuple[int, Any]] = []
    asked: list[tuple[str, dict[str, Any]]] = [
        ("send_message", {"roomId": cast.tea, "content": "one"}),
        ("typing", {"roomId": cast.tea, "isTyping": True}),
        ("send_message", {"roomId": cast.tea, "content": ""}),
        ("no_such_event", {}),
        ("send_message", {"roomId": cast.tea, "content": "two"}),
        ("resume", {"rooms": []}),
        ("leave_room", {"roomId": cast.tea}),
        ("send_message", {"roomId": cast.tea, "content": "three"}),
        ("join_room", {"roomId": cast.tea}),
    ]
    for number, (event, fields) in enumerate(asked * 3):
        await ana.client.emit(
            event, fields, callback=lambda said, number=number: answered.append((number, said))
        )
    await until(lambda: len(answered) == len(asked) * 3)
    assert [number for number, _ in answered] == list(range(len(asked) * 3))
    yes = [True, True, False, False, True, True, True, True, True]
    assert [said["ok"] for _, said in answered] == yes * 3


async def test_who_says_much_at_once_hears_all_of_it_again_and_stays(server: Server, cast: Cast) -> None:
    """Over polling everything waits for the next GET: 20 messages of 16 kB, each as an answer and as news."""
    client, acked, heard = socketio.AsyncClient(reconnection=False), list[Any](), list[str]()
    client.on("receive_message", lambda said: heard.append(said["content"]))
    said = [f"{number} ".ljust(8_000, "é") for number in range(20)]
    await client.connect(server.url, auth={"token": cast.ana.token}, transports=["polling"])
    try:
        await client.call("join_room", {"roomId": cast.tea})
        for content in said:
            fields = {"roomId": cast.tea, "content": content}
            await client.emit("send_message", fields, callback=acked.append)
        await until(lambda: len(acked) == len(heard) == len(said) or not client.connected, 40)
        assert client.connected
        assert [answer["data"]["content"] for answer in acked] == heard == said
    finally:
        await client.disconnect()
