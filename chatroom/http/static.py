"""The built web client: fingerprinted assets for ever, the page itself never from a cache."""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ROOT: Final = Path(__file__).parent.parent / "static"
_NOT_FOUND: Final = 404
_NOT_BUILT: Final = """<!doctype html><meta charset=utf-8><title>Chatroom</title>
<h1>Chatroom is running</h1><p>The web client has not been built in this checkout. Run <code>make web</code>,
then reload. Socket.IO and REST clients work already.</p>"""


class WebClient(StaticFiles):
    """Serves `chatroom/static`; any path that is no file is the client's own page."""

    def __init__(self) -> None:
        super().__init__(directory=ROOT, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not (ROOT / "index.html").exists():
            return HTMLResponse(_NOT_BUILT, 503)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != _NOT_FOUND or path.startswith("assets/") or Path(path).suffix:
                raise
            path = "index.html"
            response = await super().get_response(path, scope)
        fingerprinted = path.startswith("assets/")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if fingerprinted else "no-cache"
        )
        return response
