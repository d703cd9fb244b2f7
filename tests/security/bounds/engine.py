"""Many sockets of one process, each following a script as fast as the other side takes it.

A script is a generator. It yields bytes to send, `Until` to wait for an answer (which it is given as a match),
`Pause` to wait for a time, `DEAF` to read nothing from then on, and `HOLD` to keep the connection as it is. Its end
closes the connection. A connection that has ended, by whichever side, is opened again with a new script.

One thread and epoll: on a machine of two cores the other side must not starve because the attacker is busy.
"""

import contextlib
import heapq
import re
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Generator
from typing import Any, Final, NamedTuple

HOST: Final = "127.0.0.1"
_AGAIN: Final = 0.02  # seconds until a connection that was ended is opened again
_READ: Final = 256 * 1024
_KEPT: Final = 1024 * 1024  # bytes of an answer in which a pattern is looked for
_SIGNS: Final = re.compile(rb'HTTP/1\.1 (\d\d\d)|"code":"(\w+)"')


class Until(NamedTuple):
    """Wait for an answer that holds a regular expression."""

    pattern: bytes


class Pause(NamedTuple):
    """Wait for some seconds, reading on."""

    seconds: float


class _Sign(NamedTuple):
    name: str


DEAF: Final = _Sign("read nothing from now on")
HOLD: Final = _Sign("send nothing from now on")
Step = bytes | Until | Pause | _Sign
Script = Generator[Step, Any, None]


class Line:
    """One connection and where it is in its script."""

    __slots__ = ("deaf", "inbox", "mask", "out", "script", "until", "wire")

    def __init__(self, wire: socket.socket, script: Script) -> None:
        self.wire = wire
        self.script = script
        self.out = memoryview(b"")
        self.inbox = b""
        self.until: re.Pattern[bytes] | None = None
        self.deaf = False
        self.mask = 0


class Engine:
    """Runs `lines` scripts at a time against a port until `seconds` are over."""

    def __init__(
        self, port: int, make: Callable[[int], Script], *, lines: int, window: int = 0, source: str = HOST
    ) -> None:
        """`make` is given the number of the line; `window` is the receive buffer in bytes, 0: the system's.

        A `source` with a `*`, as in `127.0.1.*`, gives each line an address of its own.
        """
        self._port, self._make, self._window, self._source = port, make, window, source
        self._epoll = select.epoll()
        self._lines: dict[int, Line] = {}
        self._waking: list[
            tuple[float, int, int, Line | None]
        ] = []  # time, a number to sort by, line number, line
        self._numbers: dict[int, int] = {}
        self._count = lines
        self._serial = 0
        self.said: Counter[str] = Counter()
        self.opened = self.ended = self.sent = self.received = 0

    def run(self, seconds: float) -> None:
        """Open all lines and go on until the time is over."""
        end = time.monotonic() + seconds
        for number in range(self._count):
            self._wake(time.monotonic(), number, None)
        while (now := time.monotonic()) < end:
            while self._waking and self._waking[0][0] <= now:
                _, _, number, line = heapq.heappop(self._waking)
                if line is None:
                    self._open(number)
                elif self._lines.get(line.wire.fileno()) is line:
                    self._advance(line, None)
            rest = min(end, self._waking[0][0] if self._waking else end) - time.monotonic()
            for descriptor, events in self._epoll.poll(max(rest, 0), 256):
                if (found := self._lines.get(descriptor)) is not None:
                    self._turn(found, events)

    def close(self) -> None:
        """Drop every connection."""
        for line in list(self._lines.values()):
            line.wire.close()
        self._lines.clear()
        self._epoll.close()

    def _wake(self, at: float, number: int, line: Line | None) -> None:
        self._serial += 1
        heapq.heappush(self._waking, (at, self._serial, number, line))

    def _open(self, number: int) -> None:
        wire = socket.socket()
        wire.setblocking(False)
        if self._window:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._window)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The port is chosen with the connection, so that 28 000 of them are free for each destination.
        wire.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        try:
            wire.bind((self._source.replace("*", str(number % 250 + 1)), 0))
            wire.connect_ex((HOST, self._port))
        except OSError as error:
            self.said[type(error).__name__] += 1
            wire.close()
            self._wake(time.monotonic() + _AGAIN, number, None)
            return
        self.opened += 1
        line = Line(wire, self._make(number))
        self._lines[wire.fileno()] = line
        self._numbers[wire.fileno()] = number
        line.mask = select.EPOLLIN | select.EPOLLOUT
        self._epoll.register(wire.fileno(), line.mask)

    def _turn(self, line: Line, events: int) -> None:
        try:
            if events & select.EPOLLIN and not line.deaf and not self._read(line):
                self._end(line, "closed")
                return
            if events & (select.EPOLLERR | select.EPOLLHUP):
                self._end(line, "reset")
                return
            if events & select.EPOLLOUT and self._lines.get(line.wire.fileno()) is line:
                self._write(line)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(line, "refused" if isinstance(error, ConnectionRefusedError) else "reset")

    def _read(self, line: Line) -> bool:
        data = line.wire.recv(_READ)
        if not data:
            return False
        self.received += len(data)
        for status, code in _SIGNS.findall(data):
            self.said[(status or code).decode()] += 1
        if len(data) > 3 and (close := data[-min(len(data), 129) :].find(b"\x88")) >= 0:
            self._note_close(data[-min(len(data), 129) :][close:])
        if line.until is not None:
            line.inbox = (line.inbox + data)[-_KEPT:]
            if (match := line.until.search(line.inbox)) is not None:
                line.inbox, line.until = line.inbox[match.end() :], None
                self._advance(line, match)
        return True

    def _note_close(self, frame: bytes) -> None:
        """Count the code of a close frame, the last that a WebSocket says."""
        code = int.from_bytes(frame[2:4], "big")
        if len(frame) == 2 + frame[1] and 1000 <= code < 1100:
            self.said[f"close {code}"] += 1

    def _write(self, line: Line) -> None:
        if line.out:
            count = line.wire.send(line.out)
            self.sent += count
            line.out = line.out[count:]
        if not line.out:  # at once, so that an answer finds whoever waits for it
            self._advance(line, None)

    def _advance(self, line: Line, given: Any) -> None:
        try:
            step = line.script.send(given)
        except StopIteration:
            self._end(line, "left")
            return
        if isinstance(step, bytes):
            line.out = memoryview(step)
            if not step:
                self._advance(line, None)
                return
        elif isinstance(step, Until):
            line.until = re.compile(step.pattern, re.DOTALL)
            if (match := line.until.search(line.inbox)) is not None:
                line.inbox, line.until = line.inbox[match.end() :], None
                self._advance(line, match)
                return
        elif isinstance(step, Pause):
            self._wake(time.monotonic() + step.seconds, 0, line)
        elif step is DEAF:
            line.deaf = True
            self._advance(line, None)
            return
        mask = (0 if line.deaf else select.EPOLLIN) | (select.EPOLLOUT if line.out else 0)
        if mask != line.mask and self._lines.get(line.wire.fileno()) is line:
            line.mask = mask
            self._epoll.modify(line.wire.fileno(), mask)

    def _end(self, line: Line, how: str) -> None:
        descriptor = line.wire.fileno()
        self.ended += 1
        if how != "left":
            self.said[how] += 1
        self._lines.pop(descriptor, None)
        number = self._numbers.pop(descriptor, 0)
        with contextlib.suppress(OSError):
            self._epoll.unregister(descriptor)
        line.wire.close()
        self._wake(time.monotonic() + (0 if how == "left" else _AGAIN), number, None)
