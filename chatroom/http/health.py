"""Live and ready."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatroom.core.clock import iso
from chatroom.core.context import Kernel
from chatroom.core.schema import encode
from chatroom.db import Unavailable
from chatroom.http.surface import Reply

_PATIENCE: Final = 2.0  # seconds


def routes(kernel: Kernel, draining: Callable[[], bool]) -> list[Route]:
    """`/health`: the process answers (seed S1's shape). `/readyz`: it can store, and takes new connections."""

    async def health(_: Request) -> Response:
        return Reply(encode({"status": "ok", "timestamp": iso(kernel.clock())}), 200)

    async def ready(_: Request) -> Response:
        checks = {"database": await _is_well(kernel.db.check), "accepting": not draining()}
        well = all(checks.values())
        return Reply(
            encode({"status": "ok" if well else "unavailable", "checks": checks}), 200 if well else 503
        )

    return [Route("/health", health), Route("/readyz", ready)]


async def _is_well(check: Callable[[], Awaitable[None]]) -> bool:
    """Whether a check passes in time: a database that hangs is as good as away, and whoever asks has a timeout, too."""
    work = asyncio.ensure_future(check())
    done, _ = await asyncio.wait([work], timeout=_PATIENCE)
    if not done:
        work.cancel()
        return False
    return not isinstance(work.exception(), Unavailable)
