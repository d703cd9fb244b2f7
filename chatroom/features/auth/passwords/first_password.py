"""First passwords: sixteen random characters by SMS, ten minutes, five tries, to be replaced before anything else."""

import secrets
from typing import Any, Final

from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.jobs import job
from chatroom.features.auth.identifiers import codes, identifiers
from chatroom.features.auth.passwords.password_check import TRIES
from chatroom.features.auth.ports import PasswordHasher, SmsSender
from chatroom.features.auth.records import Password
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.store import identifiers as identifier_store
from chatroom.features.auth.store import passwords
from chatroom.features.users import service as users

LENGTH: Final = 16
MINUTES: Final = 10
# Without the characters that people take for one another when they type from another screen: 57^16 are 93 bits.
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


@job("auth.send_password")
async def send_password(ctx: Context, payload: Any) -> None:
    """Make a first password, keep its hash, send it. A second run sends another one, and only that one works."""
    user_id: str = payload["userId"]
    password = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
    address: str = payload.get("address", "")
    hashed = await ctx.port(PasswordHasher).hash(password.encode(), address)
    async with ctx.begin() as tx:
        number = (await identifiers.of(ctx, tx.db, user_id)).get("phone")
        stored = await passwords.find(tx.db, user_id)
        if number is None or (stored and not stored.must_change):
            return
        ends = tx.now + MINUTES * 60_000
        first = Password(user_id, hashed, tx.now, must_change=True, expires_at=ends, address=address)
        await passwords.put(tx.db, first)
    # No full stop behind it, which somebody would copy with it.
    text = f"Your first password is {password} and works for {MINUTES} minutes: set one of your own then."
    to = Identifier("phone", number)
    await codes.count(ctx, to)  # the sign-up was refused where there were enough
    await codes.carry(ctx, to, ctx.port(SmsSender).send(number, text))


async def release(tx: Tx, number: Identifier) -> None:
    """Free a number from somebody who claimed it and did not prove it while their first password was good.

    Raises `Problem("user_exists")` when it is somebody's.
    """
    owner = await identifiers.find_owner(tx.ctx, tx.db, number)
    if owner is None:
        return
    person = await users.find(tx.db, owner)
    password = await passwords.find(tx.db, owner)
    unproven = person is not None and (person.status == "pending" or person.kind == "guest")
    dead = password is not None and (
        password.must_change and (password.tries >= TRIES or (password.expires_at or 0) <= tx.now)
    )
    if not (unproven and dead):
        raise Problem("user_exists")
    await passwords.remove(tx.db, owner)
    await identifier_store.remove_of(tx.db, owner)
