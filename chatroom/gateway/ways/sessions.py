"""The connections of a socket server, whichever way they came: how they are opened, kept and drained."""

import asyncio
import random
import secrets
from collections.abc import Callable, Container, Mapping

from chatroom.core.gates import Gates
from chatroom.gateway.engine.budget import LoopBudget, WorkQueue
from chatroom.gateway.engine.client import Application
from chatroom.gateway.engine.connection import Connection
from chatroom.gateway.engine.flusher import Flusher
from chatroom.gateway.engine.handshake import Handshake, kept_headers
from chatroom.gateway.engine.link import Link
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.poller import Poller
from chatroom.gateway.engine.rate import Rate
from chatroom.gateway.engine.socket_connection import SocketConnection
from chatroom.gateway.engine.stats import Stats
from chatroom.gateway.engine.wheel import Wheel
from chatroom.gateway.ways.admission import Admission
from chatroom.wire.engine_packet import open_frame
from chatroom.wire.engine_request import Refusal, Request, verify
from chatroom.wire.frame import Frame
from chatroom.wire.socket_packet import Limits

_SID_BYTES = 15  # 120 random bits in 20 URL-safe characters
_FAREWELL = 30.0  # seconds for which a closed polling session waits for the GET that takes its last packets
_MIN_DRAIN_RATE = 500  # closes per second however few there are: small servers need no spread
_BATCH = 0.05  # seconds between two batches of a drain
_ASKED = 32  # CONNECTs of one turn; each costs the product about 0.1 ms in the next
_LAST_WORDS = 0.2  # part of a drain kept for what is still on its way


class _Farewell:
    """The last packets of a polling session, until its next GET."""

    __slots__ = ("address", "body", "forget", "sid", "slot")

    def __init__(self, sid: str, body: bytes, address: str, forget: Callable[[str], object]) -> None:
        self.sid = sid
        self.body = body
        self.address = address
        self.forget = forget
        self.slot = 0

    def due(self, horizon: float) -> None:
        self.forget(self.sid)


class Sessions:
    """One Socket.IO server; all ways in share its connections."""

    connection_class: type[Connection] = SocketConnection
    loop: asyncio.AbstractEventLoop
    wheel: Wheel

    def __init__(
        self,
        app: Application,
        options: Options,
        *,
        namespaces: Container[str] = ("/",),
        budget: LoopBudget | None = None,
    ) -> None:
        """Serve `app` on `options.path`; a CONNECT to a name outside `namespaces` is refused.

        Give the `budget` in which the application does bulk work of its own.
        """
        self.app = app
        budget = budget or LoopBudget()
        self.flusher = Flusher(budget)
        self.asking = WorkQueue(budget, most=_ASKED)  # CONNECTs that wait to be put to the application
        self.leaving = WorkQueue(budget)  # connections that have ended, and what the application is told
        self.options = options
        self.namespaces = namespaces
        self.stats = Stats()
        self.limits = Limits(
            options.json_depth,
            options.json_digits,
            options.max_attachments,
            options.max_event_name,
            options.max_namespace_name,
            options.binary,
        )
        self.posts = Gates(1)  # packets of POSTs, by address
        self.event_rate = Rate(options.event_rate, options.event_burst)
        self.byte_rate = Rate(options.byte_rate, options.byte_burst)
        self.metered = not (self.event_rate.off and self.byte_rate.off)
        self.control_rate = Rate(options.control_rate, options.control_burst)
        self.admission = Admission(options)
        self.connections: dict[str, Connection] = {}
        self.works: set[asyncio.Future[None]] = set()
        self.links: set[Link] = set()  # WebSockets whose network connection is open
        self.draining = False
        self._farewells: dict[str, _Farewell] = {}
        self._drain: asyncio.Task[None] | None = None
        self._started = False

    async def start(self) -> None:
        """Bind to the running event loop; the first request does it when the application does not."""
        self.ensure_started()

    def ensure_started(self) -> None:
        """Bind to the running event loop, once."""
        if self._started:
            return
        self._started = True
        self.loop = asyncio.get_running_loop()
        tick = min(max(self.options.ping_timeout / 20, 0.005), 0.1)
        self.wheel = Wheel(self.loop, tick)
        self._poller: Poller | None = None

    @property
    def poller(self) -> Poller:
        """What waits for the sockets of WebSockets, where there is epoll."""
        if self._poller is None:
            self._poller = Poller(self.loop)
        return self._poller

    def owns(self, path: str) -> bool:
        """Whether `path` belongs to this server."""
        return path.startswith(self.options.path) or path + "/" == self.options.path

    # Connections.

    def check(self, request: Request, headers: Mapping[str, str], *, secure: bool) -> Refusal | None:
        """Return why a request is refused before any session is touched, or None."""
        connection = self.connections.get(request.query.get("sid", ""))
        refusal = verify(request, None if connection is None else connection.link.name)
        origin = headers.get("origin")
        if refusal is None and not self.admission.origin_allowed(
            origin, headers.get("host", ""), secure=secure
        ):
            refusal = Refusal.FORBIDDEN
        if refusal is not None and "sid" not in request.query:
            self.stats.handshakes[refusal.name.lower()] += 1
        return refusal

    def open(
        self, query: Mapping[str, str], headers: Mapping[str, str], address: str, link: Link, *, secure: bool
    ) -> tuple[Connection, Frame] | Refusal:
        """Start a session on `link`; return it with the packet that answers the handshake."""
        refusal = Refusal.UNAVAILABLE if self.draining else None
        refusal = refusal or self.admission.enter(address, self.loop.time(), len(self.connections))
        if refusal is not None:
            self.stats.handshakes[refusal.name.lower()] += 1
            return refusal
        handshake = Handshake(kept_headers(headers), query, address, secure, self.options.path)
        sid = secrets.token_urlsafe(_SID_BYTES)
        connection = self.connection_class(self, sid, handshake, link)
        self.connections[sid] = connection
        self.stats.handshakes["ok"] += 1
        setattr(self.stats, link.name, getattr(self.stats, link.name) + 1)
        options = self.options
        frame = open_frame(
            sid,
            ["websocket"] if link.name == "polling" else [],
            interval=options.ping_interval,
            timeout=options.ping_timeout,
            # Clients cut what they have to POST by it; a WebSocket message is one packet.
            max_payload=options.max_post if link.name == "polling" else options.max_payload,
        )
        return connection, frame

    def forget(self, connection: Connection, reason: str) -> None:
        """Take a connection that ended off the books."""
        if self.connections.pop(connection.sid, None) is None:
            return
        self.wheel.remove(connection)
        self.admission.leave(connection.handshake.address, self.loop.time())
        self.stats.closes[reason] += 1
        name = connection.link.name
        setattr(self.stats, name, getattr(self.stats, name) - 1)

    def leave_farewell(self, connection: Connection, body: bytes, seconds: float = _FAREWELL) -> None:
        """Keep the last packets of a polling session for its next GET, within the budget of its address."""
        sid, address = connection.sid, connection.address
        if not self.admission.hold(address, len(body)):
            self.admission.hold(address, -len(body))
            return
        farewell = _Farewell(sid, body, address, self.take_farewell)
        self._farewells[sid] = farewell
        self.wheel.put(farewell, self.loop.time() + seconds)

    def take_farewell(self, sid: str) -> bytes | None:
        """Return the last packets of a session that was closed, once."""
        farewell = self._farewells.pop(sid, None)
        if farewell is None:
            return None
        self.wheel.remove(farewell)
        self.admission.hold(farewell.address, -len(farewell.body))
        return farewell.body

    # The end.

    def begin_drain(self) -> None:
        """Start the drain that `Options.drain_seconds` bounds; safe to call many times."""
        self.ensure_started()
        if self._drain is None:
            self._drain = self.loop.create_task(self._run_drain(self.options.drain_seconds))

    async def drain(self, seconds: float) -> None:
        """Refuse new handshakes, flush what is queued and close every connection within `seconds`.

        WebSockets are closed with 1012 in jittered batches, those with an event at work last; waiting GETs are
        answered at once. No DISCONNECT packet is sent, so the stock clients come back. When it returns the application
        has heard of all of them.
        """
        self.ensure_started()
        if self._drain is None:
            self._drain = self.loop.create_task(self._run_drain(seconds))
        await asyncio.shield(self._drain)

    async def _run_drain(self, seconds: float) -> None:
        self.draining = True
        end = self.loop.time() + seconds
        spread = seconds * (1 - _LAST_WORDS)
        connections = list(self.connections.values())
        for connection in connections:
            if connection.link.name == "polling" and not connection.busy:
                connection.close("server shutting down")
        remaining = [connection for connection in connections if not connection.closed]
        random.shuffle(remaining)
        per_batch = max(len(remaining) / max(spread, _BATCH), _MIN_DRAIN_RATE) * _BATCH
        while remaining and self.loop.time() < end - seconds * _LAST_WORDS:
            remaining.sort(key=_is_busy, reverse=True)  # the end of the list goes first
            count = round(per_batch * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, guards nothing
            for connection in remaining[-count:]:
                if not connection.busy:
                    connection.close("server shutting down")
            remaining = [connection for connection in remaining if not connection.closed]
            await asyncio.sleep(_BATCH)
        for connection in list(self.connections.values()):
            connection.close("server shutting down")
        while self.links and self.loop.time() < end:  # noqa: ASYNC110 - once per life of the process
            await asyncio.sleep(_BATCH / 5)
        for link in list(self.links):
            link.abort()
        while self.leaving:  # noqa: ASYNC110 - once per life of the process
            await asyncio.sleep(0)


def _is_busy(connection: Connection) -> bool:
    return connection.busy
