"""Live and ready."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatroom.core.clock import iso
from chatroom.core.context import Kernel
from chatroom.db import Unavailable
from chatroom.http.surface import reply


def routes(kernel: Kernel, draining: Callable[[], bool]) -> list[Route]:
    """`/health`: the process answers (seed S1's shape). `/readyz`: it can store, and takes new connections."""

    async def health(_: Request) -> Response:
        return reply({"status": "ok", "timestamp": iso(kernel.clock())}, 200)

    async def ready(_: Request) -> Response:
        checks = {"database": await _is_well(kernel.db.check), "accepting": not draining()}
        well = all(checks.values())
        return reply({"status": "ok" if well else "unavailable", "checks": checks}, 200 if well else 503)

    return [Route("/health", health), Route("/readyz", ready)]


async def _is_well(check: Callable[[], Awaitable[None]]) -> bool:
    try:
        await check()
    except Unavailable:
        return False
    return True
