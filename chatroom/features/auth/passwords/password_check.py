"""Is it them? Every check of a password passes here: limited, counted, and as slow for nobody as for somebody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from chatroom.core import ids
from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.limits import RateLimiter, spend_all
from chatroom.core.secrets import Vault
from chatroom.features.auth import rules
from chatroom.features.auth.identifiers import identifiers
from chatroom.features.auth.ports import PasswordHasher
from chatroom.features.auth.records import Password
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.store import passwords as store
from chatroom.features.users import service as users
from chatroom.features.users.types import Person

TRIES: Final = 5
"""Attempts at a first password from the address that signed up."""
ELSEWHERE: Final = 100
"""Attempts from all other addresses together: of 93 random bits that is none, and strangers spend nothing but these."""
WAITING: Final = 50
"""Callers of one address that wait for their turn at one identifier: so many good ones in a second all pass."""
_RETRY: Final = 15  # seconds in which so many hashes of cost 12 are made


class Proven(NamedTuple):
    """Who it is, what they proved it with, and the hash that shall replace an outdated one."""

    person: Person
    password: Password
    renewed: str | None


class CheckQueues:
    """One check at a time for each address and identifier.

    A limit is counted before the check, so that parallel guesses cannot all pass before the first one counts; without
    turns it would refuse a person who signs in on several devices at once. By address too: else whoever keeps a queue
    full at somebody's identifier keeps its owner out.
    """

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def take(self, key: str) -> AsyncIterator[None]:
        """Wait until it is this caller's turn at a key. Raises `Problem("busy")` when too many wait."""
        queue = self._queues.setdefault(key, _Queue())
        if queue.callers > WAITING:
            raise Problem("busy", retry_after=_RETRY)
        queue.callers += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.callers -= 1
            if not queue.callers:
                del self._queues[key]


class _Queue:
    """Who wants the same, the one whose turn it is included."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.callers = 0


async def prove(ctx: Context, given: Identifier | None, password: str) -> Proven:
    """Return whose identifier and password these are; None is somebody signed in who has none.

    One of nobody costs the same hash, so the answer's time tells nothing. Guesses are limited by address
    and identifier, by address alone, and by identifier alone; the last not where the person has signed in from before,
    so that strangers who use it up do not lock them out.
    Raises `Problem("invalid_credentials" | "rate_limited" | "busy" | "account_suspended")`.
    """
    key = ctx.port(Vault).index(given.kind, given.value) if given else ctx.who.id
    address = address_key(ctx.origin.address)
    here = f"{address}/{key}"
    limiter = ctx.port(RateLimiter)
    async with ctx.port(CheckQueues).take(here):
        claimed = await _look(ctx, given, address)
        guess = [("auth.failed_here", address), ("auth.failed", here)]
        if not claimed.at_home:
            guess.append(("auth.failed_anywhere", key))
        await spend_all(limiter, *guess)
        try:
            proven = await _compare(ctx, claimed, password, address)
        except Problem as problem:
            if problem.retryable:  # nothing was compared
                for bucket, counted in guess:
                    await limiter.take_back(bucket, counted)
            raise
        await limiter.take_back("auth.failed_here", address)
        await limiter.forget("auth.failed", here)
        await limiter.forget("auth.failed_anywhere", key)
    if proven.person.status in ("suspended", "banned"):
        raise Problem("account_suspended")
    return proven


class _Claimed(NamedTuple):
    """Whose an identifier is, if anybody's, and whether they have a session that began at this address."""

    person: Person | None
    password: Password | None
    at_home: bool


async def _look(ctx: Context, given: Identifier | None, address: str) -> _Claimed:
    async with ctx.read() as reader:
        owner = await identifiers.find_owner(ctx, reader, given) if given else None
        # Nobody is looked for as somebody is: three reads take long enough to be measured.
        user_id = owner or ids.NIL
        person = await users.find(reader, user_id)
        stored = await store.find(reader, user_id)
        at_home = await sessions.began_at(reader, user_id, address)
    return _Claimed(person, stored, at_home)


async def _compare(ctx: Context, claimed: _Claimed, password: str, lane: str) -> Proven:
    raw = rules.given_password(password)
    person, stored = claimed.person, claimed.password
    if stored is not None and stored.must_change:
        async with ctx.begin() as tx:
            if not await store.take_try(tx.db, stored, lane, most=TRIES, elsewhere=ELSEWHERE, now=tx.now):
                stored = None
    hasher = ctx.port(PasswordHasher)
    usable = stored if raw and person and person.status != "deleted" else None
    try:
        same = await hasher.verify(raw or b"-", usable.hashed if usable else None, lane)
    except Problem:  # busy: nothing was compared
        if stored is not None and stored.must_change:
            async with ctx.begin() as tx:
                await store.return_try(tx.db, stored, lane)
        raise
    if not same or usable is None or person is None:
        raise Problem("invalid_credentials")
    renewed = await hasher.hash(raw or b"", lane) if hasher.is_outdated(usable.hashed) else None
    return Proven(person, usable, renewed)


async def settle(tx: Tx, proven: Proven) -> Person:
    """Note a success: a person who was pending, or a guest who signed up by phone, has shown that they are a member.

    Raises `Problem("invalid_credentials")` when the password was changed since it was compared.
    """
    person, password = proven.person, proven.password
    stored = await store.find(tx.db, person.id)
    if stored is None or stored.hashed != password.hashed:
        raise Problem("invalid_credentials")
    if password.must_change:
        await store.forgive(tx.db, person.id)
    if proven.renewed:
        await store.change_hash(tx.db, person.id, password.hashed, proven.renewed)
    return await users.settle(tx, person)
