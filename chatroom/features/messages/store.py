"""The table `messages`. A row stands for its log entry: (room_id, seq) is the room's order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    table,
    text,
)
from sqlalchemy import column as name_of

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.lists import among, among_rows
from chatroom.db.types import Id, Name, Text, Time, Word
from chatroom.features.messages.types import MessageRow

_GIVEN: Final = text("client_msg_id IS NOT NULL")
# No foreign keys: the head proves the room and the membership the sender (ADR 0015), and to remove somebody the
# database would read every message (migration 0007).
messages: Final = Table(
    "messages",
    metadata,
    Column("room_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False, unique=True),
    Column("sender_id", Id, nullable=False),
    Column("client_msg_id", Word(64)),
    Column("message_type", Word(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("original_type", Name(32)),  # what a client called a type that we do not know
    # A retry is recognised by this key for ever, on every node (promise P2). Messages without an id stay out of the
    # index: NULLs never collide, and an entry at a random place costs more than the message itself (migrations 0004
    # and 0006). Ids that grow with time stand side by side.
    Index(
        "uq_messages_client_msg_id_room_id_sender_id",
        "client_msg_id",
        "room_id",
        "sender_id",
        unique=True,
        sqlite_where=_GIVEN,
        postgresql_where=_GIVEN,
    ),
)

_users: Final = table("users", name_of("id", Id), name_of("username", Word(40)), name_of("name"))
_CELLS: Final = {**messages.c, **{name: _users.c[name] for name in ("username", "name")}}
_ROW: Final = select(*(_CELLS[name] for name in MessageRow._fields)).join(
    _users, _users.c.id == messages.c.sender_id
)
# MariaDB, left to itself, reads everything that everybody in a small room ever wrote and sorts it (3 ms, not 0.7).
_IN_ROOM: Final = _ROW.where(messages.c.room_id == bindparam("room")).prefix_with(
    "STRAIGHT_JOIN", dialect="mysql"
)
_BEFORE: Final = (
    _IN_ROOM.where(messages.c.seq < bindparam("seq"))
    .order_by(messages.c.seq.desc())
    .limit(bindparam("count"))
)
_AFTER: Final = (
    _IN_ROOM.where(messages.c.seq > bindparam("seq"), messages.c.seq <= bindparam("upto"))
    .order_by(messages.c.seq)
    .limit(bindparam("count"))
)
_NAMES: Final = select(_users.c.id, _users.c.username, _users.c.name).where(among(_users.c.id, "users"))
_rooms: Final = table("rooms", name_of("id", Id))
_said: Final = messages.alias()
_newest: Final = (
    select(_said.c.seq).where(_said.c.room_id == _rooms.c.id).order_by(_said.c.seq.desc()).limit(1)
)
# Each by its key. A maximum of grouped rows would read every message of these rooms.
_LAST: Final = (
    select(*_ROW.selected_columns)
    .select_from(
        _rooms.join(
            messages, and_(messages.c.room_id == _rooms.c.id, messages.c.seq == _newest.scalar_subquery())
        ).join(_users, _users.c.id == messages.c.sender_id)
    )
    .where(among(_rooms.c.id, "rooms"))
)
_REPEATS: Final = _ROW.where(
    messages.c.client_msg_id.is_not(None),  # says that the index will do
    among_rows([messages.c.room_id, messages.c.sender_id, messages.c.client_msg_id], "keys"),
)
_KEY: Final = ("room", "sender", "key")
_REPEAT: Final = _ROW.where(
    messages.c.room_id == bindparam("room"),
    messages.c.sender_id == bindparam("sender"),
    messages.c.client_msg_id == bindparam("key"),
)
# Not by the room as well: SQLite would read all of the room for it.
_THESE: Final = _ROW.where(among(messages.c.id, "messages"))
_SEQ_OF: Final = select(messages.c.seq).where(
    messages.c.room_id == bindparam("room"), messages.c.id == bindparam("message")
)
_NEAREST: Final = (
    select(messages.c.id)
    .where(messages.c.room_id == bindparam("room"), messages.c.seq <= bindparam("seq"))
    .order_by(messages.c.seq.desc())
    .limit(1)
)
_REMOVE_ROOM: Final = delete(messages).where(messages.c.room_id == bindparam("room"))
ADD: Final = insert(messages)

Key = tuple[str, str, str]
"""(room, sender, client message id)"""


def _rows(rows: Sequence[Any]) -> Sequence[MessageRow]:
    """What `_ROW` selects has the cells of a MessageRow."""
    return rows


async def add_all(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert messages. Raises `db.Conflict` when one of them repeats a stored client message id."""
    await tx.many(ADD, rows)


async def find_repeats(tx: Transaction, keys: Iterable[Key]) -> dict[Key, MessageRow]:
    """The stored messages of these keys."""
    if tx.dialect == "sqlite":  # reads the whole table for a list of triples, and one message in 10 us
        found = [await tx.one(_REPEAT, dict(zip(_KEY, key, strict=True))) for key in keys]
        rows = _rows([row for row in found if row])
    else:
        rows = _rows(await tx.all(_REPEATS, {"keys": list(keys)}))
    return {(row.room_id, row.sender_id, row.client_msg_id or ""): row for row in rows}


async def find_repeat(reader: Reader, key: Key) -> MessageRow | None:
    """The stored message of a key, or None."""
    rows = _rows(await reader.all(_REPEAT, dict(zip(_KEY, key, strict=True))))
    return rows[0] if rows else None


async def list_before(reader: Reader, room_id: str, seq: int, count: int) -> Sequence[MessageRow]:
    """At most `count` messages below a seq, the nearest ones, oldest first."""
    rows = _rows(await reader.all(_BEFORE, {"room": room_id, "seq": seq, "count": count}))
    return rows[::-1]


async def list_after(reader: Reader, room_id: str, seq: int, upto: int, count: int) -> Sequence[MessageRow]:
    """At most `count` messages with seq < their seq <= upto, oldest first."""
    return _rows(await reader.all(_AFTER, {"room": room_id, "seq": seq, "upto": upto, "count": count}))


async def list_these(reader: Reader, room_id: str, ids: Sequence[str]) -> Sequence[MessageRow]:
    """The messages of a room with these ids; unknown ones are absent."""
    rows = _rows(await reader.all(_THESE, {"messages": ids}))
    return [row for row in rows if row.room_id == room_id]


async def remove_room(tx: Transaction, room_id: str) -> None:
    """Delete everything that was said in a room."""
    await tx.run(_REMOVE_ROOM, {"room": room_id})


async def list_last(reader: Reader, room_ids: Iterable[str]) -> Sequence[MessageRow]:
    """The newest message of each room that has one."""
    return _rows(await reader.all(_LAST, {"rooms": list(room_ids)}))


async def list_names(reader: Reader, user_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """What these people are called now: user name and name."""
    rows: Sequence[Any] = await reader.all(_NAMES, {"users": user_ids})
    return {user_id: (username, name) for user_id, username, name in rows}


async def find_seq(reader: Reader, room_id: str, message_id: str) -> int | None:
    """The seq of a message of this room, or None."""
    seq: int | None = await reader.scalar(_SEQ_OF, {"room": room_id, "message": message_id})
    return seq


async def find_nearest(reader: Reader, room_id: str, seq: int) -> str | None:
    """The id of the newest message at or below a seq, or None."""
    message_id: str | None = await reader.scalar(_NEAREST, {"room": room_id, "seq": seq})
    return message_id
