"""The size of a request's head: longer ones are refused before anything reads them."""

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chatroom.core.errors import Problem
from chatroom.http.dialects import of_path
from chatroom.http.surface import refuse

_ADDRESS: Final = 8 * 1024  # bytes of path and query
_HEADERS: Final = 32 * 1024  # bytes of names and values


class Bounds:
    """Answers 414 and 431. The server in front bounds what it reads at once, which is more than anybody needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        code = ""
        if len(scope["path"]) + len(scope["query_string"]) > _ADDRESS:
            code = "address_too_long"
        elif sum(len(name) + len(value) for name, value in scope["headers"]) > _HEADERS:
            code = "headers_too_large"
        if not code:
            await self._app(scope, receive, send)
            return
        response = refuse(Request(scope), of_path(scope["path"]), Problem(code))
        await response(scope, receive, send)
