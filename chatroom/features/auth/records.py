"""What auth stores, as its modules hand it to one another; times in epoch milliseconds."""

from typing import NamedTuple

from chatroom.features.auth.types import IdentifierKind, Purpose, SessionKind


class Session(NamedTuple):
    """A signed-in device; times in epoch milliseconds."""

    id: str
    user_id: str
    created_at: int
    last_used_at: int
    expires_at: int
    revoked_at: int | None
    device: str
    address: str
    kind: SessionKind = "access"
    token_hash: str | None = None
    """SHA-256 of a guest's token."""
    refresh_hash: str | None = None
    """SHA-256 of the newest refresh token."""
    generation: int = 0
    """How often the refresh token has been exchanged."""
    rotated_at: int | None = None
    idle_seconds: int | None = None
    """How far each use moves the end; None when the end stands."""
    must_change: bool = False
    """Opened with a first password."""
    proven_at: int | None = None
    """When its person last gave their password."""
    used_generation: int = 0
    """The newest generation of tokens that was used: the refresh token before is no lost answer's any more."""


class Password(NamedTuple):
    """A stored password; times in epoch milliseconds."""

    user_id: str
    hashed: str
    changed_at: int
    must_change: bool = False
    """A first password, sent by SMS."""
    expires_at: int | None = None
    tries: int = 0
    """Made at `address`, from which the first password was asked for."""
    address: str = ""
    tries_elsewhere: int = 0


class Code(NamedTuple):
    """A stored one-time code; `sealed` is the identifier that it will prove, where it is a new one."""

    user_id: str
    purpose: Purpose
    hashed: str
    kind: IdentifierKind
    lookup: str
    sealed: str | None
    created_at: int
    expires_at: int
    tries: int = 0
    """Made at `address`, from which the code was asked for."""
    address: str = ""
    tries_elsewhere: int = 0
