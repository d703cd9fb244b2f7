"""What auth cleans up by itself."""

from typing import Any, Final

from chatroom.core.context import Context
from chatroom.core.jobs import job
from chatroom.features.auth import store

_EVERY: Final = 900  # seconds; seed S1's figure


@job("auth.expire_sessions", every=_EVERY)
async def expire_sessions(ctx: Context, _: Any) -> None:
    """Delete the sessions that have expired. Their tokens have too, so nobody notices."""
    async with ctx.begin() as tx:
        await store.remove_expired(tx.db, tx.now)
