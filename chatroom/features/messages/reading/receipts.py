"""Read marks: how far each member has read, kept as one mark per person and room."""

from chatroom.core import audience
from chatroom.core.clock import iso
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.features.log import service as log
from chatroom.features.messages import store
from chatroom.features.messages.types import MarkRead, MessagesRead
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.types import RoomsChanged


async def mark_read(ctx: Context, cmd: MarkRead) -> MessagesRead:
    """Move your read mark forward (the half that seed S4 leaves out); it never moves back.

    The others who listen hear of it only when it moved. Raises `Problem("bad_input" | "room_not_found" |
    "not_a_member" | "not_found")`.
    """
    if (cmd.seq is None) == (cmd.message_id is None):
        raise Problem("bad_input", "Give seq or messageId, one of them.")
    async with ctx.begin() as tx:
        await rooms.must_be_member(tx.db, cmd.room_id, ctx.who.id)
        seq = cmd.seq
        if cmd.message_id is not None:
            seq = await store.find_seq(tx.db, cmd.room_id, cmd.message_id)
        if seq is None:
            raise Problem("not_found")
        seq = min(seq, (await log.heads(tx.db, [cmd.room_id]))[cmd.room_id].seq)
        read = MessagesRead(
            room_id=cmd.room_id,
            user_id=ctx.who.id,
            username=ctx.who.username,
            message_id=cmd.message_id or await store.find_nearest(tx.db, cmd.room_id, seq),
            seq=seq,
            read_at=iso(tx.now),
            timestamp=iso(tx.now),
        )
        if await rooms.move_read_mark(tx, cmd.room_id, seq):
            tx.emit(read, to=audience.room(cmd.room_id))
            tx.emit(RoomsChanged(room_id=cmd.room_id, change="read"), to=audience.user(ctx.who.id))
    return read
