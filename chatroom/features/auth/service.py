"""Who is asking, and how they see themselves."""

from typing import Final

from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal, Role
from chatroom.features.auth import rules
from chatroom.features.auth.identifiers import identifiers
from chatroom.features.auth.ports import AuthOptions
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.sessions.principal_cache import PrincipalCache
from chatroom.features.auth.sessions.tokens import TokenSigner
from chatroom.features.users import service as users
from chatroom.features.users.types import ChangeUser, User

_RIGHTS: Final = (Role.USER, Role.MODERATOR, Role.ADMIN)
_PROOFS: Final = 5  # of one token while sessions end; many that end at once must not keep sockets proving


async def authenticate(ctx: Context, token: str) -> Principal:
    """Return who a token speaks for. Raises `Problem("invalid_token" | "token_expired" | "unavailable")`."""
    return await ctx.port(PrincipalCache).find(ctx, token, sessions.authenticate)


async def authenticate_socket(ctx: Context, token: str) -> Principal:
    """Return who a token speaks for while a socket is open.

    Proven again when sessions ended meanwhile: its own perhaps, whose end could not close what was not open yet. A
    session with a first password has no use for a socket, for it may do nothing there.
    Raises `Problem("password_change_required" | "busy")` and what `authenticate` raises.
    """
    listeners = ctx.kernel.listeners
    for _ in range(_PROOFS):
        before = listeners.ends
        who = await authenticate(ctx, token)
        if listeners.ends == before:
            if who.must_change_password:
                raise Problem("password_change_required")
            return who
    raise Problem("busy", retry_after=1)


def forget_principals(ctx: Context) -> None:
    """Prove everybody anew: a session has ended, or a person has changed."""
    ctx.port(PrincipalCache).forget()


def is_signed_here(ctx: Context, token: str) -> bool:
    """Whether this server signed a token, for whatever use; it may have expired."""
    try:
        ctx.port(TokenSigner).read(token, ctx.now, "access", "s0", "refresh")
    except Problem as problem:
        return problem.code == "token_expired"
    return True


async def me(ctx: Context) -> User:
    """Show the signed-in person to themselves, with their own address and the last digits of their number."""
    async with ctx.read() as reader:
        person = await users.find(reader, ctx.who.id)
        if person is None:
            raise Problem("not_found")
        return await identifiers.own_view(ctx, reader, person)


async def change_me(ctx: Context, cmd: ChangeUser) -> User:
    """Change one's own name or handle. Raises `Problem("bad_input" | "username_taken")`."""
    async with users.renaming(ctx) as tx:
        person = await users.change(tx, ctx.who.id, cmd)
        return await identifiers.own_view(ctx, tx.db, person)


async def give_role(ctx: Context, named: str, role: Role) -> str:
    """Give whoever has an e-mail address or phone number a global role and return their handle.

    Their sessions end when they had more rights before, and what asks for such rights reads the role again: a socket
    that another process holds open is of no more use than a user's.
    Raises `Problem("bad_input" | "not_found")`.
    """
    email, phone = (named, None) if "@" in named else (None, named)
    wanted = rules.identifier(email, phone, ctx.port(AuthOptions).country)
    async with ctx.begin() as tx:
        user_id = await identifiers.find_owner(ctx, tx.db, wanted) if wanted else None
        before = await users.find(tx.db, user_id) if user_id else None
        if before is None:
            raise Problem("not_found")
        person = await users.change_role(tx, before.id, role)
        if _RIGHTS.index(role) < _RIGHTS.index(Role(before.role)):
            await sessions.end_all(tx, person.id)
    return person.username


async def look_again(ctx: Context, user_id: str) -> None:
    """Bring the open sockets of a person to what their sessions and their role are now (`core.recheck`)."""
    forget_principals(ctx)
    await sessions.look_again(ctx, user_id)


async def can_read_identifiers(ctx: Context, count: int) -> bool:
    """Whether the keys of this server open what is stored; `count` rows are tried."""
    return await identifiers.can_be_read(ctx, count)


async def reseal(ctx: Context, count: int) -> int:
    """Seal up to `count` identifiers anew with the newest key; return how many are left."""
    return await identifiers.reseal(ctx, count)
