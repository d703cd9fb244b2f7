"""One operation on one surface as a Starlette route: read, dispatch, reply."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatroom.core import ids
from chatroom.core.context import Context, Kernel, Origin
from chatroom.core.cookies import CSRF, SessionCookies
from chatroom.core.csrf import CsrfTokens
from chatroom.core.dispatch import answer, dispatch
from chatroom.core.errors import Problem
from chatroom.core.limits import RateLimiter, TooMany
from chatroom.core.operation import Operation
from chatroom.core.origins import Page
from chatroom.core.principal import OUTSIDER, Principal, Role
from chatroom.core.schema import convert, encode, text_of
from chatroom.features.auth import service as auth
from chatroom.features.auth.types import CsrfToken
from chatroom.features.rooms.ports import Site
from chatroom.http.authenticate import Authenticate, who_asks
from chatroom.http.bodies import Fields, read
from chatroom.http.compression import compress
from chatroom.http.cookies import Cookies
from chatroom.http.csrf import check, refuse_foreign_pages
from chatroom.http.dialects import SURFACES, Dialect
from chatroom.http.done import done
from chatroom.http.limits import count

_KIND: Final = [(b"cache-control", b"no-store"), (b"content-type", b"application/json")]


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
            Endpoint(kernel, dialect, op, authenticate).serve,
            methods=[op.method],
            name=f"{dialect.name}:{op.name}",
        )
        for dialect, op in rows
    ]


class Endpoint:
    """The way of a request: who asks, how often, from whose page; then the operation, and the answer's form."""

    def __init__(self, kernel: Kernel, dialect: Dialect, op: Operation, authenticate: Authenticate) -> None:
        self._kernel = kernel
        self._dialect = dialect
        self._op = op
        self._authenticate = authenticate
        self._gives = dialect.gives.get(op.name)
        self._done = done(op)
        self._takes_refresh = "refresh_token" in op.input.__struct_fields__
        self._open_to_all = Role.OUTSIDER in op.may.roles
        self._limiter: RateLimiter = kernel.ports[RateLimiter]
        self._tokens: CsrfTokens = kernel.ports[CsrfTokens]
        self._site: Site = kernel.ports[Site]

    async def serve(self, request: Request) -> Response:
        """Answer one request. Raises `Problem`."""
        request.scope["served"] = f"{self._dialect.name}:{self._op.name}"
        client = request.scope.get("client")
        origin = Origin(
            client[0] if client else "", request.headers.get("user-agent", ""), request.scope["request_id"]
        )
        ctx = Context(self._kernel, OUTSIDER, origin=origin)
        ctx.who = await self._admit(request, ctx)
        fields = await self._read(request, ctx.who)
        result = await answer(dispatch(ctx, self._op, lambda: self._command(fields)))
        response = self._answer(request, result)
        if ctx.kept is not None:
            self._keep(request, response, ctx.kept)
        return await compress(request, response)

    async def _admit(self, request: Request, ctx: Context) -> Principal:
        """Find out who asks and count it, for the address when that fails."""
        try:
            who = await who_asks(request, ctx, self._authenticate, self._cookies)
        except Problem as problem:
            await count(request, self._limiter, self._dialect, self._op, OUTSIDER)
            # A stale token, or a cookie that proves nothing, must not keep anybody from signing in again or out.
            if not self._open_to_all or problem.retryable:
                raise
            return OUTSIDER
        await count(request, self._limiter, self._dialect, self._op, who)
        request.scope["user"] = who.id
        return who

    async def _read(self, request: Request, who: Principal) -> Fields:
        """Read the input of a page that may give it."""
        refuse_foreign_pages(request, by_cookie=False)
        fields = await read(request)
        if self._takes_refresh and (token := self._cookies(request).refresh_token()):
            fields.setdefault("refreshToken", token)
        if request.scope.get("by_cookie"):
            kept = self._cookies(request).tokens(CSRF)
            check(request, fields, kept, self._tokens, self._kernel.clock())
        if _wants_cookie(fields) and request.scope["page"] is not Page.OURS:
            raise Problem("bad_origin")
        return fields

    def _command(self, fields: Fields) -> Any:
        kind = self._op.strict_input if self._dialect.strict else self._op.input
        return convert(fields, kind, lenient=fields.lenient)

    def _answer(self, request: Request, result: Any) -> Response:
        if isinstance(result, CsrfToken):
            result = CsrfToken(csrf_token=self._csrf_token(request))
        said = self._gives(result) if self._gives else result
        body = self._dialect.spell(text_of(self._dialect.success(said, self._done)))
        response = Reply(body, self._op.status)
        if self._gives and (
            cursor := getattr(result, "next_cursor", None)
        ):  # the list itself has no room for it
            response.headers["link"] = _next(request, cursor)
        if isinstance(result, CsrfToken):
            self._keep_csrf(request, response, result.csrf_token, everywhere=True)
        return response

    def _csrf_token(self, request: Request) -> str:
        return self._tokens.issue(self._kernel.clock(), self._cookies(request).tokens(CSRF))

    def _keep_csrf(self, request: Request, response: Response, token: str, *, everywhere: bool) -> None:
        left = self._tokens.seconds_left(token, self._kernel.clock())
        self._cookies(request).keep_csrf(response, token, left, everywhere=everywhere)

    def _cookies(self, request: Request) -> Cookies:
        ctx = Context(self._kernel, OUTSIDER)
        return Cookies(request, self._site.url, partial(auth.is_signed_here, ctx))

    def _keep(self, request: Request, response: Response, kept: SessionCookies) -> None:
        """Set the cookies of a session, and with it the browser's CSRF token."""
        self._cookies(request).keep(response, kept)
        if kept.access:
            self._keep_csrf(request, response, self._csrf_token(request), everywhere=False)


def _wants_cookie(fields: Fields) -> bool:
    return "cookies" in fields and str(fields["cookies"]).lower() in ("true", "1")  # also as a form says it


def _next(request: Request, cursor: str) -> str:
    """Where the next page is, for a list without an envelope (RFC 8288)."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f'<{request.scope["path"]}?{urlencode([*rest, ("cursor", cursor)])}>; rel="next"'


class Reply(Response):
    """JSON text that no cache keeps."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        self.raw_headers = [*_KIND, (b"content-length", b"%d" % len(self.body))]


def refuse(request: Request, dialect: Dialect, problem: Problem) -> Response:
    """An error in a surface's own shape."""
    if isinstance(problem, TooMany):
        request.scope["quota"] = problem.quota
    status, body = dialect.failure(problem, request.scope.get("request_id", ids.new()))
    response = Reply(encode(body), status)
    if problem.retry_after is not None:
        response.headers["retry-after"] = str(problem.retry_after)
    return response
