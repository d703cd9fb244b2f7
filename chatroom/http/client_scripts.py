"""Socket.IO's own browser client, served as its reference server serves it (socket.io 4.8, lib/index.ts `serve`).

Seeds S0 and S1 load it from the server that they talk to: `<script src="/socket.io/socket.io.js">`. The build copies
the files from the npm package that the web client is built with.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from chatroom.http import static

_FILE: Final = re.compile(r"/socket\.io/(socket\.io(?:\.msgpack|\.esm)?(?:\.min)?\.js(?:\.map)?)")
_VERSION: Final = "version.txt"


def is_client_script(path: str) -> bool:
    """Whether a path names one of the files, and not a session of Engine.IO, which has the rest of `/socket.io/`."""
    return _FILE.fullmatch(path) is not None


@lru_cache(maxsize=4)
def _version(folder: Path) -> str:
    return (folder / _VERSION).read_text(encoding="ascii").strip()


class ClientScripts:
    """Answers GET and HEAD for the paths of `is_client_script`. The ETag is the client's version."""

    def __init__(self) -> None:
        self._files = static.WebClient()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._answer(scope)
        await response(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        match = _FILE.fullmatch(scope["path"])
        folder = static.ROOT / "socket.io"
        if match is None or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404 if match is None else 405, headers={"Allow": "GET, HEAD"})
        if not (folder / _VERSION).is_file():
            return PlainTextResponse("The client has not been built in this checkout: make web.", 503)
        file = folder / match[1]
        if not file.is_file():
            raise HTTPException(404)
        etag = f'"{_version(folder)}"'
        asked = Headers(scope=scope).get("if-none-match", "")
        if etag in {tag.strip().removeprefix("W/") for tag in asked.split(",")}:
            response = Response(status_code=304)
            del response.headers["content-length"]
        else:
            response = self._files.file_response(file, file.stat(), scope)
            kind = "json" if file.suffix == ".map" else "javascript"
            response.headers["content-type"] = f"application/{kind}; charset=utf-8"
        response.headers["cache-control"] = "public, max-age=0"
        response.headers["etag"] = etag
        # A front end on another port loads it from here, as from the reference server.
        response.headers["cross-origin-resource-policy"] = "cross-origin"
        return response
