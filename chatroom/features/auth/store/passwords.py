"""`passwords`: hashes, and how long a first one is good for."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, bindparam, delete, false, select, update

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.types import Id, Time, Word
from chatroom.db.upsert import upsert
from chatroom.features.auth.records import Password

passwords: Final = Table(
    "passwords",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("hashed", Word(100), nullable=False),
    Column("changed_at", Time, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=false()),  # a first password
    Column("expires_at", Time),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("address", Word(45), nullable=False, server_default=""),
    Column("tries_elsewhere", Integer, nullable=False, server_default="0"),
)

_FIND: Final = select(*passwords.c).where(passwords.c.user_id == bindparam("user"))
_SAME: Final = update(passwords).where(
    passwords.c.user_id == bindparam("user"), passwords.c.hashed == bindparam("was")
)
_HASH: Final = _SAME.values(hashed=bindparam("fresh"))
_LIVING: Final = _SAME.where(passwords.c.expires_at > bindparam("now"))
_TRY: Final = _LIVING.where(passwords.c.tries < bindparam("most")).values(tries=passwords.c.tries + 1)
_TRY_ELSEWHERE: Final = _LIVING.where(passwords.c.tries_elsewhere < bindparam("most")).values(
    tries_elsewhere=passwords.c.tries_elsewhere + 1
)
_RETURN: Final = _SAME.where(passwords.c.tries > 0).values(tries=passwords.c.tries - 1)
_RETURN_ELSEWHERE: Final = _SAME.where(passwords.c.tries_elsewhere > 0).values(
    tries_elsewhere=passwords.c.tries_elsewhere - 1
)
_FORGIVE: Final = (
    update(passwords).where(passwords.c.user_id == bindparam("user")).values(tries=0, tries_elsewhere=0)
)
_REMOVE: Final = delete(passwords).where(passwords.c.user_id == bindparam("user"))


async def find(reader: Reader, user_id: str) -> Password | None:
    """The password of a person, or None."""
    row = await reader.one(_FIND, {"user": user_id})
    return Password(*row) if row else None


async def put(tx: Transaction, password: Password) -> None:
    """Give a person a password in place of whichever they had."""
    row = password._asdict()
    changes = {name: value for name, value in row.items() if name != "user_id"}
    await upsert(tx, passwords, row, ["user_id"], changes)


async def change_hash(tx: Transaction, user_id: str, was: str, fresh: str) -> bool:
    """Replace the hash of an unchanged password (its cost was raised); False when it has changed meanwhile."""
    return await tx.run(_HASH, {"user": user_id, "was": was, "fresh": fresh}) > 0


async def take_try(
    tx: Transaction, password: Password, address: str, *, most: int, elsewhere: int, now: int
) -> bool:
    """Count an attempt at a first password before it is made; False when none is left, or it has expired.

    There are `most` at the address that signed up, and `elsewhere` at all others.
    """
    own = password.address == address
    given = {"user": password.user_id, "was": password.hashed, "now": now}
    return await tx.run(_TRY if own else _TRY_ELSEWHERE, {**given, "most": most if own else elsewhere}) > 0


async def return_try(tx: Transaction, password: Password, address: str) -> None:
    """Take back what `take_try` counted: nothing was compared."""
    own = password.address == address
    given = {"user": password.user_id, "was": password.hashed}
    await tx.run(_RETURN if own else _RETURN_ELSEWHERE, given)


async def forgive(tx: Transaction, user_id: str) -> None:
    """Forget the attempts."""
    await tx.run(_FORGIVE, {"user": user_id})


async def remove(tx: Transaction, user_id: str) -> None:
    """Leave a person without a password."""
    await tx.run(_REMOVE, {"user": user_id})
