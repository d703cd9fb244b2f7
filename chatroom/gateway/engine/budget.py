"""The share of each turn of the event loop that bulk work may take: broadcasts, writes, comings and goings (B5).

One budget for all of them together: neither a room of 50 000 nor a switch that fails delays anybody else's ping by
more than this.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

BUDGET: Final = (
    0.0025  # seconds; with what a turn does besides, it stays below 5 ms, and did not always with 3 ms
)
# Of that, what is left over gets at a time: whoever answers or commits meanwhile waits less, and more of it joins the
# writes that are left. 1 000 receivers, 16 in flight, whole product: 12 % more deliveries, each a sixth sooner. The
# first share is whole, for to write a room of 200 in two of them costs a third more.
_LATER: Final = 0.4
# Turns of the loop without bulk work between two shares: what goes from callback to callback, a commit's answers first,
# takes four, and would wait 2.5 ms at each. Then the next batch joins more of the writes: 12.5 kB each, not 11.
_REST: Final = 4
# Not the time of the loop, which uvloop counts in whole milliseconds.
clock: Final = time.perf_counter

Work = Callable[[float], bool]
"""Work until a time of `clock`, do at least something, and return whether some of it is left."""


class LoopBudget:
    """Gives bulk work its share of every turn. What was not reached in one turn comes first in the next."""

    __slots__ = ("_scheduled", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque()
        self._scheduled = False

    def add(self, work: Work) -> None:
        """Call `work` from the next turn on until it says that nothing is left; the caller adds it once."""
        self._waiting.append(work)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._run, 1.0)

    def _run(self, share: float) -> None:
        waiting = self._waiting
        until = clock() + BUDGET * share
        try:
            for _ in range(len(waiting)):
                work, left = waiting.popleft(), True
                try:
                    left = work(until)
                finally:  # a fault is the loop's to report; what else there was to do is done
                    if left:
                        waiting.append(work)
                if clock() >= until:
                    break
        finally:
            self._scheduled = bool(waiting)
            if waiting:
                self._rest(_REST)

    def _rest(self, turns: int) -> None:
        """Let the loop turn before the next share."""
        loop = asyncio.get_running_loop()
        if turns:
            loop.call_soon(self._rest, turns - 1)
        else:
            loop.call_soon(self._run, _LATER)


class WorkQueue:
    """Small deeds of one kind that may come by the thousand: done in order, at most `most` of them in a turn."""

    __slots__ = ("_active", "_budget", "_deeds", "_most")

    def __init__(self, budget: LoopBudget, *, most: int = 1_000) -> None:
        self._budget = budget
        self._most = most
        self._deeds: deque[Callable[[], None]] = deque()
        self._active = False

    def __bool__(self) -> bool:
        return self._active

    def put(self, deed: Callable[[], None]) -> None:
        """Call `deed` in one of the next turns."""
        self._deeds.append(deed)
        if not self._active:
            self._active = True
            self._budget.add(self._work)

    def _work(self, until: float) -> bool:
        deeds = self._deeds
        for _ in range(min(self._most, len(deeds))):
            deeds.popleft()()
            if clock() >= until:
                break
        self._active = bool(deeds)
        return self._active
