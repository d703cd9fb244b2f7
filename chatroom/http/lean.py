"""Reads that many ask for, answered past Starlette's layers: the same endpoint, the same envelope (ADR 0019)."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatroom.core.errors import Problem
from chatroom.core.origins import Origins
from chatroom.http.bounds import excess
from chatroom.http.middleware import Envelope, Known, safe, tell

OPERATIONS: Final = frozenset({"messages.history", "rooms.list_rooms"})
"""Those that everybody asks for after a reconnect storm."""
# What needs CORS, a body or a cookie's checks takes the usual way.
_USUAL: Final = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"origin", b"cookie"}
)
_PLACE = re.compile(r"\{(\w+)\}")

Endpoint = Callable[[Request], Awaitable[Response]]
Failure = Callable[[Request, Exception], Response]
Headers = Sequence[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]
"""Status, headers, body."""


class _Asked(Request):
    """A request whose headers are read."""

    def __init__(self, scope: Any, headers: Known) -> None:
        super().__init__(scope)
        self._known = headers

    @property
    def headers(self) -> Known:
        return self._known


class Lean:
    """A `gateway.shortcut.Shortcut` for some of the routes."""

    def __init__(
        self,
        routes: Sequence[Route],
        envelope: Envelope,
        origins: Origins,
        refusal: Failure,
        fault: Failure,
    ) -> None:
        self._places = [
            (re.compile(_PLACE.sub(r"(?P<\1>[0-9A-Za-z_-]+)", route.path).encode()), route.endpoint)
            for route in routes
            if route.name.partition(":")[2] in OPERATIONS
        ]
        self._envelope = envelope
        self._always = [(name.encode(), value.encode()) for name, value in origins.cors(None).items()]
        self._refusal = refusal
        self._fault = fault

    def find(self, url: bytes, headers: Headers) -> Callable[[Any], Awaitable[Answer]] | None:
        """Return what answers a GET without a body, or None to take the usual way."""
        path, _, query = url.partition(b"?")
        for pattern, endpoint in self._places:
            if match := pattern.fullmatch(path):
                if b"#" in query or not _USUAL.isdisjoint(name for name, _ in headers):
                    return None
                if excess(len(url), headers):
                    return None
                params = {name: text.decode() for name, text in match.groupdict().items()}
                return partial(self._serve, endpoint, path, query, params)
        return None

    async def _serve(
        self, endpoint: Endpoint, path: bytes, query: bytes, params: dict[str, str], scope: Any
    ) -> Answer:
        scope.update(method="GET", path=path.decode(), raw_path=path, query_string=query, path_params=params)
        started = time.perf_counter()
        asked = self._envelope.enter(scope)
        request = _Asked(scope, asked)
        try:
            response = await endpoint(request)
        except Problem as problem:
            response = self._refusal(request, problem)
        except Exception as error:  # noqa: BLE001 - every request is answered; `fault` logs it
            response = self._fault(request, error)
        status, headers = response.status_code, [*response.raw_headers, *self._always]
        headers += safe(scope, asked, {"status": status, "headers": headers})
        tell(scope, status, time.perf_counter() - started)
        return status, headers, bytes(response.body)
