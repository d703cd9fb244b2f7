"""`members`: who belongs to which room. Rows come and go in `rooms.store`, which counts them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, bindparam, func, select, update

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.lists import among
from chatroom.db.types import Id, Time, Word
from chatroom.features.rooms.types import Member

members: Final = Table(
    "members",
    metadata,
    Column("room_id", Id, ForeignKey("rooms.id"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("role", Word(16), nullable=False),
    Column("joined_at", Time, nullable=False),
    Column("joined_seq", Integer, nullable=False),
    Column("read_seq", Integer, nullable=False),
    Index(None, "user_id", "room_id"),  # in the order of a person's list, of which a page then is read
)

_MEMBER: Final = select(members.c.user_id, members.c.role, members.c.joined_at, members.c.read_seq)
_OF_ROOM: Final = _MEMBER.where(members.c.room_id == bindparam("room"))
_MEMBERS_AFTER: Final = (
    _OF_ROOM.where(members.c.user_id > bindparam("after"))
    .order_by(members.c.user_id)
    .limit(bindparam("count"))
)
_MEMBERS_AMONG: Final = _OF_ROOM.where(among(members.c.user_id, "users"))
_ROOMS_OF: Final = select(members.c.room_id).where(members.c.user_id == bindparam("user"))
_COUNT_ROOMS_OF: Final = select(func.count()).where(members.c.user_id == bindparam("user"))
_ROOMS_OF_ALL: Final = select(members.c.user_id, members.c.room_id).where(among(members.c.user_id, "users"))
_PAIRS: Final = select(members.c.room_id, members.c.user_id).where(
    # Not pairs: for a list of those SQLite reads the whole table (100 ms of 200 000 rows), for two lists the key.
    among(members.c.room_id, "rooms"),
    among(members.c.user_id, "users"),
)
_READ: Final = (
    update(members)
    .where(
        members.c.room_id == bindparam("room"),
        members.c.user_id == bindparam("user"),
        members.c.read_seq < bindparam("seq"),
    )
    .values(read_seq=bindparam("seq"))
)


async def list_after(reader: Reader, room_id: str, user_id: str, count: int) -> list[Member]:
    """Members of a room behind an id, in the order of their ids, at most `count`."""
    rows = await reader.all(_MEMBERS_AFTER, {"room": room_id, "after": user_id, "count": count})
    return [Member(*row) for row in rows]


async def list_among(reader: Reader, room_id: str, user_ids: Sequence[str]) -> list[Member]:
    """Those of these people, a page of them, who are members."""
    rows = await reader.all(_MEMBERS_AMONG, {"room": room_id, "users": list(user_ids)})
    return [Member(*row) for row in rows]


async def list_rooms_of(reader: Reader, user_id: str) -> list[str]:
    """The ids of the rooms a person is a member of."""
    return [row.room_id for row in await reader.all(_ROOMS_OF, {"user": user_id})]


async def count_rooms_of(reader: Reader, user_id: str) -> int:
    """How many rooms a person is a member of."""
    return int(await reader.scalar(_COUNT_ROOMS_OF, {"user": user_id}))


async def list_rooms_of_all(reader: Reader, user_ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids of the rooms of each of these people; who is in none is absent."""
    found: dict[str, list[str]] = {}
    for user_id, room_id in await reader.all(_ROOMS_OF_ALL, {"users": list(user_ids)}):
        found.setdefault(user_id, []).append(room_id)
    return found


async def list_pairs(reader: Reader, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (room, user) pairs that are memberships."""
    asked = set(pairs)
    rooms, users = {room for room, _ in asked}, {user for _, user in asked}
    rows: Sequence[Any] = await reader.all(_PAIRS, {"rooms": list(rooms), "users": list(users)})
    return asked.intersection((row[0], row[1]) for row in rows)


async def change_read_seq(tx: Transaction, room_id: str, user_id: str, seq: int) -> bool:
    """Move a read mark forward; False when it stood there or further, or there is no membership."""
    return await tx.run(_READ, {"room": room_id, "user": user_id, "seq": seq}) > 0
