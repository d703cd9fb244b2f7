"""The fast way in: a protocol class on uvicorn's own port that owns the WebSockets of the socket path."""

from typing import Any

from chatroom.gateway.server import SocketServer


def protocols(server: SocketServer) -> dict[str, Any]:
    """Return keyword arguments for `uvicorn.Config`; all other paths stay stock uvicorn."""
    raise NotImplementedError(server)
