"""When sessions were last used: remembered at once, stored together a moment later."""

import asyncio
import contextlib
from itertools import islice
from typing import Final

import structlog

from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.features.auth.records import Session
from chatroom.features.auth.store import sessions as store

_FRESH: Final = 60_000
"""Milliseconds within which a session's time is not written again."""
_PAUSE: Final = 1.0
"""Seconds that uses are collected: a storm of reconnects is then a few transactions, not one each."""
_BATCH: Final = (
    500  # in one transaction, so that messages need not wait for ten thousand who came back at once
)
_log = structlog.get_logger("chatroom.auth")


class LastUsed:
    """The uses of this node's sessions that have not been stored yet. One per node, in its event loop only."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}
        self._generations: dict[str, int] = {}
        self._stop = asyncio.Event()

    def note(self, session: Session, now: int, generation: int = 0) -> None:
        """Remember that a session is used now (epoch milliseconds), with a token of this generation."""
        if generation > session.used_generation:
            self._generations[session.id] = max(generation, self._generations.get(session.id, 0))
        if now - session.last_used_at >= _FRESH:
            self._waiting[session.id] = now

    def has_used(self, session: Session, generation: int) -> bool:
        """Whether a token of this generation, or of a later one, was used."""
        return max(session.used_generation, self._generations.get(session.id, 0)) >= generation

    async def store(self, ctx: Context) -> None:
        """Write what is waiting. Raises `Problem("unavailable")`."""
        if generations := dict(self._generations):
            async with ctx.begin() as tx:
                await store.used_tokens(tx.db, generations)
            # Forgotten once they can be read from the rows.
            self._generations = {
                name: count for name, count in self._generations.items() if count > generations.get(name, 0)
            }
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
