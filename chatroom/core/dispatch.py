"""The one door: may they, decode, how often, do. Every way in passes here and nowhere else."""

from collections.abc import Awaitable, Callable
from typing import Any

from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.core.principal import require


def dispatch(ctx: Context, op: Operation, decode: Callable[[], Any]) -> Any:
    """Start an operation and return its answer, or the awaitable of its answer.

    Permission comes before decoding, so that a refused caller learns nothing of the shape, and the limit after it,
    because a limit counts by what was asked (the room of a message). Raises `Problem`.
    """
    require(ctx.who, op.may)
    if not op.takes_input:
        decode()
        return op.call(ctx)
    cmd = decode()
    if op.limit_key is not None:
        wait = ctx.kernel.limiter.hit(op.limit or "", op.limit_key(ctx.who, cmd))
        if wait is not None:
            raise Problem("rate_limited", retry_after=wait)
    return op.call(ctx, cmd)


async def answer(result: Any) -> Any:
    """Wait for what `dispatch` returned, when there is something to wait for."""
    return await result if isinstance(result, Awaitable) else result
