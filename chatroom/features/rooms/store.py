"""`rooms`, `members` and `invites`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.types import Id, Name, Text, Time, Word
from chatroom.features.rooms.types import InviteRow, LoungeRow, Member, RoomRow

rooms: Final = Table(
    "rooms",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name(80), nullable=False),
    Column("is_private", Boolean(create_constraint=False), nullable=False, index=True),
    Column("kind", Word(16), nullable=False),
    Column("created_by", Id, ForeignKey("users.id")),  # NULL: the server itself
    Column("created_at", Time, nullable=False),
    Column("member_count", Integer, nullable=False),
    Column("slug", Name(256), unique=True),
    Column("expires_at", Time, index=True),  # an ad-hoc lounge, in no list
)

members: Final = Table(
    "members",
    metadata,
    Column("room_id", Id, ForeignKey("rooms.id"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, index=True),
    Column("role", Word(16), nullable=False),
    Column("joined_at", Time, nullable=False),
    Column("joined_seq", Integer, nullable=False),
    Column("read_seq", Integer, nullable=False),
)

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

_MINE: Final = and_(members.c.room_id == rooms.c.id, members.c.user_id == bindparam("user"))
_ROOM: Final = select(
    rooms.c.id,
    rooms.c.name,
    rooms.c.is_private,
    rooms.c.kind,
    rooms.c.created_by,
    rooms.c.created_at,
    rooms.c.member_count,
    members.c.role,
    members.c.read_seq,
).select_from(rooms.outerjoin(members, _MINE))
_FIND: Final = _ROOM.where(rooms.c.id == bindparam("room"))
_LISTED: Final = and_(rooms.c.is_private.is_(False), rooms.c.expires_at.is_(None))
_SCOPES: Final[dict[str, Select[Any]]] = {
    "mine": _ROOM.where(members.c.user_id.is_not(None)),
    "public": _ROOM.where(_LISTED),
    "all": _ROOM.where(or_(members.c.user_id.is_not(None), _LISTED)),
}
_BY_SLUG: Final = select(rooms.c.id).where(rooms.c.slug == bindparam("slug"))
_LOUNGES: Final = (
    select(*rooms.c["id", "name", "slug", "created_by", "created_at", "member_count"])
    .where(_LISTED, rooms.c.kind == "lounge")
    .order_by(rooms.c.created_at.desc(), rooms.c.id.desc())
    .limit(bindparam("count"))
)
_EXPIRED: Final = (
    select(rooms.c.id)
    .where(rooms.c.expires_at <= bindparam("now"))
    .order_by(rooms.c.expires_at)
    .limit(bindparam("count"))
)
_EXPIRES: Final = update(rooms).where(rooms.c.id == bindparam("room")).values(expires_at=bindparam("at"))
_REMOVE_ROOM: Final = delete(rooms).where(rooms.c.id == bindparam("room"))
_REMOVE_MEMBERS: Final = delete(members).where(members.c.room_id == bindparam("room"))
_MEMBER: Final = select(members.c.user_id, members.c.role, members.c.joined_at, members.c.read_seq)
_MEMBERS: Final = _MEMBER.where(members.c.room_id == bindparam("room")).order_by(
    members.c.joined_at, members.c.user_id
)
_ROOMS_OF: Final = select(members.c.room_id).where(members.c.user_id == bindparam("user"))
_ROOMS_OF_ALL: Final = select(members.c.user_id, members.c.room_id).where(
    members.c.user_id.in_(bindparam("users", expanding=True))
)
_PAIRS: Final = select(members.c.room_id, members.c.user_id).where(
    # Not pairs: for a list of those SQLite reads the whole table (100 ms of 200 000 rows), for two lists the key.
    members.c.room_id.in_(bindparam("rooms", expanding=True)),
    members.c.user_id.in_(bindparam("users", expanding=True)),
)
_ADD_ROOM: Final = insert(rooms)
_ADD_MEMBER: Final = insert(members)
_REMOVE_MEMBER: Final = delete(members).where(
    members.c.room_id == bindparam("room"), members.c.user_id == bindparam("user")
)
_COUNT: Final = (
    update(rooms)
    .where(rooms.c.id == bindparam("room"))
    .values(member_count=rooms.c.member_count + bindparam("change", type_=Integer))
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
_ADD_INVITE: Final = insert(invites)
_REMOVE_INVITE: Final = delete(invites).where(invites.c.room_id == bindparam("room"))
_INVITE: Final = select(
    invites.c.room_id, invites.c.sealed, invites.c.expires_at, invites.c.max_uses, invites.c.uses
).where(invites.c.room_id == bindparam("room"))
_INVITES: Final = select(invites.c.room_id, invites.c.sealed).where(
    invites.c.room_id.in_(bindparam("rooms", expanding=True))
)
_INVITED: Final = select(invites.c.room_id).where(invites.c.lookup.in_(bindparam("codes", expanding=True)))
_IS_STALE: Final = invites.c.sealed.not_like(bindparam("mark"))
_STALE_COUNT: Final = select(func.count()).select_from(invites).where(_IS_STALE)
_STALE: Final = select(invites.c.room_id, invites.c.sealed).where(_IS_STALE).limit(bindparam("count"))
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
        invites.c.lookup.in_(bindparam("codes", expanding=True)),
        or_(invites.c.expires_at.is_(None), invites.c.expires_at > bindparam("now")),
        or_(invites.c.max_uses.is_(None), invites.c.uses < invites.c.max_uses),
    )
    .values(uses=invites.c.uses + 1)
)


async def add(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Insert a room. Raises `db.Conflict` when its slug is taken."""
    await tx.run(_ADD_ROOM, row)


async def find(reader: Reader, room_id: str, user_id: str) -> RoomRow | None:
    """A room with this person's membership, or None. Whether they may see it, the rules say."""
    row = await reader.one(_FIND, {"room": room_id, "user": user_id})
    return RoomRow(*row) if row else None


async def list_rooms(
    reader: Reader, user_id: str, scope: str, before: str | None, count: int
) -> list[RoomRow]:
    """Rooms of a scope, newest id first, at most `count`, older than `before`."""
    stmt = _SCOPES[scope].order_by(rooms.c.id.desc()).limit(bindparam("count"))
    if before is not None:
        stmt = stmt.where(rooms.c.id < bindparam("before"))
    rows = await reader.all(stmt, {"user": user_id, "count": count, "before": before})
    return [RoomRow(*row) for row in rows]


async def find_by_slug(reader: Reader, slug: str) -> str | None:
    """The id of the lounge with this slug, or None."""
    room_id: str | None = await reader.scalar(_BY_SLUG, {"slug": slug})
    return room_id


async def list_lounges(reader: Reader, count: int) -> list[LoungeRow]:
    """The lounges that everybody may find, newest first, at most `count`."""
    return [LoungeRow(*row) for row in await reader.all(_LOUNGES, {"count": count})]


async def list_expired(reader: Reader, now: int, count: int) -> list[str]:
    """The ids of ad-hoc lounges whose time is up, at most `count`."""
    return [row.id for row in await reader.all(_EXPIRED, {"now": now, "count": count})]


async def change_expiry(tx: Transaction, room_id: str, at: int) -> None:
    """Let an ad-hoc lounge last until an instant."""
    await tx.run(_EXPIRES, {"room": room_id, "at": at})


async def remove(tx: Transaction, room_id: str) -> None:
    """Delete a room and who belongs to it."""
    await tx.run(_REMOVE_MEMBERS, {"room": room_id})
    await tx.run(_REMOVE_ROOM, {"room": room_id})


async def list_members(reader: Reader, room_id: str) -> list[Member]:
    """The members of a room, the first to join first."""
    return [Member(*row) for row in await reader.all(_MEMBERS, {"room": room_id})]


async def list_rooms_of(reader: Reader, user_id: str) -> list[str]:
    """The ids of the rooms a person is a member of."""
    return [row.room_id for row in await reader.all(_ROOMS_OF, {"user": user_id})]


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


async def add_member(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Insert a membership and count it. Raises `db.Conflict` when there is one."""
    await tx.run(_ADD_MEMBER, row)
    await tx.run(_COUNT, {"room": row["room_id"], "change": 1})


async def remove_member(tx: Transaction, room_id: str, user_id: str) -> bool:
    """End a membership; False when there was none."""
    if not await tx.run(_REMOVE_MEMBER, {"room": room_id, "user": user_id}):
        return False
    await tx.run(_COUNT, {"room": room_id, "change": -1})
    return True


async def change_read_seq(tx: Transaction, room_id: str, user_id: str, seq: int) -> bool:
    """Move a read mark forward; False when it stood there or further, or there is no membership."""
    return await tx.run(_READ, {"room": room_id, "user": user_id, "seq": seq}) > 0


async def change_invite(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Replace the room's invite."""
    await remove_invite(tx, row["room_id"])
    await tx.run(_ADD_INVITE, row)


async def remove_invite(tx: Transaction, room_id: str) -> bool:
    """Withdraw the room's invite; False when there was none."""
    return await tx.run(_REMOVE_INVITE, {"room": room_id}) > 0


async def find_invite(reader: Reader, room_id: str) -> InviteRow | None:
    """The room's invite, or None."""
    row = await reader.one(_INVITE, {"room": room_id})
    return InviteRow(*row) if row else None


async def list_sealed(reader: Reader, room_ids: Iterable[str]) -> dict[str, str]:
    """The sealed codes of these rooms; rooms without an invite are absent."""
    return {row.room_id: row.sealed for row in await reader.all(_INVITES, {"rooms": list(room_ids)})}


async def count_stale(reader: Reader, mark: str) -> int:
    """How many invites are sealed with another key than the one whose texts begin with `mark`."""
    return int(await reader.scalar(_STALE_COUNT, {"mark": mark + "%"}))


async def list_stale(reader: Reader, mark: str, count: int) -> dict[str, str]:
    """Some of those: room id -> sealed code."""
    return {row.room_id: row.sealed for row in await reader.all(_STALE, {"mark": mark + "%", "count": count})}


async def reseal(tx: Transaction, room_id: str, was: str, lookup: str, sealed: str) -> None:
    """Replace both the index and the ciphertext of an invite, unless it was replaced meanwhile."""
    await tx.run(_RESEAL, {"room": room_id, "was": was, "index": lookup, "fresh": sealed})


async def find_invited(reader: Reader, lookups: Sequence[str]) -> str | None:
    """The room that a code leads to, or None."""
    room_id: str | None = await reader.scalar(_INVITED, {"codes": lookups})
    return room_id


async def use_invite(tx: Transaction, room_id: str, lookups: Sequence[str], now: int) -> bool:
    """Spend one use of a code; False when it is not this room's, has expired or is used up."""
    return await tx.run(_USE, {"room": room_id, "codes": lookups, "now": now}) > 0
