"""A database as years leave it, made by SQL in seconds: people, rooms, memberships, messages.

Everybody is a member of room 0, which is public. One person, number 1, belongs to 1 000 rooms. One room in two is
private, one public in four a lounge. Messages are spread over the first hundredth of the rooms.
"""

from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import text

from chatroom.db import Database
from chatroom.db.migrate import upgrade
from chatroom.features import tables

BASE: Final = 1_760_000_000_000  # epoch milliseconds of number 0
HEAVY: Final = 1
"""The number of the person in many rooms."""


class Size(NamedTuple):
    """How much of each."""

    messages: int
    people: int
    rooms: int
    heavy: int
    """Rooms of one person."""


SMALL: Final = Size(messages=1_000, people=100, rooms=50, heavy=10)
LARGE: Final = Size(messages=1_000_000, people=100_000, rooms=100_000, heavy=1_000)


def key(kind: int, number: int) -> str:
    """The id of a person (1), a room (2) or a message (3)."""
    return f"0190000{kind}-0000-7000-8000-{number:012x}"


def _key(dialect: str, kind: int, number: str) -> str:
    if dialect == "sqlite":
        return f"('0190000{kind}-0000-7000-8000-' || printf('%012x', {number}))"
    return f"CAST('0190000{kind}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0') AS UUID)"


def _numbers(dialect: str, count: int) -> str:
    if dialect == "sqlite":
        more = f"SELECT n + 1 FROM s WHERE n < {count - 1}"
        return f"(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL {more}) SELECT n FROM s)"
    return f"generate_series(0, {count - 1}) AS s(n)"


def _fill(dialect: str, into: str, cells: str, count: int) -> str:
    return f"INSERT INTO {into} SELECT {cells} FROM {_numbers(dialect, count)}"


def statements(dialect: str, size: Size) -> list[str]:
    """What fills an empty database."""
    talking = max(1, size.rooms // 100)
    each = size.messages // talking

    person, room, fill = partial(_key, dialect, 1), partial(_key, dialect, 2), partial(_fill, dialect)

    def members(room_id: str, user_id: str, count: int) -> str:
        into = "members (room_id, user_id, role, joined_at, joined_seq, read_seq)"
        return fill(into, f"{room_id}, {user_id}, 'member', n, 0, 0", count)

    private = "n % 2 = 1" if dialect == "postgresql" else "n % 2"
    kind = "CASE WHEN n % 8 = 4 THEN 'lounge' ELSE 'room' END"
    return [
        fill(
            "users (id, kind, role, name, username, created_at, status, first_joined_at)",
            f"{person('n')}, 'member', 'user', 'Person ' || n, 'person' || n, {BASE} + n, 'active', {BASE} + n",
            size.people,
        ),
        fill(
            "rooms (id, name, is_private, kind, created_by, created_at, member_count)",
            f"{room('n')}, 'Room ' || n, {private}, {kind}, {person('0')}, {BASE} + n,"
            f" CASE WHEN n = 0 THEN {size.people} ELSE 2 END",
            size.rooms,
        ),
        fill(
            "room_heads (room_id, epoch, seq)",
            f"{room('n')}, 'epoch', CASE WHEN n < {talking} THEN {each} ELSE 0 END",
            size.rooms,
        ),
        members(room("0"), person("n"), size.people),
        members(room("n + 1"), person(str(HEAVY)), min(size.heavy, size.rooms - 1)),
        members(room("n + 1"), person(f"(n % {size.people - 2}) + 2"), size.rooms - 1),
        fill(
            "messages (room_id, seq, id, sender_id, client_msg_id, message_type, content, created_at)",
            f"{room(f'n / {each}')}, n % {each} + 1, {_key(dialect, 3, 'n')}, {person(f'n % {size.people}')},"
            f" 'key-' || n, 'text', 'message ' || n || ' {'x' * 180}', {BASE} + n",
            each * talking,
        ),
        "ANALYZE",
    ]


async def make(url: str, size: Size) -> None:
    """Migrate an empty database and fill it: a minute for a million messages."""
    upgrade(url, tables)
    patient = url if url.startswith("sqlite") else f"{url.partition('?')[0]}?socket_timeout=600"
    database = await Database.open(patient)
    try:
        for statement in statements(database.dialect, size):
            async with database.begin() as tx:
                await tx.run(text(statement))
    finally:
        await database.close()
