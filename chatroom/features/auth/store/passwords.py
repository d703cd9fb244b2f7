"""`passwords`: hashes, and how long a first one is good for."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, bindparam, delete, false, select, update

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.types import Id, Time, Word
from chatroom.db.upsert import upsert
from chatroom.features.auth.types import Password

passwords: Final = Table(
    "passwords",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("hashed", Word(100), nullable=False),
    Column("changed_at", Time, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=false()),  # a first password
    Column("expires_at", Time),
    Column("tries", Integer, nullable=False, server_default="0"),
)

_FIND: Final = select(*passwords.c).where(passwords.c.user_id == bindparam("user"))
_HASH: Final = (
    update(passwords)
    .where(passwords.c.user_id == bindparam("user"), passwords.c.hashed == bindparam("was"))
    .values(hashed=bindparam("fresh"))
)
_TRY: Final = (
    update(passwords)
    .where(
        passwords.c.user_id == bindparam("user"),
        passwords.c.hashed == bindparam("was"),
        passwords.c.tries < bindparam("most"),
        passwords.c.expires_at > bindparam("now"),
    )
    .values(tries=passwords.c.tries + 1)
)
_FORGIVE: Final = update(passwords).where(passwords.c.user_id == bindparam("user")).values(tries=0)
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


async def take_try(tx: Transaction, password: Password, most: int, now: int) -> bool:
    """Count an attempt at a first password before it is made; False when there is none left, or it has expired."""
    given = {"user": password.user_id, "was": password.hashed, "most": most, "now": now}
    return await tx.run(_TRY, given) > 0


async def forgive(tx: Transaction, user_id: str) -> None:
    """Forget the attempts."""
    await tx.run(_FORGIVE, {"user": user_id})


async def remove(tx: Transaction, user_id: str) -> None:
    """Leave a person without a password."""
    await tx.run(_REMOVE, {"user": user_id})
