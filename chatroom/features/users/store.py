"""The table `users`."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Column, Table, and_, bindparam, delete, insert, or_, select, update

from chatroom.core.lookalikes import key
from chatroom.db import Reader, Row, Transaction, metadata
from chatroom.db.lists import among
from chatroom.db.types import Id, Name, Time, Word
from chatroom.features.users.types import Person

users: Final = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Word(16), nullable=False),
    Column("role", Word(16), nullable=False),
    Column("name", Name(64), nullable=False),
    Column("username", Word(40), nullable=False, unique=True),
    Column("created_at", Time, nullable=False),
    Column("last_seen_at", Time),
    Column("status", Word(12), nullable=False, server_default="active"),
    Column("expires_at", Time, index=True),
    Column("declared_age", Word(12)),
    Column("first_joined_at", Time),  # who never joined a room has said nothing
    Column("handle_key", Word(32), unique=True, index=True),  # what the handle looks like
    Column("name_key", Word(32)),  # what the name looks like
    Column("claimed_name", Name(64)),  # of a guest who has not yet shown that the number they gave is theirs
)

_COLUMNS: Final = (
    users.c.id,
    users.c.name,
    users.c.username,
    users.c.kind,
    users.c.role,
    users.c.created_at,
    users.c.last_seen_at,
    users.c.status,
    users.c.expires_at,
    users.c.declared_age,
    users.c.claimed_name,
    users.c.name_key,
)
_ADD: Final = insert(users)
_FIND: Final = select(*_COLUMNS).where(users.c.id == bindparam("user"))
_LIST: Final = select(*_COLUMNS).where(among(users.c.id, "ids"))
# In id order, so that two transactions never wait in a circle; rows that name these people may be added meanwhile.
_LOCK: Final = _LIST.order_by(users.c.id).with_for_update(key_share=True)
_HANDLE: Final = select(users.c.id).where(
    or_(users.c.username == bindparam("handle"), users.c.handle_key == bindparam("look"))
)
_PAGE: Final = (
    select(*_COLUMNS).where(users.c.id > bindparam("after")).order_by(users.c.id).limit(bindparam("count"))
)
_EXPIRED: Final = (
    select(*_COLUMNS)
    .where(users.c.expires_at < bindparam("before"), users.c.status != "deleted")
    .order_by(users.c.expires_at)
    .limit(bindparam("count"))
)
_STRANGER: Final = and_(users.c.id == bindparam("user"), users.c.first_joined_at.is_(None))
_REMOVE: Final = delete(users).where(_STRANGER)
_JOINED: Final = update(users).where(_STRANGER).values(first_joined_at=bindparam("now"))
_CHANGE: Final = update(users).where(users.c.id == bindparam("user"))
_SEEN: Final = update(users).where(users.c.id == bindparam("user")).values(last_seen_at=bindparam("seen"))


def _person(row: Row) -> Person:
    return Person(*row)


async def add(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Insert a person. Raises `db.Conflict` when the handle, or one that looks like it, is taken."""
    await tx.run(_ADD, {**row, **keys(row)})


def keys(row: Mapping[str, Any]) -> dict[str, str]:
    """The columns that tell what a handle and a name look like, for those that are being stored."""
    looks = {"username": "handle_key", "name": "name_key"}
    return {column: key(row[field]) for field, column in looks.items() if field in row}


async def find(reader: Reader, user_id: str) -> Person | None:
    """One person, or None."""
    row = await reader.one(_FIND, {"user": user_id})
    return _person(row) if row else None


async def list_by_ids(reader: Reader, ids: Iterable[str]) -> dict[str, Person]:
    """These people by id; unknown ids are absent."""
    return {row.id: _person(row) for row in await reader.all(_LIST, {"ids": list(ids)})}


async def lock(tx: Transaction, ids: Iterable[str]) -> dict[str, Person]:
    """The same, and nobody else changes them until this transaction ends."""
    return {row.id: _person(row) for row in await tx.all(_LOCK, {"ids": sorted(ids)})}


async def list_after(reader: Reader, after: str, count: int) -> list[Person]:
    """People in the order of their ids, from the first one behind `after`."""
    return [_person(row) for row in await reader.all(_PAGE, {"after": after, "count": count})]


async def list_expired(reader: Reader, before: int, count: int) -> list[Person]:
    """Guests and unproven people whose time was up before an instant."""
    return [_person(row) for row in await reader.all(_EXPIRED, {"before": before, "count": count})]


async def change(tx: Transaction, user_id: str, changes: Mapping[str, Any]) -> None:
    """Set columns of a person. Raises `db.Conflict` when the handle, or one that looks like it, is taken."""
    await tx.run(_CHANGE.values(**changes, **keys(changes)), {"user": user_id})


async def remove(tx: Transaction, user_id: str) -> bool:
    """Delete a person who never joined a room; whether it was one.

    Raises `db.Conflict` when a row of another table names them.
    """
    return bool(await tx.run(_REMOVE, {"user": user_id}))


async def joined(tx: Transaction, user_id: str, now: int) -> None:
    """Remember when a person first joined a room."""
    await tx.run(_JOINED, {"user": user_id, "now": now})


async def is_taken(reader: Reader, handle: str) -> bool:
    """Whether somebody has this handle, or one that looks like it."""
    return await reader.scalar(_HANDLE, {"handle": handle, "look": key(handle)}) is not None


async def change_last_seen(tx: Transaction, user_id: str, at: int) -> None:
    """Remember when a person was last here."""
    await tx.run(_SEEN, {"user": user_id, "seen": at})
