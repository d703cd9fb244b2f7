"""Signing in, in the words of each seed."""

from msgspec import UNSET

from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.limits import RateLimiter, spend
from chatroom.features.auth import rules
from chatroom.features.auth.identifiers import identifiers
from chatroom.features.auth.passwords.password_check import Proven, prove, settle
from chatroom.features.auth.ports import AuthOptions
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.sessions.sessions import Opened
from chatroom.features.auth.types import CookiesSet, Login, LoungeToken, SignedIn
from chatroom.features.users.types import User


async def login(ctx: Context, cmd: Login) -> SignedIn:
    """Sign in (seeds S2, S3). Raises `Problem("invalid_credentials" | "bad_input" | "busy" | "rate_limited")`."""
    proven = await _proven(ctx, cmd)
    async with ctx.begin() as tx:
        stay = cmd.stay_signed_in is not False
        user = await _settle(tx, proven)
        opened = await sessions.start(tx, user.id, stay=stay, must_change=proven.password.must_change)
    if cmd.cookies:
        ctx.kept = opened.kept
    return signed_in(user, opened, must_change=proven.password.must_change)


async def sign_in(ctx: Context, cmd: Login) -> CookiesSet:
    """Sign in by phone, the tokens in cookies (seed S1).

    Raises `Problem("invalid_credentials" | "bad_input" | "busy" | "rate_limited")`.
    """
    proven = await _proven(ctx, cmd)
    must_change = proven.password.must_change
    async with ctx.begin() as tx:
        user = await _settle(tx, proven)
        opened = await sessions.start(
            tx, user.id, stay=bool(cmd.stay_signed_in), seconds=sessions.ACCESS, must_change=must_change
        )
    ctx.kept = opened.kept
    return CookiesSet(user=user, must_change_password=must_change or UNSET)


async def open_lounges(ctx: Context, cmd: Login) -> LoungeToken:
    """Sign in with a token that has no end of its own (seed S0).

    Raises `Problem("invalid_credentials" | "bad_input" | "busy" | "rate_limited")`.
    """
    proven = await _proven(ctx, cmd)
    async with ctx.begin() as tx:
        user = await _settle(tx, proven)
        token = await sessions.start_endless(tx, user.id, must_change=proven.password.must_change)
    return LoungeToken(token=token, user=user)


def signed_in(user: User, opened: Opened, *, must_change: bool = False) -> SignedIn:
    """The answer that every seed's client finds its token in."""
    return SignedIn(
        id=user.id,
        name=user.name,
        email=user.email,
        token=opened.access,
        access_token=opened.access,
        refresh_token=opened.refresh,
        expires_in=opened.access_seconds,
        must_change_password=must_change or UNSET,
        user=user,
    )


async def _proven(ctx: Context, cmd: Login) -> Proven:
    if not (cmd.email or cmd.phone_number) or not cmd.password:
        raise Problem("bad_input", "Missing credentials")
    proven = await prove(ctx, _given(ctx, cmd), cmd.password)
    await spend(ctx.port(RateLimiter), "auth.sign_in", address_key(ctx.origin.address))
    return proven


def _given(ctx: Context, cmd: Login) -> Identifier | None:
    try:
        return rules.identifier(cmd.email, cmd.phone_number, ctx.port(AuthOptions).country)
    except Problem:
        if cmd.phone_number:
            raise
        return Identifier("email", cmd.email or "")  # what is no address is as unknown as one of nobody


async def _settle(tx: Tx, proven: Proven) -> User:
    person = await settle(tx, proven)
    if person != proven.person:
        await sessions.end_all(tx, person.id)  # a guest's session must not become a member's
    return await identifiers.own_view(tx.ctx, tx.db, person)
