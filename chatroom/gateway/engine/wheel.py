"""One timer for all connections: 100 000 heartbeats cost one wake-up per tick, not one task each."""

import asyncio
from typing import Protocol


class Alarm(Protocol):
    """Something the wheel can wake; `slot` belongs to the wheel, 0 = not in it."""

    slot: int

    def due(self, horizon: float) -> None:
        """Act on every deadline before `horizon` (loop time)."""


class Wheel:
    """Wakes alarms at most one tick early, never late but for a busy loop; put and remove cost O(1)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tick: float) -> None:
        """Use the clock of `loop`; `tick` in seconds."""
        self._loop = loop
        self._tick = tick
        self._slots: dict[int, dict[Alarm, None]] = {}
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None

    def put(self, alarm: Alarm, deadline: float) -> None:
        """Wake `alarm` at `deadline` (loop time) instead of whenever it was to be woken."""
        slot = int(deadline / self._tick)
        if slot == alarm.slot:
            return
        self.remove(alarm)
        if self._timer is None:
            self._next = int(self._loop.time() / self._tick) + 1
            self._timer = self._loop.call_at(self._next * self._tick, self._turn)
        slot = max(slot, self._next)
        alarm.slot = slot
        self._slots.setdefault(slot, {})[alarm] = None

    def remove(self, alarm: Alarm) -> None:
        """Forget `alarm`; harmless when it is not here."""
        if alarm.slot:
            due = self._slots.get(alarm.slot)
            if due is not None:
                due.pop(alarm, None)
            alarm.slot = 0

    def _turn(self) -> None:
        """Wake what is due; after a stall of the loop several ticks at once."""
        current = int(self._loop.time() / self._tick)
        while self._next <= current:
            slot = self._next
            self._next += 1
            horizon = self._next * self._tick
            for alarm in list(self._slots.pop(slot, ())):
                if alarm.slot == slot:
                    alarm.slot = 0
                    alarm.due(horizon)
        self._timer = self._loop.call_at(self._next * self._tick, self._turn) if self._slots else None
