"""One's own sessions, as a list to look through and to end."""

from chatroom.core.clock import iso
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.features.auth.passwords import step_up
from chatroom.features.auth.records import Session
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.store import sessions as store
from chatroom.features.auth.types import Device, Devices, OneSession, SignedOut


async def list_sessions(ctx: Context) -> Devices:
    """Show where one is signed in."""
    async with ctx.read() as reader:
        living = await store.list_living(reader, ctx.who.id, ctx.now)
    return Devices(sessions=[_view(session, ctx.who.session_id) for session in living])


async def end_session(ctx: Context, cmd: OneSession) -> SignedOut:
    """End one of one's own sessions and its sockets; for another than this one, with a proof.

    Raises `Problem("not_found" | "step_up_required" | "invalid_credentials" | "rate_limited" | "busy")`.
    """
    if cmd.session_id != ctx.who.session_id:
        await step_up.must_be_proven(ctx, cmd.current_password)
    async with ctx.begin() as tx:
        mine = await store.list_living(tx.db, ctx.who.id, tx.now)
        if cmd.session_id not in {session.id for session in mine}:
            raise Problem("not_found")
        await sessions.end(tx, ctx.who.id, cmd.session_id)
    return SignedOut()


def _view(session: Session, current: str) -> Device:
    return Device(
        id=session.id,
        device=session.device,
        address=session.address,
        created_at=iso(session.created_at),
        last_used_at=iso(session.last_used_at),
        expires_at=iso(session.expires_at),
        current=session.id == current,
    )
