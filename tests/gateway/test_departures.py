"""Thousands who go at once: told in the share of each turn that bulk work may take, and to the last."""

import asyncio
import time
from itertools import pairwise

from chatroom.gateway.client import Client
from chatroom.gateway.turns import BUDGET
from tests.gateway.harness import Recorder, running, until
from tests.gateway.raw_clients import WebSocket

_MANY = 60
_EACH = 0.0005  # seconds of work that a departure costs the application


class Slow(Recorder):
    """An application to which every departure is half a millisecond of work."""

    def disconnected(self, client: Client, reason: str) -> None:
        super().disconnected(client, reason)
        end = time.thread_time() + _EACH
        while time.thread_time() < end:
            pass


async def test_departures_of_many_at_once_leave_the_loop_its_turns() -> None:
    async with running(app=Slow()) as it:
        sockets = [await WebSocket.joined(it.port) for _ in range(_MANY)]
        await until(lambda: len(it.app.clients) == _MANY)
        for websocket in sockets:
            websocket.writer.transport.abort()
        told = [0]
        while told[-1] < _MANY:
            await asyncio.sleep(0)
            told.append(len(it.app.ends))
        assert max(after - before for before, after in pairwise(told)) <= BUDGET / _EACH + 1
        assert not it.sockets.connections


async def test_a_drain_ends_when_the_application_has_heard_of_everybody() -> None:
    async with running(app=Slow()) as it:
        for _ in range(_MANY):
            await WebSocket.joined(it.port)
        await until(lambda: len(it.app.clients) == _MANY)
        await it.sockets.drain(0.2)
        assert len(it.app.ends) == _MANY
