"""The size of a request's head: longer ones are refused before anything reads them."""

from collections.abc import Iterable
from itertools import chain
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chatroom.core.errors import Problem
from chatroom.http.dialects import of_path
from chatroom.http.surface import refuse

_ADDRESS: Final = 8 * 1024  # bytes of path and query
_HEADERS: Final = 32 * 1024  # bytes of names and values


def excess(address: int, headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the code that refuses an address of so many bytes, or these headers; empty when both will do."""
    if address > _ADDRESS:
        return "address_too_long"
    return "headers_too_large" if sum(map(len, chain.from_iterable(headers))) > _HEADERS else ""


class Bounds:
    """Answers 414 and 431. The server in front bounds what it reads at once, which is more than anybody needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        code = excess(len(scope["path"]) + len(scope["query_string"]), scope["headers"])
        if not code:
            await self._app(scope, receive, send)
            return
        response = refuse(Request(scope), of_path(scope["path"]), Problem(code))
        await response(scope, receive, send)
