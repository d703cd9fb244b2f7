"""A new token for an open socket, so that it outlives the one it came with (contract 0)."""

from typing import Final

import msgspec

from chatroom.core.clock import iso
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal
from chatroom.features.auth.service import authenticate
from chatroom.features.auth.types import RenewSocket, SocketRenewed

_PROOFS: Final = 5  # while sessions end, its own perhaps, whose end could not yet close this connection


async def renew(ctx: Context, cmd: RenewSocket) -> SocketRenewed:
    """Go on under another token of the same person.

    Raises `Problem("invalid_token" | "token_expired" | "forbidden" | "busy")`.
    """
    if ctx.connection is None:
        raise Problem("bad_input", "Only a socket can be renewed.")
    who = await _prove(ctx, cmd.token)
    if who.id != ctx.who.id:
        raise Problem("forbidden", "This token is somebody else's: open another socket with it.")
    if (
        who.expires_at is not None and who.expires_at <= ctx.now
    ):  # proven within the leeway for clocks that are off
        raise Problem("token_expired")
    ctx.connection.become(who)
    return SocketRenewed(expires_at=msgspec.UNSET if who.expires_at is None else iso(who.expires_at))


async def _prove(ctx: Context, token: str) -> Principal:
    broker = ctx.kernel.broker
    for _ in range(_PROOFS):
        before = broker.ends
        who = await authenticate(ctx, token)
        if broker.ends == before:
            return who
    raise Problem("busy", retry_after=1)
