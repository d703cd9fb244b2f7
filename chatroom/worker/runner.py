"""The loop that claims due jobs, runs them, tries again with growing pauses, and gives up loudly."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from chatroom.core import ids
from chatroom.core.clock import Clock
from chatroom.core.context import Context
from chatroom.core.jobs import Job
from chatroom.core.outage import unavailable
from chatroom.db import Database, Row, Transaction, Unavailable
from chatroom.db import jobs as rows
from chatroom.worker.schedule import Schedule

AT_ONCE = 8
"""Jobs of one node that run side by side."""
LOOK_SECONDS = 1.0
"""How often an idle node looks for due jobs."""
LEASE_MARGIN_SECONDS = 15
"""How much longer than the longest job a claim lasts: room for a clock that is off and for noting the result."""
FIRST_PAUSE_MS = 5_000
LONGEST_PAUSE_MS = 3_600_000
DRAIN_SECONDS = 1.0
"""How long a stopping node waits for the jobs it runs before it gives them back."""

log = structlog.get_logger()


class LeaseRanOutError(Exception):
    """A job was claimed as often as it may be, and no run ever came to an end."""


class Runner:
    """Runs the jobs of one node. Several nodes may share one database."""

    def __init__(
        self, db: Database, jobs: Iterable[Job], make_context: Callable[[], Context], clock: Clock
    ) -> None:
        self._db = db
        self._jobs = {job.name: job for job in jobs}
        self._names = sorted(self._jobs)
        self._lease_ms = 1000 * (
            LEASE_MARGIN_SECONDS + max((job.seconds for job in self._jobs.values()), default=0)
        )
        self._make_context = make_context
        self._clock = clock
        self._schedule = Schedule(self._jobs.values())
        self._stop = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until `stop` is called. A database that is away is waited for."""
        stop = asyncio.ensure_future(self._stop.wait())
        while not stop.done():
            try:
                started = await self._start()
            except Unavailable as error:
                unavailable(error)  # says why, once
                started = []
            except Exception:
                log.exception("jobs.broken")
                started = []
            if len(self._running) >= AT_ONCE:
                await asyncio.wait({stop, *self._running}, return_when=asyncio.FIRST_COMPLETED)
            elif not started:
                await asyncio.wait({stop}, timeout=LOOK_SECONDS)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def stop(self) -> None:
        """Claim nothing more; `run` returns when the jobs under way have ended or, after a second, were given back."""
        self._stop.set()

    async def run_due(self) -> int:
        """Run what is due now (at most 8 jobs) to its end; return how many. Raises Unavailable."""
        return len(await asyncio.gather(*await self._start()))

    async def _start(self) -> list[asyncio.Task[None]]:
        now = self._clock()
        await self._schedule.offer(self._db, now)
        async with self._db.read() as reader:
            if not self._names or not await rows.is_any_due(reader, self._names, now):
                return []
        token = ids.new()
        free = AT_ONCE - len(self._running)
        async with self._db.begin() as tx:
            claimed = await rows.claim(
                tx, self._names, now=now, until=now + self._lease_ms, token=token, count=free
            )
        tasks = [asyncio.create_task(self._run(row, token)) for row in claimed]
        self._running.update(tasks)
        for task in tasks:
            task.add_done_callback(self._running.discard)
        return tasks

    async def _run(self, row: Row, token: str) -> None:
        job = self._jobs[row.name]
        told = log.bind(job=job.name, id=row.id, attempt=row.attempts + 1)
        try:
            if row.attempts >= job.attempts:
                raise LeaseRanOutError(f"{row.attempts} runs ended without a word: their nodes died")
            async with asyncio.timeout(job.seconds):
                await job.run(self._make_context(), row.payload)
        except asyncio.CancelledError:
            await self._note(told, lambda tx: rows.again(tx, row.id, token, self._clock(), None))
            raise
        except Exception as error:  # noqa: BLE001 - whatever a job's fault is, the others run on
            why = f"{type(error).__name__}: {error}"
            if row.attempts + 1 >= job.attempts:
                told.error("job.failed", error=why, exc_info=True)
                await self._note(told, lambda tx: rows.fail(tx, row.id, token, self._clock(), why))
                return
            pause = min(FIRST_PAUSE_MS * 2**row.attempts, LONGEST_PAUSE_MS)
            told.warning("job.retried", error=why, pause_ms=pause)
            await self._note(told, lambda tx: rows.again(tx, row.id, token, self._clock() + pause, why))
        else:
            await self._note(told, lambda tx: rows.done(tx, row.id, token, self._clock()))

    async def _note(
        self, told: structlog.stdlib.BoundLogger, change: Callable[[Transaction], Awaitable[bool]]
    ) -> None:
        """Write down how a run ended. If that fails the lease runs out and the job runs again."""
        try:
            async with self._db.begin() as tx:
                if not await change(tx):
                    told.warning("job.overtaken")
        except Unavailable as error:
            told.warning("job.unnoted", reason=str(error))
