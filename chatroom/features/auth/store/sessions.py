"""`sessions`: signed-in devices."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    bindparam,
    case,
    cast,
    delete,
    false,
    insert,
    select,
    update,
)

from chatroom.core import ids
from chatroom.db import Reader, Transaction, metadata
from chatroom.db.types import Id, Name, Time, Word
from chatroom.features.auth.records import Session

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
    Column("proven_at", Time),
    Column("used_generation", Integer, nullable=False, server_default="0"),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

_ADD: Final = insert(sessions)
_ALL: Final = select(*sessions.c)
_FIND: Final = _ALL.where(sessions.c.id == bindparam("session"))
_BY_TOKEN: Final = _ALL.where(sessions.c.token_hash == bindparam("hash"))
_LIVING: Final = (
    sessions.c.user_id == bindparam("user"),
    sessions.c.revoked_at.is_(None),
    sessions.c.expires_at > bindparam("now"),
)
_OF: Final = _ALL.where(*_LIVING).order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
_ADDRESSES: Final = (
    select(sessions.c.address).where(sessions.c.user_id == bindparam("user")).distinct().limit(100)
)
_REVOKE: Final = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"), sessions.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)
_REVOKE_ALL: Final = (
    update(sessions)
    .where(
        sessions.c.user_id == bindparam("user"),
        sessions.c.id != bindparam("besides"),
        sessions.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"))
)
_ROTATE: Final = (
    update(sessions)
    .where(
        sessions.c.id == bindparam("session"),
        sessions.c.generation == bindparam("before"),
        sessions.c.revoked_at.is_(None),
    )
    .values(
        generation=sessions.c.generation + 1,
        refresh_hash=bindparam("hash"),
        rotated_at=bindparam("at"),
        last_used_at=bindparam("at"),
    )
)
_USED: Final = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"), sessions.c.last_used_at < bindparam("at"))
    .values(
        last_used_at=bindparam("at"),
        expires_at=case(
            (sessions.c.idle_seconds.is_(None), sessions.c.expires_at),
            else_=bindparam("at", type_=Time) + cast(sessions.c.idle_seconds, BigInteger) * 1000,
        ),
    )
)
_PROVE: Final = (
    update(sessions).where(sessions.c.id == bindparam("session")).values(proven_at=bindparam("at"))
)
_USED_TOKENS: Final = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"), sessions.c.used_generation < bindparam("count"))
    .values(used_generation=bindparam("count"))
)
_FREE: Final = update(sessions).where(sessions.c.id == bindparam("session")).values(must_change=False)
_EXPIRED: Final = (
    select(sessions.c.id).where(sessions.c.expires_at < bindparam("before")).limit(bindparam("count"))
)
_REMOVE_EXPIRED: Final = delete(sessions).where(
    sessions.c.id == bindparam("session"), sessions.c.expires_at < bindparam("before")
)
_REMOVE: Final = delete(sessions).where(sessions.c.user_id == bindparam("user"))


async def add(tx: Transaction, session: Session) -> None:
    """Insert a session."""
    await tx.run(_ADD, session._asdict())


async def find(reader: Reader, session_id: str) -> Session | None:
    """One session, ended or not, or None."""
    row = await reader.one(_FIND, {"session": session_id})
    return Session(*row) if row else None


async def find_by_token(reader: Reader, token_hash: str) -> Session | None:
    """The session of a guest's token, ended or not, or None."""
    row = await reader.one(_BY_TOKEN, {"hash": token_hash})
    return Session(*row) if row else None


async def list_living(reader: Reader, user_id: str, now: int) -> list[Session]:
    """The sessions of a person that have not ended, the newest first."""
    return [Session(*row) for row in await reader.all(_OF, {"user": user_id, "now": now})]


async def list_addresses(reader: Reader, user_id: str) -> list[str]:
    """Where the sessions of a person began that are still known, ended or not; at most 100."""
    return [row.address for row in await reader.all(_ADDRESSES, {"user": user_id})]


async def revoke(tx: Transaction, session_id: str, at: int) -> bool:
    """End a session; False when it had ended."""
    return await tx.run(_REVOKE, {"session": session_id, "at": at}) > 0


async def revoke_all(tx: Transaction, user_id: str, at: int, besides: str) -> None:
    """End every session of a person but one, or with `""` every one."""
    await tx.run(_REVOKE_ALL, {"user": user_id, "besides": besides or ids.NIL, "at": at})


async def rotate(tx: Transaction, session_id: str, generation: int, refresh_hash: str, at: int) -> bool:
    """Exchange the refresh token of a generation for the next; False when somebody was quicker."""
    given = {"session": session_id, "before": generation, "hash": refresh_hash, "at": at}
    return await tx.run(_ROTATE, given) > 0


async def used(tx: Transaction, uses: Mapping[str, int]) -> None:
    """Note when sessions were last used (id -> epoch milliseconds), and move the end of those that slide."""
    rows: Sequence[Mapping[str, object]] = [{"session": name, "at": at} for name, at in sorted(uses.items())]
    await tx.many(_USED, rows)


async def used_tokens(tx: Transaction, generations: Mapping[str, int]) -> None:
    """Note which generation of tokens of sessions (id -> generation) has been used."""
    await tx.many(
        _USED_TOKENS, [{"session": name, "count": count} for name, count in sorted(generations.items())]
    )


async def prove(tx: Transaction, session_id: str, at: int) -> None:
    """Note when a session proved who it is for."""
    await tx.run(_PROVE, {"session": session_id, "at": at})


async def free(tx: Transaction, session_id: str) -> None:
    """Lift the restriction of a session that was opened with a first password."""
    await tx.run(_FREE, {"session": session_id})


async def remove_expired(tx: Transaction, before: int, count: int) -> int:
    """Delete up to `count` sessions that expired before an instant; return how many there were."""
    old = await tx.all(_EXPIRED, {"before": before, "count": count})
    await tx.many(_REMOVE_EXPIRED, [{"session": row.id, "before": before} for row in old])
    return len(old)


async def remove_of(tx: Transaction, user_id: str) -> None:
    """Delete every session of a person."""
    await tx.run(_REMOVE, {"user": user_id})
