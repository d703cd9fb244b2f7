"""Come, go and type."""

from collections.abc import Sequence
from functools import partial

import msgspec
import structlog

from chatroom.core import audience
from chatroom.core.clock import iso
from chatroom.core.context import Context, Kernel
from chatroom.core.errors import Problem
from chatroom.core.principal import SYSTEM, Principal
from chatroom.core.signals import Connected, Disconnected
from chatroom.features.presence.ports import PresenceBoard, TypingBoard
from chatroom.features.presence.types import Presence, Typing, UserStatus, UserTyping
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.signals import StoppedListening
from chatroom.features.rooms.types import Done
from chatroom.features.users import service as users

_log = structlog.get_logger("chatroom.presence")


async def connected(ctx: Context, _: Connected) -> None:
    """Tell those who share a room that a person is here, at their first connection or when they had been away."""
    board = ctx.port(PresenceBoard)
    came = board.arrive(ctx.who.id)
    if not (board.touch(ctx.who.id, ctx.now) or came) or ctx.who.transient:
        return
    here = status(ctx.who.id, ctx.who.username, ctx.now, "online")
    shared = ctx.kernel.listeners.belongs(ctx.who.id) or ()
    ctx.emit(here, to=audience.Audience(shared, ctx.who.id))


def disconnected(ctx: Context, _: Disconnected) -> None:
    """End what it showed of typing; after the last connection, and a grace for reloads, tell that they have gone."""
    if ctx.connection is not None:
        for room_id in ctx.port(TypingBoard).stop_all(ctx.who.id, ctx.connection.id):
            _tell_typing(ctx, room_id, is_typing=False)
    ctx.port(PresenceBoard).depart(ctx.who, partial(_gone, ctx.kernel))


async def _gone(kernel: Kernel, people: Sequence[Principal]) -> None:
    """Store when these people were last here, in one transaction, and tell those who share a room with them."""
    ctx = Context(kernel, SYSTEM)
    board = ctx.port(PresenceBoard)
    people = [who for who in people if not who.transient]
    ids = [who.id for who in people]
    if not ids:
        return
    try:
        async with ctx.begin() as tx:
            await users.seen(tx, dict.fromkeys(ids, tx.now))
            shared = await rooms.rooms_of_all(tx.db, ids)

            def tell() -> None:
                for who in people:
                    if not board.is_online(who.id):  # else back while this was stored, and told so already
                        to = audience.members(*shared.get(who.id, ()))
                        gone = status(who.id, who.username, ctx.now, "offline", seen=ctx.now)
                        ctx.emit(gone, to=to.but(who.id))

            tx.after(tell)
    except Problem as problem:  # the database is away: presence is best effort and heals (P13)
        _log.warning("presence.not_stored", people=len(people), code=problem.code)


def status(
    user_id: str, username: str, now: int, presence: Presence, *, seen: int | None = None
) -> UserStatus:
    """What others are told of how somebody is here; who is online needs no time when they were seen last."""
    last = msgspec.UNSET if seen is None or presence == "online" else iso(seen)
    return UserStatus(
        user_id=user_id,
        username=username,
        status="offline" if presence == "offline" else "online",
        presence=presence,
        last_seen=last,
        last_seen_at=last,
        timestamp=iso(now),
    )


def stopped_listening(ctx: Context, signal: StoppedListening) -> None:
    """End their typing in a room that they left."""
    connection_id = None if ctx.connection is None else ctx.connection.id
    if ctx.port(TypingBoard).stop(signal.room_id, ctx.who.id, connection_id):
        _tell_typing(ctx, signal.room_id, is_typing=False)


def typing(ctx: Context, cmd: Typing) -> Done:
    """Tell the others in a room that you are typing; never to yourself. Raises `Problem("not_listening")`."""
    listeners = ctx.kernel.listeners
    if ctx.connection is None or not listeners.listens(ctx.connection.id, audience.room_channel(cmd.room_id)):
        raise Problem("not_listening")
    board, kernel, who = ctx.port(TypingBoard), ctx.kernel, ctx.who
    if cmd.is_typing:

        def ended() -> None:
            _tell_typing(Context(kernel, who), cmd.room_id, is_typing=False)

        if board.start(cmd.room_id, who.id, ctx.connection.id, ended):
            _tell_typing(ctx, cmd.room_id, is_typing=True)
    elif board.stop(cmd.room_id, who.id, ctx.connection.id):
        _tell_typing(ctx, cmd.room_id, is_typing=False)
    return Done()


def _tell_typing(ctx: Context, room_id: str, *, is_typing: bool) -> None:
    who: Principal = ctx.who
    news = UserTyping(
        user_id=who.id, username=who.username, room_id=room_id, is_typing=is_typing, timestamp=iso(ctx.now)
    )
    ctx.emit(news, to=audience.room(room_id).but(who.id))
