"""The socket server as an ASGI application."""

from chatroom.gateway.ways.asgi_websocket import serve_websocket
from chatroom.gateway.ways.polling import serve_polling
from chatroom.gateway.ways.scope import Receive, Scope, Send
from chatroom.gateway.ways.sessions import Sessions


class SocketServer(Sessions):
    """One Socket.IO server; all ways in share its connections."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI http or websocket scope."""
        self.ensure_started()
        if scope["type"] == "websocket":
            await serve_websocket(self, scope, receive, send)
        else:
            await serve_polling(self, scope, receive, send)
