"""Time: whole milliseconds since 1970 UTC inside, ISO-8601 with milliseconds and `Z` on the wire."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

Clock = Callable[[], int]
"""Returns now in epoch milliseconds. Tests pass their own."""


def system() -> int:
    """Return the wall clock in epoch milliseconds."""
    return time.time_ns() // 1_000_000


_REST: Final = [f".{rest:03d}Z" for rest in range(1000)]


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso(milliseconds: int) -> str:
    """Write epoch milliseconds as `2026-11-20T20:40:00.123Z`.

    The part up to the second is kept: a busy room formats the same second thousands of times (0.2 us against 1.6 us).
    """
    seconds, rest = divmod(milliseconds, 1000)
    return _second(seconds) + _REST[rest]
