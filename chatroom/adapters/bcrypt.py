"""`PasswordHasher` by bcrypt, in a bounded thread pool: a hash costs 0.3 s and would stop the event loop."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future as ThreadFuture
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import bcrypt

from chatroom.core.errors import Problem
from chatroom.core.fair_queue import FairQueue

_THREADS: Final = 2
_NICE: Final = (
    10  # a tenth of a busy core: at 19 it is a hundredth, and a sign-in beside a busy loop took 20 s
)
T = TypeVar("T")


def _step_back() -> None:
    """Let everything else on the machine go first: hashes may fill every core, and a chat must not wait for them."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


class BcryptHasher:
    """Hashes at cost `rounds` (4 to 16), for every client address in its turn."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="bcrypt", initializer=_step_back)
        self._queue: FairQueue[_Work] = FairQueue()
        self._under_way = 0
        # Compared when nobody has the identifier, so that the answer takes as long as for a wrong password. Made while
        # the server starts, which need not wait 0.23 s for it.
        self._nobody = self._pool.submit(lambda: bcrypt.hashpw(b"nobody", bcrypt.gensalt(rounds)))

    async def hash(self, password: bytes, lane: str = "") -> str:
        hashed = await self._run(lane, lambda: bcrypt.hashpw(password, bcrypt.gensalt(self._rounds)))
        return hashed.decode()

    async def verify(self, password: bytes, hashed: str | None, lane: str = "") -> bool:
        def check() -> bool:
            return bcrypt.checkpw(password, self._nobody.result() if hashed is None else hashed.encode())

        same = await self._run(lane, check)
        return same and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        return hashed.split("$")[2] != f"{self._rounds:02d}"

    def close(self) -> None:
        """Let the threads end; whoever still waits is told to come back."""
        while (job := self._queue.take()) is not None:
            job.refuse()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, lane: str, work: Callable[[], T]) -> T:
        job = _Work(work)
        dropped = self._queue.put(lane, job)
        if dropped is not None:
            dropped.refuse()
        self._start()
        result: T = await job.answer
        return result

    def _start(self) -> None:
        """Give free threads what is next. A caller who has gone costs no hash."""
        while self._under_way < _THREADS and (job := self._queue.take()) is not None:
            if job.answer.done():
                continue
            self._under_way += 1
            job.run(self._pool, self._ended)

    def _ended(self) -> None:
        self._under_way -= 1
        self._start()


class _Work:
    """A hash to make, and the caller who waits for it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Any] = self._loop.create_future()

    def refuse(self) -> None:
        """Tell the caller to come back."""
        if not self.answer.done():
            self.answer.set_exception(Problem("busy", retry_after=5))

    def run(self, pool: ThreadPoolExecutor, ended: Callable[[], None]) -> None:
        """Hash in a thread; `ended` is called on the loop when the thread is free again."""

        def tell(done: ThreadFuture[Any]) -> None:
            ended()
            if self.answer.done():
                return
            if error := done.exception():
                self.answer.set_exception(error)
            else:
                self.answer.set_result(done.result())

        started = pool.submit(self._work)
        started.add_done_callback(lambda done: self._tell(tell, done))

    def _tell(self, tell: Callable[[ThreadFuture[Any]], None], done: ThreadFuture[Any]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(tell, done)
