"""`/openapi.json` and `/asyncapi.json`, for everybody: what clients may ask of this very version."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatroom.http.compression import compress

Get = Callable[[str], Awaitable[bytes]]


def routes(names: Iterable[str], get: Get) -> list[Route]:
    """A route for each document; a client that has it already is told so."""

    async def serve(request: Request) -> Response:
        text = await get(request.url.path.removeprefix("/"))
        etag = f'"{hashlib.sha256(text).hexdigest()[:16]}"'
        headers = {"etag": etag, "cache-control": "no-cache"}
        known = {
            tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")
        }
        if etag in known:
            return Response(status_code=304, headers=headers)
        return await compress(request, Response(text, media_type="application/json", headers=headers))

    return [Route(f"/{name}", serve) for name in names]
