"""Come, go, type, and see who is there."""

from chatroom.core import audience
from chatroom.core.clock import iso
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal
from chatroom.core.signals import Connected, Disconnected
from chatroom.features.presence.ports import PresenceBoard, TypingBoard
from chatroom.features.presence.types import RoomUser, RoomUsers, Typing, UserStatus, UserTyping
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.types import Done, OneRoom
from chatroom.features.users import service as users


async def connected(ctx: Context, _: Connected) -> None:
    """Tell those who share a room that a person is here, at their first connection."""
    if not ctx.port(PresenceBoard).arrive(ctx.who.id):
        return
    async with ctx.read() as reader:
        shared = await rooms.rooms_of(reader, ctx.who.id)
    ctx.emit(_status(ctx, "online"), to=audience.members(*shared).but(ctx.who.id))


async def disconnected(ctx: Context, _: Disconnected) -> None:
    """End their typing; after their last connection, and a grace for reloads, tell that they have gone."""
    kernel, who = ctx.kernel, ctx.who
    for room_id in ctx.port(TypingBoard).stop_all(who.id):
        _tell_typing(ctx, room_id, is_typing=False)

    board = ctx.port(PresenceBoard)

    async def gone() -> None:
        later = Context(kernel, who)
        async with later.begin() as tx:
            await users.seen(tx, who.id)
            shared = await rooms.rooms_of(tx.db, who.id)

            def tell() -> None:
                if not board.is_online(who.id):  # back while this was stored: they have been told so already
                    later.emit(_status(later, "offline"), to=audience.members(*shared).but(who.id))

            tx.after(tell)

    board.depart(who.id, gone)


def _status(ctx: Context, status: str) -> UserStatus:
    now = iso(ctx.now)
    here = UserStatus(
        user_id=ctx.who.id, username=ctx.who.username, status="online", presence="online", timestamp=now
    )
    if status == "online":
        return here
    return UserStatus(
        user_id=ctx.who.id,
        username=ctx.who.username,
        status="offline",
        presence="offline",
        last_seen=now,
        last_seen_at=now,
        timestamp=now,
    )


def typing(ctx: Context, cmd: Typing) -> Done:
    """Tell the others in a room that you are typing; never to yourself. Raises `Problem("not_listening")`."""
    broker = ctx.kernel.broker
    if ctx.connection is None or not broker.listens(ctx.connection.id, audience.room_channel(cmd.room_id)):
        raise Problem("not_listening")
    board, kernel, who = ctx.port(TypingBoard), ctx.kernel, ctx.who
    if cmd.is_typing:

        def ended() -> None:
            _tell_typing(Context(kernel, who), cmd.room_id, is_typing=False)

        if board.start(cmd.room_id, who.id, ended):
            _tell_typing(ctx, cmd.room_id, is_typing=True)
    elif board.stop(cmd.room_id, who.id):
        _tell_typing(ctx, cmd.room_id, is_typing=False)
    return Done()


def _tell_typing(ctx: Context, room_id: str, *, is_typing: bool) -> None:
    who: Principal = ctx.who
    news = UserTyping(
        user_id=who.id, username=who.username, room_id=room_id, is_typing=is_typing, timestamp=iso(ctx.now)
    )
    ctx.emit(news, to=audience.room(room_id).but(who.id))


async def room_users(ctx: Context, cmd: OneRoom) -> RoomUsers:
    """List the members of a room and who of them is here; for members only (trust.md K6).

    On a socket the answer is the event `room_users` as well. Raises `Problem("room_not_found" | "not_a_member")`.
    """
    board = ctx.port(PresenceBoard)
    async with ctx.read() as reader:
        await rooms.must_be_member(reader, cmd.room_id, ctx.who.id)
        members = await rooms.members(reader, cmd.room_id)
        people = await users.by_ids(reader, [member.user_id for member in members])
    listed = []
    for member in members:
        person = people[member.user_id]
        listed.append(
            RoomUser(
                user_id=person.id,
                username=person.username,
                name=person.name,
                is_online=board.is_online(person.id),
                role=member.role,
                last_seen=None if person.last_seen_at is None else iso(person.last_seen_at),
            )
        )
    answer = RoomUsers(room_id=cmd.room_id, users=listed)
    if ctx.connection is not None:
        ctx.emit(answer, to=audience.connection(ctx.connection.id))
    return answer
