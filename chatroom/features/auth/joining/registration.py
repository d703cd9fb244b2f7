"""Becoming somebody: a member by e-mail or phone, or a guest for a day."""

import secrets
import string
from datetime import UTC, datetime
from typing import Final

from chatroom.core import ids
from chatroom.core.addresses import address_key
from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.cookies import SessionCookies
from chatroom.core.errors import Problem
from chatroom.core.jobs import enqueue
from chatroom.core.limits import RateLimiter, spend
from chatroom.core.principal import Role
from chatroom.db import Conflict
from chatroom.features.auth import rules
from chatroom.features.auth.identifiers import codes, identifiers
from chatroom.features.auth.joining.signing_in import signed_in
from chatroom.features.auth.passwords import first_password
from chatroom.features.auth.ports import AuthOptions, PasswordHasher
from chatroom.features.auth.records import Password
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.store import identifiers as identifier_store
from chatroom.features.auth.store import passwords
from chatroom.features.auth.types import (
    BecomeGuest,
    GuestToken,
    Register,
    SignedIn,
    SignedUp,
    SignUp,
)
from chatroom.features.users import service as users
from chatroom.features.users.types import DeclaredAge, Person

_TRIES: Final = 5  # of a registration that meets another one of the same name; handles differ in 10 000 ways
_DAY_MS: Final = 24 * 3600 * 1000
_SENT: Final = "Default password sent via SMS"
_RED: Final = "18+RED"


async def register(ctx: Context, cmd: Register) -> SignedIn:
    """Become a member by e-mail; you are signed in at once. A guest stays the same person.

    Raises `Problem("bad_input" | "user_exists" | "busy" | "rate_limited")`.
    """
    given, hashed = await _by_email(ctx, cmd.email, cmd.password, cmd.name)
    for _ in range(_TRIES):
        try:
            async with ctx.begin() as tx:
                person = await _become_member(tx, cmd.name, given, hashed)
                opened = await sessions.start(tx, person.id)
                user = await identifiers.own_view(ctx, tx.db, person)
        except Conflict:  # a namesake or the same address, this moment: the next try finds whichever it was
            continue
        if cmd.cookies:
            ctx.kept = opened.kept
        return signed_in(user, opened)
    raise Problem("busy", retry_after=1)


async def sign_up(ctx: Context, cmd: SignUp) -> SignedUp:
    """Sign up by phone (seed S1) or by e-mail (seed S0), whichever the body names; nobody is signed in.

    Raises `Problem("bad_input" | "user_exists" | "sms_unavailable" | "busy" | "rate_limited")`.
    """
    if cmd.phone_number:
        return await _by_phone(ctx, cmd)
    if not cmd.email:
        raise Problem("bad_input", "phoneNumber required")
    if not cmd.password:
        raise Problem("bad_input", "password required", errors={"password": ["missing"]})
    given, hashed = await _by_email(ctx, cmd.email, cmd.password, cmd.name)
    for _ in range(_TRIES):
        try:
            async with ctx.begin() as tx:
                person = await _become_member(tx, cmd.name, given, hashed)
        except Conflict:
            continue
        return SignedUp(
            id=person.id,
            email=given.value,
            name=person.name,
            username=person.username,
            created_at=iso(person.created_at),
        )
    raise Problem("busy", retry_after=1)


async def _by_email(ctx: Context, email: str, password: str, name: str | None) -> tuple[Identifier, str]:
    """Clean an address and hash a password, within the limits."""
    given = Identifier("email", rules.clean_email(email))
    clean = rules.clean_password(password, given.value, *([name] if name else []))
    await spend(ctx.port(RateLimiter), "auth.sign_up", address_key(ctx.origin.address))
    return given, await ctx.port(PasswordHasher).hash(clean.encode(), address_key(ctx.origin.address))


async def _become_member(tx: Tx, name: str | None, given: Identifier, hashed: str) -> Person:
    """Store a member with an identifier and a password: a new one, or the guest who asks."""
    name = name if name and name.strip() else users.derived_name(given.value.partition("@")[0])
    if tx.who.role is Role.GUEST and not tx.who.transient:
        person = await users.promote(tx, tx.who.id, name)
        await identifier_store.remove_of(tx.db, person.id)  # a number that they only claimed
        await sessions.end_all(tx, person.id)  # a guest's token must not become a member's
    else:
        person = await users.add(tx, name, kind="member")
    await identifiers.add(tx, person.id, given)
    await passwords.put(tx.db, Password(person.id, hashed, tx.now))
    return person


async def _by_phone(ctx: Context, cmd: SignUp) -> SignedUp:
    number = Identifier("phone", rules.clean_phone(cmd.phone_number or "", ctx.port(AuthOptions).country))
    adult = rules.is_adult(cmd.birth_year, datetime.fromtimestamp(ctx.now / 1000, UTC).year)
    if adult is False:
        raise Problem("bad_input", "You must be 18 or older.", errors={"birthYear": ["age"]})
    conduct = ctx.port(AuthOptions)
    if not conduct.derived:
        identifiers.check_sender(ctx, "phone")
    await spend(ctx.port(RateLimiter), "auth.sign_up", address_key(ctx.origin.address))
    derived = None
    if conduct.derived:
        formula = rules.derived_password(cmd.first_name, cmd.last_name, cmd.birth_year)
        lane = address_key(ctx.origin.address)
        derived = await ctx.port(PasswordHasher).hash(formula.encode()[: rules.MAX_BYTES], lane)
    else:
        await codes.may_send(ctx, number)
        await codes.spend(ctx, number)
    age: DeclaredAge | None = "_18PLUS" if adult else None
    for _ in range(_TRIES):
        try:
            async with ctx.begin() as tx:
                return SignedUp(message=_SENT, user_id=await _claim(tx, cmd, number, age, derived))
        except Conflict:
            continue
        except Problem as problem:
            if not conduct.derived:
                await codes.take_back(ctx, number)  # nothing is sent
            if problem.code == "user_exists" and conduct.strict:
                return SignedUp(message=_SENT, user_id=ids.new())
            raise
    raise Problem("busy", retry_after=1)


async def _claim(
    tx: Tx, cmd: SignUp, number: Identifier, age: DeclaredAge | None, derived: str | None
) -> str:
    """Store somebody who says that a number is theirs; they have a day to prove it. Return their id."""
    await first_password.release(tx, number)
    name = " ".join(part.strip() for part in (cmd.first_name, cmd.last_name) if part and part.strip())
    if tx.who.role is Role.GUEST and not tx.who.transient:
        user_id = await _still_a_guest(tx)
        # What they claimed before, and its password: else what proves one number would prove them all.
        await identifier_store.remove_of(tx.db, user_id)
        await passwords.remove(tx.db, user_id)
        if name:
            await users.claim_name(tx, user_id, name)
    else:
        person = await users.add(
            tx,
            name or _random_name("user"),
            kind="member",
            status="pending",
            expires_at=tx.now + _DAY_MS,
            declared_age=age,
        )
        user_id = person.id
    await identifiers.add(tx, user_id, number)
    if derived:
        await passwords.put(tx.db, Password(user_id, derived, tx.now))
    else:
        await enqueue(
            tx,
            first_password.send_password,
            {"userId": user_id, "address": address_key(tx.ctx.origin.address)},
        )
    return user_id


async def _still_a_guest(tx: Tx) -> str:
    """The id of the guest who asks; a member by now may not claim. Raises `Problem("forbidden")`."""
    person = await users.find(tx.db, tx.who.id)
    if person is None or person.kind != "guest" or person.status != "active":
        raise Problem("forbidden")
    return person.id


async def become_guest(ctx: Context, cmd: BecomeGuest) -> GuestToken:
    """Be somebody for a day (seed S1). Raises `Problem("rate_limited" | "busy")`."""
    await spend(ctx.port(RateLimiter), "auth.guest", address_key(ctx.origin.address))
    age: DeclaredAge = "_18PLUS_RED" if cmd.age_category == _RED else "_18PLUS"
    for _ in range(_TRIES):
        try:
            async with ctx.begin() as tx:
                ends = tx.now + _DAY_MS
                guest = await users.add(
                    tx, _random_name("guest"), kind="guest", expires_at=ends, declared_age=age
                )
                token = await sessions.start_guest(tx, guest.id)
        except Conflict:  # the same six characters, this moment
            continue
        if cmd.cookies:
            ctx.kept = SessionCookies(token, sessions.DAY)
        return GuestToken(
            temp_session_token=token,
            guest_id=guest.id,
            expires_at=iso(ends),
            username=guest.username,
            age_category=age,
        )
    raise Problem("busy", retry_after=1)


def _random_name(start: str) -> str:
    letters = string.ascii_lowercase + string.digits
    return f"{start}_" + "".join(secrets.choice(letters) for _ in range(6))
