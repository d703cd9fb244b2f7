"""Notices between slices: told to the slices above, never to clients (that is an Event)."""

from typing import Any

import msgspec

from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all notices. Slices name their handlers in `api.py`: `handlers = [(Kind, function)]`."""


class Connected(Signal, frozen=True, kw_only=True):
    """`ctx.connection` has joined, as `ctx.who`; it hears its person's and its rooms' news from now on."""


class Disconnected(Signal, frozen=True, kw_only=True):
    """`ctx.connection` has gone. It is no longer subscribed to `channels`, which it was until now.

    Told by `tell_now`: its handlers are plain functions.
    """

    channels: tuple[str, ...]


async def tell(to: Context | Tx, signal: Signal) -> None:
    """Call the handlers of a notice, lowest slice first; inside a transaction they join it.

    All are told even when one of them raises a Problem; the first Problem is raised afterwards.
    """
    ctx: Any = to if isinstance(to, Context) else to.ctx
    problems: list[Problem] = []
    for handler in ctx.kernel.handlers.get(type(signal), ()):
        try:
            await handler(to, signal)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise problems[0]


def tell_now(to: Context | Tx, signal: Signal) -> None:
    """Call the handlers of a notice that thousands may cause at once: plain functions, which await nothing."""
    ctx: Any = to if isinstance(to, Context) else to.ctx
    for handler in ctx.kernel.handlers.get(type(signal), ()):
        handler(to, signal)
