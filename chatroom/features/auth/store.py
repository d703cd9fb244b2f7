"""`identifiers`, `passwords` and `sessions`."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    bindparam,
    delete,
    false,
    insert,
    select,
    update,
)

from chatroom.db import Reader, Transaction, metadata
from chatroom.db.types import Id, Name, Text, Time, Word
from chatroom.features.auth.types import Session

identifiers: Final = Table(
    "identifiers",
    metadata,
    Column("kind", Word(8), primary_key=True),
    Column("lookup", Word(64), primary_key=True),  # blind index: equal addresses collide, none can be read
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)

passwords: Final = Table(
    "passwords",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("hashed", Word(100), nullable=False),
    Column("changed_at", Time, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=false()),  # a first password
    Column("expires_at", Time),
    Column("tries", Integer, nullable=False, server_default="0"),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("last_used_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("revoked_at", Time),
    Column("device", Name(200), nullable=False),
    Column("address", Word(45), nullable=False),
    Column("kind", Word(8), nullable=False, server_default="access"),
    Column("token_hash", Word(64), unique=True, index=True),
    Column("refresh_hash", Word(64)),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("rotated_at", Time),
    Column("idle_seconds", Integer),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

codes: Final = Table(
    "codes",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("purpose", Word(12), primary_key=True),  # one of a kind at a time: a new one replaces the old
    Column("hashed", Word(64), nullable=False),
    Column("kind", Word(8), nullable=False),
    Column("lookup", Word(64), nullable=False),
    Column("sealed", Text),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)

_ADD_IDENTIFIER: Final = insert(identifiers)
_IDENTIFIER: Final = select(identifiers.c.user_id, passwords.c.hashed).join(
    passwords, passwords.c.user_id == identifiers.c.user_id
)
_BY_LOOKUP: Final = _IDENTIFIER.where(
    identifiers.c.kind == bindparam("kind"), identifiers.c.lookup == bindparam("lookup")
)
_SEALED: Final = select(identifiers.c.sealed).where(
    identifiers.c.kind == bindparam("kind"), identifiers.c.user_id == bindparam("user")
)
_ADD_PASSWORD: Final = insert(passwords)
_CHANGE_PASSWORD: Final = update(passwords).where(passwords.c.user_id == bindparam("user"))
_ADD_SESSION: Final = insert(sessions)
_SESSION: Final = select(*(column for column in sessions.c)).where(sessions.c.id == bindparam("session"))
_REVOKE: Final = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"), sessions.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)
_EXPIRED: Final = delete(sessions).where(sessions.c.expires_at < bindparam("before"))


async def add_identifier(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Insert an identifier. Raises `db.Conflict` when somebody has it."""
    await tx.run(_ADD_IDENTIFIER, row)


async def find_login(reader: Reader, kind: str, lookup: str) -> tuple[str, str] | None:
    """(user id, password hash) behind an identifier, or None."""
    row = await reader.one(_BY_LOOKUP, {"kind": kind, "lookup": lookup})
    return (row.user_id, row.hashed) if row else None


async def find_sealed(reader: Reader, kind: str, user_id: str) -> str | None:
    """The sealed identifier of a person, or None."""
    sealed: str | None = await reader.scalar(_SEALED, {"kind": kind, "user": user_id})
    return sealed


async def add_password(tx: Transaction, user_id: str, hashed: str, at: int) -> None:
    """Give a new person a password."""
    await tx.run(_ADD_PASSWORD, {"user_id": user_id, "hashed": hashed, "changed_at": at})


async def change_hash(tx: Transaction, user_id: str, hashed: str) -> None:
    """Replace the hash of an unchanged password (its cost was raised)."""
    await tx.run(_CHANGE_PASSWORD.values(hashed=hashed), {"user": user_id})


async def add_session(tx: Transaction, session: Session) -> None:
    """Insert a session."""
    await tx.run(_ADD_SESSION, session._asdict())


async def find_session(reader: Reader, session_id: str) -> Session | None:
    """One session, ended or not, or None."""
    row = await reader.one(_SESSION, {"session": session_id})
    return Session(*row) if row else None


async def revoke_session(tx: Transaction, session_id: str, at: int) -> bool:
    """End a session; False when it had ended."""
    return await tx.run(_REVOKE, {"session": session_id, "at": at}) > 0


async def remove_expired(tx: Transaction, before: int) -> int:
    """Delete sessions that expired before an instant; return how many."""
    return await tx.run(_EXPIRED, {"before": before})
