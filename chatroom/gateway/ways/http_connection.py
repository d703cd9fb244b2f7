"""uvicorn's HTTP/1.1 protocol, one request at a time: the parser is given the bytes of a request and no further.

What was sent behind a request waits as bytes, at most one read of the network, for then reading stops. What surrounds
the body (trailers, the lines around chunks) is counted like the head, and trailers are dropped: nothing that comes
behind the head may claim to be part of it (RFC 9110, 6.5.1).
"""

import asyncio
import re
import urllib.parse
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT

from chatroom.gateway.ways.answers import Cycle
from chatroom.gateway.ways.http_bounds import ANSWER, BODY, GONE, HEAD, IDLE, LINGER, BoundedConnection
from chatroom.gateway.ways.peers import SMALL

Work = Callable[[], Coroutine[Any, Any, None]]

_END: Final = b"\r\n\r\n"
_EMPTY_LINES: Final = re.compile(rb"[\r\n]*")  # before a request they are skipped (RFC 9112, 2.2)
_SLICE: Final = (
    4096  # bytes of a body in chunks that are parsed at a time: of one byte each, they take 1-2 ms
)
_CHUNK: Final = 16  # bytes around the data of a chunk that are free, as in Go's net/http


class HttpConnection(BoundedConnection):
    """Reads requests. A subclass says what is answered past ASGI, and takes over what wants to be a WebSocket."""

    _tail = b""  # the last three bytes given to the parser inside a message
    _rest = 0  # bytes of the body to come; -1: it comes in chunks
    _credit = 0  # bytes that the parser's last step may have taken
    _answered_early = False

    # Given by the subclass.

    def begin(self) -> Work:
        """Return what answers a request whose head is complete; sets `cycle`."""
        path = self.path
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["path"], scope["raw_path"], scope["query_string"] = path
        self.cycle = cycle = Cycle(
            scope=self.scope,
            transport=self._answers,  # type: ignore[arg-type]
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=scope["http_version"] != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        return partial(cycle.run_asgi, self.app)

    @abstractmethod
    def is_page(self) -> bool:
        """Whether a request takes its place among those of its address: it has no body, and no poll waits in it."""

    @abstractmethod
    def upgrade(self, behind: bytes) -> bool:
        """Handle a request for another protocol, which `behind` follows; False when the connection is not ours now."""

    # Bytes.

    def data_received(self, data: bytes) -> None:
        state = self._state
        if state is LINGER:
            self._drop(len(data))
        elif state is ANSWER or self._waiting or not self._fair_reads.take(self):
            self._keep(self._waiting[self._at :] + data, 0)
        elif state is not GONE:
            self._feed(data, 0)

    def go_on(self) -> None:
        """Read what waits."""
        if self._waiting and self._state is not ANSWER:
            self._feed(self._waiting, self._at)

    def _keep(self, data: bytes, at: int) -> None:
        """Stop reading; what has been read waits until the request before it is answered."""
        self._waiting, self._at = data, at
        self.flow.hold()
        self._count()

    def _feed(self, data: bytes, at: int) -> None:
        """Give the parser one message after the other while they may be served."""
        size = len(data)
        while at < size:
            if self._state is ANSWER:
                self._keep(data, at)
                break
            end = self._find_end(data, at)
            if self._state is BODY and self._rest < 0:
                end = min(end, at + _SLICE)
            if not self._parse(data if end - at == size else data[at:end], data, end):
                return
            if self._state is BODY:
                self._tail = (self._tail + data[max(at, end - 3) : end])[-3:]
            at = end
            if at < size and self._state is BODY and not self._fair_reads.take(self):
                self._keep(data, at)
                break
        else:
            if self._waiting:
                self._waiting, self._at = b"", 0
                self.flow.release()
        if self._state is HEAD:
            self._tail = (self._tail + data[-3:])[-3:]
        if self._state != self._timed:
            self._watch()
        if self._held or self._head + self._body > SMALL:
            self._count()

    def _find_end(self, data: bytes, at: int) -> int:
        """Return where the message may end: the parser would go on behind it."""
        if self._state is BODY and self._rest >= 0:
            return min(len(data), at + self._rest)
        if self._tail:
            found = (self._tail + data[at : at + 3]).find(_END)
            if found >= 0:
                return at + found + len(_END) - len(self._tail)
        start = _EMPTY_LINES.match(data, at).end() if self._state is IDLE else at  # type: ignore[union-attr]
        found = data.find(_END, start)
        return len(data) if found < 0 else found + len(_END)

    def _parse(self, piece: bytes, data: bytes, end: int) -> bool:
        """Parse a piece of `data` that ends at `end`; return whether to go on behind it."""
        state = self._state
        if state is not BODY:
            self._state = HEAD
            self._head += len(piece)
            if self._head > self._limits.head_size:
                self.refuse(431, b"Request head too large")
                return False
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            return self.upgrade(data[end:])
        except httptools.HttpParserError:
            self._refuse_head()
            return False
        return state is not BODY or self._weigh(len(piece))

    def _refuse_head(self) -> None:
        if self.headers and len(self.headers) > self._limits.headers:
            self.refuse(431, b"Too many headers")
        else:
            self.refuse(400, b"Invalid HTTP request received.")

    def _weigh(self, size: int) -> bool:
        """Count what came with a body; return whether the connection goes on."""
        if self._rest < 0:
            self._head += max(size - self._credit, 0)
            self._credit = 0
            if self._head > self._limits.head_size:
                self.refuse(431, b"Trailers too large")
                return False
        if self._answered_early:
            self._drop(size)
        return not self.transport.is_closing()

    # What the parser finds.

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._state is BODY:  # a trailer
            return
        super().on_header(name, value)
        if len(self.headers) > self._limits.headers:
            raise ValueError  # stops the parser

    def on_headers_complete(self) -> None:
        parser, scope = self.parser, self.scope
        scope["method"] = parser.get_method().decode("ascii")
        version = parser.get_http_version()
        if version != "1.1":
            scope["http_version"] = version
        elif [name for name, _ in self.headers].count(b"host") != 1:
            raise ValueError  # RFC 9112, 3.2: two readers of two hosts would serve two sites
        if parser.should_upgrade():
            return
        self._state, self._body, self._answered_early = BODY, 0, False
        length = next((value for name, value in self.headers if name == b"content-length"), None)
        self._rest = -1 if length is None else int(length)
        work = self.begin()
        turn = self.peer.begin() if (page := self.is_page()) else None
        task = self.loop.create_task(work() if turn is None else self._work_in_turn(turn, work))
        if page and turn is None:
            task.add_done_callback(self.peer.finish)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _work_in_turn(self, turn: "asyncio.Future[None]", work: Work) -> None:
        await turn
        try:
            if not self.transport.is_closing():
                await work()
        finally:
            self.peer.finish()

    @property
    def path(self) -> tuple[str, bytes, bytes]:
        """The path that was asked for as everybody is to read it, as it was sent, and the query."""
        parsed = httptools.parse_url(self.url)
        raw = parsed.path or b"/"
        path = raw.decode("ascii")
        return urllib.parse.unquote(path) if "%" in path else path, raw, parsed.query or b""

    def on_body(self, body: bytes) -> None:
        size = len(body)
        self._credit += size + _CHUNK
        if self._rest > 0:
            self._rest -= size
        cycle = self.cycle
        if cycle.response_complete:
            return
        self._body += size
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._tail = b""
        if self._answered_early:
            self._start_over()
        else:
            self._state = ANSWER
            self.cycle.more_body = False
            self.cycle.message_event.set()

    # What the answer does.

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self._state is ANSWER:
            self._next()
        elif self._state is BODY:
            self._answered_early = True
            self._body = self._dropped = 0
            self._within(self._limits.linger_idle)
            self.flow.resume_reading()

    def _next(self) -> None:
        if self._untaken or self.transport.is_closing():
            return
        self._start_over()
        if self._held:
            self._count()
        if not self._waiting:
            self._watch()
        elif self._fair_reads.take(self):
            self._feed(self._waiting, self._at)

    def _start_over(self) -> None:
        self._state = IDLE
        self._head = self._body = 0
        self._answered_early = False
