"""One-time codes: made and sent by a job, kept as a keyed hash, good for ten minutes and five tries.

Anybody may ask for a code to somebody else's address, so asking must not use up anything that the owner needs. Who asks
is limited by their own address. Who is written to gets three in ten minutes, and the newest goes on working: at the
limit there is always one that does. Tries at a code are counted apart for the address that asked for it.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable
from typing import Any, Final

import msgspec
import structlog

from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.jobs import enqueue, job
from chatroom.core.limits import RateLimiter, TooMany, spend_all
from chatroom.core.secrets import Vault
from chatroom.features.auth.ports import Mailer, NotSent, SmsSender
from chatroom.features.auth.records import Code
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.store import codes as store
from chatroom.features.auth.store import identifiers
from chatroom.features.auth.types import IdentifierKind, Purpose

MINUTES: Final = 10
TRIES: Final = 5
ELSEWHERE: Final = 100
"""Tries from addresses that did not ask for the code, all together; each has five in a quarter of an hour."""
EVEN: Final = 0.025
_DIGITS: Final = 8  # a hundred guesses at one of a hundred million
_TEXTS: Final[dict[Purpose, tuple[str, str]]] = {
    "reset": ("Your new password", "Your code to set a new password is {code}."),
    "confirm": ("Your code", "Your code to confirm that this is yours is {code}."),
}
_JOB_PLACE: Final = "jobs:payload:auth.send_code"
_RECOVERY: Final = "recovery"
_log = structlog.get_logger("chatroom.auth")


class _Order(msgspec.Struct):
    """What the job is told, sealed: rows of jobs are kept for a day."""

    purpose: Purpose
    kind: IdentifierKind
    value: str
    user_id: str
    address: str = ""
    """Of whoever asks."""


def place(user_id: str) -> str:
    """Where the identifier of a code is sealed for."""
    return f"codes:confirm:{user_id}"


async def spend(ctx: Context, to: Identifier, purpose: Purpose = "confirm") -> None:
    """Count a message against the budgets of whoever asks and of all together. Raises `Problem("rate_limited")`.

    Recovery has a budget of its own, which only messages to people who have an account use up: the job counts it.
    """
    await spend_all(ctx.port(RateLimiter), *_budgets(ctx, to, purpose))


async def take_back(ctx: Context, to: Identifier) -> None:
    """Take back what `spend` counted for a message that will not be sent."""
    for bucket, key in _budgets(ctx, to, "confirm"):
        await ctx.port(RateLimiter).take_back(bucket, key)


def _budgets(ctx: Context, to: Identifier, purpose: Purpose) -> list[tuple[str, str]]:
    mine = [("sms.address", address_key(ctx.origin.address))]
    return [*mine, ("sms.everybody", "")] if to.kind == "phone" and purpose != "reset" else mine


async def may_send(ctx: Context, to: Identifier) -> None:
    """Raise `Problem("rate_limited")` when somebody has got so many messages that they have to wait some minutes."""
    quota = await ctx.port(RateLimiter).peek("sms.number", _number(ctx, to))
    if not quota.allowed:
        raise TooMany("sms.number", quota)


def _number(ctx: Context, to: Identifier) -> str:
    return ctx.port(Vault).index(to.kind, to.value)


async def count(ctx: Context, to: Identifier) -> bool:
    """Count a message that somebody is about to get; False when they have had enough."""
    return (await ctx.port(RateLimiter).hit("sms.number", _number(ctx, to))).allowed


async def carry(ctx: Context, to: Identifier, sending: Awaitable[None]) -> None:
    """Wait for a message that was counted; what was not sent does not count. Raises what sending raises."""
    try:
        await sending
    except NotSent:
        await ctx.port(RateLimiter).take_back("sms.number", _number(ctx, to))
        raise


async def ask(tx: Tx, purpose: Purpose, to: Identifier, *, user_id: str = "") -> None:
    """Have a code made and sent after the commit.

    Without a `user_id` the job looks for whoever has the identifier, so that the request takes the same time whether
    there is anybody or not.
    """
    address = address_key(tx.ctx.origin.address)
    order = msgspec.json.encode(_Order(purpose, to.kind, to.value, user_id, address)).decode()
    await enqueue(tx, send_code, tx.ctx.port(Vault).seal(_JOB_PLACE, order))


@job("auth.send_code")
async def send_code(ctx: Context, sealed: Any) -> None:
    """Make a code, keep its hash, send it. A second run sends another one, and only that one works.

    Where somebody has had enough messages nothing happens, and the code before goes on working.
    """
    vault = ctx.port(Vault)
    order = msgspec.json.decode(vault.open(_JOB_PLACE, sealed), type=_Order)
    code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    lookup = vault.index(order.kind, order.value)
    async with ctx.read() as reader:
        indexes = vault.indexes(order.kind, order.value)
        user_id = order.user_id or await identifiers.find_owner(reader, order.kind, indexes)
        at_home = user_id is not None and await sessions.began_at(reader, user_id, order.address)
    if user_id is None or not await _is_due(ctx, order, at_home=at_home):
        return
    async with ctx.begin() as tx:
        sealed_value = vault.seal(place(user_id), order.value) if order.purpose == "confirm" else None
        hashed = vault.index(_hashing(user_id, order.purpose), code)
        await store.put(
            tx.db,
            Code(
                user_id,
                order.purpose,
                hashed,
                order.kind,
                lookup,
                sealed_value,
                tx.now,
                tx.now + MINUTES * 60_000,
                address=order.address,
            ),
        )
    await carry(ctx, Identifier(order.kind, order.value), _send(ctx, order, code))


async def _is_due(ctx: Context, order: _Order, *, at_home: bool) -> bool:
    """Whether somebody may be written to; where they have signed in before, whatever strangers have asked for."""
    to, limiter = Identifier(order.kind, order.value), ctx.port(RateLimiter)
    if not await count(ctx, to) and not at_home:
        _log.info("codes.enough", purpose=order.purpose)
        return False
    counted = order.kind == "phone" and order.purpose == "reset"
    if counted and not (await limiter.hit("sms.everybody", _RECOVERY)).allowed:
        _log.warning("codes.budget_used_up", bucket="sms.everybody", setting="RATE_LIMITS")
        return False
    return True


async def _send(ctx: Context, order: _Order, code: str) -> None:
    subject, text = _TEXTS[order.purpose]
    text = f"{text.format(code=code)} It works for {MINUTES} minutes. If you did not ask for it, do nothing."
    if order.kind == "phone":
        await ctx.port(SmsSender).send(order.value, text)
    else:
        await ctx.port(Mailer).send(order.value, subject, text)


async def check(ctx: Context, user_id: str, purpose: Purpose, code: str) -> Code:
    """Return what a code stands for; `use` it then. Raises `Problem("invalid_code")`.

    The attempt is counted and committed before the code is compared, so that parallel guesses are counted too. A
    refusal takes a multiple of `EVEN` seconds: to count a try for somebody takes 0.2 ms longer than to find that there
    is nobody, which a stranger could measure.
    """
    began = time.monotonic()
    async with ctx.begin() as tx:
        living = await store.take_try(
            tx.db,
            user_id,
            purpose,
            address_key(ctx.origin.address),
            most=TRIES,
            elsewhere=ELSEWHERE,
            now=tx.now,
        )
        found = await store.find(tx.db, user_id, purpose) if living else None
    # Under every key of the ring: they may have been rotated since the code was sent.
    if found is None or found.hashed not in ctx.port(Vault).indexes(_hashing(user_id, purpose), code):
        await asyncio.sleep(EVEN - (time.monotonic() - began) % EVEN)
        raise Problem("invalid_code")
    return found


async def use(tx: Tx, code: Code) -> None:
    """Use a code up, together with the deed. Raises `Problem("invalid_code")` when somebody was quicker."""
    if not await store.use(tx.db, code.user_id, code.purpose, code.hashed):
        raise Problem("invalid_code")


def _hashing(user_id: str, purpose: Purpose) -> str:
    """What the keyed hash of a code is for; under a plain hash eight digits would be found by trying them all."""
    return f"code:{purpose}:{user_id}"
