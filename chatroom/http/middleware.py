"""What every request and answer has: its client behind proxies, an id, safe headers, a line in the log. Pure ASGI."""

import logging
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatroom.core import ids
from chatroom.core.addresses import Proxies
from chatroom.core.limits import Quota
from chatroom.core.origins import Origins

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}", re.ASCII)
_WORD: Final = re.compile(r"[a-z][a-z.-]{0,31}|v[0-9]|", re.ASCII)
_LONG_PATH: Final = 256
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_DATA_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'"
OF_DATA: Final = ((b"content-security-policy", _DATA_POLICY), *_HEADERS)
"""Safe headers that all answers have alike, but for pages."""
_REFUSED: Final = 400
_FAULT: Final = 500
_NOT_MODIFIED: Final = 304
_log = structlog.get_logger("chatroom.http")

Pairs = Iterable[tuple[bytes, bytes]]


class Known(Headers):
    """Headers found by their name: Starlette walks through all of them each time, and a request is asked for nine.

    A repeated one is joined by commas (RFC 9110, 5.2): the first may be the client's own, the last the proxy's.
    `Cookie` by semicolons: HTTP/2 splits it (RFC 9113, 8.2.3).
    """

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
        self._whole = dict(pairs)
        self.joined = len(self._whole) < len(pairs)
        if self.joined:
            self._whole = {}
            for name, value in pairs:
                comma = "; " if name == "cookie" else ", "
                self._whole[name] = f"{self._whole[name]}{comma}{value}" if name in self._whole else value

    def __getitem__(self, key: str) -> str:
        return self._whole[key]

    def __contains__(self, key: object) -> bool:
        return key in self._whole

    def get(self, key: str, default: Any = None) -> Any:
        return self._whole.get(key, default)

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """Each header once, as ASGI has them."""
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self._whole.items()]


class RequestScope:
    """The outermost layer. It leaves `request_id`, `page` (whose page asks) and a believed client in the scope."""

    def __init__(self, app: ASGIApp, origins: Origins, proxies: Proxies) -> None:
        self._app = app
        self._origins = origins
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _refuse(scope, receive, send)
            return
        started = time.perf_counter()
        headers = self.enter(scope)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *safe(scope, headers, message)]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            tell(scope, status or _FAULT, time.perf_counter() - started)

    def enter(self, scope: Scope) -> Known:
        """Leave in the scope what this layer knows of a request; return the request's headers."""
        headers = self._unwrap(scope)
        if headers.joined:  # for those who would read the first, and be told something else than others
            scope["headers"] = headers.pairs()
        given = headers.get("x-request-id", "")
        scope["request_id"] = given if given and _REQUEST_ID.fullmatch(given) else ids.new()
        scope["page"] = self._origins.page(headers, secure=scope["scheme"] == "https")
        return headers

    def _unwrap(self, scope: Scope) -> Known:
        """Believe a trusted proxy about address, scheme and host of the request; everybody else only about theirs."""
        headers = Known(scope["headers"])
        host, port = scope.get("client") or ("", 0)
        if not self._proxies.trusts(host):
            self._proxies.notice(host, headers)
            return headers
        address, secure = self._proxies.peer(host, headers, secure=scope["scheme"] == "https")
        scope["client"] = (address, port if address == host else 0)
        scope["scheme"] = "https" if secure else "http"
        if asked := self._proxies.host(host, headers):
            rest = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"] = [(b"host", asked.encode()), *rest]
        return Known(scope["headers"])


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """There is no WebSocket here. Raises ValueError for a kind of scope that nobody knows, as ASGI has it."""
    if scope["type"] != "websocket":
        raise ValueError(f"no such scope: {scope['type']}")
    await receive()  # websocket.connect
    _log.info("websocket.elsewhere", status=404)
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1000, "reason": ""})
        return
    await send(
        {"type": "websocket.http.response.start", "status": 404, "headers": [(b"content-length", b"0")]}
    )
    await send({"type": "websocket.http.response.body", "body": b""})


def safe(scope: Scope, headers: Headers, start: Message) -> Pairs:
    """The headers of a safe page, and how much of a rate is left.

    A 304 has no media type, and its headers replace those of the page in the cache (RFC 9111, 3.2): it gets a page's.
    """
    media = next((value for name, value in start["headers"] if name == b"content-type"), b"")
    page = media.startswith(b"text/html") or start["status"] == _NOT_MODIFIED
    policy = page_policy(headers.get("host", ""), scope["scheme"]) if page else _DATA_POLICY
    set_already = {name for name, _ in start["headers"]}
    rest = [pair for pair in _HEADERS if pair[0] not in set_already]
    return [*own(scope), (b"content-security-policy", policy), *rest]


def own(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The other safe headers, which differ from answer to answer."""
    found = [(b"x-request-id", scope["request_id"].encode())]
    if scope["scheme"] == "https":
        found.append(_HSTS)
    quota: Quota | None = scope.get("quota")
    if quota is not None and quota.limit:
        found += _rates(quota)
    return found


@lru_cache(maxsize=64)
def page_policy(host: str, scheme: str) -> bytes:
    """The content security policy of a page: no inline script or style, nothing from elsewhere.

    Older browsers do not count a WebSocket to our own host among 'self', so it is named.
    """
    socket = f" {'wss' if scheme == 'https' else 'ws'}://{host}" if _HOST.fullmatch(host) else ""
    return (
        f"default-src 'self'; img-src 'self' data: blob:; connect-src 'self'{socket}; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ).encode()


def _rates(quota: Quota) -> Pairs:
    """Both spellings: seconds in the one that is a draft standard, the instant in the older one."""
    remaining, wait = str(quota.remaining).encode(), quota.reset_after
    limit = str(quota.limit).encode()
    yield b"ratelimit-limit", limit
    yield b"ratelimit-remaining", remaining
    yield b"ratelimit-reset", str(_up(wait)).encode()
    yield b"x-ratelimit-limit", limit
    yield b"x-ratelimit-remaining", remaining
    yield b"x-ratelimit-reset", str(_up(time.time() + wait)).encode()


def _up(seconds: float) -> int:
    return -int(-seconds // 1)


@lru_cache(maxsize=4096)
def shown_path(path: str) -> str:
    """Return a path fit for a log: its words and ids. Invite codes and whatever a person typed show as `-`."""
    steps = path[:_LONG_PATH].split("/")
    return "/".join(step if _WORD.fullmatch(step) or ids.is_id(step) else "-" for step in steps)


def tell(scope: Scope, status: int, seconds: float) -> None:
    """One line for each request: ids and names of ours, never what somebody else wrote into its address.

    Files and health checks that went well are for `LOG_LEVEL=debug`: a page load would be ten lines.
    """
    level = logging.INFO if "served" in scope or status >= _REFUSED else logging.DEBUG
    if not _log.is_enabled_for(level):  # half of what the line costs where nobody reads it
        return
    fields: dict[str, Any] = {"user": scope["user"]} if scope.get("user") else {}
    _log.log(
        level,
        "request.answered",
        request_id=scope["request_id"],
        method=scope["method"],
        path=shown_path(scope["path"]),
        served=scope.get("served", "other"),
        status=status,
        ms=round(seconds * 1000, 1),
        **fields,
    )
