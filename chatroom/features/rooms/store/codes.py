"""`invites`: one code for each room, found by its index and kept sealed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Table,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.lists import among
from chatroom.db.types import Id, Text, Time, Word
from chatroom.features.rooms.types import InviteRow

invites: Final = Table(
    "invites",
    metadata,
    Column("room_id", Id, ForeignKey("rooms.id"), primary_key=True),
    Column("lookup", Word(64), nullable=False, unique=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time),
    Column("max_uses", Integer),
    Column("uses", Integer, nullable=False),
)

_ADD: Final = insert(invites)
_REMOVE: Final = delete(invites).where(invites.c.room_id == bindparam("room"))
_FIND: Final = select(
    invites.c.room_id, invites.c.sealed, invites.c.expires_at, invites.c.max_uses, invites.c.uses
).where(invites.c.room_id == bindparam("room"))
_BY_CODE: Final = select(invites.c.room_id).where(among(invites.c.lookup, "codes"))
_IS_STALE: Final = invites.c.sealed.not_like(bindparam("mark"))
_STALE_COUNT: Final = select(func.count()).select_from(invites).where(_IS_STALE)
_STALE: Final = select(invites.c.room_id, invites.c.sealed).where(_IS_STALE).limit(bindparam("count"))
_SAMPLE: Final = select(invites.c.room_id, invites.c.sealed).limit(bindparam("count"))
_RESEAL: Final = (
    update(invites)
    .where(invites.c.room_id == bindparam("room"), invites.c.sealed == bindparam("was"))
    .values(lookup=bindparam("index"), sealed=bindparam("fresh"))
)
# One statement checks and counts: of fifty people with the last use of a code, one gets in.
_USE: Final = (
    update(invites)
    .where(
        invites.c.room_id == bindparam("room"),
        among(invites.c.lookup, "codes"),
        or_(invites.c.expires_at.is_(None), invites.c.expires_at > bindparam("now")),
        or_(invites.c.max_uses.is_(None), invites.c.uses < invites.c.max_uses),
    )
    .values(uses=invites.c.uses + 1)
)


async def change(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Replace the room's invite."""
    await remove(tx, row["room_id"])
    await tx.run(_ADD, row)


async def remove(tx: Transaction, room_id: str) -> bool:
    """Withdraw the room's invite; False when there was none."""
    return await tx.run(_REMOVE, {"room": room_id}) > 0


async def sample(reader: Reader, count: int) -> dict[str, str]:
    """Room id -> sealed code of some invites, of whichever keys."""
    return {row.room_id: row.sealed for row in await reader.all(_SAMPLE, {"count": count})}


async def find(reader: Reader, room_id: str) -> InviteRow | None:
    """The room's invite, or None."""
    row = await reader.one(_FIND, {"room": room_id})
    return InviteRow(*row) if row else None


async def count_stale(reader: Reader, mark: str) -> int:
    """How many invites are sealed with another key than the one whose texts begin with `mark`."""
    return int(await reader.scalar(_STALE_COUNT, {"mark": mark + "%"}))


async def list_stale(reader: Reader, mark: str, count: int) -> dict[str, str]:
    """Some of those: room id -> sealed code."""
    return {row.room_id: row.sealed for row in await reader.all(_STALE, {"mark": mark + "%", "count": count})}


async def reseal(tx: Transaction, room_id: str, was: str, lookup: str, sealed: str) -> None:
    """Replace both the index and the ciphertext of an invite, unless it was replaced meanwhile."""
    await tx.run(_RESEAL, {"room": room_id, "was": was, "index": lookup, "fresh": sealed})


async def find_room(reader: Reader, lookups: Sequence[str]) -> str | None:
    """The room that a code leads to, or None."""
    room_id: str | None = await reader.scalar(_BY_CODE, {"codes": lookups})
    return room_id


async def use(tx: Transaction, room_id: str, lookups: Sequence[str], now: int) -> bool:
    """Spend one use of a code; False when it is not this room's, has expired or is used up."""
    return await tx.run(_USE, {"room": room_id, "codes": lookups, "now": now}) > 0
