"""uvicorn's server, but for its accept loop (many a turn, refusals that cost nothing) and its end, which is bounded."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any, Final

import structlog
import uvicorn

from chatroom.gateway.ways.answers import limit_unsent, refusal
from chatroom.gateway.ways.http_bounds import BoundedConnection

# uvloop accepts one connection a turn: behind 700 of somebody who keeps each turn busy, others waited 0.5 s. Nor does
# it do to accept for 2 ms of a turn: who connects waits behind all that somebody opened and closed, 1.1 s.
_ACCEPTS: Final = 1024
# Of those accepted, so many are opened in a turn, from each address in rotation: to accept costs 5 us, to open 100.
_OPENS: Final = 16
_QUEUED: Final = 1024  # accepted connections of one address that wait to be opened
# Bytes of an answer that the kernel takes before the client has room for them. By default it takes up to 4 MB for each
# connection, memory that no budget of ours sees. Sockets are given the system's own value back.
_UNSENT: Final = 128 * 1024
_REST: Final = (
    0.2  # seconds without accepting when the process has no file left; who connects waits in the backlog
)
_SCARCE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
# Linux passes pending errors of a connection that has not been accepted yet to accept(2), which says what they are.
_BROKEN: Final = frozenset(
    {
        errno.ENETDOWN,
        errno.EPROTO,
        errno.ENOPROTOOPT,
        errno.EHOSTDOWN,
        errno.ENONET,
        errno.EHOSTUNREACH,
        errno.EOPNOTSUPP,
        errno.ENETUNREACH,
        errno.EPERM,  # a firewall's word
    }
)
_GRACE: Final = 1.0  # seconds for requests to end after their connections have been cut
_FULL: Final = refusal(503, b"Too many connections", b"Retry-After: 2\r\n")
_log = structlog.get_logger("chatroom.gateway")


class Acceptor:
    """Accepts the connections of one listening socket."""

    def __init__(
        self, listener: socket.socket, make: Callable[[], asyncio.Protocol], is_full: Callable[[str], bool]
    ) -> None:
        """Give each connection a protocol of `make`, but refuse it when `is_full` says so of its address."""
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._make = make
        self._is_full = is_full
        self._opening: set[asyncio.Task[Any]] = set()
        self._resting: asyncio.TimerHandle | None = None
        self._queues: dict[str, deque[socket.socket]] = {}  # accepted, by address
        listener.setblocking(False)
        limit_unsent(listener.fileno(), listener.family, _UNSENT)
        self._loop.add_reader(listener.fileno(), self._accept)

    def close(self) -> None:
        """Accept nobody any more."""
        if self._resting is not None:
            self._resting.cancel()
        self._loop.remove_reader(self._listener.fileno())
        for wire in chain.from_iterable(self._queues.values()):
            wire.close()
        self._queues.clear()

    async def wait_closed(self) -> None:
        """Wait for connections that were being opened."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _accept(self) -> None:
        for _ in range(_ACCEPTS):
            try:
                wire, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno in _BROKEN:
                    continue
                if error.errno not in _SCARCE:
                    raise
                self._rest(error)
                return
            queue = self._queues.get(address[0], ())
            if len(queue) >= _QUEUED or self._is_full(address[0]):
                _refuse(wire)
                continue
            if not self._queues:
                self._loop.call_soon(self._open_some)
            self._queues.setdefault(address[0], deque()).append(wire)

    def _open_some(self) -> None:
        """Open a turn's share of those that were accepted, one of each address in rotation."""
        queues = self._queues
        for _ in range(_OPENS):
            if not queues:
                return
            address = next(iter(queues))
            queue = queues.pop(address)
            task = self._loop.create_task(self._open(queue.popleft()))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
            if queue:
                queues[address] = queue  # behind the others
        if queues:
            self._loop.call_soon(self._open_some)

    async def _open(self, wire: socket.socket) -> None:
        wire.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(self._make, wire)
        except OSError:  # gone again
            wire.close()

    def _rest(self, error: OSError) -> None:
        """Wait for files to become free: looking again at once would keep the loop busy with the same refusal."""
        _log.error(
            "connections.waiting", reason=error.strerror, hint="raise the limit of open files (ulimit -n)"
        )
        self._loop.remove_reader(self._listener.fileno())
        self._resting = self._loop.call_later(_REST, self._go_on)

    def _go_on(self) -> None:
        self._resting = None
        self._loop.add_reader(self._listener.fileno(), self._accept)


def _refuse(wire: socket.socket) -> None:
    """Say that there is no room. What the client has sent is read first: else a reset would overtake the answer."""
    with contextlib.suppress(OSError), wire:
        wire.setblocking(False)
        wire.send(_FULL)
        wire.shutdown(socket.SHUT_WR)
        wire.recv(65_536)


class HttpServer(uvicorn.Server):
    """uvicorn, which would raise the signal again after its own shutdown and so cut ours short.

    It prints `said` when it listens. Its config is made with `gateway.uvicorn.protocols`.
    """

    def __init__(self, config: uvicorn.Config, said: str, ending: Callable[[], None]) -> None:
        """Call `ending` at the first signal to stop."""
        super().__init__(config)
        self._said = said
        self._ending = ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and only then say so: whoever reads the address may connect, or ask to stop, at once."""
        if not self.config.loaded:
            self.config.load()
        way: Any = self.config.http_protocol_class
        make = partial(way, config=self.config, server_state=self.server_state, app_state={}, _loop=None)
        acceptors: list[Any] = [Acceptor(each, make, way.is_full) for each in sockets or ()]
        self.servers = acceptors
        self.started = True
        print(self._said, flush=True)  # noqa: T201

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests end for `timeout_graceful_shutdown` seconds, then cut off those that nobody takes."""
        for each in (*self.servers, *(sockets or ())):
            each.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        if await self._settle(self.config.timeout_graceful_shutdown or 0):
            return
        _log.warning("http.cut_at_the_end", connections=len(state.connections), requests=len(state.tasks))
        for connection in list(state.connections):
            if isinstance(connection, BoundedConnection):  # the others are sockets, with a drain of their own
                connection.transport.abort()
        if not await self._settle(_GRACE):
            for task in state.tasks:
                task.cancel()

    async def _settle(self, seconds: float) -> bool:
        """Wait for connections and requests to end; return whether they did."""
        state, loop = self.server_state, asyncio.get_running_loop()
        end = loop.time() + seconds
        while (state.connections or state.tasks) and not self.force_exit:
            if loop.time() >= end:
                return False
            await asyncio.sleep(0.02)
        return True

    def handle_exit(self, sig: int, frame: Any) -> None:
        if not self.should_exit:
            self._ending()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
