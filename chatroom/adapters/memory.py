"""Ports kept in this process: limits, presence and typing of a single node."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice, takewhile
from typing import Final, NamedTuple

from chatroom.core.principal import Principal
from chatroom.features.presence.ports import Gone
from chatroom.features.presence.types import Presence

TYPING_ENDS: Final = 6.0  # seconds without a renewal
_TOGETHER: Final = 50  # departures of one transaction
_SWEEP: Final = 60.0  # seconds between two searches for keys that nobody uses any more
TYPING_AGAIN: Final = 2.0  # seconds in which a renewal is not told again


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

    def give_back(self, limit: str, key: str) -> None:
        if hits := self._hits.get(limit, {}).get(key):
            hits.pop()

    def _sweep(self, now: float) -> None:
        """Forget keys whose last hit no window remembers, so that memory follows the people who are here."""
        self._swept = now
        for name, keys in self._hits.items():
            reach = self._windows[name].seconds
            self._hits[name] = {key: hits for key, hits in keys.items() if hits and now - hits[-1] < reach}


class MemoryEffort:
    """`Effort` as token buckets, each one number: the time at which it would be full again."""

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._step = 1 / per_second if per_second else 0.0
        self._slack = burst * self._step
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._swept = clock()

    def spend(self, payer: str, units: float) -> float | None:
        if not self._step:
            return None
        now = self._clock()
        if now - self._swept > _SWEEP:
            self._full_at = {who: at for who, at in self._full_at.items() if at > now}
            self._swept = now
        full_at = max(self._full_at.get(payer, now), now)
        after = full_at + units * self._step
        if (
            after - now > self._slack and full_at > now
        ):  # what costs more than the burst waits for a full bucket
            return min(after - now - self._slack, full_at - now)
        self._full_at[payer] = after
        return None


class MemoryPresence:
    """`PresenceBoard`: connections per person, with a grace of some seconds for reloads, and their activity."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._counts: dict[str, int] = {}
        self._leaving: dict[str, tuple[float, Principal, Gone]] = {}
        """Who is within the grace, until when on the clock of the loop; the first to go first."""
        self._active: dict[str, int] = {}
        """When those who are here did something last; the one who has been silent the longest comes first."""
        self._away: set[str] = set()
        self._beats: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def arrive(self, user_id: str) -> bool:
        self._counts[user_id] = self._counts.get(user_id, 0) + 1
        leaving = self._leaving.pop(user_id, None)
        return self._counts[user_id] == 1 and leaving is None and user_id not in self._beats

    def depart(self, who: Principal, gone: Gone) -> None:
        self._counts[who.id] -= 1
        if self._counts[who.id]:
            return
        del self._counts[who.id]
        self._leaving[who.id] = (asyncio.get_running_loop().time() + self._grace, who, gone)
        self._arm()

    def _arm(self) -> None:
        if self._leaving and self._timer is None and self._task is None:
            at = next(iter(self._leaving.values()))[0]
            self._timer = asyncio.get_running_loop().call_at(at, self._leave)

    def _leave(self) -> None:
        """Let those go whose grace is over, a batch at a time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = asyncio.get_running_loop().time()
        due = [found for found in islice(self._leaving.values(), _TOGETHER) if found[0] <= now]
        for _, who, _ in due:
            del self._leaving[who.id]
            if who.id not in self._beats:
                self._forget(who.id)
        if not due:
            self._arm()
            return
        task = self._task = asyncio.create_task(due[0][2]([who for _, who, _ in due]))
        task.add_done_callback(self._left)

    def _left(self, _: asyncio.Task[None]) -> None:
        self._task = None
        self._arm()

    def touch(self, user_id: str, now: int) -> bool:
        self._active.pop(user_id, None)
        self._active[user_id] = now
        if user_id not in self._away:
            return False
        self._away.discard(user_id)
        return True

    def beat(self, user_id: str, now: int) -> bool:
        came = not self.is_online(user_id)
        self._beats.pop(user_id, None)
        self._beats[user_id] = now
        return came

    def fall_silent(self, before: int) -> list[str]:
        silent = list(takewhile(lambda user_id: self._active[user_id] < before, self._active))
        fresh = [user_id for user_id in silent if user_id not in self._away]
        self._away.update(fresh)
        return fresh

    def lapse(self, before: int) -> dict[str, int]:
        late = {
            who: self._beats[who] for who in takewhile(lambda who: self._beats[who] < before, self._beats)
        }
        for user_id in late:
            del self._beats[user_id]
        gone = {user_id: at for user_id, at in late.items() if not self.is_online(user_id)}
        for user_id in gone:
            self._forget(user_id)
        return gone

    def _forget(self, user_id: str) -> None:
        self._active.pop(user_id, None)
        self._away.discard(user_id)

    def presence(self, user_id: str) -> Presence:
        if not self.is_online(user_id):
            return "offline"
        return "away" if user_id in self._away else "online"

    def is_online(self, user_id: str) -> bool:
        return user_id in self._counts or user_id in self._leaving or user_id in self._beats

    async def close(self, within: float) -> None:
        """Let everybody who is leaving leave now, so that a restart keeps their last-seen time."""
        self._leaving = {user_id: (0.0, who, gone) for user_id, (_, who, gone) in self._leaving.items()}
        end = asyncio.get_running_loop().time() + within
        while (self._leaving or self._task) and (left := end - asyncio.get_running_loop().time()) > 0:
            if self._task is None:
                self._leave()
            if self._task is not None:
                await asyncio.wait([self._task], timeout=left)


class MemoryTyping:
    """`TypingBoard`: who is typing where, until they stop, go, or fall silent."""

    def __init__(self, *, ends: float = TYPING_ENDS, again: float = TYPING_AGAIN) -> None:
        self._ends = ends
        self._again = again
        self._told: dict[tuple[str, str], float] = {}
        """(room, person) -> when the others were told last, on the clock of the loop."""
        self._shown: dict[tuple[str, str], dict[str, asyncio.TimerHandle]] = {}
        """(room, person) -> connection -> what ends it."""
        self._rooms: dict[str, set[str]] = {}
        """Connection -> the rooms where it shows its person typing."""

    def start(self, room_id: str, user_id: str, connection_id: str, ended: Callable[[], None]) -> bool:
        loop = asyncio.get_running_loop()
        key = (room_id, user_id)
        shown = self._shown.setdefault(key, {})
        if connection_id in shown:
            shown[connection_id].cancel()
        shown[connection_id] = loop.call_later(self._ends, self._end, room_id, user_id, connection_id, ended)
        self._rooms.setdefault(connection_id, set()).add(room_id)
        tell = key not in self._told or loop.time() - self._told[key] >= self._again
        if tell:
            self._told[key] = loop.time()
        return tell

    def _end(self, room_id: str, user_id: str, connection_id: str, ended: Callable[[], None]) -> None:
        if self.stop(room_id, user_id, connection_id):
            ended()

    def stop(self, room_id: str, user_id: str, connection_id: str | None) -> bool:
        key = (room_id, user_id)
        shown = self._shown.get(key, {})
        for name in [*shown] if connection_id is None else [connection_id]:
            timer = shown.pop(name, None)
            if timer is not None:
                timer.cancel()
                self._forget(name, room_id)
        if shown or key not in self._shown:
            return False
        del self._shown[key], self._told[key]
        return True

    def _forget(self, connection_id: str, room_id: str) -> None:
        rooms = self._rooms[connection_id]
        rooms.discard(room_id)
        if not rooms:
            del self._rooms[connection_id]

    def stop_all(self, user_id: str, connection_id: str) -> list[str]:
        rooms = sorted(self._rooms.get(connection_id, ()))
        return [room_id for room_id in rooms if self.stop(room_id, user_id, connection_id)]
