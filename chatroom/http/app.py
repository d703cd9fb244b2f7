"""The HTTP application: surfaces, health, the web client; every error in the shape of its surface."""

import traceback
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chatroom.core.addresses import Proxies
from chatroom.core.context import Kernel
from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.core.origins import Origins
from chatroom.http import documents as contract
from chatroom.http import health, surface
from chatroom.http.authenticate import Authenticate
from chatroom.http.bounds import Bounds
from chatroom.http.client_scripts import ClientScripts
from chatroom.http.cors import Cors
from chatroom.http.dialects import of_path
from chatroom.http.fast_get import Failure, FastGet
from chatroom.http.middleware import RequestScope
from chatroom.http.static import WebClient

_CODES = {404: "not_found", 406: "not_acceptable", 405: "method_not_allowed"}
_log = structlog.get_logger("chatroom.http")


class Site(NamedTuple):
    """The HTTP side; `fast_get` answers part of what `asgi` does, faster."""

    asgi: ASGIApp
    fast_get: FastGet


def build(
    kernel: Kernel,
    operations: dict[str, Operation],
    authenticate: Authenticate,
    *,
    origins: frozenset[str],
    draining: Callable[[], bool],
    proxies: frozenset[str] = frozenset(),
    development: bool = False,
    documents: tuple[Sequence[str], contract.Get] | None = None,
) -> Site:
    """Wire the HTTP side. `origins` may call from elsewhere, `proxies` are believed about who asks.

    `documents` are the names of what the server serves of its own contract, and how to get one. In `development` the
    answer to a fault of ours holds its stack (seed S3), elsewhere only the log does.
    """
    served = surface.routes(kernel, operations, authenticate)
    fault = partial(_fault, development=development)
    site = Starlette(
        routes=[
            *health.routes(kernel, draining),
            *(contract.routes(*documents) if documents else ()),
            *served,
            *_elsewhere(served),
            Route("/socket.io/{file}", ClientScripts()),
            Mount("/", app=WebClient()),
        ],
        exception_handlers={
            Problem: _in_the_loop(_problem),
            HTTPException: _in_the_loop(_http_error),
            Exception: _in_the_loop(fault),
        },
    )
    allowed = Origins(origins)
    # Around Starlette, whose answer to a fault of ours passes no middleware.
    envelope = RequestScope(Cors(Bounds(site), allowed), allowed, Proxies(proxies))
    hot = [route for route in served if operations[route.name.partition(":")[2]].hot]
    return Site(envelope, FastGet(hot, envelope, allowed, _problem, fault))


def _in_the_loop(handler: Failure) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Starlette hands a plain function to a thread: 1-2 ms, and a queue that one address fills for everybody."""

    async def handle(request: Request, error: Exception) -> Response:
        return handler(request, error)

    return handle


def _elsewhere(served: Sequence[Route]) -> list[Route]:
    """The rest of the areas that operations live in, whose first step is `/api`, `/auth` and so on."""
    areas = sorted({"api", *(route.path.split("/")[1] for route in served)})
    refuse = _Elsewhere(served)
    return [Route(f"/{area}{rest}", refuse) for area in areas for rest in ("", "/{rest:path}")]


class _Elsewhere:
    """What no route serves: 405 with the methods that the address does answer, or 404."""

    def __init__(self, served: Sequence[Route]) -> None:
        self._served = served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        there = [route for route in self._served if route.matches(scope)[0] is Match.PARTIAL]
        methods = sorted({method for route in there for method in route.methods or ()})
        raise HTTPException(405, headers={"Allow": ", ".join(methods)}) if methods else HTTPException(404)


def _problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else Problem("internal")
    return surface.refuse(request, of_path(request.url.path), problem)


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = _problem(request, Problem(_CODES.get(status, "bad_input")))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _fault(request: Request, error: Exception, *, development: bool) -> Response:
    scope = request.scope
    _log.error(
        "request.failed", request_id=scope.get("request_id"), served=scope.get("served"), exc_info=error
    )
    stack = traceback.format_exception(error) if development else None
    return _problem(request, Problem("internal", errors={"stack": stack} if stack else None))
