"""One operation on one surface as a Starlette route: read, dispatch, reply."""

import math
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from chatroom.core import ids
from chatroom.core.context import Context, Kernel, Origin
from chatroom.core.cookies import is_same_origin
from chatroom.core.dispatch import answer, dispatch
from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.core.principal import OUTSIDER, POLICY, Principal, Role
from chatroom.core.schema import convert, encode, parse
from chatroom.features.auth.types import SignedIn, SignedOut
from chatroom.http.authenticate import Authenticate, forget, keep_signed_in, who_asks
from chatroom.http.dialects import SURFACES, Dialect

BODY_LIMIT: Final = 65_536
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "DELETE"})
_NOT_KEPT: Final = {"cache-control": "no-store"}


def routes(kernel: Kernel, operations: dict[str, Operation], authenticate: Authenticate) -> list[Route]:
    """Every operation with an HTTP address on every surface that serves it; fixed paths before places."""
    rows = [
        (dialect, op)
        for dialect in SURFACES
        for op in sorted(operations.values(), key=lambda op: op.path.count("{"))
        if dialect.serves(op)
    ]
    return [
        Route(
            dialect.prefix + op.path,
            _endpoint(kernel, dialect, op, authenticate),
            methods=[op.method],
            name=f"{dialect.name}:{op.name}",
        )
        for dialect, op in rows
    ]


def _endpoint(
    kernel: Kernel, dialect: Dialect, op: Operation, authenticate: Authenticate
) -> Callable[[Request], Any]:
    given = dialect.gives.get(op.name)
    open_to_all = Role.OUTSIDER in POLICY[op.may]

    async def endpoint(request: Request) -> Response:
        request_id = request.scope["request_id"]
        origin = Origin(
            request.client.host if request.client else "", request.headers.get("user-agent", ""), request_id
        )
        who = await _principal(
            request, Context(kernel, OUTSIDER, origin=origin), authenticate, open_to_all=open_to_all
        )
        fields = await _fields(request, op)
        wants_cookie = fields.get("cookies") is True
        if wants_cookie and not is_same_origin(request.headers):
            raise Problem("bad_origin")
        result = await answer(
            dispatch(
                Context(kernel, who, origin=origin), op, lambda: _command(fields, op, dialect, request.method)
            )
        )
        response = reply(dialect.success(given(result) if given else result, "OK"), op.status)
        if wants_cookie and isinstance(result, SignedIn):
            keep_signed_in(request, response, result.access_token, result.expires_in)
        elif isinstance(result, SignedOut):
            forget(request, response)
        return response

    return endpoint


def reply(body: Any, status: int) -> Response:
    """JSON that no cache keeps."""
    return Response(encode(body), status, dict(_NOT_KEPT), "application/json")


def refuse(request: Request, dialect: Dialect, problem: Problem) -> Response:
    """An error in a surface's own shape."""
    status, body = dialect.failure(problem, request.scope.get("request_id", ids.new()))
    response = reply(body, status)
    if problem.retry_after is not None:
        response.headers["retry-after"] = str(math.ceil(problem.retry_after))
    return response


async def _principal(
    request: Request, ctx: Context, authenticate: Authenticate, *, open_to_all: bool
) -> Principal:
    try:
        return await who_asks(request, ctx, authenticate)
    except Problem as problem:
        # A stale token, or a cookie that proves nothing, must not keep anybody from signing in again or out.
        if open_to_all and not problem.retryable:
            return OUTSIDER
        raise


async def _fields(request: Request, op: Operation) -> dict[str, Any]:
    """The flat input: path wins; GET and DELETE take the query only, the others the body only.

    An empty query parameter counts as absent: seed S2 writes its history as `?cursor=&limit=`.
    """
    if request.method in _WITHOUT_BODY:
        given = {name: value for name, value in request.query_params.items() if value}
        return {**given, **request.path_params}
    body = await _body(request)
    if not body:
        return dict(request.path_params)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Problem("unsupported_media_type")
    fields = parse(body)
    fields.pop("csrfToken", None)
    return {**fields, **request.path_params}


async def _body(request: Request) -> bytes:
    """Read a body of at most 64 KiB; a longer one is refused while it arrives."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_LIMIT:
                raise Problem("too_large")
            chunks.append(chunk)
    except ClientDisconnect:
        raise Problem("bad_input", "The request broke off.") from None
    return b"".join(chunks)


def _command(fields: dict[str, Any], op: Operation, dialect: Dialect, method: str) -> Any:
    kind = op.strict_input if dialect.strict else op.input
    return convert(fields, kind, lenient=method in _WITHOUT_BODY)
