"""What one kind of load does to everybody else: the same talk by turns without it and beside it."""

import statistics
from collections.abc import Callable
from typing import Any


def by_turns(rounds: int, alone: Callable[[], float], beside: Callable[[], float]) -> dict[str, Any]:
    """Call the two by turns. Each returns a p99 in microseconds.

    The result has all of them, both medians, and what the load adds in per cent.
    """
    seen = [(alone(), beside()) for _ in range(rounds)]
    without, loaded = (statistics.median(column) for column in zip(*seen, strict=True))
    return {
        "p99_us": {"alone": [quiet for quiet, _ in seen], "beside": [loud for _, loud in seen]},
        "median_us": [without, loaded],
        "added_percent": round(100 * (loaded / without - 1), 1),
    }
