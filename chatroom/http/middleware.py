"""What every answer carries: a request id and the security headers. Pure ASGI: some 5 us a request."""

import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatroom.core import ids

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# No inline script or style, nothing from elsewhere; the socket needs ws: beside 'self' in older browsers.
_CSP: Final = (
    b"default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; object-src 'none'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    (b"content-security-policy", _CSP),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Envelope:
    """Gives each request its id (the client's own, when it is a sane one) and each answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else ids.new().encode()
        scope["request_id"] = request_id.decode()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)
