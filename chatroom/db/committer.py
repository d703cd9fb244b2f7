"""The thread that waits for the disk, and the one hop to it and back."""

import asyncio
import sqlite3
from queue import SimpleQueue
from threading import Thread


class _Commit:
    """A COMMIT under way, and who waits for it on the loop."""

    __slots__ = ("ended", "error", "loop", "waiter")

    def __init__(self) -> None:
        self.ended = False
        self.error: BaseException | None = None
        self.loop = asyncio.get_running_loop()
        self.waiter: asyncio.Future[None] = self.loop.create_future()

    def end(self) -> None:
        """Wake who waits; runs on the loop."""
        self.ended = True
        if not self.waiter.done():
            self.waiter.set_result(None)


class Committer:
    """Commits one connection's transactions, one after the other.

    Not an executor: its future, the loop's, and the shield around that are three more turns of the loop per message.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._jobs: SimpleQueue[_Commit | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="sqlite-commit", daemon=True)
        self._thread.start()

    async def commit(self) -> asyncio.CancelledError | None:
        """Commit. A task cancelled meanwhile waits for the end and gets its cancellation back.

        Raises what SQLite does.
        """
        cancelled = None
        job = _Commit()
        self._jobs.put(job)
        while not job.ended:
            try:
                await job.waiter
            except asyncio.CancelledError as error:
                cancelled = error
                job.waiter = job.loop.create_future()
        if job.error is not None:
            raise job.error
        return cancelled

    def close(self) -> None:
        """Return when the thread has ended."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                self._connection.execute("COMMIT")
            except BaseException as error:  # noqa: BLE001 - the task that waits must hear of it
                job.error = error
            job.loop.call_soon_threadsafe(job.end)
