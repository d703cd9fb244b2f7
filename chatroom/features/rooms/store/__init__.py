"""`rooms`, and what changes them together with their members."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    table,
    type_coerce,
    union,
    update,
)
from sqlalchemy import column as name_of

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.lists import among
from chatroom.db.types import Id, Name, Time, Word
from chatroom.features.rooms.store.codes import invites
from chatroom.features.rooms.store.members import members as _members
from chatroom.features.rooms.types import ListedRoom, LoungeRow, RoomRow

rooms: Final = Table(
    "rooms",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name(80), nullable=False),
    Column("topic", Name(256)),
    Column("is_private", Boolean(create_constraint=False), nullable=False),
    Column("kind", Word(16), nullable=False),
    Column("created_by", Id, ForeignKey("users.id")),  # NULL: the server itself
    Column("created_at", Time, nullable=False),
    Column("member_count", Integer, nullable=False),
    Column("slug", Name(256), unique=True),
    Column("expires_at", Time, index=True),  # an ad-hoc lounge, in no list
)

_LISTED: Final = and_(rooms.c.is_private.is_(False), rooms.c.expires_at.is_(None))
# In the order of the lists, and on SQLite and PostgreSQL only of what is listed. MySQL passes ad-hoc lounges by.
for _order in (("is_private", "id"), ("kind", "created_at", "id")):
    Index(None, *(rooms.c[name] for name in _order), sqlite_where=_LISTED, postgresql_where=_LISTED)
_MINE: Final = and_(_members.c.room_id == rooms.c.id, _members.c.user_id == bindparam("user"))
_ROOM: Final = select(
    rooms.c.id,
    rooms.c.name,
    rooms.c.topic,
    rooms.c.is_private,
    rooms.c.kind,
    rooms.c.created_by,
    rooms.c.created_at,
    rooms.c.member_count,
    _members.c.role,
    _members.c.read_seq,
).select_from(rooms.outerjoin(_members, _MINE))
_FIND: Final = _ROOM.where(rooms.c.id == bindparam("room"))
_heads: Final = table(
    "room_heads", name_of("room_id", Id), name_of("epoch", Word(32)), name_of("seq", Integer)
)
_CREATED: Final = and_(invites.c.room_id == rooms.c.id, rooms.c.created_by == bindparam("user"))


def _whole(found: FromClause, member: FromClause = _members) -> Select[Any]:
    """All that a ListedRoom holds, of rooms with a person's membership: one statement for a list."""
    return select(
        rooms.c.id,
        rooms.c.name,
        rooms.c.topic,
        type_coerce(rooms.c.is_private, Integer).label("is_private"),  # a type that needs no look at each row
        rooms.c.kind,
        rooms.c.created_by,
        rooms.c.created_at,
        rooms.c.member_count,
        member.c.role,
        member.c.read_seq,
        _heads.c.epoch,
        _heads.c.seq,
        invites.c.sealed,
    ).select_from(found.join(_heads, _heads.c.room_id == rooms.c.id).outerjoin(invites, _CREATED))


def _page(found: Select[Any]) -> Select[Any]:
    return found.where(rooms.c.id < bindparam("before")).order_by(rooms.c.id.desc()).limit(bindparam("count"))


# By itself, or PostgreSQL reads all rooms from the newest to find those of one person.
_mine: Final = (
    select(_members.c.room_id, _members.c.role, _members.c.read_seq)
    .where(_members.c.user_id == bindparam("user"), _members.c.room_id < bindparam("before"))
    .order_by(_members.c.room_id.desc())
    .limit(bindparam("count"))
    .subquery()
)
_SEEN: Final = _whole(rooms.outerjoin(_members, _MINE))
_SHOWN: Final = _SEEN.where(rooms.c.id == bindparam("room"))
_ANY_OF: Final = _SEEN.where(among(rooms.c.id, "rooms"))
# The newest of both, each from its own index: one condition for both would pass by the private rooms of everybody.
_listed: Final = _page(select(rooms.c.id).where(_LISTED)).subquery()
_seen: Final = union(select(_mine.c.room_id.label("id")), select(_listed.c.id)).subquery()
_SCOPES: Final[dict[str, Select[Any]]] = {
    "mine": _whole(_mine.join(rooms, rooms.c.id == _mine.c.room_id), _mine).order_by(rooms.c.id.desc()),
    "public": _whole(_listed.join(rooms, rooms.c.id == _listed.c.id).outerjoin(_members, _MINE)).order_by(
        rooms.c.id.desc()
    ),
    "all": _whole(_seen.join(rooms, rooms.c.id == _seen.c.id).outerjoin(_members, _MINE))
    .order_by(rooms.c.id.desc())
    .limit(bindparam("count")),
}
_NEWEST: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"  # no id comes after it
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
_CHANGE: Final = update(rooms).where(rooms.c.id == bindparam("room")).values(topic=bindparam("new_topic"))
_REMOVE_ROOM: Final = delete(rooms).where(rooms.c.id == bindparam("room"))
_REMOVE_MEMBERS: Final = delete(_members).where(_members.c.room_id == bindparam("room"))
_ADD_ROOM: Final = insert(rooms)
_ADD_MEMBER: Final = insert(_members)
_REMOVE_MEMBER: Final = delete(_members).where(
    _members.c.room_id == bindparam("room"), _members.c.user_id == bindparam("user")
)
_COUNT: Final = (
    update(rooms)
    .where(rooms.c.id == bindparam("room"))
    .values(member_count=rooms.c.member_count + bindparam("change", type_=Integer))
)


async def add(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Insert a room. Raises `db.Conflict` when its slug is taken."""
    await tx.run(_ADD_ROOM, row)


async def change(tx: Transaction, room_id: str, topic: str | None) -> None:
    """Store the topic of a room."""
    await tx.run(_CHANGE, {"room": room_id, "new_topic": topic})


async def find(reader: Reader, room_id: str, user_id: str) -> RoomRow | None:
    """A room with this person's membership, or None. Whether they may see it, the rules say."""
    row = await reader.one(_FIND, {"room": room_id, "user": user_id})
    return RoomRow(*row) if row else None


async def show(reader: Reader, room_id: str, user_id: str) -> ListedRoom | None:
    """A room with this person's membership and all that a list says of it, or None."""
    row = await reader.one(_SHOWN, {"room": room_id, "user": user_id})
    return ListedRoom(*row) if row else None


async def list_seen(reader: Reader, room_ids: Sequence[str], user_id: str) -> Sequence[ListedRoom]:
    """The same for each of these rooms; unknown ones are absent."""
    rows: Sequence[Any] = await reader.all(_ANY_OF, {"rooms": list(room_ids), "user": user_id})
    return rows


async def list_rooms(
    reader: Reader, user_id: str, scope: str, before: str | None, count: int
) -> Sequence[ListedRoom]:
    """Rooms of a scope, newest id first, at most `count`, older than `before`."""
    rows: Sequence[Any] = await reader.all(
        _SCOPES[scope], {"user": user_id, "before": before or _NEWEST, "count": count}
    )
    return rows  # they have the cells of a ListedRoom, by their names and in their order


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
