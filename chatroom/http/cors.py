"""Cross-origin requests by the same rule as sockets: listed origins with cookies, `*` without."""

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatroom.core.origins import Origins

_EXPOSED: Final = {
    "access-control-expose-headers": (
        "Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"
    )
}
_GRANT: Final = "access-control-allow-origin"


class Cors:
    """Answers preflights, and tells the browser on every other answer who may read it."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        granted = self._origins.cors(headers.get("origin"))
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            wanted = headers.get("access-control-request-headers", "")
            allowed = self._origins.preflight(headers.get("origin"), wanted)
            answer = PlainTextResponse("", 200 if allowed else 403, allowed or granted)
            await answer(scope, receive, send)
            return
        extra = {**granted, **(_EXPOSED if _GRANT in granted else {})}
        pairs = [(name.encode(), value.encode()) for name, value in extra.items()]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *pairs]
            await send(message)

        await self._app(scope, receive, send_with_headers if pairs else send)
