"""Wait for a condition until a deadline, never for a time."""

import asyncio
import time
from collections.abc import Callable


async def until(what: str, condition: Callable[[], object], within: float = 15) -> None:
    """Return when `condition()` holds; fail naming `what` when it does not in time (seconds)."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"waited {within} s for: {what}"
        await asyncio.sleep(0.01)
