"""The message limit: 5 per 10 s, per person and room, as the settings say."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.journeys.conftest import Serve
from tests.journeys.people import Person, register
from tests.journeys.server import ChatServer
from tests.journeys.voices import AsyncVoice

Someone = tuple[Person, AsyncVoice, str, str]


async def _enter(server: ChatServer) -> Someone:
    """Somebody who listens in two rooms of their own."""
    ana = register(server.url, "Ana")
    one, other = ana.create_room("One")["id"], ana.create_room("Other")["id"]
    voice = AsyncVoice(["websocket"])
    await voice.open(server.url, ana.token)
    for room_id in (one, other):
        await voice.call("join_room", {"roomId": room_id})
    return ana, voice, one, other


@pytest.fixture
async def usual(serve: Serve) -> AsyncIterator[Someone]:
    """On a server that was told nothing."""
    someone = await _enter(await asyncio.to_thread(serve))
    yield someone
    await someone[1].close()


async def _send(voice: AsyncVoice, room_id: str, count: int) -> list[Any]:
    return [
        await voice.call("send_message", {"roomId": room_id, "content": f"number {number}"})
        for number in range(count)
    ]


async def test_the_sixth_message_in_ten_seconds_is_refused_and_not_delivered(usual: Someone) -> None:
    ana, voice, one, other = usual
    answers = await _send(voice, one, 6)
    assert [answer["ok"] for answer in answers] == [True] * 5 + [False]
    error = answers[5]["error"]
    assert (error["code"], set(error)) == ("rate_limited", {"code", "message", "retryAfter"})
    assert 0 < error["retryAfter"] <= 10

    await voice.emit("send_message", {"roomId": one, "content": "without an acknowledgement"})
    told = (await voice.hear("error"))[0]
    assert (told["code"], told["event"]) == ("rate_limited", "send_message")

    refused = ana.ask("POST", f"/api/v1/rooms/{one}/messages", json={"content": "over HTTP"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 10

    assert [answer["ok"] for answer in await _send(voice, other, 5)] == [True] * 5
    assert len(voice.of("receive_message")) == 10
    stored = [entry["content"] for entry in ana.read_log(one) if entry["kind"] == "message"]
    assert stored == [f"number {number}" for number in range(5)]


async def test_somebody_else_has_a_limit_of_their_own(usual: Someone) -> None:
    ana, voice, one, _ = usual
    await _send(voice, one, 5)
    bo = register(ana.url, "Bo")
    bo.join(one)
    assert bo.say(one, "I have said nothing yet")["content"] == "I have said nothing yet"


async def test_the_environment_sets_limit_and_window(serve: Serve) -> None:
    server = await asyncio.to_thread(serve, MESSAGE_RATE_LIMIT="2", MESSAGE_RATE_WINDOW_MS="900")
    _, voice, one, _ = await _enter(server)
    answers = await _send(voice, one, 3)
    assert [answer["ok"] for answer in answers] == [True, True, False]
    wait = answers[2]["error"]["retryAfter"]
    assert wait == 1  # whole seconds, rounded up
    await asyncio.sleep(wait)  # what the server asked for
    assert (await _send(voice, one, 1))[0]["ok"]
    await voice.close()


async def test_zero_switches_the_limit_off(server: ChatServer) -> None:
    _, voice, one, _ = await _enter(server)
    bodies = [{"roomId": one, "content": f"number {number}"} for number in range(300)]
    answers = await asyncio.gather(*[voice.call("send_message", body) for body in bodies])
    assert [answer["data"]["content"] for answer in answers] == [body["content"] for body in bodies]
    await voice.close()
