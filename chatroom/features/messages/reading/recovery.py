"""What a client has missed: the event `resume`, and the `auth.resume` of a handshake.

Theory of operation. A gap is read in steps, each bounded in bytes and so in time on the event loop; at most `_STEPS` of
all clients are under way at once, so a storm of reconnects never fills a turn of the loop. An answer to `resume` has a
byte budget for all its rooms together. The first room with a gap gets at least one entry, so a client that asks again
from its new `lastSeq` always gets on. A handshake has no such budget: its entries are sent step by step, and the next
step is read when the client has taken nearly all of the one before.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, cast

import msgspec

from chatroom.core.context import Connection, Context
from chatroom.core.effort import charge_in_time, told
from chatroom.core.errors import Problem
from chatroom.core.schema import encode
from chatroom.db import Reader
from chatroom.features.log import service as log
from chatroom.features.log.types import Head
from chatroom.features.messages import store
from chatroom.features.messages.render import views
from chatroom.features.messages.types import (
    Entry,
    ResetRoom,
    Resume,
    Resumed,
    ResumedRoom,
    ResumePoint,
    RoomsReset,
)
from chatroom.features.rooms import listening
from chatroom.features.rooms import service as rooms

RESUME_PAGE = 500
RESUME_REACH = 5_000  # entries; further behind than this, a fresh page is cheaper for both sides
ANSWER = 128 * 1024
"""Bytes of entries in one answer; the entry that reaches it still comes, 48 kB of JSON at the most."""
PAGE = 512 * 1024
"""Bytes of entries in one page of `?after=`."""
_STEP: Final = 32 * 1024  # bytes of a handshake's step, some 100 messages of the usual length: 1 ms
_STEPS: Final = 2
_FIRST: Final = 16  # rows of the first look; the next one knows how long the messages of the room are
_MOST_ROWS: Final = 250

_NOWHERE: Final = Head("", 0)


class Missed(NamedTuple):
    """An entry and its JSON text."""

    entry: Entry
    text: bytes


class Steps:
    """Lets a few steps run at once, in the order in which they were asked for. One per node."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_STEPS)

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(self, *_: object) -> None:
        # The database of one file answers without giving up the loop: the next step belongs to a later turn.
        await asyncio.sleep(0)
        self._free.release()


async def read(
    reader: Reader, room_id: str, after: int, head: Head, *, count: int, size: int
) -> tuple[list[Missed], bool]:
    """Entries with after < seq <= head, merged by their one order, and whether there are more.

    At most `count`, and of at most `size` bytes unless the first one alone is larger.
    """
    found: list[Missed] = []
    used, rows = 0, min(_FIRST, count)
    while rows:
        last = found[-1].entry.seq if found else after
        entries = await _merged(reader, room_id, last, head, rows)
        for entry in entries:
            text = encode(entry)
            used += len(text)
            if found and used > size:
                return found, True
            found.append(Missed(entry, text))
        if len(entries) < rows or used >= size:
            break
        fitting = (size - used) * len(found) // used + 1
        rows = min(count - len(found), fitting, _MOST_ROWS)
    return found, bool(found) and found[-1].entry.seq < head.seq


async def _merged(reader: Reader, room_id: str, seq: int, head: Head, count: int) -> list[Entry]:
    rows = await store.list_after(reader, room_id, seq, head.seq, count)
    merged: list[Entry] = [*views(rows, head.epoch), *await log.after(reader, room_id, seq, head, count)]
    merged.sort(key=lambda entry: entry.seq)
    return merged[:count]


async def resume(ctx: Context, cmd: Resume) -> Resumed:
    """Read what was missed in rooms since the last entry a client has; a room that is named again counts once.

    A room whose gap cannot be proven filled answers `reset`: another epoch, too far behind, or no longer one's to see.
    What is over the answer's budget says `hasMore`, with fewer entries or none.
    """
    points = _each_once(cmd.rooms)
    async with ctx.port(Steps), ctx.read() as reader:
        heads = await rooms.heads_in_sight(reader, [point.room_id for point in points], ctx.who.id)
    left = ANSWER
    answers = []
    for point in points:
        head = heads.get(point.room_id, _NOWHERE)
        missed: Sequence[Missed] = ()
        more = head.seq > point.last_seq
        if _is_lost(point, head):
            answers.append(
                ResumedRoom(room_id=point.room_id, epoch=head.epoch, head_seq=head.seq, reset=True)
            )
            continue
        if more and left > 0:
            async with ctx.port(Steps):
                read_now = await _step(ctx, point, head, left)
            if read_now is None:
                answers.append(ResumedRoom(room_id=point.room_id, epoch="", head_seq=0, reset=True))
                continue
            missed, more = read_now
            left -= sum(len(each.text) for each in missed)
        answers.append(
            ResumedRoom(
                room_id=point.room_id,
                epoch=head.epoch,
                head_seq=head.seq,
                entries=cast("list[Entry]", [msgspec.Raw(each.text) for each in missed]),
                has_more=more,
            )
        )
    return Resumed(rooms=answers)


async def _step(ctx: Context, point: ResumePoint, head: Head, size: int) -> tuple[list[Missed], bool] | None:
    """Read what fits of a gap; None for somebody who may no longer read the room."""
    async with ctx.read() as reader:
        try:
            await rooms.must_read(reader, point.room_id, ctx.who.id)
        except Problem:
            return None
        return await read(reader, point.room_id, point.last_seq, head, count=RESUME_PAGE, size=size)


def _each_once(points: Iterable[ResumePoint]) -> list[ResumePoint]:
    """The first point of each room, in the order of the question."""
    first: dict[str, ResumePoint] = {}
    for point in points:
        first.setdefault(point.room_id, point)
    return list(first.values())


def _is_lost(point: ResumePoint, head: Head) -> bool:
    return head.epoch != point.epoch or not 0 <= head.seq - point.last_seq <= RESUME_REACH


# The handshake.


async def go_on(ctx: Context, cmd: Resume) -> None:
    """Listen to these rooms, as `join_room` does, and hear what was missed as it would have been said.

    The event `reset` names the rooms whose gap cannot be proven filled.
    """
    connection = ctx.connection
    if connection is None:
        raise Problem("bad_input", "Only a socket can go on.")
    lost = []
    for point in _each_once(cmd.rooms):
        await charge_in_time(ctx, 1 + 2 * told(ctx, point.room_id))
        try:
            async with ctx.port(Steps):
                await listening.admit(ctx, point.room_id)
                joined = await listening.look(ctx, point.room_id)
            head = Head(joined.epoch, joined.head_seq)
            is_lost = _is_lost(point, head)
            ctx.reply(joined)
            last = head.seq if is_lost else await _replay(ctx, connection, point, head)
            joined = await listening.begin(ctx, point.room_id)
        except Problem as problem:
            if problem.retryable:
                raise
            lost.append(ResetRoom(room_id=point.room_id, epoch="", head_seq=0))
            continue
        if is_lost:
            lost.append(ResetRoom(room_id=point.room_id, epoch=joined.epoch, head_seq=joined.head_seq))
        elif last < joined.head_seq:  # said between the last step and the first moment of listening
            rest = ResumePoint(room_id=point.room_id, epoch=point.epoch, last_seq=last)
            await _replay(ctx, connection, rest, Head(joined.epoch, joined.head_seq))
    if lost:
        ctx.reply(RoomsReset(rooms=lost))


async def _replay(ctx: Context, connection: Connection, point: ResumePoint, head: Head) -> int:
    """Send what was missed as fast as the client takes it; return the seq up to which it has everything.

    Before the room is listened to, so that nothing newer comes between. Raises `Problem("room_not_found")` when they
    may no longer read it, and `Departed`.
    """
    last, more = point.last_seq, head.seq > point.last_seq
    while more:
        async with ctx.port(Steps), ctx.read() as reader:
            await rooms.must_read(reader, point.room_id, ctx.who.id)
            missed, more = await read(reader, point.room_id, last, head, count=RESUME_REACH, size=_STEP)
        for entry, text in missed:
            connection.tell(entry.event, text)
        last = missed[-1].entry.seq if missed else head.seq
        await connection.drained()
    return last
