"""Proving again who one is, before what would let whoever has found a token keep the account.

A password in the call is a proof, and counts for the session that gave it for ten minutes; so does having signed in
with one. Who has none is told so: 403 `step_up_required`. Guests have nothing to prove and nothing that needs it; a
session with a first password may only set one of its own, and gives the first one for that.
"""

from typing import Final

from chatroom.core.clock import iso
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.features.auth.identifiers import identifiers
from chatroom.features.auth.passwords.password_check import Proven, prove
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.store import sessions as store
from chatroom.features.auth.types import ProofGiven, Prove

FRESH_MS: Final = 600_000
"""How long a proof counts."""
_WRONG: Final = "Current password is incorrect"


async def own_identifier(ctx: Context) -> Identifier | None:
    """One of the identifiers of the person who asks, by which limits count; None where there is none."""
    async with ctx.read() as reader:
        mine = await identifiers.of(ctx, reader, ctx.who.id)
    return next((Identifier(kind, value) for kind, value in mine.items()), None)


async def prove_again(ctx: Context, given: Identifier | None, password: str) -> Proven:
    """Compare the password of the person who asks.

    Raises `Problem("invalid_credentials" | "rate_limited" | "busy")`.
    """
    try:
        proven = await prove(ctx, given, password)
    except Problem as problem:
        if problem.code != "invalid_credentials":
            raise
        raise Problem("invalid_credentials", _WRONG) from None
    if proven.person.id != ctx.who.id:  # the identifier has changed hands since it was read
        raise Problem("invalid_credentials", _WRONG)
    return proven


async def must_be_proven(ctx: Context, password: str | None) -> None:
    """Take the password in the call, or a proof of this session that is fresh.

    Raises `Problem("step_up_required")` without either, and what `prove_again` raises.
    """
    if password:
        await prove_again(ctx, await own_identifier(ctx), password)
        async with ctx.begin() as tx:
            await store.prove(tx.db, ctx.who.session_id, tx.now)
        return
    async with ctx.read() as reader:
        session = await store.find(reader, ctx.who.session_id)
    if session is None or session.proven_at is None or ctx.now - session.proven_at > FRESH_MS:
        raise Problem("step_up_required", errors={"currentPassword": ["missing"]})


async def show_proof(ctx: Context, cmd: Prove) -> ProofGiven:
    """Prove again who one is; this session may then do for ten minutes what asks for a proof.

    Raises `Problem("invalid_credentials" | "rate_limited" | "busy")`.
    """
    await must_be_proven(ctx, cmd.current_password)
    return ProofGiven(until=iso(ctx.now + FRESH_MS))
