"""The one door: may they, decode, may they in that room, do. Every way in passes here and nowhere else."""

from collections.abc import Awaitable, Callable
from typing import Any

from chatroom.core.context import Context
from chatroom.core.effort import charge
from chatroom.core.operation import Operation, Within
from chatroom.core.principal import require


def dispatch(ctx: Context, op: Operation, decode: Callable[[], Any]) -> Any:
    """Start an operation and return its answer, or the awaitable of its answer.

    Permission comes before decoding, so that a refused caller learns nothing of the shape. How often a message may
    be sent its slice counts: only what is stored counts. Raises `Problem`.
    """
    require(ctx.who, op.may)
    if not op.takes_input:
        decode()
        return op.call(ctx)
    cmd = decode()
    if op.price is not None and ctx.connection is not None:  # routes of HTTP have buckets
        charge(ctx, op.price(ctx, cmd))
    if op.within is not None:
        return _in_room(ctx, op, op.within, cmd)
    return op.call(ctx, cmd)


async def _in_room(ctx: Context, op: Operation, within: Within, cmd: Any) -> Any:
    await within.check(ctx, cmd.room_id)
    return await answer(op.call(ctx, cmd))


async def answer(result: Any) -> Any:
    """Wait for what `dispatch` returned, when there is something to wait for."""
    return await result if isinstance(result, Awaitable) else result
