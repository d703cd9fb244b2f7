"""`PasswordHasher` by bcrypt, in a bounded thread pool: a hash costs 0.3 s and would stop the event loop."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import bcrypt

from chatroom.core.errors import Problem

_THREADS: Final = 2
_QUEUE: Final = 32  # some five seconds of work on two cores; beyond that an honest "busy" is kinder
_NICE: Final = 19  # the least of what is left
T = TypeVar("T")


def _step_back() -> None:
    """Let everything else on the machine go first: hashes may fill every core, and a chat must not wait for them."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


class BcryptHasher:
    """Hashes at cost `rounds` (4 to 16)."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="bcrypt", initializer=_step_back)
        self._under_way = 0
        # Compared when nobody has the identifier, so that the answer takes as long as for a wrong password.
        self._nobody = bcrypt.hashpw(b"nobody", bcrypt.gensalt(rounds))

    async def hash(self, password: bytes) -> str:
        return (await self._run(lambda: bcrypt.hashpw(password, bcrypt.gensalt(self._rounds)))).decode()

    async def verify(self, password: bytes, hashed: str | None) -> bool:
        expected = self._nobody if hashed is None else hashed.encode()
        same = await self._run(lambda: bcrypt.checkpw(password, expected))
        return same and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        return hashed.split("$")[2] != f"{self._rounds:02d}"

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= _THREADS + _QUEUE:
            raise Problem("busy", retry_after=5)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._under_way -= 1
