"""A new token for an open socket, so that it outlives the one it came with."""

import msgspec

from chatroom.core.clock import iso
from chatroom.core.context import Context
from chatroom.core.credentials import bare
from chatroom.core.errors import Problem
from chatroom.features.auth.service import authenticate_socket
from chatroom.features.auth.types import RenewSocket, SocketRenewed


async def renew(ctx: Context, cmd: RenewSocket) -> SocketRenewed:
    """Go on under another token of the same person.

    Raises `Problem("forbidden" | "token_expired" | "invalid_token" | "password_change_required" | "busy")`.
    """
    if ctx.connection is None:
        raise Problem("bad_input", "Only a socket can be renewed.")
    who = await authenticate_socket(ctx, bare(cmd.token))
    if who.id != ctx.who.id:
        raise Problem("forbidden", "This token is somebody else's: open another socket with it.")
    if (
        who.expires_at is not None and who.expires_at <= ctx.now
    ):  # proven within the leeway for clocks that are off
        raise Problem("token_expired")
    ctx.connection.become(who)
    return SocketRenewed(expires_at=msgspec.UNSET if who.expires_at is None else iso(who.expires_at))
