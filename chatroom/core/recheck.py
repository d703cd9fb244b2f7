"""What one process changes about a person reaches the open sockets of every other.

A socket's rights are those of its connection, in memory. The node that ends a session, takes a role away or a person
out of a room changes its own connections after the commit. The others, and a server beside which the command line has
changed something, learn of it from a row of the same transaction: each looks for such rows twice a second, in one query
whatever the number of its sockets, and then reads again what is true of those people. It reads rows of up to
`OVERLAP_MS` ago each time, for a transaction commits later than the time it writes, and clocks of nodes differ.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.db import rechecks

PAUSE: Final = 0.4
"""Seconds between two looks; with the work of a look what happened elsewhere counts here within one."""
OVERLAP_MS: Final = 10_000
_log = structlog.get_logger("chatroom")

Check = Callable[[Context, str], Awaitable[None]]


async def ask(tx: Tx, user_id: str) -> None:
    """Have every node look again at what a person's sockets may do."""
    await rechecks.ask(tx.db, user_id, tx.now)


class Rechecks:
    """Looks again at the people of this node. One per node, in its event loop only."""

    def __init__(self, make_context: Callable[[], Context], checks: Sequence[Check]) -> None:
        """Each check mends what the sockets of one person, who may have none here, are taken to be."""
        self._make_context = make_context
        self._checks = checks
        self._seen: dict[str, int] = {}
        self._since = make_context().now
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Look until `stop`. A database that is away is asked again; nothing can be sent meanwhile either."""
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), PAUSE)
            try:
                await self.look()
            except Problem as problem:
                _log.warning("rechecks.waiting", reason=problem.code)
            except Exception:  # noqa: BLE001 - one bad look must not end those that follow
                _log.exception("rechecks.broken")

    async def look(self) -> None:
        """Check everybody of whom there is news. Raises `Problem("unavailable")`; nobody is missed then."""
        ctx = self._make_context()
        async with ctx.read() as reader:
            found = await rechecks.since(reader, self._since - OVERLAP_MS)
        for user_id, version in found:
            if self._seen.get(user_id) != version:
                await self._check(ctx, user_id)
                self._seen[user_id] = version
        self._since = ctx.now
        self._seen = dict(found)

    async def _check(self, ctx: Context, user_id: str) -> None:
        """Check one person. A fault ends their sockets, which come again as what is true, and holds up nobody else."""
        try:
            for check in self._checks:
                await check(ctx, user_id)
        except Exception as error:
            if isinstance(error, Problem) and error.retryable:
                raise
            _log.exception("rechecks.broken", user=user_id)
            ctx.kernel.broker.end_user(user_id)

    def stop(self) -> None:
        """Let `run` end."""
        self._stop.set()
