"""Who does something, who falls silent, and who gives no sign of life any more (seed S1's jobs)."""

from collections.abc import Coroutine, Iterable
from typing import Any, Final

from chatroom.core import audience
from chatroom.core.context import Context
from chatroom.core.jobs import job
from chatroom.features.presence.ports import PresenceBoard
from chatroom.features.presence.service import status
from chatroom.features.presence.types import Heartbeat
from chatroom.features.rooms import service as rooms
from chatroom.features.users import service as users

AWAY: Final = 5 * 60 * 1000
"""Milliseconds without a deed after which a person is away."""
OFFLINE: Final = 10 * 60 * 1000
"""Milliseconds without a sign of life after which a person without a connection is offline."""
_EVERY: Final = 60  # seconds


async def heartbeat(ctx: Context) -> Heartbeat:
    """Say that you are here; without a connection you are online by that, for ten minutes."""
    board, who = ctx.port(PresenceBoard), ctx.who
    came = board.beat(who.id, ctx.now) if ctx.connection is None else False
    if board.touch(who.id, ctx.now) or came:
        await _tell_online(ctx)
    return Heartbeat(presence=board.presence(who.id))


def active(ctx: Context) -> Coroutine[Any, Any, None] | None:
    """Note that somebody does something; return what is left to do when they had been away."""
    return _tell_online(ctx) if ctx.port(PresenceBoard).touch(ctx.who.id, ctx.now) else None


async def _tell_online(ctx: Context) -> None:
    async with ctx.read() as reader:
        shared = await rooms.rooms_of(reader, ctx.who.id)
    here = status(ctx.who.id, ctx.who.username, ctx.now, "online")
    ctx.emit(here, to=audience.members(*shared).but(ctx.who.id))


@job("presence.transitions", every=_EVERY)
async def transitions(ctx: Context, _: Any) -> None:
    """Turn those who fell silent away, and those without a sign of life offline."""
    board = ctx.port(PresenceBoard)
    await _tell_all(ctx, board.fall_silent(ctx.now - AWAY))
    lapsed = board.lapse(ctx.now - OFFLINE)
    if lapsed:
        async with ctx.begin() as tx:
            await users.seen(tx, lapsed)
        await _tell_all(ctx, lapsed)


async def _tell_all(ctx: Context, user_ids: Iterable[str]) -> None:
    """Tell how these people are here now to those who share a room with them."""
    board, ids = ctx.port(PresenceBoard), list(user_ids)
    if not ids:
        return
    async with ctx.read() as reader:
        people = await users.by_ids(reader, ids)
        shared = await rooms.rooms_of_all(reader, ids)
    for person in people.values():
        now = status(person.id, person.username, ctx.now, board.presence(person.id), seen=person.last_seen_at)
        ctx.emit(now, to=audience.members(*shared.get(person.id, ())).but(person.id))
