"""The fast way in: a protocol class on uvicorn's own port that owns the WebSockets of the socket path.

Everything else on the port stays stock uvicorn, with the bounds it lacks: a deadline for each request's head and
body, a size for the head, and an end for those who stop reading their answer.
"""

import asyncio
import sys
from functools import partial
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from chatroom.gateway.handshake import read_headers
from chatroom.gateway.link import PollingLink
from chatroom.gateway.raw_link import RawLink
from chatroom.gateway.server import SocketServer
from chatroom.gateway.shortcut import Answering, Serve, Shortcut
from chatroom.gateway.socket_link import SocketLink
from chatroom.gateway.transport_link import TransportLink
from chatroom.gateway.upgrade import Upgrade
from chatroom.wire.engine_request import Refusal, Request, parse_query
from chatroom.wire.websocket import accept_key

_HEAD_TIMEOUT = 10.0  # seconds for a request's head to arrive
_BODY_TIMEOUT = 60.0  # seconds for its body
_STILL_TIMEOUT = 30.0  # seconds in which a client takes some of what waits for it
_HEAD_SIZE = 64 * 1024
_ACCEPT = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: %b\r\n\r\n"
)
_REASONS = {
    400: b"Bad Request",
    403: b"Forbidden",
    426: b"Upgrade Required",
    429: b"Too Many Requests",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}


def protocols(*servers: SocketServer, shortcut: Shortcut | None = None) -> dict[str, Any]:
    """Return keyword arguments for `uvicorn.Config`; SIGTERM then drains `servers`, each on a path of its own.

    What `shortcut` knows is answered without ASGI.
    """
    return {"http": partial(SocketHttpProtocol, servers, shortcut)}


class SocketHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which hands WebSockets of the socket path to a RawLink of its own."""

    def __init__(
        self,
        servers: tuple[SocketServer, ...],
        shortcut: Shortcut | None,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Serve one network connection; uvicorn gives all but `servers` and `shortcut`."""
        super().__init__(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
        for server in servers:
            server.ensure_started()
        self.servers = servers
        self._shortcut = shortcut
        self._wheel = servers[0].wheel
        self.slot = 0
        self._head = 0  # bytes received of a head that is not complete; -1: in a body
        self._left = 0  # bytes that the client had not taken when last looked at, while writing is paused
        self._chunk = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within(_HEAD_TIMEOUT)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wheel.remove(self)
        super().connection_lost(exc)
        self.cycle = None  # type: ignore[assignment] # an Answering holds us

    def data_received(self, data: bytes) -> None:
        idle = not self._head and self.cycle is not None and self.cycle.response_complete
        if self._head >= 0:
            self._head += len(data)
        self._chunk = data
        super().data_received(data)
        self._chunk = b""
        if idle and self._head > 0:  # hardly ever: most heads come whole
            self._within(_HEAD_TIMEOUT)
        if self._head > _HEAD_SIZE and not self.transport.is_closing():
            self._refuse(431, b"Request head too large")

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed; a head that is too long is refused by `data_received`."""
        if self._head <= _HEAD_SIZE:
            super().send_400_response(msg)

    def on_headers_complete(self) -> None:
        if max(self._head, len(self._chunk)) > _HEAD_SIZE:  # most of it may be a body
            self._head = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if self._head > _HEAD_SIZE:
                raise ValueError  # stops the parser
        self._head = -1
        serve = self._find_shortcut()
        if serve is None:
            self._within(_BODY_TIMEOUT)
            super().on_headers_complete()
            return
        self.cycle = answering = Answering(self.on_response_complete)  # type: ignore[assignment]
        running = answering.run(
            serve(self.scope), self.transport, self.flow, self.server_state.default_headers
        )
        task = self.loop.create_task(running)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _find_shortcut(self) -> Serve | None:
        """Return what answers this request past ASGI, if anything does and nothing else is under way."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if self._shortcut is None or busy or self.parser.get_method() != b"GET":
            return None
        if self.parser.get_http_version() != "1.1" or not self.parser.should_keep_alive():
            return None
        return self._shortcut.find(self.url, self.headers)

    def on_message_complete(self) -> None:
        self._head = 0
        self._watch()
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._left = self.transport.get_write_buffer_size()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._left = 0
        self._watch()

    def _watch(self) -> None:
        """Wait for what is under way: a body, or a client that has an answer to take."""
        if self._head:
            self._within(_BODY_TIMEOUT)
        elif self._left:
            self._within(_STILL_TIMEOUT)
        else:
            self._wheel.remove(self)

    def due(self, horizon: float) -> None:
        """End a request that takes too long to arrive, and whoever takes nothing of an answer."""
        left = self.transport.get_write_buffer_size()
        if self._head or left >= self._left:
            self.transport.abort()
            return
        self._left = left
        self._watch()

    def shutdown(self) -> None:
        super().shutdown()
        for server in self.servers:
            server.begin_drain()

    def _within(self, seconds: float) -> None:
        self._wheel.put(self, self.loop.time() + seconds)

    # The upgrade.

    def _owner(self) -> SocketServer | None:
        path = self.url.partition(b"?")[0].decode("latin-1")
        return next((server for server in self.servers if server.owns(path)), None)

    def _should_upgrade_to_ws(self) -> bool:
        return self._owner() is not None or super()._should_upgrade_to_ws()

    def handle_websocket_upgrade(self) -> None:
        """Take the socket over; called while HttpParserUpgrade is handled, which says where the head ends."""
        self._wheel.remove(self)
        sockets = self._owner()
        if sockets is None:
            super().handle_websocket_upgrade()
            return
        headers = read_headers(self.headers)
        key = accept_key(headers.get("sec-websocket-key", "").encode("latin-1"))
        if headers.get("sec-websocket-version") != "13":
            self._refuse(426, b"Upgrade Required", b"Sec-WebSocket-Version: 13\r\n")
        elif (
            key is None or self.scope["method"] != "GET" or (self.cycle and not self.cycle.response_complete)
        ):
            self._refuse(400, Refusal.BAD_REQUEST.message.encode())
        else:
            link = self._open(sockets, headers)
            if isinstance(link, Refusal):
                retry = b"Retry-After: 2\r\n" if link.status in (429, 503) else b""
                self._refuse(link.status, link.message.encode(), retry)
            else:
                self._hand_over(link, key)

    def _open(self, sockets: SocketServer, headers: dict[str, str]) -> tuple[RawLink, bytes] | Refusal:
        """Return the link of an admitted upgrade and what is sent first on it."""
        query = parse_query(self.url.partition(b"?")[2])
        address, secure = sockets.admission.peer(
            self.client[0] if self.client else "", headers, secure=self.scheme == "https"
        )
        request = Request("GET", query, headers.get("origin", ""), websocket=True)
        refusal = sockets.check(request, headers, secure=secure)
        if refusal is not None:
            return refusal
        kind = SocketLink if SocketLink.can_take(self.transport) else TransportLink
        link = kind(sockets, self.connections)
        if "sid" not in query:
            opened = sockets.open(query, headers, address, link, secure=secure)
            return opened if isinstance(opened, Refusal) else (link, opened[1].ws)
        connection = sockets.connections[query["sid"]]
        if connection.upgrade is None and isinstance(connection.link, PollingLink):
            Upgrade(connection, link)
        return link, b""

    def _hand_over(self, opened: tuple[RawLink, bytes], key: bytes) -> None:
        link, first = opened
        error = sys.exc_info()[1]
        head_end = error.args[0] if isinstance(error, httptools.HttpParserUpgrade) else None
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment] # it holds us
        link.start(self.transport, _ACCEPT % key + first, b"" if head_end is None else self._chunk[head_end:])
        if link.connection is None:  # one WebSocket is enough for a session
            link.close(1000, "")

    def _refuse(self, status: int, message: bytes, extra: bytes = b"") -> None:
        self._wheel.remove(self)
        head = (
            b"HTTP/1.1 %d %b\r\n%bConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
        )
        self.transport.write(head % (status, _REASONS[status], extra, len(message)) + message)
        self.transport.close()
