"""A few at a time for each key, so that who begins something long a thousand times waits for themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class _Gate:
    __slots__ = ("free", "users")

    def __init__(self, width: int) -> None:
        self.free = asyncio.Semaphore(width)
        self.users = 0  # those inside and those who wait


class Gates:
    """Lets `width` in at a time for each key; keys that nobody uses take no memory."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._gates: dict[str, _Gate] = {}

    def __len__(self) -> int:
        return len(self._gates)

    @asynccontextmanager
    async def enter(self, key: str) -> AsyncIterator[None]:
        """Wait for a place among those of a key, in the order of asking."""
        gate = self._gates.setdefault(key, _Gate(self._width))
        gate.users += 1
        try:
            async with gate.free:
                yield
        finally:
            gate.users -= 1
            if not gate.users:
                del self._gates[key]
