"""Listening: which connections hear a room. It creates membership in public rooms and never ends one."""

from functools import partial

from chatroom.core import audience
from chatroom.core.clock import iso
from chatroom.core.context import Connection, Context
from chatroom.core.effort import charge, told
from chatroom.core.errors import Problem
from chatroom.core.signals import Connected, Disconnected, tell_now
from chatroom.features.log import service as log
from chatroom.features.rooms import rules, service, store
from chatroom.features.rooms.signals import StoppedListening
from chatroom.features.rooms.store import members
from chatroom.features.rooms.types import Done, OneRoom, RoomJoined, UserJoined, UserLeft
from chatroom.features.users import service as users
from chatroom.features.users.types import Person

_ROOM = audience.room_channel("")
_MEMBERS = audience.members_channel("")


def _connection(ctx: Context) -> Connection:
    if ctx.connection is None:
        raise Problem("bad_input", "Only a socket can listen.")
    return ctx.connection


async def enter(ctx: Context, cmd: OneRoom) -> RoomJoined:
    """Hear a room from now on (`join_room`).

    A guest without a row only visits. Raises `Problem("rate_limited" | "too_many_rooms")`, and
    `Problem("room_not_found")` for a private room of others.
    """
    _connection(ctx)
    charge(ctx, 1 + 2 * told(ctx, cmd.room_id))  # with the end of it, which must never be refused
    await admit(ctx, cmd.room_id)
    joined = await begin(ctx, cmd.room_id)
    ctx.reply(joined)
    return joined


async def admit(ctx: Context, room_id: str) -> None:
    """Make sure that `ctx.who` may listen: join a public room if need be. Raises `Problem("room_not_found")`."""
    async with ctx.read() as reader:
        room = rules.must_see(await store.find(reader, room_id, ctx.who.id))
    if room.role is None and not ctx.who.transient:
        async with ctx.begin() as tx:
            await service.admit(tx, room_id, None)


async def look(ctx: Context, room_id: str) -> RoomJoined:
    """The room as it stands, for somebody who may listen. Raises `Problem("room_not_found" | "not_a_member")`."""
    async with ctx.read() as reader:
        found = await store.find(reader, room_id, ctx.who.id)
        room = rules.must_see(found) if ctx.who.transient else rules.must_be_member(found)
        head = (await log.heads(reader, [room_id]))[room_id]
    return RoomJoined(
        room_id=room_id,
        room=service.view(room, head),
        epoch=head.epoch,
        head_seq=head.seq,
        timestamp=iso(ctx.now),
    )


async def begin(ctx: Context, room_id: str) -> RoomJoined:
    """Listen, and tell the others at the person's first connection there. Raises what `look` raises.

    First the ear, then the head: a message that commits in between is heard live, so nothing falls into a hole.
    Membership is read again after that, so that somebody removed meanwhile does not go on hearing.
    """
    connection = _connection(ctx)
    listeners, channel = ctx.kernel.listeners, audience.room_channel(room_id)
    listened = listeners.listens(connection.id, channel)
    first = listeners.subscribe(connection.id, channel)
    try:
        joined = await look(ctx, room_id)
    except Problem as problem:
        if not (listened and problem.retryable):  # the database is away: what was heard goes on being heard
            listeners.unsubscribe(connection.id, channel)
        raise
    if first:
        news = UserJoined(
            user_id=ctx.who.id, username=ctx.who.username, room_id=room_id, timestamp=joined.timestamp
        )
        ctx.emit(news, to=audience.room(room_id).but(ctx.who.id))
    return joined


async def exit_room(ctx: Context, cmd: OneRoom) -> Done:
    """Stop hearing a room (`leave_room`); you stay a member."""
    if ctx.kernel.listeners.unsubscribe(_connection(ctx).id, audience.room_channel(cmd.room_id)):
        _tell_left(ctx, cmd.room_id)
    tell_now(ctx, StoppedListening(room_id=cmd.room_id))
    return Done()


async def connected(ctx: Context, _: Connected) -> None:
    """Let a new connection hear the presence of everybody it shares a room with."""
    if ctx.who.transient:
        return
    listeners, user_id = ctx.kernel.listeners, ctx.who.id
    if listeners.belongs(user_id) is not None:  # a further connection of somebody who is here
        return
    async with ctx.read() as reader:
        rooms = await members.list_rooms_of(reader, user_id)
    listeners.belong(user_id, map(audience.members_channel, rooms))


async def look_again(ctx: Context, user_id: str) -> None:
    """Let a person hear nothing more of rooms of which they are no member any more (`core.recheck`).

    What ends it is decided while the room's head is locked: who joins again meanwhile waits for that, and hears.
    """
    listeners = ctx.kernel.listeners
    heard = {name.removeprefix(_ROOM) for name in listeners.channels_of(user_id) if name.startswith(_ROOM)}
    heard |= {name.removeprefix(_MEMBERS) for name in listeners.belongs(user_id) or ()}
    if not heard:
        return
    async with ctx.read() as reader:
        person = await users.find(reader, user_id)
        left = heard - set(await members.list_rooms_of(reader, user_id))
    if person is None:  # a guest without a row visits without being a member
        return
    for room_id in left:
        async with ctx.begin() as tx:
            await log.lock(tx, [room_id])
            if not await service.memberships(tx.db, {(room_id, user_id)}):
                tx.after(partial(_silence, ctx, person, room_id))


def _silence(ctx: Context, person: Person, room_id: str) -> None:
    if service.stop_listening(ctx, person.id, room_id):
        gone = UserLeft(user_id=person.id, username=person.username, room_id=room_id, timestamp=iso(ctx.now))
        ctx.emit(gone, to=audience.room(room_id))


def disconnected(ctx: Context, signal: Disconnected) -> None:
    """Tell the rooms that a person's last listening connection has gone."""
    for channel in signal.channels:
        if channel.startswith(_ROOM):
            _tell_left(ctx, channel.removeprefix(_ROOM))


def _tell_left(ctx: Context, room_id: str) -> None:
    gone = UserLeft(user_id=ctx.who.id, username=ctx.who.username, room_id=room_id, timestamp=iso(ctx.now))
    ctx.emit(gone, to=audience.room(room_id).but(ctx.who.id))
