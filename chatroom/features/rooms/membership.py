"""Join and leave: who belongs to a room. Listening is another thing (listening.py)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatroom.core import audience, recheck
from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.limits import RateLimiter, TooMany
from chatroom.core.signals import tell_now
from chatroom.features.log import service as log
from chatroom.features.rooms import invites, rules, service, store
from chatroom.features.rooms.entries import LEFT
from chatroom.features.rooms.signals import StoppedListening
from chatroom.features.rooms.store import codes, members
from chatroom.features.rooms.types import (
    Done,
    JoinByInvite,
    JoinRoom,
    OneRoom,
    Room,
    RoomsChanged,
    UserChanged,
    UserLeft,
)
from chatroom.features.users.signals import Departing, Renamed


async def join(ctx: Context, cmd: JoinRoom) -> Room:
    """Become a member; again is fine. Raises `Problem("invalid_invite" | "rate_limited" | "too_many_rooms")`.

    A private room, a wrong code and an unknown room are told apart by nobody.
    """
    code = (cmd.invite_code or "").strip()
    if not code:
        return await _join(ctx, cmd.room_id, None)
    async with _guessing(ctx):
        return await _join(ctx, cmd.room_id, code)


async def join_by_invite(ctx: Context, cmd: JoinByInvite) -> Room:
    """Become a member of the room that the code leads to.

    Raises `Problem("invalid_invite" | "rate_limited" | "too_many_rooms")`.
    """
    code = cmd.invite_code.strip()  # copied with what stood beside it
    async with _guessing(ctx):
        async with ctx.read() as reader:
            room_id = await codes.find_room(reader, invites.lookups(ctx, code))
        if room_id is None:
            raise Problem("invalid_invite")
        return await _join(ctx, room_id, code)


@asynccontextmanager
async def _guessing(ctx: Context) -> AsyncIterator[None]:
    """Count the codes that turn out to be wrong. Raises `TooMany` after too many of them."""
    limiter = ctx.port(RateLimiter)
    quota = await limiter.peek("rooms.invite", ctx.who.id)
    if not quota.allowed:
        raise TooMany("rooms.invite", quota)
    try:
        yield
    except Problem as problem:
        if problem.code == "invalid_invite":
            await limiter.hit("rooms.invite", ctx.who.id)
        raise


async def _join(ctx: Context, room_id: str, code: str | None) -> Room:
    async with ctx.begin() as tx:
        await service.admit(tx, room_id, code)
    return await service.show(ctx, OneRoom(room_id=room_id))


async def leave(ctx: Context, cmd: OneRoom) -> Done:
    """Stop being a member and listening. Raises `Problem("room_not_found")`; leaving twice a public room is fine."""
    user_id = ctx.who.id

    def silence() -> None:
        if service.stop_listening(ctx, user_id, cmd.room_id):
            gone = UserLeft(
                user_id=user_id, username=ctx.who.username, room_id=cmd.room_id, timestamp=iso(ctx.now)
            )
            ctx.emit(gone, to=audience.room(cmd.room_id))
        tell_now(Context(ctx.kernel, ctx.who), StoppedListening(room_id=cmd.room_id))

    async with ctx.begin() as tx:
        await log.lock(tx, [cmd.room_id])
        rules.must_see(await store.find(tx.db, cmd.room_id, user_id))
        if await store.remove_member(tx.db, cmd.room_id, user_id):
            await log.append(tx, cmd.room_id, LEFT, subject=user_id)
            tx.emit(RoomsChanged(room_id=cmd.room_id, change="left"), to=audience.user(user_id))
            await recheck.ask(tx, user_id)
        tx.after(silence)
    return Done()


async def renamed(tx: Tx, signal: Renamed) -> None:
    """Tell a person's own sockets, and all who share a room with them, what they are called now."""
    rooms = await members.list_rooms_of(tx.db, signal.user_id)
    news = UserChanged(user_id=signal.user_id, username=signal.username, name=signal.name)
    own, others = audience.user(signal.user_id), audience.members(*rooms)
    tx.emit(news, to=audience.Audience(own.channels + others.channels))


async def departing(tx: Tx, signal: Departing) -> None:
    """Take a person whose time is up out of every room."""
    rooms = await members.list_rooms_of(tx.db, signal.user_id)
    await log.lock(tx, rooms)
    for room_id in rooms:
        if await store.remove_member(tx.db, room_id, signal.user_id):
            await log.append(tx, room_id, LEFT, subject=signal.user_id)
