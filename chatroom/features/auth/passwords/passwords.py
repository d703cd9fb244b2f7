"""Changing a password: by telling the present one, or with a code when it is forgotten."""

from chatroom.core import ids
from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.limits import RateLimiter, spend_all
from chatroom.core.secrets import Vault
from chatroom.features.auth import rules
from chatroom.features.auth.identifiers import codes, identifiers, notices
from chatroom.features.auth.passwords import step_up
from chatroom.features.auth.passwords.password_check import Proven, prove, settle
from chatroom.features.auth.ports import AuthOptions, PasswordHasher
from chatroom.features.auth.records import Password
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.store import codes as code_store
from chatroom.features.auth.store import passwords as store
from chatroom.features.auth.store import sessions as session_store
from chatroom.features.auth.types import (
    ChangeOwnPassword,
    ChangePassword,
    Forgot,
    PasswordChanged,
    Reset,
    Sent,
)
from chatroom.features.users import service as users

_WRONG = "Current password is incorrect"


async def change(ctx: Context, cmd: ChangePassword) -> PasswordChanged:
    """Set a new password without being signed in (seed S1); every session ends.

    Raises `Problem("bad_input" | "not_found" | "invalid_credentials" | "rate_limited" | "busy")`.
    """
    if not (cmd.phone_number or cmd.email) or not cmd.current_password or not cmd.new_password:
        raise Problem("bad_input", "Missing fields")
    given = rules.identifier(cmd.email, cmd.phone_number, ctx.port(AuthOptions).country)
    try:
        proven = await prove(ctx, given, cmd.current_password)
    except Problem as problem:
        if problem.code != "invalid_credentials":
            raise
        raise await _refusal(ctx, given) from None
    await _replace(ctx, proven, cmd.current_password, cmd.new_password, given)
    return PasswordChanged()


async def _refusal(ctx: Context, given: Identifier | None) -> Problem:
    """Seed S1 tells an unknown number from a wrong password; STRICT_ENUM does not."""
    if given and not ctx.port(AuthOptions).strict:
        async with ctx.read() as reader:
            if await identifiers.find_owner(ctx, reader, given) is None:
                return Problem("not_found", "User not found")
    return Problem("invalid_credentials", _WRONG)


async def change_own(ctx: Context, cmd: ChangeOwnPassword) -> PasswordChanged:
    """Set a new password while signed in; every other session ends. The present one is asked for each time.

    Raises `Problem("bad_input" | "step_up_required" | "invalid_credentials" | "rate_limited" | "busy")`.
    """
    if not cmd.current_password:
        raise Problem("step_up_required", errors={"currentPassword": ["missing"]})
    given = await step_up.own_identifier(ctx)
    proven = await step_up.prove_again(ctx, given, cmd.current_password)
    await _replace(ctx, proven, cmd.current_password, cmd.new_password, given, besides=ctx.who.session_id)
    return PasswordChanged()


async def _replace(
    ctx: Context, proven: Proven, present: str, new: str, given: Identifier | None, *, besides: str = ""
) -> None:
    clean = rules.clean_password(new, *([given.value] if given else []), proven.person.name)
    if rules.given_password(present) == clean.encode():
        raise Problem("bad_input", "The new password is the present one.", errors={"newPassword": ["same"]})
    hashed = await ctx.port(PasswordHasher).hash(clean.encode(), address_key(ctx.origin.address))
    async with ctx.begin() as tx:
        await settle(tx, proven)
        await _put(tx, proven.person.id, hashed, besides=besides)


async def _put(tx: Tx, user_id: str, hashed: str, *, besides: str = "") -> None:
    """Store a password of the person's own and tell them; codes and other sessions end with the one before."""
    await store.put(tx.db, Password(user_id, hashed, tx.now))
    await code_store.remove_of(tx.db, user_id)
    if besides:
        await session_store.free(tx.db, besides)
        await session_store.prove(tx.db, besides, tx.now)
    await sessions.end_all(tx, user_id, besides)
    await notices.tell(tx, await identifiers.of(tx.ctx, tx.db, user_id), "password")


async def forget(ctx: Context, cmd: Forgot) -> Sent:
    """Have a code sent to whoever has an address or a number; the answer does not tell whether anybody has.

    Raises `Problem("bad_input" | "sms_unavailable" | "mail_unavailable" | "rate_limited")`.
    """
    to = rules.identifier(cmd.email, cmd.phone_number, ctx.port(AuthOptions).country)
    if to is None:
        raise Problem("bad_input", "Name an email or a phoneNumber.")
    identifiers.check_sender(ctx, to.kind)
    await codes.spend(ctx, to, "reset")
    async with ctx.begin() as tx:
        await codes.ask(tx, "reset", to)
    return Sent()


async def reset(ctx: Context, cmd: Reset) -> PasswordChanged:
    """Set a new password with the code that was sent; every session ends, and none begins.

    Raises `Problem("bad_input" | "invalid_code" | "rate_limited" | "busy")`.
    """
    to = rules.identifier(cmd.email, cmd.phone_number, ctx.port(AuthOptions).country)
    if to is None:
        raise Problem("bad_input", "Name an email or a phoneNumber.")
    clean = rules.clean_password(cmd.new_password, to.value)
    index, address = ctx.port(Vault).index(to.kind, to.value), address_key(ctx.origin.address)
    key = f"{address}/{index}"
    limiter = ctx.port(RateLimiter)
    await spend_all(limiter, ("auth.failed_here", address), ("auth.failed", key))
    async with ctx.read() as reader:
        owner = await identifiers.find_owner(ctx, reader, to)
    code = await codes.check(ctx, owner or ids.new(), "reset", cmd.code)
    hashed = await ctx.port(PasswordHasher).hash(clean.encode(), address)
    async with ctx.begin() as tx:
        await codes.use(tx, code)
        person = await users.find(tx.db, code.user_id)
        if person is None:
            raise Problem("invalid_code")
        await users.settle(tx, person)
        await _put(tx, person.id, hashed)
    await limiter.take_back("auth.failed_here", address)
    await limiter.forget("auth.failed", key)
    await limiter.forget("auth.failed_anywhere", index)
    return PasswordChanged()
