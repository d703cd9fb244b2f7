"""Reads that many ask for, answered past Starlette's layers: the same endpoint, the same envelope (ADR 0019)."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatroom.core.errors import Problem
from chatroom.core.origins import Origins
from chatroom.http.bounds import excess
from chatroom.http.middleware import OF_DATA, Known, RequestScope, own, tell

# What needs CORS, a body or a cookie's checks takes the usual way.
_USUAL: Final = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"origin", b"cookie"}
)
_PLACE = re.compile(r"\{(\w+)\}")
_PATHS: Final = 4096  # that are taken apart once, not at each request: 1 us less
_LONG: Final = 128  # bytes of a path; none of these operations has a longer one

Endpoint = Callable[[Request], Awaitable[Response]]
Failure = Callable[[Request, Exception], Response]
Headers = Sequence[tuple[bytes, bytes]]
Answer = tuple[int, bytes, bytes]
"""Status, lines of headers, body."""


class _Place(NamedTuple):
    """What a path names: who answers it, and its part of the scope."""

    endpoint: Endpoint
    known: dict[str, Any]


class _Asked(Request):
    """A request whose headers are read."""

    def __init__(self, scope: Any, headers: Known) -> None:
        super().__init__(scope)
        self._known = headers

    @property
    def headers(self) -> Known:
        return self._known


class FastGet:
    """A `gateway.ways.fast_get.Shortcut` for some of the routes."""

    def __init__(
        self,
        routes: Sequence[Route],
        envelope: RequestScope,
        origins: Origins,
        refusal: Failure,
        fault: Failure,
    ) -> None:
        self._places = [
            (re.compile(_PLACE.sub(r"(?P<\1>[0-9A-Za-z_-]+)", route.path)), route.endpoint)
            for route in routes
        ]
        self._place = lru_cache(_PATHS)(self._search)
        self._envelope = envelope
        cors = [(name.encode(), value.encode()) for name, value in origins.cors(None).items()]
        self._always = _lines([*OF_DATA, *cors])
        self._refusal = refusal
        self._fault = fault

    def find(self, url: bytes, headers: Headers) -> Callable[[Any], Awaitable[Answer]] | None:
        """Return what answers a GET without a body, or None to take the usual way."""
        path, _, query = url.partition(b"?")
        place = self._place(path) if len(path) <= _LONG else None
        if place is None or b"#" in query or not _USUAL.isdisjoint([name for name, _ in headers]):
            return None
        return None if excess(len(url), headers) else partial(self._serve, place, query)

    def _search(self, path: bytes) -> _Place | None:
        text = path.decode("latin-1")
        for pattern, endpoint in self._places:
            if match := pattern.fullmatch(text):
                return _Place(
                    endpoint,
                    {"method": "GET", "path": text, "raw_path": path, "path_params": match.groupdict()},
                )
        return None

    async def _serve(self, place: _Place, query: bytes, scope: Any) -> Answer:
        endpoint, known = place
        scope.update(known, query_string=query)
        started = time.perf_counter()
        asked = self._envelope.enter(scope)
        request = _Asked(scope, asked)
        try:
            response = await endpoint(request)
        except Problem as problem:
            response = self._refusal(request, problem)
        except Exception as error:  # noqa: BLE001 - every request is answered; `fault` logs it
            response = self._fault(request, error)
        head = self._always + _lines([*response.raw_headers, *own(scope)])
        tell(scope, response.status_code, time.perf_counter() - started)
        return response.status_code, head, bytes(response.body)


def _lines(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])
