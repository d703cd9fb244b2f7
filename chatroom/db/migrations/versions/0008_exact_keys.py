"""On MySQL and MariaDB, texts that differ in their trailing spaces are different keys, as they are on the other two.

The `_bin` collations pad with spaces, so the client message id `"a "` collided with `"a"` and its whole batch failed.
"""

from collections.abc import Mapping
from typing import Final

from alembic import op
from sqlalchemy import TypeDecorator

from chatroom.db import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NEEDED: Final = "NOT NULL"
_FREE: Final = "NULL"

Column = tuple[TypeDecorator[str], str]

_TABLES: Final[Mapping[str, Mapping[str, Column]]] = {
    "jobs": {
        "name": (types.Word(64), _NEEDED),
        "`key`": (types.Word(64), _FREE),
        "state": (types.Word(8), _NEEDED),
    },
    "room_entries": {"kind": (types.Word(16), _NEEDED)},
    "room_heads": {"epoch": (types.Word(32), _NEEDED)},
    "users": {
        "kind": (types.Word(16), _NEEDED),
        "role": (types.Word(16), _NEEDED),
        "name": (types.Name(64), _NEEDED),
        "username": (types.Word(40), _NEEDED),
        "status": (types.Word(12), "NOT NULL DEFAULT 'active'"),
        "declared_age": (types.Word(12), _FREE),
    },
    "identifiers": {"kind": (types.Word(8), _NEEDED), "lookup": (types.Word(64), _NEEDED)},
    "passwords": {"hashed": (types.Word(100), _NEEDED)},
    "codes": {
        "purpose": (types.Word(12), _NEEDED),
        "hashed": (types.Word(64), _NEEDED),
        "kind": (types.Word(8), _NEEDED),
        "lookup": (types.Word(64), _NEEDED),
    },
    "rooms": {
        "name": (types.Name(80), _NEEDED),
        "kind": (types.Word(16), _NEEDED),
        "slug": (types.Name(256), _FREE),
    },
    "sessions": {
        "device": (types.Name(200), _NEEDED),
        "address": (types.Word(45), _NEEDED),
        "kind": (types.Word(8), "NOT NULL DEFAULT 'access'"),
        "token_hash": (types.Word(64), _FREE),
        "refresh_hash": (types.Word(64), _FREE),
    },
    "invites": {"lookup": (types.Word(64), _NEEDED)},
    "members": {"role": (types.Word(16), _NEEDED)},
    "messages": {
        "client_msg_id": (types.Word(64), _FREE),
        "message_type": (types.Word(16), _NEEDED),
        "original_type": (types.Name(32), _FREE),
    },
}


def upgrade() -> None:
    dialect = op.get_context().dialect
    if dialect.name != "mysql":
        return
    for table, columns in _TABLES.items():
        # One statement a table: each copies it.
        changes = [
            f"MODIFY {name} {kind.compile(dialect=dialect)} {rest}" for name, (kind, rest) in columns.items()
        ]
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")
