"""The Socket.IO side of a connection: namespaces, events in order, acknowledgements, inbound bounds."""

import asyncio
import math
from collections import deque
from functools import partial
from typing import Any

import msgspec

from chatroom.gateway.engine.backlog import QUANTUM
from chatroom.gateway.engine.client import Argument, Client, error_frame
from chatroom.gateway.engine.connection import POLICY
from chatroom.gateway.engine.handshake import Handshake
from chatroom.gateway.engine.link import Link
from chatroom.gateway.engine.namespaces import ApplicationHost, NamespaceConnection, log
from chatroom.gateway.engine.rate import Meter
from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import Frame, ack_frame
from chatroom.wire.socket_packet import (
    ACK,
    BINARY_ACK,
    BINARY_EVENT,
    CONNECT,
    EVENT,
    MalformedText,
    Packet,
    decode,
    decode_event,
    fill,
)

_LAST_ANSWERS = 10.0  # seconds
_TAKEN_APART = 4  # times the bytes of its text that an event takes while it is worked on


class SocketConnection(NamespaceConnection):
    """Decodes packets and hands the events of each namespace to the application, in order, one at a time."""

    __slots__ = ("_asked", "_meter", "_partial", "attachments_by")

    def __init__(self, server: ApplicationHost, sid: str, handshake: Handshake, link: Link) -> None:
        """Open a session that has joined no namespace."""
        self.attachments_by = math.inf
        self._partial: tuple[Packet, int, list[bytes]] | None = None
        self._meter: Meter | None = None
        self._asked = False
        super().__init__(server, sid, handshake, link)

    # Packets in.

    def message(self, text: bytes) -> None:
        """Take one Socket.IO packet; raises ProtocolError."""
        if self._partial is not None:
            raise ProtocolError("text while attachments are due")
        server = self.server
        try:
            if text[:1] == b"2":
                event = decode_event(text, server.limits)
                client = self.clients.get("/")
                if event is not None and client is not None:
                    self._deliver(client, event[0], event[1], event[2], len(text))
                    return
            packet = decode(text, server.limits)
        except MalformedText as error:
            self._refuse_text(error, len(text))
            return
        if packet.type == EVENT:
            client = self.client(packet.namespace)
            if client is not None:
                self._deliver(client, packet.name, list(packet.args), packet.id, len(text))
            else:
                self._pass_over(len(text))
        elif packet.attachments:
            self.client(packet.namespace)
            self._partial = (packet, len(text), [])
            self.attachments_by = self.server.loop.time() + self.server.options.attachment_timeout
            self.rearm()
        else:
            self._other(packet, len(text))

    def binary(self, data: bytes) -> None:
        """Take one attachment; raises ProtocolError."""
        if not self.server.options.binary:
            raise ProtocolError("binary refused", 1003)
        if self._partial is None:
            raise ProtocolError("attachment that nobody announced")
        packet, size, received = self._partial
        received.append(data)
        size += len(data)
        if size > self.server.options.max_payload:
            raise ProtocolError("attachments too big", 1009)
        self._partial = (packet, size, received)
        if len(received) < packet.attachments:
            return
        self._partial = None
        self.attachments_by = math.inf
        self._other(packet._replace(args=fill(packet.args, received)), size)

    def _other(self, packet: Packet, size: int) -> None:
        """Handle what is not a plain event."""
        if packet.type == CONNECT:
            # Each one asks the application who it is; the first is what the connection is for.
            if self.server.metered and self._asked and self._wait(size):
                self.close("rate limit")
                return
            self._asked = True
            self.join(packet.namespace, packet.data)
            return
        client = self.client(packet.namespace)
        if client is None:
            self._pass_over(size)
            return
        if packet.type == ACK:
            self._pass_over(size)
            client.settle(packet.id, list(packet.args))
        elif packet.type in (BINARY_EVENT, BINARY_ACK):
            args = list(packet.args) if packet.attachments else fill(packet.args, [])
            if packet.type == BINARY_ACK:
                client.settle(packet.id, args)
            else:
                self._deliver(client, packet.name, args, packet.id, size)
        else:
            self.leave(client, "client namespace disconnect")

    # Events: started in arrival order, one at a time per namespace.

    @property
    def busy(self) -> bool:
        clients = self.clients.values()
        return any(client.busy is not None or client.owed for client in clients) or bool(self.connecting)

    def _deliver(
        self, client: Client, name: str, args: list[Argument] | Frame, ack_id: int | None, size: int
    ) -> None:
        if self.ending:
            return
        if self.server.metered and (wait := self._wait(size)):
            self.server.stats.limited += 1
            if self._exhausted:
                self._stop_listening()
                return
            error = {"code": "rate_limited", "message": "Too many events.", "retryAfter": math.ceil(wait)}
            args, size = _refusal(client, name, ack_id, error), 0
        self._line_up(client, name, args, ack_id, size)

    def _line_up(
        self, client: Client, name: str, args: list[Argument] | Frame, ack_id: int | None, size: int
    ) -> None:
        # Nothing is begun for a client that does not take its answers: what it sends waits, and at last it with it.
        if client.busy is None and not client.inbox and not (self.strict and self.behind):
            self._start(client, name, args, ack_id, size)
            return
        if client.inbox is None:
            client.inbox = deque()
        client.inbox.append((name, args, ack_id, size))
        self.waiting += 1
        self.inbox_bytes += size
        options = self.server.options
        if self.waiting >= options.inbound_events or self.inbox_bytes >= options.inbound_bytes:
            self.link.pause()
        if self.inbox_bytes or self.held:
            self.account()

    def _start(
        self, client: Client, name: str, args: list[Argument] | Frame, ack_id: int | None, size: int
    ) -> None:
        if isinstance(args, Frame):
            client.refuse(args)
            return
        if ack_id is not None:
            if client.owed is None:
                client.owed = {}
            client.owed[ack_id] = None
        try:
            result = self.server.app.event(client, name, args, ack_id)
        except Exception as error:  # noqa: BLE001 - the application's fault ends the event, not the connection
            self._failed(client, name, ack_id, error)
            return
        if result is not None:
            work = asyncio.ensure_future(result, loop=self.server.loop)
            client.busy = work
            self.server.works.add(work)
            size *= _TAKEN_APART
            self.working_bytes += size
            work.add_done_callback(partial(self._done, client, name, ack_id, size))
            if size >= QUANTUM:
                self.account()

    def _done(
        self, client: Client, name: str, ack_id: int | None, size: int, work: asyncio.Future[None]
    ) -> None:
        self.server.works.discard(work)
        client.busy = None
        self.working_bytes -= size
        if not work.cancelled():
            error = work.exception()
            if error is not None:
                self._failed(client, name, ack_id, error)
        self._next(client)

    def _next(self, client: Client) -> None:
        """Start what waits in line, as far as it may."""
        while client.inbox and client.busy is None and client.connected and not self.behind:
            next_name, args, next_id, size = client.inbox.popleft()
            self.waiting -= 1
            self.inbox_bytes -= size
            self._start(client, next_name, args, next_id, size)
        if self.held:
            self.account()
        options = self.server.options
        half = self.waiting * 2 < options.inbound_events and self.inbox_bytes * 2 < options.inbound_bytes
        if self.ending:
            self.finish()
        elif half and self.link.paused and not self.closed:
            self.link.resume()

    def eased(self) -> None:
        super().eased()
        if self.waiting:
            for client in self.clients.values():
                self.server.loop.call_soon(self._next, client)

    def _failed(self, client: Client, name: str, ack_id: int | None, error: BaseException) -> None:
        self.server.stats.errors += 1
        where = {"sid": client.id, "namespace": client.namespace, "event": name}
        log.error("event failed", exc_info=error, extra=where)
        if ack_id is not None and client.answered != ack_id:
            client.reply(ack_id, _no({"code": "internal", "message": "Something went wrong."}))

    # Refusals of the engine itself.

    def until_admitted(self, size: int) -> float:
        if not self.server.metered or self._meter is None:
            return 0.0
        return self._meter.wait(self.server.loop.time(), size)

    def _wait(self, size: int) -> float:
        """Account one packet; return 0, or the seconds for which the sender should have waited."""
        if self._meter is None:
            self._meter = Meter(self.server.event_rate, self.server.byte_rate)
        return self._meter.take(self.server.loop.time(), size)

    def _stop_listening(self) -> None:
        """Close as soon as the events that were taken in have been answered, but do not wait for ever."""
        self.ending = True
        self.link.pause()
        self.server.loop.call_later(_LAST_ANSWERS, self.close, "rate limit")
        self.finish()

    def _pass_over(self, size: int) -> None:
        """Account a packet that has no answer; too many of them end the connection like events."""
        if self.server.metered and not self.ending and self._wait(size) and self._exhausted:
            self._stop_listening()

    @property
    def _exhausted(self) -> bool:
        return self._meter is None or self._meter.exhausted

    def _refuse_text(self, error: MalformedText, size: int) -> None:
        client = self.client(error.namespace)
        if client is None:
            self._pass_over(size)
            return
        said = {"code": "bad_input", "message": "The text is not valid Unicode."}
        self._deliver(client, "", _refusal(client, "", error.id, said), error.id, size)

    # Time.

    def next_deadline(self) -> float:
        return min(super().next_deadline(), self.attachments_by)

    def expire(self, horizon: float) -> None:
        if self.attachments_by < horizon:
            self.fail(ProtocolError("attachments did not arrive", POLICY))
        else:
            super().expire(horizon)


def _refusal(client: Client, name: str, ack_id: int | None, error: dict[str, Any]) -> Frame:
    if ack_id is not None:
        return ack_frame(ack_id, _no(error), namespace=client.namespace)
    return error_frame(client.namespace, error | {"event": name} if name else error)


def _no(error: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"ok": False, "error": error})
