"""What a connection hears that says in its handshake where it was: the rooms again, and what it missed (contract 0)."""

from chatroom.core import audience
from chatroom.core.context import Connection, Context
from chatroom.core.errors import Problem
from chatroom.features.messages import service
from chatroom.features.messages.types import ResetRoom, Resume, ResumedRoom, ResumePoint, RoomsReset
from chatroom.features.rooms import listening
from chatroom.features.rooms.types import OneRoom


async def go_on(ctx: Context, cmd: Resume) -> None:
    """Listen to these rooms, as `join_room` does, and hear what was missed as it would have been said.

    The event `reset` names the rooms whose gap cannot be proven filled.
    """
    if ctx.connection is None:
        raise Problem("bad_input", "Only a socket can go on.")
    lost = [room for point in cmd.rooms if (room := await _go_on(ctx, ctx.connection, point)) is not None]
    if lost:
        ctx.emit(RoomsReset(rooms=lost), to=audience.connection(ctx.connection.id))


async def _go_on(ctx: Context, connection: Connection, point: ResumePoint) -> ResetRoom | None:
    """Listen to a room and replay its gap; return the room when that gap stays open."""
    try:
        joined = await listening.enter(ctx, OneRoom(room_id=point.room_id))
    except Problem as problem:
        if problem.retryable:
            raise
        return ResetRoom(room_id=point.room_id, epoch="", head_seq=0)
    (found,) = (await service.resume(ctx, Resume(rooms=[point]))).rooms
    if _is_lost(found):
        return ResetRoom(room_id=point.room_id, epoch=joined.epoch, head_seq=joined.head_seq)
    for entry in found.entries or ():
        if entry.seq <= joined.head_seq:  # what came later is heard live
            ctx.emit(entry, to=audience.connection(connection.id))
    return None


def _is_lost(found: ResumedRoom) -> bool:
    return found.reset is True or found.has_more is True
