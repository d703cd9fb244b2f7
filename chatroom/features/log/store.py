"""`room_heads` and `room_entries`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, Integer, Table, bindparam, delete, insert, select, update

from chatroom.db import Counter, Moves, Reader, Row, Transaction, metadata
from chatroom.db.lists import among
from chatroom.db.types import Id, Json, Time, Word
from chatroom.features.log.types import Head, LogState

heads: Final = Table(
    "room_heads",
    metadata,
    Column("room_id", Id, primary_key=True),
    Column("epoch", Word(32), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("access", Integer, nullable=False, server_default="0"),  # counts what may change who may do what
)

entries: Final = Table(
    "room_entries",
    metadata,
    Column("room_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Word(16), nullable=False),
    Column("actor_id", Id, nullable=False),
    Column("subject_id", Id),
    Column("at", Time, nullable=False),
    Column("data", Json),
)

_STAND: Final = select(heads.c.room_id, heads.c.epoch, heads.c.seq, heads.c.access)
_HEAD_OF: Final = _STAND.where(heads.c.room_id == bindparam("room"))
_HEADS: Final = _STAND.where(among(heads.c.room_id, "rooms"))
# In id order: two transactions that lock several rooms can then never wait for each other in a circle.
_LOCK: Final = _HEADS.order_by(heads.c.room_id).with_for_update()
_ADVANCE: Final = update(heads).where(heads.c.room_id == bindparam("room")).values(seq=bindparam("to"))
_CHANGE_ACCESS: Final = (
    update(heads).where(heads.c.room_id == bindparam("room")).values(access=heads.c.access + 1)
)
_HEAD: Final = Counter(heads.c.room_id, heads.c.seq, guard=heads.c.access)
_OPEN: Final = insert(heads)
_ADD: Final = insert(entries)
_REMOVE_HEAD: Final = delete(heads).where(heads.c.room_id == bindparam("room"))
_REMOVE_ENTRIES: Final = delete(entries).where(entries.c.room_id == bindparam("room"))
_AFTER: Final = (
    select(entries)
    .where(
        entries.c.room_id == bindparam("room"),
        entries.c.seq > bindparam("after"),
        entries.c.seq <= bindparam("upto"),
    )
    .order_by(entries.c.seq)
    .limit(bindparam("count"))
)


async def open_head(tx: Transaction, room_id: str, epoch: str) -> None:
    """Start an empty log."""
    await tx.run(_OPEN, {"room_id": room_id, "epoch": epoch, "seq": 0})


async def remove(tx: Transaction, room_id: str) -> None:
    """Delete a log and its head."""
    await tx.run(_REMOVE_ENTRIES, {"room": room_id})
    await tx.run(_REMOVE_HEAD, {"room": room_id})


async def list_states(reader: Reader, rooms: Iterable[str]) -> dict[str, LogState]:
    """Where the logs of these rooms stand; unknown rooms are absent."""
    asked = list(rooms)
    if len(asked) == 1:  # a page of history: a key instead of a list is 12 us less on SQLite
        rows = await reader.all(_HEAD_OF, {"room": asked[0]})
    else:
        rows = await reader.all(_HEADS, {"rooms": asked})
    return _states(rows)


async def lock_heads(tx: Transaction, rooms: Iterable[str]) -> dict[str, LogState]:
    """The same, and nobody else moves them until this transaction ends."""
    # Sorted here too: MariaDB takes the locks in the order of the list, before it sorts.
    rows = await tx.all(_LOCK, {"rooms": sorted(rooms)})
    return _states(rows)


def _states(rows: Sequence[Row]) -> dict[str, LogState]:
    return {row.room_id: LogState(Head(row.epoch, row.seq), row.access) for row in rows}


async def change_heads(tx: Transaction, moved: Mapping[str, int]) -> None:
    """Move locked heads to these seqs."""
    await tx.many(_ADVANCE, [{"room": room, "to": seq} for room, seq in moved.items()])


async def change_access(tx: Transaction, room_id: str) -> None:
    """Count a change of who may do what in a room whose head is locked."""
    await tx.run(_CHANGE_ACCESS, {"room": room_id})


async def move_heads(
    tx: Transaction, moves: Moves, stmt: Any, rows: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Move the heads of rooms whose access is as expected, with their rows; return where they stood."""
    return await tx.move(_HEAD, moves, stmt, rows)


async def add(tx: Transaction, entry: Mapping[str, Any]) -> None:
    """Insert one entry."""
    await tx.run(_ADD, entry)


async def list_after(reader: Reader, room_id: str, after: int, upto: int, count: int) -> Sequence[Row]:
    """Entries with after < seq <= upto, oldest first, at most `count`."""
    return await reader.all(_AFTER, {"room": room_id, "after": after, "upto": upto, "count": count})
