"""Signing up, in and out."""

from typing import Annotated, Literal, NamedTuple

import msgspec

from chatroom.core.schema import Wire
from chatroom.features.users.types import User

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
SessionKind = Literal["access", "s0", "guest"]
Password = Annotated[str, msgspec.Meta(max_length=1024)]


class Register(Wire, frozen=True, kw_only=True):
    """Become a member by e-mail (seed S2). `cookies` asks for an HttpOnly cookie besides the token."""

    name: Annotated[str, msgspec.Meta(max_length=256)] | None = None
    email: Email
    password: Password
    cookies: bool = False


class Login(Wire, frozen=True, kw_only=True):
    """Sign in by e-mail (seeds S2, S3)."""

    email: Email
    password: Password
    cookies: bool = False


class SignedIn(Wire, frozen=True, kw_only=True):
    """The superset that every seed's client finds its token in (contract C04). `expiresIn` is in seconds."""

    id: str
    name: str
    email: str
    token: str
    access_token: str
    expires_in: int
    user: User


class SignedOut(Wire, frozen=True, kw_only=True):
    """The session has ended."""

    ok: bool = True


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
