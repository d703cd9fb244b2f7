"""Append to a room's log, and read where it stands."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from chatroom.core import audience, ids
from chatroom.core.clock import iso
from chatroom.core.context import Tx
from chatroom.core.errors import Problem
from chatroom.db import Database, Reader
from chatroom.features.log import store
from chatroom.features.log.ports import Follower
from chatroom.features.log.types import Effect, EntryKind, Head, LogState, RoomEntry

_TURNS: Final = 5  # of the loop between two looks at heads
_LOOKS: Final = 2  # under way at once: one waits for the server while we serve whom the other has answered
_KNOWN: Final = 10_000  # heads that are remembered until something is stored


async def start(tx: Tx, room_id: str) -> Head:
    """Give a new room its log, under a fresh epoch."""
    epoch = ids.token(12)
    await store.open_head(tx.db, room_id, epoch)
    return Head(epoch, 0)


async def end(tx: Tx, room_id: str) -> None:
    """Take the log of a room away."""
    await store.remove(tx.db, room_id)


async def append(
    tx: Tx,
    room_id: str,
    kind: EntryKind,
    *,
    subject: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Head:
    """Take the room's next seq for a deed of `tx.who`, and tell those who listen after the commit.

    Returns the new head. Raises `Problem("room_not_found")` when the room has no log.
    """
    state = (await lock(tx, [room_id])).get(room_id)
    if state is None:
        raise Problem("room_not_found")
    head = Head(state.head.epoch, state.head.seq + 1)
    await advance(tx, {room_id: head.seq})
    if kind.effect is Effect.ACCESS:
        await store.change_access(tx.db, room_id)
    row = {
        "room_id": room_id,
        "seq": head.seq,
        "kind": kind.name,
        "actor_id": tx.who.id,
        "subject_id": subject,
        "at": tx.now,
        "data": data,
    }
    await store.add(tx.db, row)
    tx.emit(_event(row, head.epoch), to=audience.room(room_id))
    tx.after(partial(tx.ctx.port(Told).follow, room_id, state.head.seq, head.seq))
    tx.after(partial(tx.ctx.port(Follower).follow_entry, room_id, head, kind, subject))
    return head


async def lock(tx: Tx, rooms: Iterable[str]) -> dict[str, LogState]:
    """Lock the heads of these rooms for this transaction; return where they stand. What happens next there is ours."""
    return await store.lock_heads(tx.db, rooms)


async def advance(tx: Tx, moved: Mapping[str, int]) -> None:
    """Move locked heads: the caller has stored an own row for every seq in between (messages do)."""
    tx.claim(moved)
    await store.change_heads(tx.db, moved)


async def advance_if(
    tx: Tx, moves: Mapping[str, tuple[int, int]], stmt: Any, rows: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Move the heads of rooms in which nobody's rights have changed since the caller saw them, with its rows.

    `moves` maps a room to (access seen, number of its rows); `stmt` inserts `rows`, whose `room_id` names their room
    and whose `seq` is their place among them, 1 for the first. The statement numbers them on from where the head
    stands: that others have said or done something there meanwhile, on any node, refuses nobody. Returns the seq before
    of the rooms that moved. It is the only statement of a `single` transaction. Raises `db.Conflict`.
    """
    # Which seq it will be nobody knows yet: all others of these rooms wait for it.
    tx.claim(dict.fromkeys(moves, 0))
    moved = await store.move_heads(tx.db, moves, stmt, rows)
    tx.place({room_id: seq + moves[room_id][1] for room_id, seq in moved.items()})
    tx.drop(moves.keys() - moved.keys())
    return moved


async def heads(reader: Reader, rooms: Iterable[str]) -> dict[str, Head]:
    """Where the logs of these rooms stand now."""
    return {room_id: state.head for room_id, state in (await store.list_states(reader, rooms)).items()}


async def after(reader: Reader, room_id: str, seq: int, head: Head, count: int) -> list[RoomEntry]:
    """The entries after `seq` up to `head`, oldest first, at most `count`; messages are not among them."""
    rows = await store.list_after(reader, room_id, seq, head.seq, count)
    return [_event(row._asdict(), head.epoch) for row in rows]


class Told:
    """Up to which seq this node has told its listeners of each room: a port, one per node.

    A send that is numbered on from further on finds entries between that nobody here was told of: another node's, or
    those of a commit that seemed to fail.
    """

    def __init__(self) -> None:
        self._seqs: dict[str, int] = {}

    def upto(self, room_id: str, otherwise: int) -> int:
        """The seq of a room; `otherwise` where none is known."""
        return self._seqs.get(room_id, otherwise)

    def follow(self, room_id: str, before: int, seq: int) -> None:
        """Note an entry at `seq` that was told, whose room stood at `before`; what is missing below stays missing."""
        if self._seqs.get(room_id, before) == before:
            self.note({room_id: seq})

    def note(self, seqs: Mapping[str, int]) -> None:
        """Note that everything up to these seqs was told."""
        if len(self._seqs) > _KNOWN:
            self._seqs.clear()
        self._seqs.update(seqs)


class HeadReader:
    """Where logs stand, read after the question or proven by what is asked after it.

    SQLite says at once whether anything was stored since a head was read. Elsewhere heads are asked in one statement
    for all who want to know while the last one was under way; the statement begins after the question, so the answer
    is as true as that of a statement of one's own.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._version = 0
        self._fresh = False
        self._known: dict[str, LogState | None] = {}
        self._asked: dict[str, list[asyncio.Future[LogState | None]]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def ask(self, room_id: str) -> LogState | None:
        """Where the log of a room stands; None for a room without a log. Raises `db.Unavailable`."""
        if not self._fresh and not self._look():
            return await self._together(room_id)
        known = self._known  # what is stored meanwhile changes the version, and so leaves this one to nobody
        if room_id not in known:
            async with self._db.read() as reader:
                known[room_id] = (await store.list_states(reader, [room_id])).get(room_id)
        return known[room_id]

    def _look(self) -> bool:
        """Forget the heads that are known if anything was stored since they were read; False when nobody can say so.

        One look serves a turn of the loop, for one each would make a page half as dear again. What still runs in the
        turn was scheduled before the look, so whatever it has heard of was stored before; what is read from sockets
        after it runs behind `_age`.
        """
        version = self._db.version()
        if version is None:
            return False
        if version != self._version or len(self._known) >= _KNOWN:
            self._version, self._known = version, {}
        self._fresh = True
        asyncio.get_running_loop().call_soon(self._age)
        return True

    def _age(self) -> None:
        self._fresh = False

    def _together(self, room_id: str) -> asyncio.Future[LogState | None]:
        done: asyncio.Future[LogState | None] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(room_id, []).append(done)
        if len(self._tasks) < _LOOKS:
            self._tasks.append(asyncio.create_task(self._work(), name="log.heads"))
        return done

    async def _work(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked, {}
                await self._answer(asked)
                # Those who were answered write, and who asks next is read: a fifth more answers.
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
        finally:
            self._tasks = [task for task in self._tasks if task is not asyncio.current_task()]

    async def _answer(self, asked: Mapping[str, list[asyncio.Future[LogState | None]]]) -> None:
        failed, found = None, {}
        try:
            async with self._db.read() as reader:
                found = await store.list_states(reader, asked)
        except Exception as error:  # noqa: BLE001 - those who asked must hear of it
            failed = error
        for room_id, waiting in asked.items():
            for done in waiting:
                if done.done():  # whoever asked has gone
                    continue
                if failed is not None:
                    done.set_exception(failed)
                else:
                    done.set_result(found.get(room_id))


def _event(row: Mapping[str, Any], epoch: str) -> RoomEntry:
    return RoomEntry(
        room_id=row["room_id"],
        epoch=epoch,
        seq=row["seq"],
        kind=row["kind"],
        actor_id=row["actor_id"],
        subject_id=row["subject_id"] or msgspec.UNSET,
        at=iso(row["at"]),
        data=row["data"] or msgspec.UNSET,
    )
