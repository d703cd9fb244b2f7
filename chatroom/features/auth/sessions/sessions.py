"""Sessions: a signed-in device. Every token names one, and ends with it."""

from typing import Final, NamedTuple

from chatroom.core import ids, recheck
from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Tx
from chatroom.core.cookies import SessionCookies
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal, Role
from chatroom.core.secrets import digest
from chatroom.db import Reader
from chatroom.features.auth.records import Session
from chatroom.features.auth.sessions.last_used import LastUsed
from chatroom.features.auth.sessions.tokens import TokenSigner
from chatroom.features.auth.store import sessions as store
from chatroom.features.users import service as users

DAY: Final = 24 * 3600  # seconds
MONTH: Final = 30 * DAY
ACCESS: Final = 15 * 60
"""Seconds that an access token of seed S1's routes lives."""
MOST: Final = 10
"""Sessions of a person; one more ends the oldest."""
GUEST_TOKEN: Final = 43  # characters of 32 random bytes
_DEVICE_LENGTH: Final = 200
_ADDRESS_LENGTH: Final = 45


class Opened(NamedTuple):
    """The tokens of a session; seconds from now until each ends."""

    access: str
    access_seconds: int
    refresh: str
    refresh_seconds: int

    @property
    def kept(self) -> SessionCookies:
        """The cookies that hold them."""
        return SessionCookies(*self)


async def start(
    tx: Tx, user_id: str, *, stay: bool = True, seconds: int | None = None, must_change: bool = False
) -> Opened:
    """Open a session for the device that asks.

    Its person has just proven who they are. It ends after 30 days, or with `stay=False` after one; an access token
    lives `seconds` (JWT_EXPIRES_IN if None).
    """
    signer = tx.ctx.port(TokenSigner)
    lasts = max(MONTH if stay else DAY, signer.seconds if seconds is None else seconds)
    session = _new(tx, user_id, lasts)._replace(must_change=must_change, proven_at=tx.now)
    opened = tokens(signer, session, tx.now, seconds)
    await _add(tx, session._replace(refresh_hash=digest(opened.refresh)))
    return opened


async def start_endless(tx: Tx, user_id: str, *, must_change: bool = False) -> str:
    """Open a session in seed S0's way and return its token, which lives as long as it is used once in 30 days."""
    session = _new(tx, user_id, MONTH)._replace(
        kind="s0", idle_seconds=MONTH, must_change=must_change, proven_at=tx.now
    )
    await _add(tx, session)
    return tx.ctx.port(TokenSigner).endless(session, tx.now)


async def start_guest(tx: Tx, user_id: str) -> str:
    """Open the one session of a guest and return its token, 256 random bits."""
    token = ids.token()
    await _add(tx, _new(tx, user_id, DAY)._replace(kind="guest", token_hash=digest(token)))
    return token


def tokens(signer: TokenSigner, session: Session, now: int, seconds: int | None) -> Opened:
    """Write the tokens of a session as it stands. None outlives it."""
    lives = signer.seconds if seconds is None else seconds
    left = (session.expires_at - now) // 1000
    access = signer.access(session, now, min(now + lives * 1000, session.expires_at))
    return Opened(access, min(lives, left), signer.refresh(session), left)


def _new(tx: Tx, user_id: str, seconds: int) -> Session:
    origin = tx.ctx.origin
    return Session(
        id=ids.new(),
        user_id=user_id,
        created_at=tx.now,
        last_used_at=tx.now,
        expires_at=tx.now + seconds * 1000,
        revoked_at=None,
        device="".join(c for c in origin.user_agent if c.isprintable())[:_DEVICE_LENGTH],
        address=origin.address[:_ADDRESS_LENGTH],
    )


async def _add(tx: Tx, session: Session) -> None:
    living = await store.list_living(tx.db, session.user_id, tx.now)
    await end(tx, session.user_id, *(old.id for old in living[MOST - 1 :]))
    await store.add(tx.db, session)


async def began_at(reader: Reader, user_id: str, address: str) -> bool:
    """Whether a session of a person that is still known began at an address (`address_key`).

    Limits that strangers can use up do not hold there.
    """
    return any(address_key(home) == address for home in await store.list_addresses(reader, user_id))


async def end(tx: Tx, user_id: str, *session_ids: str) -> None:
    """End sessions of a person, their sockets too."""
    broker = tx.ctx.kernel.broker

    def cut(session_id: str) -> None:
        tx.after(lambda: broker.end_session(user_id, session_id))

    for session_id in session_ids:
        if await store.revoke(tx.db, session_id, tx.now):
            cut(session_id)
            await recheck.ask(tx, user_id)


async def end_all(tx: Tx, user_id: str, besides: str = "") -> None:
    """End every session of a person but one, their sockets too."""
    broker = tx.ctx.kernel.broker
    await store.revoke_all(tx.db, user_id, tx.now, besides)
    await recheck.ask(tx, user_id)
    tx.after(lambda: broker.end_user(user_id, besides))


async def look_again(ctx: Context, user_id: str) -> None:
    """Close what sockets of a person are open under ended sessions; the others speak under the name and role of now."""
    open_under = ctx.kernel.listeners.sessions_of(user_id) - {""}
    if not open_under:
        return
    async with ctx.read() as reader:
        person = await users.find(reader, user_id)
        living = {session.id for session in await store.list_living(reader, user_id, ctx.now)}
    for session_id in open_under - living:
        ctx.kernel.broker.end_session(user_id, session_id)
    if person is not None:
        users.describe(ctx, person)


async def authenticate(ctx: Context, token: str) -> Principal:
    """Return who a token speaks for: an access token, seed S0's or a guest's.

    Reads the session row, so an ended session ends its tokens. Raises `Problem("invalid_token" | "token_expired" |
    "unavailable")`, also for somebody who may no longer sign in.
    """
    signed = "." in token
    claims = ctx.port(TokenSigner).read(token, ctx.now, "access", "s0") if signed else None
    if claims is None and not (len(token) == GUEST_TOKEN and token.isascii()):
        raise Problem("invalid_token")
    async with ctx.read() as reader:
        session = await (
            store.find(reader, claims.session_id) if claims else store.find_by_token(reader, digest(token))
        )
        if session is None or session.revoked_at is not None:
            raise Problem("invalid_token")
        if claims and (
            claims.user_id != session.user_id or (claims.expires_at is None) != (session.kind == "s0")
        ):
            raise Problem("invalid_token")
        person = await users.find(reader, session.user_id)
    if person is None or person.status != "active":
        raise Problem("invalid_token")
    if session.expires_at <= ctx.now:
        raise Problem("token_expired")
    ctx.port(LastUsed).note(session, ctx.now, claims.generation if claims else 0)
    return Principal(
        id=person.id,
        role=Role(person.role),
        username=person.username,
        name=person.name,
        session_id=session.id,
        expires_at=claims.expires_at if claims else session.expires_at,
        must_change_password=session.must_change,
    )
