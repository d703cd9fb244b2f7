"""Refresh tokens: each is exchanged once; one that comes back later was stolen, and ends its session (RFC 9700).

The one before the newest is exchanged again, for the same answer, until something of that answer has been used: before
that nobody knows whether it arrived.
"""

from typing import Final, NamedTuple

import structlog

from chatroom.core.context import Context, Tx
from chatroom.core.cookies import SessionCookies
from chatroom.core.errors import Problem
from chatroom.core.secrets import digest
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.sessions.last_used import LastUsed
from chatroom.features.auth.sessions.sessions import Opened
from chatroom.features.auth.sessions.tokens import Claims, TokenSigner
from chatroom.features.auth.store import sessions as store
from chatroom.features.auth.types import AccessRefreshed, Refresh, Refreshed, SignedOut
from chatroom.features.users import service as users

GRACE_MS: Final = 10_000
"""How long the token before the newest gets the same answer again though that one is in use: two tabs ask at once."""
_TRIES: Final = 3  # of an exchange that meets another one of the same token
_ENDED: Final = "Invalid session"
_log = structlog.get_logger("chatroom.auth")


async def refresh(ctx: Context, cmd: Refresh) -> Refreshed:
    """Exchange a refresh token for a new pair (seed S3). Raises `Problem("invalid_token" | "busy")`."""
    opened = await _exchange(ctx, cmd.refresh_token, None)
    return Refreshed(
        token=opened.access,
        access_token=opened.access,
        refresh_token=opened.refresh,
        expires_in=opened.access_seconds,
    )


async def refresh_cookies(ctx: Context, cmd: Refresh) -> AccessRefreshed:
    """Exchange the refresh token in the cookie (seed S1).

    Raises `Problem("invalid_token")` with the seed's texts, and `Problem("busy")`.
    """
    opened = await _exchange(ctx, cmd.refresh_token, sessions.ACCESS)
    ctx.kept = opened.kept
    return AccessRefreshed(access_token=opened.access, expires_in=opened.access_seconds)


class _Found(NamedTuple):
    """What a look at the session of a refresh token says."""

    opened: Opened | None = None
    refused: str = ""
    again: bool = False


async def _exchange(ctx: Context, token: str, seconds: int | None) -> Opened:
    if not token:
        raise Problem("invalid_token", "No refresh token")
    try:
        claims = ctx.port(TokenSigner).read(token, ctx.now, "refresh")
    except Problem as problem:
        text = _ENDED if problem.code == "token_expired" else "Invalid refresh token"
        raise Problem("invalid_token", text) from None
    for _ in range(_TRIES):
        async with ctx.begin() as tx:
            found = await _look(tx, claims, digest(token), seconds)
        if found.opened:
            return found.opened
        if not found.again:
            raise Problem("invalid_token", found.refused)
    raise Problem("busy", retry_after=1)


async def _look(tx: Tx, claims: Claims, hashed: str, seconds: int | None) -> _Found:
    session = await store.find(tx.db, claims.session_id)
    person = await users.find(tx.db, claims.user_id)
    if session is None or person is None or session.user_id != person.id or person.status != "active":
        return _Found(refused=_ENDED)
    if session.revoked_at is not None or session.expires_at <= tx.now:
        return _Found(refused=_ENDED)
    signer = tx.ctx.port(TokenSigner)
    if claims.generation == session.generation and hashed == session.refresh_hash:
        after = session._replace(generation=session.generation + 1, rotated_at=tx.now)
        opened = sessions.tokens(signer, after, tx.now, seconds)
        if await store.rotate(tx.db, session.id, session.generation, digest(opened.refresh), tx.now):
            return _Found(opened)
        return _Found(again=True)
    if claims.generation == session.generation - 1 and (
        tx.now - (session.rotated_at or 0) <= GRACE_MS
        or not tx.ctx.port(LastUsed).has_used(session, session.generation)
    ):  # the answer was lost on its way: a phone may ask again minutes later
        return _Found(sessions.tokens(signer, session, tx.now, seconds))
    await sessions.end(tx, session.user_id, session.id)
    _log.warning("session.stolen", user=session.user_id, session=session.id, address=tx.ctx.origin.address)
    return _Found(refused=_ENDED)


async def logout(ctx: Context, cmd: Refresh) -> SignedOut:
    """End the session that asks, or that of the refresh token, and its sockets. Twice, or without one, is fine."""
    session_id, user_id = ctx.who.session_id, ctx.who.id
    if not session_id and cmd.refresh_token:
        try:
            claims = ctx.port(TokenSigner).read(cmd.refresh_token, ctx.now, "refresh")
        except Problem:
            return _signed_out(ctx)
        session_id, user_id = claims.session_id, claims.user_id
    if session_id:
        async with ctx.begin() as tx:
            await sessions.end(tx, user_id, session_id)
    return _signed_out(ctx)


def _signed_out(ctx: Context) -> SignedOut:
    ctx.kept = SessionCookies()
    return SignedOut()
