"""When sessions were last used: remembered at once, stored together a moment later."""

import asyncio
import contextlib
from itertools import islice
from typing import Final

import structlog

from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.features.auth.store import sessions as store
from chatroom.features.auth.types import Session

_FRESH: Final = 60_000
"""Milliseconds within which a session's time is not written again."""
_PAUSE: Final = 1.0
"""Seconds that uses are collected: a storm of reconnects is then a few transactions, not one each."""
_BATCH: Final = (
    500  # in one transaction, so that messages need not wait for ten thousand who came back at once
)
_log = structlog.get_logger("chatroom.auth")


class Uses:
    """The uses of this node's sessions that have not been stored yet. One per node, in its event loop only."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}
        self._stop = asyncio.Event()

    def note(self, session: Session, now: int) -> None:
        """Remember that a session is used now (epoch milliseconds)."""
        if now - session.last_used_at >= _FRESH:
            self._waiting[session.id] = now

    async def store(self, ctx: Context) -> None:
        """Write what is waiting. Raises `Problem("unavailable")`."""
        uses, self._waiting = self._waiting, {}
        everything = iter(uses.items())
        while some := dict(islice(everything, _BATCH)):
            async with ctx.begin() as tx:
                await store.used(tx.db, some)

    async def run(self, ctx: Context) -> None:
        """Write every second until `stop`. A time that cannot be written is given up: the next use brings another."""
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _PAUSE)
            try:
                await self.store(ctx)
            except Problem as problem:
                _log.warning("sessions.uses_lost", reason=problem.code)

    def stop(self) -> None:
        """Let `run` write what is waiting and end."""
        self._stop.set()
