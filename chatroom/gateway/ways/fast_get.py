"""Requests that are answered without ASGI: the way there costs 60 us, the answer itself a third of that (ADR 0019)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from chatroom.gateway.ways.answers import AnswerTransport

Headers = Sequence[tuple[bytes, bytes]]


Answer = tuple[int, bytes, bytes]
"""Status, lines of headers, body."""
Serve = Callable[[Any], Awaitable[Answer]]
"""From the scope that uvicorn began."""


class Shortcut(Protocol):
    """Says which requests go past ASGI."""

    def find(self, url: bytes, headers: Headers) -> Serve | None:
        """Return what answers a GET without a body, or None to take the usual way. `Serve` never raises."""


class Answering:
    """One such request under way; the part of a `RequestResponseCycle` that uvicorn's protocol looks at."""

    __slots__ = (
        "_done",
        "body",
        "disconnected",
        "keep_alive",
        "message_event",
        "more_body",
        "response_complete",
    )

    def __init__(self, done: Callable[[], None]) -> None:
        self._done = done
        self.body = b""
        self.disconnected = False
        self.keep_alive = True
        self.message_event = _NOBODY_WAITS
        self.more_body = False
        self.response_complete = False

    async def run(
        self, answer: Awaitable[Answer], transport: AnswerTransport, flow: FlowControl, default: Headers
    ) -> None:
        """Wait for the answer and write it."""
        status, head, body = await answer
        if flow.write_paused and not self.disconnected:
            await flow.drain()
        if self.disconnected:
            return
        first = STATUS_LINE[status] + b"".join([b"%b: %b\r\n" % pair for pair in default])
        end = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        transport.writelines((first + head + end, body))
        self.response_complete = True
        if not self.keep_alive:
            transport.close()
        self._done()


class _Nobody:
    """Stands for the event on which a request waits for its body."""

    def set(self) -> None:
        """Wake nobody."""


_NOBODY_WAITS = _Nobody()
