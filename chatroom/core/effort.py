"""What events of sockets cost everybody, beyond a look-up of their own: a price in units of about 0.1 ms of the loop.

A person pays from one budget, whatever connections they have; guests without a row share that of their address. What a
client of many large rooms does when it comes back fits into the burst; what goes on for ever takes 1 % of a core.
"""

import asyncio
from typing import Final, Protocol

from chatroom.core import audience
from chatroom.core.addresses import address_key
from chatroom.core.context import Context
from chatroom.core.errors import Problem

PER_SECOND: Final = 100.0
BURST: Final = 4_000.0
_HEARD: Final = 100  # connections to which something is told for one unit


class Effort(Protocol):
    """Keeps the budgets."""

    def spend(self, payer: str, units: float) -> float | None:
        """Pay; None when that was possible, else the seconds until it will be."""


def told(ctx: Context, room_id: str) -> float:
    """The price of telling something to all who listen to a room."""
    return 1 + ctx.kernel.listeners.count(audience.room_channel(room_id)) / _HEARD


def charge(ctx: Context, units: float) -> None:
    """Pay for what a connection asks. Raises `Problem("rate_limited")`."""
    wait = _spend(ctx, units)
    if wait is not None:
        raise Problem("rate_limited", retry_after=wait)


async def charge_in_time(ctx: Context, units: float) -> None:
    """Pay, and wait until that is possible."""
    while (wait := _spend(ctx, units)) is not None:  # noqa: ASYNC110 - nothing else ends it
        await asyncio.sleep(wait)


def payer(ctx: Context) -> str:
    """Whose budget it is."""
    return address_key(ctx.origin.address) if ctx.who.transient else ctx.who.id


def _spend(ctx: Context, units: float) -> float | None:
    return ctx.port(Effort).spend(payer(ctx), units)
