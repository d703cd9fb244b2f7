"""`codes`: one-time codes on their way to somebody; one of a purpose at a time."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, Table, bindparam, delete, select, update

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.types import Id, Text, Time, Word
from chatroom.db.upsert import upsert
from chatroom.features.auth.records import Code

codes: Final = Table(
    "codes",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("purpose", Word(12), primary_key=True),
    Column("hashed", Word(64), nullable=False),
    Column("kind", Word(8), nullable=False),
    Column("lookup", Word(64), nullable=False),
    Column("sealed", Text),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("address", Word(45), nullable=False, server_default=""),
    Column("tries_elsewhere", Integer, nullable=False, server_default="0"),
)

_MINE: Final = (codes.c.user_id == bindparam("user"), codes.c.purpose == bindparam("what"))
_FIND: Final = select(*codes.c).where(*_MINE)
_LIVING: Final = update(codes).where(*_MINE, codes.c.expires_at > bindparam("now"))
_TRY: Final = _LIVING.where(codes.c.address == bindparam("here"), codes.c.tries < bindparam("most")).values(
    tries=codes.c.tries + 1
)
_TRY_ELSEWHERE: Final = _LIVING.where(
    codes.c.address != bindparam("here"), codes.c.tries_elsewhere < bindparam("most")
).values(tries_elsewhere=codes.c.tries_elsewhere + 1)
_USE: Final = delete(codes).where(*_MINE, codes.c.hashed == bindparam("hash"))
_OF: Final = delete(codes).where(codes.c.user_id == bindparam("user"))
_EXPIRED: Final = (
    select(codes.c.user_id, codes.c.purpose)
    .where(codes.c.expires_at < bindparam("before"))
    .limit(bindparam("count"))
)
_REMOVE_EXPIRED: Final = delete(codes).where(*_MINE, codes.c.expires_at < bindparam("before"))


async def put(tx: Transaction, code: Code) -> None:
    """Keep a code in place of the one before."""
    row = code._asdict()
    changes = {name: value for name, value in row.items() if name not in ("user_id", "purpose")}
    await upsert(tx, codes, row, ["user_id", "purpose"], changes)


async def find(reader: Reader, user_id: str, purpose: str) -> Code | None:
    """The code of a person for a purpose, or None."""
    row = await reader.one(_FIND, {"user": user_id, "what": purpose})
    return Code(*row) if row else None


async def take_try(
    tx: Transaction, user_id: str, purpose: str, address: str, *, most: int, elsewhere: int, now: int
) -> bool:
    """Count an attempt: one of `most` at the address that asked for the code, one of `elsewhere` at all others.

    False when there is no living code, or no such try is left.
    """
    given = {"user": user_id, "what": purpose, "here": address, "now": now}
    if await tx.run(_TRY, {**given, "most": most}):
        return True
    return await tx.run(_TRY_ELSEWHERE, {**given, "most": elsewhere}) > 0


async def use(tx: Transaction, user_id: str, purpose: str, hashed: str) -> bool:
    """Use a code up; False when it is another one, or somebody was quicker."""
    return await tx.run(_USE, {"user": user_id, "what": purpose, "hash": hashed}) > 0


async def remove_of(tx: Transaction, user_id: str) -> None:
    """Void every code of a person."""
    await tx.run(_OF, {"user": user_id})


async def remove_expired(tx: Transaction, before: int, count: int) -> int:
    """Delete up to `count` codes that expired before an instant; return how many there were."""
    old = await tx.all(_EXPIRED, {"before": before, "count": count})
    rows = [{"user": row.user_id, "what": row.purpose, "before": before} for row in old]
    await tx.many(_REMOVE_EXPIRED, rows)
    return len(old)
