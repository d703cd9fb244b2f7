"""Taking away what lets a person in: when they are removed, suspended, or their day is over."""

from chatroom.core.context import Context, Tx
from chatroom.db import Conflict
from chatroom.features.auth import sessions
from chatroom.features.auth.store import codes, identifiers, passwords
from chatroom.features.auth.store import sessions as session_store
from chatroom.features.users import service as users
from chatroom.features.users.signals import ShutOut
from chatroom.features.users.types import Person


async def shut_out(tx: Tx, signal: ShutOut) -> None:
    """End every session of somebody who may no longer sign in, and void their codes."""
    await codes.remove_of(tx.db, signal.user_id)
    await sessions.end_all(tx, signal.user_id)


async def expire(ctx: Context, person: Person) -> None:
    """Remove a guest or an unproven person whose time is up; who said something stays as a name without a way in."""
    try:
        async with ctx.begin() as tx:
            await _strip(tx, person.id)
            await users.erase(tx, person.id)
    except Conflict:  # their messages stand, and name them
        async with ctx.begin() as tx:
            await _strip(tx, person.id)
            await users.bury(tx, person.id)


async def _strip(tx: Tx, user_id: str) -> None:
    await codes.remove_of(tx.db, user_id)
    await passwords.remove(tx.db, user_id)
    await identifiers.remove_of(tx.db, user_id)
    await sessions.end_all(tx, user_id)
    await session_store.remove_of(tx.db, user_id)
