"""Taking away what lets a person in: when they are removed, suspended, or their day is over."""

from chatroom.core.context import Context, Tx
from chatroom.core.principal import Principal, Role
from chatroom.core.signals import tell
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.store import codes, identifiers, passwords
from chatroom.features.auth.store import sessions as session_store
from chatroom.features.users import service as users
from chatroom.features.users.signals import Departing, ShutOut
from chatroom.features.users.types import Person


async def shut_out(tx: Tx, signal: ShutOut) -> None:
    """End every session of somebody who may no longer sign in, and void their codes."""
    await codes.remove_of(tx.db, signal.user_id)
    await sessions.end_all(tx, signal.user_id)


async def expire(ctx: Context, person: Person) -> None:
    """Remove a guest or an unproven person whose time is up; who was in a room stays as a name without a way in."""
    ctx = Context(ctx.kernel, Principal(id=person.id, role=Role(person.role), username=person.username))
    async with ctx.begin() as tx:
        await tell(tx, Departing(user_id=person.id))
        await codes.remove_of(tx.db, person.id)
        await passwords.remove(tx.db, person.id)
        await identifiers.remove_of(tx.db, person.id)
        await sessions.end_all(tx, person.id)
        await session_store.remove_of(tx.db, person.id)
        await users.remove(tx, person.id)
