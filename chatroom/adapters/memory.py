"""Ports kept in this process: limits, presence and typing of a single node."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, NamedTuple

TYPING_ENDS: Final = 6.0  # seconds without a renewal
_SWEEP: Final = 60.0  # seconds between two searches for keys that nobody uses any more
TYPING_AGAIN: Final = 2.0  # seconds in which a renewal is not told again

Gone = Callable[[], Coroutine[Any, Any, None]]


class Window(NamedTuple):
    """At most `hits` in any `seconds`."""

    hits: int
    seconds: float


class MemoryLimiter:
    """`Limiter` in exact moving windows on the monotonic clock. A limit that is not in the table is off.

    Not the library `limits`: its memory storage starts a thread every 10 ms while there is traffic and reads the wall
    clock. A hit costs 0.6 us here; this runs for every message.
    """

    def __init__(self, windows: Mapping[str, Window], clock: Callable[[], float] = time.monotonic) -> None:
        self._windows = windows
        self._clock = clock
        self._hits: dict[str, dict[str, deque[float]]] = {name: {} for name in windows}
        self._swept = clock()

    def hit(self, limit: str, key: str) -> float | None:
        window = self._windows.get(limit)
        if window is None:
            return None
        now = self._clock()
        if now - self._swept > _SWEEP:
            self._sweep(now)
        hits = self._hits[limit].setdefault(key, deque(maxlen=window.hits))
        if len(hits) == window.hits and now - hits[0] < window.seconds:
            return max(0.001, round(window.seconds - (now - hits[0]), 3))
        hits.append(now)
        return None

    def _sweep(self, now: float) -> None:
        """Forget keys whose last hit no window remembers, so that memory follows the people who are here."""
        self._swept = now
        for name, keys in self._hits.items():
            reach = self._windows[name].seconds
            self._hits[name] = {key: hits for key, hits in keys.items() if now - hits[-1] < reach}


class MemoryPresence:
    """`PresenceBoard`: connections per person, with a grace of some seconds for reloads."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._counts: dict[str, int] = {}
        self._leaving: dict[str, tuple[asyncio.TimerHandle, Gone]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def arrive(self, user_id: str) -> bool:
        self._counts[user_id] = self._counts.get(user_id, 0) + 1
        leaving = self._leaving.pop(user_id, None)
        if leaving is not None:
            leaving[0].cancel()
        return self._counts[user_id] == 1 and leaving is None

    def depart(self, user_id: str, gone: Gone) -> None:
        self._counts[user_id] -= 1
        if self._counts[user_id]:
            return
        del self._counts[user_id]
        timer = asyncio.get_running_loop().call_later(self._grace, self._leave, user_id)
        self._leaving[user_id] = (timer, gone)

    def _leave(self, user_id: str) -> None:
        timer, gone = self._leaving.pop(user_id)
        timer.cancel()
        task = asyncio.create_task(gone())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def is_online(self, user_id: str) -> bool:
        return user_id in self._counts or user_id in self._leaving

    async def close(self, within: float) -> None:
        """Let everybody who is leaving leave now, so that a restart keeps their last-seen time."""
        for user_id in tuple(self._leaving):
            self._leave(user_id)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)


class MemoryTyping:
    """`TypingBoard`: who is typing where, until they stop, go, or fall silent."""

    def __init__(self, *, ends: float = TYPING_ENDS, again: float = TYPING_AGAIN) -> None:
        self._ends = ends
        self._again = again
        self._typing: dict[tuple[str, str], tuple[float, asyncio.TimerHandle]] = {}

    def start(self, room_id: str, user_id: str, ended: Callable[[], None]) -> bool:
        loop = asyncio.get_running_loop()
        key = (room_id, user_id)
        now = loop.time()
        told, timer = self._typing.get(key, (-self._again, None))
        if timer is not None:
            timer.cancel()
        tell = timer is None or now - told >= self._again
        self._typing[key] = (now if tell else told, loop.call_later(self._ends, self._end, key, ended))
        return tell

    def _end(self, key: tuple[str, str], ended: Callable[[], None]) -> None:
        self._typing.pop(key, None)
        ended()

    def stop(self, room_id: str, user_id: str) -> bool:
        found = self._typing.pop((room_id, user_id), None)
        if found is not None:
            found[1].cancel()
        return found is not None

    def stop_all(self, user_id: str) -> list[str]:
        rooms = [room_id for room_id, typist in self._typing if typist == user_id]
        return [room_id for room_id in rooms if self.stop(room_id, user_id)]
