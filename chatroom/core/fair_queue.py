"""A bounded queue that serves lanes fairly: whoever was served least in the last minute is next."""

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

IN_LANE: Final = 32
"""What may wait in one lane: with two threads and 0.25 s for each, four seconds."""
IN_ALL: Final = 256
_MEMORY: Final = 60.0  # seconds after which what was served is forgotten

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items in lanes. Order: the lane that was served least in this minute, among equals the one that waits longest.

    One lane that always has something waiting delays another by one item, and a newcomer goes before many lanes that
    have all been served: a flood from 50 addresses does not make the 51st wait for 50. When the queue is full the
    longest lane loses its newest item.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lanes: dict[str, deque[T]] = {}
        self._served: Counter[str] = Counter()
        self._since = clock()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, lane: str, item: T) -> T | None:
        """Let an item wait; return the one that has to go for it, which may be itself."""
        mine = self._lanes.setdefault(lane, deque())
        mine.append(item)
        self._count += 1
        if len(mine) > IN_LANE:
            return self._drop(lane)
        if self._count > IN_ALL:
            return self._drop(max(self._lanes, key=lambda name: len(self._lanes[name])))
        return None

    def _drop(self, lane: str) -> T:
        item = self._lanes[lane].pop()
        self._count -= 1
        if not self._lanes[lane]:
            del self._lanes[lane]
        return item

    def take(self) -> T | None:
        """Take the next item, or None."""
        if not self._count:
            return None
        if self._clock() - self._since >= _MEMORY:
            self._served.clear()
            self._since = self._clock()
        lane = min(
            self._lanes, key=lambda name: self._served[name]
        )  # the first of equals: dicts keep their order
        self._served[lane] += 1
        self._count -= 1
        waiting = self._lanes.pop(lane)
        item = waiting.popleft()
        if waiting:
            self._lanes[lane] = waiting  # behind the others
        return item
