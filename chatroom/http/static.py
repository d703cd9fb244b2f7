"""The built web client: fingerprinted assets for ever, the page itself never from a cache."""

import mimetypes
import os
import re
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from chatroom.core.encodings import GZIP, choose

ROOT: Final = Path(__file__).parent.parent / "static"
_METHODS: Final = ("GET", "HEAD")
_OK: Final = 200
_NOT_FOUND: Final = 404
_PAGES: Final = re.compile(r"\.|discover|people|you|you/devices|(rooms|invite)/[^/]+")
"""The addresses of the client's pages, as `web/src/lib/router.ts` has them."""
_FILES: Final = {"public": "public/index.html", "client.js": "public/client.js", "docs": "docs/index.html"}
"""The addresses of small pages and a script, and their files: seed S1's `chat message`, and the contract."""
_NOT_BUILT: Final = """<!doctype html><meta charset=utf-8><title>Chatroom</title>
<h1>Chatroom is running</h1><p>The web client has not been built in this checkout. Run <code>make web</code>,
then reload. Socket.IO and REST clients work already.</p>"""


class WebClient(StaticFiles):
    """Serves `chatroom/static`; a path that is no file gets the client's own page, with 404 where it knows none."""

    def __init__(self) -> None:
        super().__init__(directory=ROOT, check_dir=False)

    async def check_config(self) -> None:
        """Take a folder that is not there, too: `get_response` tells what is missing. Starlette would raise."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Serve the gzipped twin, which the build has left beside the file, to who takes it."""
        twin = Path(f"{os.fspath(full_path)}.gz")
        takes = choose(Headers(scope=scope).get("accept-encoding"))
        if not takes:
            raise HTTPException(406)
        if takes != GZIP or not twin.is_file():
            response = super().file_response(full_path, stat_result, scope, status_code)
        else:
            response = super().file_response(twin, twin.stat(), scope, status_code)
            if response.status_code == status_code:
                media, _ = mimetypes.guess_type(full_path)
                response.headers["content-type"] = media or "application/octet-stream"
                response.headers["content-encoding"] = "gzip"
        response.headers["vary"] = "Accept-Encoding"
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["method"] not in _METHODS:
            raise HTTPException(405, headers={"Allow": ", ".join(_METHODS)})
        if not (ROOT / "index.html").exists():
            return HTMLResponse(_NOT_BUILT, 503)
        path = _FILES.get(path, path)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != _NOT_FOUND or path.startswith("assets/") or Path(path).suffix:
                raise
            known = _PAGES.fullmatch(path)
            path = "index.html"
            response = await super().get_response(path, scope)
            if response.status_code == _OK and not known:
                response.status_code = _NOT_FOUND
        fingerprinted = path.startswith("assets/")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if fingerprinted else "no-cache"
        )
        return response
