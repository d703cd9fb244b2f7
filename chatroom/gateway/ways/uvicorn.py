"""The fast way in: a protocol class on uvicorn's own port that owns the WebSockets of the socket path.

uvicorn's own WebSocket stack is off: nothing else on the port speaks WebSocket.
"""

from collections.abc import Sequence
from typing import Any, Final

import httptools
import structlog

from chatroom.gateway.engine.handshake import read_headers
from chatroom.gateway.engine.link import PollingLink
from chatroom.gateway.engine.upgrade import Upgrade
from chatroom.gateway.ways.answers import limit_unsent
from chatroom.gateway.ways.asyncio_link import AsyncioLink
from chatroom.gateway.ways.epoll_link import EpollLink
from chatroom.gateway.ways.fair_reads import FairReads
from chatroom.gateway.ways.fast_get import Answering, Serve, Shortcut
from chatroom.gateway.ways.http_bounds import GONE
from chatroom.gateway.ways.http_connection import HttpConnection, Work
from chatroom.gateway.ways.peers import HttpLimits, Peers
from chatroom.gateway.ways.sessions import Sessions
from chatroom.gateway.ways.websocket_link import WebSocketLink
from chatroom.wire.engine_request import Refusal, Request, parse_query
from chatroom.wire.websocket import accept_key, choose_protocol

_ACCEPT: Final = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: %b\r\n%b\r\n"
)
_PAGES: Final = frozenset({b"GET", b"HEAD"})
_UPGRADE: Final = frozenset({b"upgrade", b"http2-settings"})
_log = structlog.get_logger("chatroom.gateway")


def _accept(key: bytes, protocol: str) -> bytes:
    """The answer to a handshake."""
    return _ACCEPT % (key, f"Sec-WebSocket-Protocol: {protocol}\r\n".encode() if protocol else b"")


def protocols(
    *servers: Sessions, shortcut: Shortcut | None = None, limits: HttpLimits | None = None
) -> dict[str, Any]:
    """Return keyword arguments for `uvicorn.Config`; SIGTERM then drains `servers`, each on a path of its own.

    What `shortcut` knows is answered without ASGI.
    """
    return {"http": _Way(servers, shortcut, limits or HttpLimits()), "ws": "none"}


class _Way:
    """Makes the protocol of each network connection; what they share."""

    def __init__(self, servers: Sequence[Sessions], shortcut: Shortcut | None, limits: HttpLimits) -> None:
        self.servers = servers
        self.shortcut = shortcut
        self.limits = limits
        self._shared: tuple[Peers, FairReads] | None = None

    def __call__(self, **given: Any) -> "SocketHttpProtocol":
        return SocketHttpProtocol(self, **given)

    def is_full(self, address: str) -> bool:
        """Whether a connection from an address need not even be opened."""
        return self.start()[0].is_full(address)

    def start(self) -> tuple[Peers, FairReads]:
        """Bind to the running event loop, once; return what all connections share."""
        if self._shared is None:
            for server in self.servers:
                server.ensure_started()
            loop, admission = self.servers[0].loop, self.servers[0].admission
            peers = Peers(self.limits, loop.time, admission.trusts)
            self._shared = peers, FairReads(loop, self.limits.reads)
        return self._shared


class SocketHttpProtocol(HttpConnection):
    """Answers some requests past ASGI, and hands WebSockets of the socket path to a WebSocketLink of its own."""

    def __init__(self, way: "_Way", **given: Any) -> None:
        """Serve one network connection; uvicorn gives all but `way`."""
        super().__init__(way.limits, *way.start(), way.servers[0].wheel, **given)
        self.servers = way.servers
        self._shortcut = way.shortcut

    def begin(self) -> Work:
        serve = self._find_shortcut()
        if serve is None:
            return super().begin()
        self.cycle = answering = Answering(self.on_response_complete)  # type: ignore[assignment]
        default = self.server_state.default_headers
        return lambda: answering.run(serve(self.scope), self._answers, self.flow, default)

    def is_page(self) -> bool:
        cycle: object = self.cycle
        if isinstance(cycle, Answering):
            return True
        return self.parser.get_method() in _PAGES and self._rest <= 0 and self._owner() is None

    def _find_shortcut(self) -> Serve | None:
        """Return what answers this request past ASGI, if anything does."""
        if self._shortcut is None or self.parser.get_method() != b"GET":
            return None
        if self.parser.get_http_version() != "1.1" or not self.parser.should_keep_alive():
            return None
        return self._shortcut.find(self.url, self.headers)

    def shutdown(self) -> None:
        super().shutdown()
        for server in self.servers:
            server.begin_drain()

    # The upgrade.

    def upgrade(self, behind: bytes) -> bool:
        wanted = self._get_upgrade()
        if self.scope["method"] == "CONNECT":
            self.refuse(501, b"This server is no proxy")
        elif wanted != b"websocket":
            return self._ignore_upgrade()
        else:
            self._to_websocket(behind)
        return False

    def _ignore_upgrade(self) -> bool:
        """Serve a request as if it did not ask for a protocol that we do not speak (RFC 9110, 7.8), such as h2c.

        The parser has taken the request for one without a body: it is given the head again, without that wish.
        """
        head = [b"%b %b HTTP/1.1\r\n" % (self.scope["method"].encode(), self.url)]
        head += [b"%b: %b\r\n" % pair for pair in self.headers if pair[0] not in _UPGRADE]
        self.parser = httptools.HttpRequestParser(self)
        self._head = 0
        piece = b"".join([*head, b"\r\n"])
        return self._parse(piece, piece, len(piece))

    def _owner(self) -> Sessions | None:
        path = self.path[0]
        return next((server for server in self.servers if server.owns(path)), None)

    def _to_websocket(self, behind: bytes) -> None:
        sockets = self._owner()
        headers = read_headers(self.headers)
        key = accept_key(headers.get("sec-websocket-key", "").encode("latin-1"))
        protocol = choose_protocol(headers.get("sec-websocket-protocol", ""))
        if sockets is None:
            _log.info("websocket.elsewhere", status=404)
            self.refuse(404, b"There is no WebSocket at this address")
        elif headers.get("sec-websocket-version") != "13":
            self.refuse(426, b"Upgrade Required", b"Sec-WebSocket-Version: 13\r\n")
        elif (
            key is None
            or protocol is None
            or self.scope["method"] != "GET"
            or self.parser.get_http_version() != "1.1"
        ):
            self.refuse(400, Refusal.BAD_REQUEST.message.encode())
        else:
            opened = self._open(sockets, headers)
            if isinstance(opened, Refusal):
                retry = b"Retry-After: 2\r\n" if opened.status in (429, 503) else b""
                self.refuse(opened.status, opened.message.encode(), retry)
            else:
                self._hand_over(opened, _accept(key, protocol), behind)

    def _open(self, sockets: Sessions, headers: dict[str, str]) -> tuple[WebSocketLink, bytes] | Refusal:
        """Return the link of an admitted upgrade and what is sent first on it."""
        query = parse_query(self.url.partition(b"?")[2])
        address, secure = sockets.admission.peer(
            self.client[0] if self.client else "", headers, secure=self.scheme == "https"
        )
        request = Request("GET", query, headers.get("origin", ""), websocket=True)
        refusal = sockets.check(request, headers, secure=secure)
        if refusal is not None:
            return refusal
        kind = EpollLink if EpollLink.can_take(self.transport) else AsyncioLink
        link = kind(sockets, self.connections)
        if "sid" not in query:
            opened = sockets.open(query, headers, address, link, secure=secure)
            return opened if isinstance(opened, Refusal) else (link, opened[1].ws)
        connection = sockets.connections[query["sid"]]
        if connection.upgrade is None and isinstance(connection.link, PollingLink):
            Upgrade(connection, link)
        return link, b""

    def _hand_over(self, opened: tuple[WebSocketLink, bytes], accept: bytes, behind: bytes) -> None:
        link, first = opened
        self._state = GONE
        self._forget()
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment] # it holds us
        if (wire := self.transport.get_extra_info("socket")) is not None:
            limit_unsent(wire.fileno(), wire.family)
        link.start(self.transport, accept + first, behind)
        if link.connection is None:  # one WebSocket is enough for a session
            link.close(1000, "")
