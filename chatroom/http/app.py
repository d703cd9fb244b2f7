"""The HTTP application: surfaces, health, the web client; every error in the shape of its surface."""

from collections.abc import Callable

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from chatroom.core.context import Kernel
from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.http import health, surface
from chatroom.http.authenticate import Authenticate
from chatroom.http.dialects import of_path
from chatroom.http.middleware import Envelope
from chatroom.http.static import WebClient

_CODES = {404: "not_found", 405: "method_not_allowed"}
_log = structlog.get_logger("chatroom.http")


def build(
    kernel: Kernel,
    operations: dict[str, Operation],
    authenticate: Authenticate,
    *,
    origins: frozenset[str],
    draining: Callable[[], bool],
) -> Starlette:
    """Wire the HTTP side. `origins` may call from elsewhere; `*` among them means any, without credentials."""
    return Starlette(
        routes=[
            *health.routes(kernel, draining),
            *surface.routes(kernel, operations, authenticate),
            Mount("/api", app=_nothing_here),
            Mount("/", app=GZipMiddleware(WebClient(), minimum_size=1024)),
        ],
        middleware=[
            Middleware(Envelope),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"] if "*" in origins else sorted(origins),
                allow_credentials="*" not in origins,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
                expose_headers=["Retry-After", "X-Request-Id"],
                max_age=600,
            ),
        ],
        exception_handlers={Problem: _problem, HTTPException: _http_error, Exception: _fault},
    )


async def _nothing_here(scope: object, receive: object, send: object) -> None:
    raise HTTPException(404)


def _problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else Problem("internal")
    return surface.refuse(request, of_path(request.url.path), problem)


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = _problem(request, Problem(_CODES.get(status, "bad_input")))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _fault(request: Request, error: Exception) -> Response:
    _log.error(
        "request.failed", request_id=request.scope.get("request_id"), path=request.url.path, exc_info=error
    )
    return _problem(request, Problem("internal"))
