"""Change what a room is: its settings."""

import msgspec

from chatroom.core.context import Context
from chatroom.features.log import service as log
from chatroom.features.rooms import rules, service, store
from chatroom.features.rooms.entries import CHANGED
from chatroom.features.rooms.types import ChangeRoom, OneRoom, Room


async def update(ctx: Context, cmd: ChangeRoom) -> Room:
    """Change settings of a room and tell those who listen; what is as it was already takes no entry.

    Raises `Problem("bad_input" | "room_not_found" | "not_a_member" | "forbidden")`.
    """
    async with ctx.begin() as tx:
        await log.lock(tx, [cmd.room_id])
        row = rules.must_change(await store.find(tx.db, cmd.room_id, ctx.who.id), ctx.who)
        topic = row.topic if isinstance(cmd.topic, msgspec.UnsetType) else rules.clean_topic(cmd.topic)
        if topic != row.topic:
            await store.change(tx.db, cmd.room_id, topic)
            await log.append(tx, cmd.room_id, CHANGED, data={"topic": topic})
    return await service.show(ctx, OneRoom(room_id=cmd.room_id))
