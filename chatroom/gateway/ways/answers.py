"""How an HTTP connection answers: through ASGI, or with a few lines of its own."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_REFUSAL: Final = (
    b"%b%bConnection: close\r\nContent-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n"
    b"Content-Length: %d\r\n\r\n%b"
)


def refusal(status: int, message: bytes, extra: bytes = b"") -> bytes:
    """Return a whole answer to what no application sees; `extra` are lines of its head."""
    return _REFUSAL % (STATUS_LINE[status], extra, len(message), message)


def limit_unsent(descriptor: int, family: int, most: int = 0) -> None:
    """Let the kernel hold `most` bytes that it has not sent (0: the system's limit); accepted sockets inherit it."""
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        borrowed = socket.socket(family, socket.SOCK_STREAM, fileno=descriptor)
        try:
            borrowed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, most)
        finally:
            borrowed.detach()


class AnswerTransport:
    """What an answer sees of the network: its end is not the end of a client that is still sending."""

    __slots__ = ("close", "is_closing", "write", "writelines")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        """Write to `transport`; end by `close`."""
        self.write = transport.write
        self.writelines = transport.writelines
        self.is_closing = transport.is_closing
        self.close = close

    def end(self) -> None:
        """Let go of the connection."""
        self.is_closing = _closed
        self.close = _nothing


def _closed() -> bool:
    return True


def _nothing() -> None:
    pass


class Cycle(RequestResponseCycle):
    """A request and its answer, by ASGI."""

    async def run_asgi(self, app: Any) -> None:
        await super().run_asgi(_Quiet(app))

    async def send(self, message: Any) -> None:
        # A client that was not told to go on may send its body or not: nobody can tell what comes next on this line.
        if self.waiting_for_100_continue and not self.response_started:
            self.keep_alive = False
        await super().send(message)


class _Quiet:
    """An application that may be cancelled: only the end of a drain does, when nobody is there to be answered."""

    __slots__ = ("_app",)

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._app(scope, receive, send)
