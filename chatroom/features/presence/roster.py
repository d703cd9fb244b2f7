"""Who belongs to a room, in pages: first those who are online, then the others."""

from collections.abc import Sequence
from typing import Final

from chatroom.core import audience, ids, page
from chatroom.core.clock import iso
from chatroom.core.context import Context
from chatroom.db import Reader
from chatroom.features.presence.ports import PresenceBoard
from chatroom.features.presence.types import ListRoomUsers, RoomUser, RoomUsers
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.types import Member
from chatroom.features.users import service as users

_ONLINE: Final = "o"
_OTHERS: Final = "m"
_LOOKS: Final = 3
"""Stretches of the members that one page goes through in search of those who are not online."""


async def room_users(ctx: Context, cmd: ListRoomUsers) -> RoomUsers:
    """List the members of a room and who of them is here; for members only.

    On a socket the answer is the event `room_users` as well. A page costs the same in a room of any size: it is read by
    key, behind the last person of the page before, and in a large room may be shorter than it could be. Who comes or
    goes between two pages is told of by `user_status`. Raises `Problem("room_not_found" | "not_a_member" |
    "bad_cursor")`.
    """
    part, last = page.decode_id(cmd.cursor, _ONLINE + _OTHERS) if cmd.cursor else (_ONLINE, ids.NIL)
    async with ctx.read() as reader:
        room = await rooms.must_be_member(reader, cmd.room_id, ctx.who.id)
        found: list[Member] = []
        cursor = None
        if part == _ONLINE:
            found, cursor = await _online(ctx, reader, cmd, last)
            last = ids.NIL
        if cursor is None and len(found) < cmd.limit:
            others, cursor = await _others(ctx, reader, cmd, last, cmd.limit - len(found))
            found += others
        elif cursor is None:
            cursor = page.encode(_OTHERS, ids.NIL)
        listed = await _listed(ctx, reader, found)
    answer = RoomUsers(room_id=cmd.room_id, users=listed, total=room.member_count, next_cursor=cursor)
    ctx.reply(answer)
    return answer


async def _online(
    ctx: Context, reader: Reader, cmd: ListRoomUsers, last: str
) -> tuple[list[Member], str | None]:
    """Members with a connection behind `last`, and the cursor to the rest of those."""
    channel = audience.members_channel(cmd.room_id)
    here = ctx.kernel.listeners.here(channel, last, cmd.limit + 1)
    more, here = len(here) > cmd.limit, here[: cmd.limit]
    members = await rooms.members_among(reader, cmd.room_id, here) if here else []
    return members, page.encode(_ONLINE, here[-1]) if more else None


async def _others(
    ctx: Context, reader: Reader, cmd: ListRoomUsers, last: str, count: int
) -> tuple[list[Member], str | None]:
    """At most `count` members without a connection behind `last`, and the cursor to the rest."""
    listeners, channel = ctx.kernel.listeners, audience.members_channel(cmd.room_id)
    found: list[Member] = []
    for _ in range(_LOOKS):
        stretch = await rooms.members_after(reader, cmd.room_id, last, cmd.limit + 1)
        for member in stretch[: cmd.limit]:
            if len(found) == count:
                return found, page.encode(_OTHERS, last)
            last = member.user_id
            if not listeners.is_here(channel, last):
                found.append(member)
        if len(stretch) <= cmd.limit:
            return found, None
    return found, page.encode(_OTHERS, last)


async def _listed(ctx: Context, reader: Reader, members: Sequence[Member]) -> list[RoomUser]:
    """The wire form; of one page, those who are online stand first, and of equals who joined first."""
    board = ctx.port(PresenceBoard)
    people = await users.by_ids(reader, [member.user_id for member in members])
    listed = []
    for member in sorted(members, key=lambda m: (not board.is_online(m.user_id), m.joined_at, m.user_id)):
        person = people[member.user_id]
        listed.append(
            RoomUser(
                user_id=person.id,
                username=person.username,
                name=person.name,
                name_key=person.look,
                is_online=board.is_online(person.id),
                presence=board.presence(person.id),
                role=member.role,
                last_seen=None if person.last_seen_at is None else iso(person.last_seen_at),
                read_seq=member.read_seq,
            )
        )
    return listed
