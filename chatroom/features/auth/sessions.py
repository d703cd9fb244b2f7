"""Sessions: a signed-in device. Every token names one, and ends with it."""

from chatroom.core import ids
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal, Role
from chatroom.features.auth import store
from chatroom.features.auth.tokens import TokenSigner
from chatroom.features.auth.types import Session
from chatroom.features.users import service as users

DEVICE_LENGTH = 200


async def start(tx: Tx, user_id: str) -> str:
    """Open a session for the device that asks and return its access token."""
    signer = tx.ctx.port(TokenSigner)
    session = Session(
        id=ids.new(),
        user_id=user_id,
        created_at=tx.now,
        last_used_at=tx.now,
        expires_at=tx.now + signer.seconds * 1000,
        revoked_at=None,
        device="".join(c for c in tx.ctx.origin.user_agent if c.isprintable())[:DEVICE_LENGTH],
        address=tx.ctx.origin.address[:45],
    )
    await store.add_session(tx.db, session)
    return signer.sign(user_id, session.id, tx.now)


async def authenticate(ctx: Context, token: str) -> Principal:
    """Return who a token speaks for. Reads the session row, so an ended session ends its tokens.

    Raises `Problem("invalid_token" | "token_expired" | "unavailable")`.
    """
    claims = ctx.port(TokenSigner).read(token, ctx.now)
    async with ctx.read() as reader:
        session = await store.find_session(reader, claims.session_id)
        if session is None or session.user_id != claims.user_id or session.revoked_at is not None:
            raise Problem("invalid_token")
        person = await users.find(reader, claims.user_id)
    if person is None:
        raise Problem("invalid_token")
    return Principal(
        id=person.id,
        role=Role(person.role),
        username=person.username,
        name=person.name,
        session_id=session.id,
        expires_at=claims.expires_at,
    )
