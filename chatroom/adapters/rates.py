"""`RateLimiter` in this process."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from chatroom.core.limits import UNCOUNTED, Bucket, Quota

_SWEEP: Final = 60.0  # seconds between two searches for keys that nobody uses any more


class NoRates:
    """Counts nothing and lets everything pass (`RATE_LIMITS=off`)."""

    async def hit(self, bucket: str, key: str) -> Quota:
        return UNCOUNTED

    async def peek(self, bucket: str, key: str) -> Quota:
        return UNCOUNTED

    async def take_back(self, bucket: str, key: str) -> None:
        return None

    async def forget(self, bucket: str, key: str) -> None:
        return None

    async def close(self) -> None:
        return None


class MemoryRates:
    """Exact moving windows in this process, on a clock in seconds.

    Not the memory of the library `limits`: there every hit starts a walk over all keys, one thread hop for each.
    """

    def __init__(self, buckets: Mapping[str, Bucket], clock: Callable[[], float] = time.monotonic) -> None:
        self._buckets = buckets
        self._clock = clock
        self._hits: dict[tuple[str, str], deque[float]] = {}
        self._swept = clock()

    async def hit(self, bucket: str, key: str) -> Quota:
        now = self._clock()
        if now - self._swept > _SWEEP:
            self._sweep(now)
        hits = self._hits.setdefault((bucket, key), deque())
        quota = self._quota(bucket, hits, now)
        if not quota.allowed:
            return quota
        hits.append(now)
        return quota._replace(remaining=quota.remaining - 1)

    async def peek(self, bucket: str, key: str) -> Quota:
        return self._quota(bucket, self._hits.get((bucket, key), deque()), self._clock())

    async def take_back(self, bucket: str, key: str) -> None:
        if hits := self._hits.get((bucket, key)):
            hits.pop()

    async def forget(self, bucket: str, key: str) -> None:
        self._hits.pop((bucket, key), None)

    async def close(self) -> None:
        self._hits.clear()

    def _quota(self, bucket: str, hits: deque[float], now: float) -> Quota:
        most, seconds, *_ = self._buckets[bucket]
        while hits and now - hits[0] >= seconds:
            hits.popleft()
        oldest = hits[0] if hits else now
        return Quota(most, most - len(hits), oldest + seconds - now, allowed=len(hits) < most)

    def _sweep(self, now: float) -> None:
        self._swept = now
        self._hits = {
            (bucket, key): hits
            for (bucket, key), hits in self._hits.items()
            if hits and now - hits[-1] < self._buckets[bucket].seconds
        }
