"""Guests who came without a token: nobody stores them before they say something."""

import secrets
from typing import Final

import msgspec

from chatroom.core import ids
from chatroom.core.addresses import address_key
from chatroom.core.context import Context
from chatroom.core.limits import RateLimiter, spend
from chatroom.core.principal import Principal, Role
from chatroom.features.users import service as users

_LIFE: Final = 24 * 3600 * 1000  # milliseconds; as long as any guest's
_NAME_BYTES: Final = 3  # seed S1's guest_xxxxxx


def anonymous() -> Principal:
    """Return a guest who has an id and a name and no row."""
    mark = secrets.token_hex(_NAME_BYTES)
    return Principal(
        id=ids.new(), role=Role.GUEST, name=f"guest_{mark}", username=f"guest-{mark}", transient=True
    )


async def settle(ctx: Context) -> None:
    """Give the guest who asks a row, under the id they go by; from then on they are a guest like others.

    A guest's events come one by one, so there are never two of these at once. Each has a rate of messages of their
    own, so an address gets only so many of them. Raises `TooMany`.
    """
    if not ctx.who.transient:
        return
    await spend(ctx.port(RateLimiter), "auth.anonymous", address_key(ctx.origin.address))
    async with ctx.begin() as tx:
        person = await users.add(tx, ctx.who.name, kind="guest", id=ctx.who.id, expires_at=tx.now + _LIFE)
    ctx.who = msgspec.structs.replace(ctx.who, transient=False, username=person.username)
    if ctx.connection is not None:
        ctx.connection.become(ctx.who)
