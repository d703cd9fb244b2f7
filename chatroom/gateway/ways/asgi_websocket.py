"""WebSocket as a plain ASGI application, for servers that do not give us their transport."""

import asyncio
from collections import deque
from typing import Any

from chatroom.gateway.engine.handshake import read_headers
from chatroom.gateway.engine.link import Link, PollingLink
from chatroom.gateway.engine.upgrade import Upgrade
from chatroom.gateway.ways.scope import Receive, Scope, Send
from chatroom.gateway.ways.sessions import Sessions
from chatroom.wire.engine_request import Refusal, Request, parse_query
from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import Attachment, Frame

_TOO_BIG = 1009
_LAST_LOOK = 0.1  # seconds for taking what was not read while reading was paused


class AsgiLink(Link):
    """Sends through ASGI: one task while there is something to send, none while idle."""

    __slots__ = ("_behind", "_closing", "_frames", "_resumed", "_send", "_server", "_size", "_task", "over")

    def __init__(self, server: Sessions, send: Send) -> None:
        """Send with the callable of one accepted scope."""
        super().__init__()
        self._server = server
        self._send = send
        self._frames: deque[Frame] = deque()
        self._size = 0
        self._closing: dict[str, Any] | None = None
        self._behind = False
        self._task: asyncio.Task[None] | None = None
        self._resumed: asyncio.Future[None] | None = None
        self.over = server.loop.create_future()  # done: stop reading
        server.links.add(self)

    def send(self, frames: list[Frame]) -> int:
        self._frames.extend(frames)
        self._size += sum(frame.size for frame in frames)
        self._wake()
        return self._size

    def urgent(self, frame: Frame) -> None:
        self._frames.appendleft(frame)
        self._size += frame.size
        self._wake()

    def close(self, code: int, reason: str) -> None:
        if self._closing is None:
            self._closing = {"type": "websocket.close", "code": code, "reason": reason}
            self._behind = self.paused
            self.resume()
            self._wake()

    def abort(self) -> None:
        """End the scope: there is no way to cut the line of an ASGI server, so its close frame goes last."""
        self._frames.clear()
        if self._task is not None:
            self._task.cancel()
        if not self.over.done():
            self.over.set_result(None)

    def resume(self) -> None:
        super().resume()
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)
        self._resumed = None

    async def resumed(self) -> None:
        """Wait while reading is paused."""
        if self.paused:
            if self._resumed is None:
                self._resumed = self._server.loop.create_future()
            await self._resumed

    def _wake(self) -> None:
        if self._task is None and not self.over.done():
            self._task = self._server.loop.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._frames:
                frame = self._frames.popleft()
                self._server.stats.bytes_out += frame.size
                if isinstance(frame, Attachment):
                    await self._send({"type": "websocket.send", "bytes": frame.data})
                else:
                    await self._send({"type": "websocket.send", "text": frame.packet.decode()})
                self._size -= frame.size
                if self.connection is not None and not self._frames:
                    self.connection.relieved(self._size)
            if self._closing is not None:
                await self._send(self._closing)
                if self._behind:  # hypercorn ends a line only when all that came on it has been taken
                    self._server.loop.call_later(_LAST_LOOK, self.abort)
                else:
                    self.abort()
        except Exception:  # noqa: BLE001 - servers differ in what they raise for a line that is cut
            self.abort()
        finally:
            self._task = None


async def serve_websocket(server: Sessions, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI websocket scope."""
    await receive()  # websocket.connect
    headers = read_headers(scope["headers"])
    query = parse_query(scope["query_string"])
    client = scope.get("client")
    address, secure = server.admission.peer(
        client[0] if client else "", headers, secure=scope.get("scheme") == "wss"
    )
    request = Request("GET", query, headers.get("origin", ""), websocket=True)
    refusal = (
        server.check(request, headers, secure=secure) if server.owns(scope["path"]) else Refusal.BAD_REQUEST
    )
    if refusal is not None:
        await _refuse(scope, send, refusal)
        return
    if "sid" in query:
        connection = server.connections[query["sid"]]
        link = AsgiLink(server, send)
        await send(_accept(scope))
        if connection.upgrade is None and isinstance(connection.link, PollingLink):
            Upgrade(connection, link)
        else:  # one WebSocket is enough for a session
            link.close(1000, "")
    else:
        link = AsgiLink(server, send)
        opened = server.open(query, headers, address, link, secure=secure)
        if isinstance(opened, Refusal):
            server.links.discard(link)
            await _refuse(scope, send, opened)
            return
        await send(_accept(scope))
        link.send([opened[1]])
    await _read(server, link, receive)


def _accept(scope: Scope) -> dict[str, Any]:
    """Accept, with the first sub-protocol that is offered: browsers close without one."""
    return {"type": "websocket.accept", "subprotocol": next(iter(scope.get("subprotocols") or ()), None)}


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.message})
        return
    fields = [
        (b"content-type", b"application/json"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": fields})
    await send({"type": "websocket.http.response.body", "body": refusal.body})


async def _read(server: Sessions, link: AsgiLink, receive: Receive) -> None:
    """Take messages until either side ends the line."""
    reading: asyncio.Future[Any] | None = None
    try:
        while not link.over.done():
            reading = asyncio.ensure_future(receive())
            await asyncio.wait((reading, link.over), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                break
            message = reading.result()
            if message["type"] == "websocket.disconnect":
                break
            _take(server, link, message)
            await link.resumed()
    finally:
        if reading is not None and not reading.done():
            reading.cancel()
        server.links.discard(link)
        connection = link.connection
        if connection is not None:
            connection.link_lost(link, "transport close")
        link.abort()


def _take(server: Sessions, link: AsgiLink, message: Scope) -> None:
    connection = link.connection
    if connection is None or connection.closed:
        return
    text, data = message.get("text"), message.get("bytes")
    payload: bytes = data or b"" if text is None else text.encode()
    server.stats.bytes_in += len(payload)
    try:
        if len(payload) > server.options.max_payload:
            raise ProtocolError("message too big", _TOO_BIG)
        if connection.upgrade is not None and link is connection.upgrade.link:
            connection.upgrade.text(payload if text is not None else b"")
        elif text is None:
            connection.binary(payload)
        else:
            connection.text(payload)
    except ProtocolError as error:
        connection.fail(error)
