"""The one timer: early by at most a tick, cheap to change, forgotten when removed."""

import asyncio

from chatroom.gateway.engine.wheel import Wheel

TICK = 0.01


class Bell:
    """An alarm that remembers when it rang."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.slot = 0
        self.rang: list[float] = []

    def due(self, horizon: float) -> None:
        self.rang.append(self.loop.time())


async def test_alarms_ring_once_within_a_tick_of_their_deadline() -> None:
    loop = asyncio.get_running_loop()
    wheel = Wheel(loop, TICK)
    bells = [(Bell(loop), loop.time() + 0.02 + number * 0.003) for number in range(50)]
    for bell, deadline in bells:
        wheel.put(bell, deadline)
    await asyncio.sleep(0.3)
    for bell, deadline in bells:
        assert len(bell.rang) == 1
        assert bell.rang[0] >= deadline - TICK - 0.002
    assert wheel._timer is None
    assert wheel._slots == {}


async def test_an_alarm_has_one_deadline_the_last() -> None:
    loop = asyncio.get_running_loop()
    wheel, bell = Wheel(loop, TICK), Bell(loop)
    now = loop.time()
    wheel.put(bell, now + 5)
    wheel.put(bell, now + 0.05)
    wheel.put(bell, now + 0.1)
    await asyncio.sleep(0.2)
    assert len(bell.rang) == 1
    assert bell.rang[0] >= now + 0.1 - TICK - 0.002


async def test_a_removed_alarm_does_not_ring_and_is_not_held() -> None:
    loop = asyncio.get_running_loop()
    wheel, bell = Wheel(loop, TICK), Bell(loop)
    wheel.put(bell, loop.time() + 0.02)
    wheel.remove(bell)
    wheel.remove(bell)
    await asyncio.sleep(0.06)
    assert bell.rang == []
    assert bell.slot == 0


async def test_deadlines_in_the_past_ring_at_the_next_tick() -> None:
    loop = asyncio.get_running_loop()
    wheel, bell = Wheel(loop, TICK), Bell(loop)
    wheel.put(bell, loop.time() - 100)
    await asyncio.sleep(0.05)
    assert len(bell.rang) == 1
