"""The namespaces of a connection: CONNECT, its answer, and every way they end."""

import asyncio
import logging
import math
from collections.abc import Container
from functools import partial
from typing import Any, Protocol

from chatroom.gateway.engine.client import Application, Client, ClientConnection, Refused
from chatroom.gateway.engine.connection import POLICY
from chatroom.gateway.engine.handshake import Handshake
from chatroom.gateway.engine.host import Host
from chatroom.gateway.engine.link import Link
from chatroom.wire.errors import ProtocolError
from chatroom.wire.socket_packet import CONNECT, CONNECT_ERROR, control_frame

log = logging.getLogger("chatroom.gateway")


class ApplicationHost(Host, Protocol):
    """A server with an application above it."""

    app: Application
    namespaces: Container[str]


class NamespaceConnection(ClientConnection):
    """A connection that joins and leaves namespaces; each joined one is a Client of the application."""

    __slots__ = ("clients", "connecting", "ending", "inbox_bytes", "left", "waiting", "working_bytes")

    server: ApplicationHost

    def __init__(self, server: ApplicationHost, sid: str, handshake: Handshake, link: Link) -> None:
        """Open a session that has joined no namespace."""
        self.clients: dict[str, Client] = {}
        self.connecting: dict[str, asyncio.Task[None] | None] = {}  # None: not begun
        self.left: set[str] | None = (
            None  # namespaces that the server ended: packets may still be on their way
        )
        self.ending = False  # nothing is taken in any more; closed once what was has been answered
        self.waiting = 0  # events in the inboxes of the clients
        self.inbox_bytes = 0
        self.working_bytes = 0  # of the events that are worked on, as they are in memory
        super().__init__(server, sid, handshake, link)

    @property
    def waiting_bytes(self) -> int:
        return self.unread + self.inbox_bytes + self.working_bytes

    def client(self, namespace: str) -> Client | None:
        """Return the client of a packet; None when its namespace was ended by us; raises ProtocolError."""
        client = self.clients.get(namespace)
        if client is None and (self.left is None or namespace not in self.left):
            raise ProtocolError("namespace not joined")
        return client

    def join(self, namespace: str, auth: bytes) -> None:
        """Take a CONNECT; the answer follows when the application has admitted the client."""
        if namespace in self.clients or namespace in self.connecting:
            raise ProtocolError("namespace joined twice")
        if len(self.clients) + len(self.connecting) >= self.server.options.max_namespaces:
            raise ProtocolError("too many namespaces", POLICY)
        if namespace not in self.server.namespaces:
            self.queue(control_frame(CONNECT_ERROR, namespace, {"message": "Invalid namespace"}))
            return
        self.connecting[namespace] = None
        self.server.asking.put(partial(self._begin, Client(self, namespace), auth))

    def _begin(self, client: Client, auth: bytes) -> None:
        if not self.closed:
            self.connecting[client.namespace] = self.server.loop.create_task(self._ask(client, auth))

    async def _ask(self, client: Client, auth: bytes) -> None:
        answer: dict[str, object] = {"message": "Internal error"}
        timeout = self.server.options.connect_timeout
        try:
            async with asyncio.timeout(timeout):
                await self.server.app.connect(client, auth)
        except Refused as refusal:
            answer = {"message": refusal.message}
            if refusal.data is not None:
                answer["data"] = dict(refusal.data)
        except TimeoutError:
            answer = {"message": "timeout"}
        except Exception:
            self.server.stats.errors += 1
            log.exception("connect failed", extra={"sid": client.id, "namespace": client.namespace})
        else:
            answer = {}
        self.connecting.pop(client.namespace, None)
        if self.closed:
            return
        if answer:
            client.end()
            self.queue(control_frame(CONNECT_ERROR, client.namespace, answer))
            return
        self._welcome(client)

    def _welcome(self, client: Client) -> None:
        self.connect_by = math.inf
        self.clients[client.namespace] = client
        if self.left is not None:
            self.left.discard(client.namespace)
        client.connected = True
        held, client.held = client.held or [], None
        client.push(control_frame(CONNECT, client.namespace, {"sid": client.id}))
        for frame in held:
            client.push(frame)
        self.tell(self.server.app.connected, client)

    def finish(self) -> None:
        """Close a connection that is `ending` when nothing of it is left to do."""
        if not (self.busy or self.waiting):
            self.close("rate limit")

    def leave(self, client: Client, reason: str) -> None:
        """End one namespace; the application hears of it from the loop."""
        if not client.connected:
            return
        if self.shared is not None:
            self.flush()  # what the others are told from now on is not for this client
        del self.clients[client.namespace]
        if reason.startswith("server"):
            self.left = (self.left or set()) | {client.namespace}
        for _, _, _, size in client.inbox or ():
            self.waiting -= 1
            self.inbox_bytes -= size
        client.end()
        if not (
            self.clients or self.closed
        ):  # nobody's any more: it has as long as a new one to say whose it is
            self.connect_by = self.server.loop.time() + self.server.options.connect_timeout
            self.rearm()
        self.server.leaving.put(partial(self.tell, self.server.app.disconnected, client, reason))

    def lost(self, reason: str) -> None:
        for task in self.connecting.values():
            if task is not None:
                task.cancel()
        self.connecting.clear()
        for client in list(self.clients.values()):
            self.leave(client, reason)

    def tell(self, notice: Any, client: Client, *rest: object) -> None:
        """Call a method of the application whose answer nobody waits for."""
        try:
            notice(client, *rest)
        except Exception:
            self.server.stats.errors += 1
            log.exception("notice failed", extra={"sid": client.id, "namespace": client.namespace})
