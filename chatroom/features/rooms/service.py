"""Open, list and show rooms; answer the slices above who belongs where."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from chatroom.core import audience, ids, page
from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.principal import Role
from chatroom.db import Reader
from chatroom.features.log import service as log
from chatroom.features.log.types import Head
from chatroom.features.rooms import invites, rules, store
from chatroom.features.rooms.entries import JOINED
from chatroom.features.rooms.ports import LastMessages, MostRooms
from chatroom.features.rooms.store import codes, members
from chatroom.features.rooms.types import (
    Change,
    CreateRoom,
    Kind,
    ListedRoom,
    ListRooms,
    Member,
    OneRoom,
    Room,
    RoomPage,
    RoomRow,
    RoomsChanged,
)
from chatroom.features.users import service as users

_SHARE: Final = 100  # rooms that are read and made ready in one turn of the loop: 1.5 ms
_UNSET: Final = msgspec.UNSET


async def create(ctx: Context, cmd: CreateRoom) -> Room:
    """Open a room; you are its first member, and its invite code is in the answer.

    Raises `Problem("too_many_rooms")`.
    """
    room_id = ids.new()
    async with ctx.begin() as tx:
        await open_room(tx, room_id, rules.clean_name(cmd.name), is_private=cmd.is_private)
        head = await add_member(tx, room_id, ctx.who.id, admin=True)
        code = await invites.write(tx, room_id)
        row = rules.must_see(await store.find(tx.db, room_id, ctx.who.id))
    return view(row, head, code=code)


async def open_room(
    tx: Tx,
    room_id: str,
    name: str,
    *,
    is_private: bool = False,
    kind: Kind = "room",
    slug: str | None = None,
    expires_at: int | None = None,
) -> None:
    """Store a room without members, and its empty log. The server itself has created what the system opens.

    Raises `db.Conflict` when the id or the slug is taken.
    """
    row = {
        "id": room_id,
        "name": name,
        "is_private": is_private,
        "kind": kind,
        "created_by": tx.who.id if tx.who.role is not Role.SYSTEM else None,
        "created_at": tx.now,
        "member_count": 0,
        "slug": slug,
        "expires_at": expires_at,
    }
    await store.add(tx.db, row)
    await log.start(tx, room_id)


async def show(ctx: Context, cmd: OneRoom) -> Room:
    """Show one room. Raises `Problem("room_not_found")`."""
    async with ctx.read() as reader:
        row = rules.must_see(await store.show(reader, cmd.room_id, ctx.who.id))
        return (await _complete(ctx, reader, [row]))[0]


async def list_rooms(ctx: Context, cmd: ListRooms) -> RoomPage:
    """List rooms, newest first."""
    before = page.decode_id(cmd.cursor, "r")[1] if cmd.cursor else None
    rooms: list[Room] = []
    async with ctx.read() as reader:
        while True:
            count = min(_SHARE, cmd.limit - len(rooms))
            rows = await store.list_rooms(reader, ctx.who.id, cmd.scope, before, count + 1)
            rooms += await _complete(ctx, reader, rows[:count])
            if len(rows) <= count or len(rooms) == cmd.limit:
                break
            before = rooms[-1].id
            await asyncio.sleep(0)
    more = len(rows) > count
    return RoomPage(rooms=rooms, next_cursor=page.encode("r", rooms[-1].id) if more else None)


async def _complete(ctx: Context, reader: Reader, rows: Sequence[ListedRoom]) -> list[Room]:
    """Add the last message of each and, to their creator, the invite codes."""
    heads = {row.id: Head(row.epoch, row.seq) for row in rows}
    last = await ctx.port(LastMessages)(reader, heads) if heads else {}
    return _views(rows, last, lambda room_id, sealed: invites.open_code(ctx, room_id, sealed))


def view(row: RoomRow, head: Head, *, code: str | None = None) -> Room:
    """The wire form of a room for the person whose membership `row` carries."""
    return _views([ListedRoom(*row, *head, code)], {}, lambda _, clear: clear)[0]


def _views(
    rows: Iterable[ListedRoom], last: Mapping[str, object], open_code: Callable[[str, str], str]
) -> list[Room]:
    """The wire forms of rooms, whose cells cost half as much by their place as by their name."""
    found = []
    for room_id, name, topic, private, kind, creator, at, count, role, read_seq, epoch, seq, sealed in rows:
        room = Room(
            id=room_id,
            name=name,
            topic=topic,
            is_private=bool(private),
            kind=kind,
            created_by_id=creator,
            created_at=iso(at),
            member_count=count,
            role=role,
            epoch=epoch,
            head_seq=seq,
            read_seq=_UNSET if read_seq is None else read_seq,
            last_message=last.get(room_id, _UNSET),
            invite_code=_UNSET if sealed is None else open_code(room_id, sealed),
        )
        found.append(room)
    return found


async def admit(tx: Tx, room_id: str, code: str | None) -> None:
    """Make `tx.who` a member unless they are; a private room needs its code. Raises `Problem("invalid_invite")`."""
    # Two joins of one person wait here for each other, so the second finds the first.
    await log.lock(tx, [room_id])
    room = await store.find(tx.db, room_id, tx.who.id)
    if room is None:
        raise Problem("invalid_invite")
    if room.role is not None:
        return
    if room.is_private and not (
        code and await codes.use(tx.db, room_id, invites.lookups(tx.ctx, code), tx.now)
    ):
        raise Problem("invalid_invite")
    await add_member(tx, room_id, tx.who.id)


async def add_member(tx: Tx, room_id: str, user_id: str, *, admin: bool = False) -> Head:
    """Make a person a member, with its log entry; all their connections hear the room's presence from then on.

    The caller holds the room's head. Raises `db.Conflict` when they are one already, and `Problem("too_many_rooms")`.
    """
    most = tx.ctx.port(MostRooms).most
    if most and await members.count_rooms_of(tx.db, user_id) >= most:
        raise Problem("too_many_rooms")
    head = await log.append(tx, room_id, JOINED, subject=user_id)
    await store.add_member(
        tx.db,
        {
            "room_id": room_id,
            "user_id": user_id,
            "role": "admin" if admin else "member",
            "joined_at": tx.now,
            "joined_seq": head.seq,
            "read_seq": head.seq,
        },
    )
    await users.joined(tx, user_id)
    broker = tx.ctx.kernel.broker
    tx.after(lambda: broker.follow(user_id, audience.members_channel(room_id)))
    change: Change = "created" if admin else "joined"
    tx.emit(RoomsChanged(room_id=room_id, change=change), to=audience.user(user_id))
    return head


def stop_listening(ctx: Context, user_id: str, room_id: str) -> bool:
    """End all that a person's connections, on any node, hear of a room; True when one of this node listened to it."""
    listened = ctx.kernel.listeners.hears(user_id, audience.room_channel(room_id))
    for channel in (audience.members_channel(room_id), audience.room_channel(room_id)):
        ctx.kernel.broker.unfollow(user_id, channel)
    return listened


async def list_expired(reader: Reader, now: int, count: int) -> list[str]:
    """The ad-hoc lounges whose time is up."""
    return await store.list_expired(reader, now, count)


async def postpone(tx: Tx, room_id: str, at: int) -> None:
    """Let an ad-hoc lounge last until an instant."""
    await store.change_expiry(tx.db, room_id, at)


async def remove(tx: Tx, room_id: str) -> None:
    """Take a room away with its log. The slices above have taken away what they kept of it."""
    await log.end(tx, room_id)
    await store.remove(tx.db, room_id)


async def find_lounge(reader: Reader, named: str, user_id: str) -> str | None:
    """The room that an id, a slug or a name means to this person, or None. Raises `Problem("bad_input")`.

    An id of a room that is not theirs to see means nothing: it is a name like any other.
    """
    if ids.is_id(room_id := ids.canonical(named)):
        room = await store.find(reader, room_id, user_id)
        if room is not None and rules.may_see(room):
            return room.id
    return await store.find_by_slug(reader, rules.slug(rules.clean_name(named)))


async def must_read(reader: Reader, room_id: str, user_id: str) -> RoomRow:
    """Return a room whose messages this person may read. Raises `Problem("room_not_found")`."""
    return rules.must_see(await store.find(reader, room_id, user_id))


async def heads_in_sight(reader: Reader, room_ids: Sequence[str], user_id: str) -> dict[str, Head]:
    """Where these rooms stand, in one statement; those that this person may not read are absent."""
    rows = await store.list_seen(reader, room_ids, user_id)
    return {row.id: Head(row.epoch, row.seq) for row in rows if rules.may_see(row)}


async def must_be_member(reader: Reader, room_id: str, user_id: str) -> RoomRow:
    """Return a room this person belongs to. Raises `Problem("room_not_found" | "not_a_member")`."""
    return rules.must_be_member(await store.find(reader, room_id, user_id))


async def memberships(reader: Reader, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (room, user) pairs that are memberships now."""
    return await members.list_pairs(reader, pairs)


async def members_after(reader: Reader, room_id: str, user_id: str, count: int) -> list[Member]:
    """At most `count` members of a room, in the order of their ids, behind one of them."""
    return await members.list_after(reader, room_id, user_id, count)


async def members_among(reader: Reader, room_id: str, user_ids: Sequence[str]) -> list[Member]:
    """Those of a page of people who are members of a room."""
    return await members.list_among(reader, room_id, user_ids)


async def rooms_of(reader: Reader, user_id: str) -> list[str]:
    """The ids of the rooms a person belongs to."""
    return await members.list_rooms_of(reader, user_id)


async def rooms_of_all(reader: Reader, user_ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids of the rooms of each of these people; who is in none is absent."""
    return await members.list_rooms_of_all(reader, user_ids)


async def move_read_mark(tx: Tx, room_id: str, seq: int) -> bool:
    """Move one's own read mark forward; False when it stood there or further."""
    return await members.change_read_seq(tx.db, room_id, tx.who.id, seq)


async def can_read_invites(ctx: Context, count: int) -> bool:
    """Whether the keys of this server open what is stored; `count` rows are tried."""
    return await invites.can_be_read(ctx, count)


async def reseal(ctx: Context, count: int) -> int:
    """Seal up to `count` invites anew with the newest key; return how many are left."""
    return await invites.reseal(ctx, count)
