"""One-time codes: made and sent by a job, kept as a keyed hash, good for ten minutes and five tries."""

import secrets
from typing import Any, Final

import msgspec

from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.jobs import enqueue, job
from chatroom.core.limits import RateLimiter
from chatroom.core.limits import spend as hit
from chatroom.core.secrets import Vault
from chatroom.features.auth.ports import Mailer, SmsSender
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.store import codes as store
from chatroom.features.auth.store import identifiers
from chatroom.features.auth.types import Code, IdentifierKind, Purpose

MINUTES: Final = 10
TRIES: Final = 5
_DIGITS: Final = 8  # five guesses at one of a hundred million
_TEXTS: Final[dict[Purpose, tuple[str, str]]] = {
    "reset": ("Your new password", "Your code to set a new password is {code}."),
    "confirm": ("Your code", "Your code to confirm that this is yours is {code}."),
}
_JOB_PLACE: Final = "jobs:payload:auth.send_code"


class _Order(msgspec.Struct):
    """What the job is told, sealed: rows of jobs are kept for a day."""

    purpose: Purpose
    kind: IdentifierKind
    value: str
    user_id: str


def place(user_id: str) -> str:
    """Where the identifier of a code is sealed for."""
    return f"codes:confirm:{user_id}"


async def spend(ctx: Context, to: Identifier) -> None:
    """Count a message to somebody against every budget. Raises `Problem("rate_limited")`."""
    limiter = ctx.port(RateLimiter)
    await hit(limiter, "sms.address", address_key(ctx.origin.address))
    await hit(limiter, "sms.number", ctx.port(Vault).index(to.kind, to.value))
    if to.kind == "phone":
        await hit(limiter, "sms.everybody", "")


async def ask(tx: Tx, purpose: Purpose, to: Identifier, *, user_id: str = "") -> None:
    """Have a code made and sent after the commit.

    Without a `user_id` the job looks for whoever has the identifier, so that the request takes the same time whether
    there is anybody or not (trust.md A9).
    """
    order = msgspec.json.encode(_Order(purpose, to.kind, to.value, user_id)).decode()
    await enqueue(tx, send_code, tx.ctx.port(Vault).seal(_JOB_PLACE, order))


@job("auth.send_code")
async def send_code(ctx: Context, sealed: Any) -> None:
    """Make a code, keep its hash, send it. A second run sends another one, and only that one works."""
    vault = ctx.port(Vault)
    order = msgspec.json.decode(vault.open(_JOB_PLACE, sealed), type=_Order)
    code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    lookup = vault.index(order.kind, order.value)
    async with ctx.begin() as tx:
        indexes = vault.indexes(order.kind, order.value)
        user_id = order.user_id or await identifiers.find_owner(tx.db, order.kind, indexes)
        if user_id is None:
            return
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
            ),
        )
    await _send(ctx, order, code)


async def _send(ctx: Context, order: _Order, code: str) -> None:
    subject, text = _TEXTS[order.purpose]
    text = f"{text.format(code=code)} It works for {MINUTES} minutes. If you did not ask for it, do nothing."
    if order.kind == "phone":
        await ctx.port(SmsSender).send(order.value, text)
    else:
        await ctx.port(Mailer).send(order.value, subject, text)


async def check(ctx: Context, user_id: str, purpose: Purpose, code: str) -> Code:
    """Return what a code stands for; `use` it then. Raises `Problem("invalid_code")`.

    The attempt is counted and committed before the code is compared, so that parallel guesses are counted too.
    """
    async with ctx.begin() as tx:
        living = await store.take_try(tx.db, user_id, purpose, TRIES, tx.now)
        found = await store.find(tx.db, user_id, purpose) if living else None
    # Under every key of the ring: they may have been rotated since the code was sent.
    if found is None or found.hashed not in ctx.port(Vault).indexes(_hashing(user_id, purpose), code):
        raise Problem("invalid_code")
    return found


async def use(tx: Tx, code: Code) -> None:
    """Use a code up, together with the deed. Raises `Problem("invalid_code")` when somebody was quicker."""
    if not await store.use(tx.db, code.user_id, code.purpose, code.hashed):
        raise Problem("invalid_code")


def _hashing(user_id: str, purpose: Purpose) -> str:
    """What the keyed hash of a code is for; under a plain hash eight digits would be found by trying them all."""
    return f"code:{purpose}:{user_id}"
