"""Ad-hoc lounges end when nobody has spoken there for a day, with all that was said in them."""

from typing import Any, Final

from chatroom.core.context import Context, Tx
from chatroom.core.jobs import job
from chatroom.features.log import service as log
from chatroom.features.messages import store
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.types import AD_HOC_SILENCE

_EVERY: Final = 900  # seconds
_BATCH: Final = 100


@job("messages.end_lounges", every=_EVERY, seconds=600)
async def end_lounges(ctx: Context, _: Any) -> None:
    """Look at the ad-hoc lounges whose time is up: end the silent ones, and give the others another day."""
    while True:
        async with ctx.read() as reader:
            due = await rooms.list_expired(reader, ctx.now, _BATCH)
        for room_id in due:
            async with ctx.begin() as tx:
                await _end(tx, room_id)
        if len(due) < _BATCH:
            return


async def _end(tx: Tx, room_id: str) -> None:
    await log.lock(tx, [room_id])  # nobody speaks there meanwhile
    last = await store.list_last(tx.db, [room_id])
    until = max((message.created_at for message in last), default=0) + AD_HOC_SILENCE
    if until > tx.now:
        await rooms.postpone(tx, room_id, until)
        return
    await store.remove_room(tx.db, room_id)
    await rooms.remove(tx, room_id)


jobs: Final = [end_lounges]
