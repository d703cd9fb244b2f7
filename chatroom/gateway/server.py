"""The portable way in: a plain ASGI application for polling and WebSocket."""

from collections.abc import Awaitable, Callable, Container, MutableMapping
from typing import Any

from chatroom.gateway.client import Application
from chatroom.gateway.options import Options
from chatroom.gateway.stats import Stats

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class SocketServer:
    """One Socket.IO server; both ways in share its connections."""

    def __init__(self, app: Application, options: Options, *, namespaces: Container[str] = ("/",)) -> None:
        """Serve `app` on `options.path`; a CONNECT to a name outside `namespaces` is refused."""
        self.app = app
        self.options = options
        self.namespaces = namespaces
        self.stats = Stats()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI http or websocket scope."""
        raise NotImplementedError

    async def start(self) -> None:
        """Bind to the running event loop; called by the first connection when the application does not."""
        raise NotImplementedError

    async def drain(self, seconds: float) -> None:
        """Refuse new handshakes, flush what is queued and close every connection within `seconds`."""
        raise NotImplementedError
