"""`identifiers`: addresses and numbers, sealed, found by a blind index."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ForeignKey, Table, and_, bindparam, delete, func, insert, select, update

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.lists import among
from chatroom.db.types import Id, Text, Time, Word
from chatroom.features.auth.types import IdentifierKind

identifiers: Final = Table(
    "identifiers",
    metadata,
    Column("kind", Word(8), primary_key=True),
    Column("lookup", Word(64), primary_key=True),  # blind index: equal addresses collide, none can be read
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)

_ADD: Final = insert(identifiers)
_OWNER: Final = select(identifiers.c.user_id).where(
    identifiers.c.kind == bindparam("kind"), among(identifiers.c.lookup, "lookups")
)
_OF: Final = select(identifiers.c.kind, identifiers.c.sealed).where(
    identifiers.c.user_id == bindparam("user")
)
_REMOVE: Final = delete(identifiers).where(identifiers.c.user_id == bindparam("user"))
_REMOVE_KIND: Final = _REMOVE.where(identifiers.c.kind == bindparam("of_kind"))
_STALE: Final = identifiers.c.sealed.not_like(bindparam("mark"))
_COUNT: Final = select(func.count()).where(_STALE)
_BATCH: Final = (
    select(identifiers.c.kind, identifiers.c.lookup, identifiers.c.user_id, identifiers.c.sealed)
    .where(_STALE)
    .limit(bindparam("count"))
)
_SAMPLE: Final = select(
    identifiers.c.kind, identifiers.c.lookup, identifiers.c.user_id, identifiers.c.sealed
).limit(bindparam("count"))
_RESEAL: Final = (
    update(identifiers)
    .where(and_(identifiers.c.kind == bindparam("of_kind"), identifiers.c.lookup == bindparam("was")))
    .values(lookup=bindparam("now"), sealed=bindparam("fresh"))
)


class Stale(NamedTuple):
    """A row that is, or may be, sealed with an older key."""

    kind: IdentifierKind
    lookup: str
    user_id: str
    sealed: str


async def add(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Insert an identifier. Raises `db.Conflict` when somebody has it."""
    await tx.run(_ADD, row)


async def find_owner(reader: Reader, kind: IdentifierKind, lookups: Sequence[str]) -> str | None:
    """The id of whoever has an identifier, given its index under each key, or None."""
    owner: str | None = await reader.scalar(_OWNER, {"kind": kind, "lookups": list(lookups)})
    return owner


async def list_of(reader: Reader, user_id: str) -> list[tuple[IdentifierKind, str]]:
    """(kind, sealed) of each identifier of a person."""
    return [(row.kind, row.sealed) for row in await reader.all(_OF, {"user": user_id})]


async def remove_of(tx: Transaction, user_id: str, kind: IdentifierKind | None = None) -> None:
    """Take a person's identifiers away, or only those of one kind."""
    if kind is None:
        await tx.run(_REMOVE, {"user": user_id})
    else:
        await tx.run(_REMOVE_KIND, {"user": user_id, "of_kind": kind})


async def count_stale(reader: Reader, mark: str) -> int:
    """How many are sealed with another key than the one whose texts begin with `mark`."""
    return int(await reader.scalar(_COUNT, {"mark": mark + "%"}))


async def list_stale(reader: Reader, mark: str, count: int) -> list[Stale]:
    """Some of those."""
    return [Stale(*row) for row in await reader.all(_BATCH, {"mark": mark + "%", "count": count})]


async def sample(reader: Reader, count: int) -> list[Stale]:
    """Some rows, of whichever keys."""
    return [Stale(*row) for row in await reader.all(_SAMPLE, {"count": count})]


async def reseal(tx: Transaction, row: Stale, lookup: str, sealed: str) -> None:
    """Replace both the index and the ciphertext of a row."""
    await tx.run(_RESEAL, {"of_kind": row.kind, "was": row.lookup, "now": lookup, "fresh": sealed})
