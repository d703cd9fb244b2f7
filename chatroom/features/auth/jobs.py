"""What auth cleans up by itself."""

from typing import Any, Final

from chatroom.core.context import Context
from chatroom.core.jobs import job
from chatroom.db import Transaction, rechecks
from chatroom.features.auth.identifiers.codes import send_code
from chatroom.features.auth.identifiers.notices import send_notice
from chatroom.features.auth.joining import account_removal
from chatroom.features.auth.passwords.first_password import send_password
from chatroom.features.auth.store import codes, sessions
from chatroom.features.users import service as users

_EVERY: Final = 900  # seconds; seed S1's figure
_BATCH: Final = 100
_ROWS: Final = 1_000
"""Rows that one transaction deletes: 5 ms on SQLite."""
_READ_MS: Final = 3_600_000


@job("auth.expire_sessions", every=_EVERY, seconds=600)
async def expire_sessions(ctx: Context, _: Any) -> None:
    """Delete the sessions and codes that have expired, and what every node has long read.

    Their tokens have expired too, so nobody notices; and in shares, so that nobody waits: 300 000 sessions in one
    statement kept SQLite from everybody else for 1.6 s.
    """
    for remove in (sessions.remove_expired, codes.remove_expired, _forget_rechecks):
        removed = _ROWS
        while removed == _ROWS:
            async with ctx.begin() as tx:
                removed = await remove(tx.db, tx.now, _ROWS)


async def _forget_rechecks(tx: Transaction, now: int, count: int) -> int:
    return await rechecks.forget(tx, now - _READ_MS, count)


@job("auth.expire_people", every=_EVERY, seconds=600)
async def expire_people(ctx: Context, _: Any) -> None:
    """Remove guests after their day, and people who did not prove their number in theirs."""
    while True:
        async with ctx.read() as reader:
            late = await users.list_expired(reader, ctx.now, _BATCH)
        for person in late:
            await account_removal.expire(ctx, person)
        if len(late) < _BATCH:
            return


jobs: Final = [expire_sessions, expire_people, send_code, send_notice, send_password]
