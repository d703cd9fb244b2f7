"""Register, sign in, sign out, show oneself."""

from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal
from chatroom.core.secrets import Vault
from chatroom.db import Conflict
from chatroom.features.auth import rules, sessions, store
from chatroom.features.auth.ports import PasswordHasher
from chatroom.features.auth.recent import Recent
from chatroom.features.auth.tokens import TokenSigner
from chatroom.features.auth.types import Login, Register, SignedIn, SignedOut
from chatroom.features.users import service as users
from chatroom.features.users.types import Person, User

_EMAIL = "email"
_TRIES = 5  # of a registration that meets another one of the same name; handles differ in 10 000 ways


def _place(user_id: str) -> str:
    return f"identifiers:{_EMAIL}:{user_id}"


async def register(ctx: Context, cmd: Register) -> SignedIn:
    """Become a member; you are signed in at once. Raises `Problem("bad_input" | "user_exists" | "busy")`."""
    email = rules.clean_email(cmd.email)
    name = cmd.name if cmd.name and cmd.name.strip() else email.partition("@")[0]
    password = rules.clean_password(cmd.password)
    hashed = await ctx.port(PasswordHasher).hash(password.encode())
    for _ in range(_TRIES):
        try:
            async with ctx.begin() as tx:
                person, token = await _become_member(tx, name, email, hashed)
            return _signed_in(ctx, person, email, token)
        except Conflict:  # a namesake or the same address, this moment: the next try finds whichever it was
            continue
    raise Problem("busy", retry_after=1)


async def _become_member(tx: Tx, name: str, email: str, hashed: str) -> tuple[Person, str]:
    """Store a person with an address, a password and a session; return the session's token too."""
    vault = tx.ctx.port(Vault)
    lookup = vault.index(_EMAIL, email)
    if await store.find_login(tx.db, _EMAIL, lookup):
        raise Problem("user_exists")
    person = await users.add(tx, name, kind="member")
    await store.add_identifier(
        tx.db,
        {
            "kind": _EMAIL,
            "lookup": lookup,
            "user_id": person.id,
            "sealed": vault.seal(_place(person.id), email),
            "created_at": tx.now,
        },
    )
    await store.add_password(tx.db, person.id, hashed, tx.now)
    return person, await sessions.start(tx, person.id)


async def login(ctx: Context, cmd: Login) -> SignedIn:
    """Sign in by e-mail and password. Raises `Problem("invalid_credentials" | "busy")`.

    An unknown address costs the same hash as a known one, so the answer's time tells nothing (trust.md A9).
    """
    try:
        email = rules.clean_email(cmd.email)
    except Problem:
        email = ""
    given = rules.given_password(cmd.password)
    async with ctx.read() as reader:
        found = (
            await store.find_login(reader, _EMAIL, ctx.port(Vault).index(_EMAIL, email)) if email else None
        )
    hasher = ctx.port(PasswordHasher)
    if not await hasher.verify(given or b"-", found[1] if found and given else None) or found is None:
        raise Problem("invalid_credentials")
    user_id, hashed = found
    renewed = await hasher.hash(given or b"") if hasher.is_outdated(hashed) else None
    async with ctx.begin() as tx:
        person = await users.find(tx.db, user_id)
        if person is None:
            raise Problem("invalid_credentials")
        if renewed:
            await store.change_hash(tx.db, user_id, renewed)
        token = await sessions.start(tx, user_id)
    return _signed_in(ctx, person, email, token)


async def logout(ctx: Context) -> SignedOut:
    """End the session that asks, its sockets too. Signing out twice, or without a session, is fine."""
    who, broker = ctx.who, ctx.kernel.broker
    if who.session_id:
        async with ctx.begin() as tx:
            await store.revoke_session(tx.db, who.session_id, tx.now)
            tx.after(lambda: broker.end_session(who.id, who.session_id))
    return SignedOut()


async def me(ctx: Context) -> User:
    """Show the signed-in person to themselves, with their own e-mail address."""
    async with ctx.read() as reader:
        person = await users.find(reader, ctx.who.id)
        sealed = await store.find_sealed(reader, _EMAIL, ctx.who.id)
    if person is None:
        raise Problem("not_found")
    return users.view(person, email=ctx.port(Vault).open(_place(person.id), sealed) if sealed else None)


async def authenticate(ctx: Context, token: str) -> Principal:
    """Return who a token speaks for. Raises `Problem("invalid_token" | "token_expired" | "unavailable")`."""
    return await ctx.port(Recent).find(ctx, token, sessions.authenticate)


def _signed_in(ctx: Context, person: Person, email: str, token: str) -> SignedIn:
    return SignedIn(
        id=person.id,
        name=person.name,
        email=email,
        token=token,
        access_token=token,
        expires_in=ctx.port(TokenSigner).seconds,
        user=users.view(person, email=email),
    )
