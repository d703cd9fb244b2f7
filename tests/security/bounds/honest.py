"""Everybody else: people who chat at a fixed rate from an address of their own, and a prober of `/health` from another.

Delays are told twice: as they were, and without the time for which the server, or this process, waited for a core. The
attacker runs on the same machine, as may other tests; what they take by that is no fault of the server.
"""

import asyncio
import contextlib
import json
import os
import re
import socket
import time
from dataclasses import dataclass
from typing import Final, NamedTuple

from tests.security.bounds import say
from tests.security.bounds.engine import HOST
from tests.security.bounds.process import Process
from tests.security.bounds.town import Town

PEOPLE_AT: Final = "127.0.0.2"
PROBER_AT: Final = "127.0.0.3"
RATE: Final = 24.0  # messages a second of all residents together; each is heard six times
_PROBES: Final = 0.025  # seconds between an answer of `/health` and the next question, on a new connection
_PATIENCE: Final = 20.0
_PING: Final = b"\x81\x012"  # no text has its first byte
_TAIL: Final = 32  # bytes of what was read that may be the beginning of what is looked for
_SAID: Final = re.compile(rb'"content":"tick (\d+)"')
_GET: Final = b"GET /health HTTP/1.1\r\nHost: chat.test\r\nConnection: close\r\n\r\n"


Waits = tuple[float, float, float]
"""Seconds for which the server, and this process, have waited for a core, and for which the server's loop has run."""


class Delay(NamedTuple):
    """When it began, its seconds, those of them without waits for a core, and those for which the loop ran."""

    at: float
    whole: float
    own: float
    ran: float


@dataclass(slots=True)
class _Tick:
    """A message on its way: when it was sent, how long the server had waited by then, and who has not heard it."""

    at: float
    waits: Waits
    missing: int


class Honest:
    """Chats and probes until it is stopped; `delivered` and `probed` hold what happened since `forget`."""

    def __init__(self, port: int, town: Town, server: Process) -> None:
        self._port, self._town = port, town
        self._processes = (server, Process(os.getpid()))
        self.delivered: list[Delay] = []
        self.probed: list[Delay] = []
        self.lost: list[str] = []
        """What went wrong: a connection that ended, an answer that was not 200."""
        self._begun: dict[int, _Tick] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        """Connect everybody, then chat and probe."""
        for token in self._town.residents:
            reader, writer = await asyncio.open_connection(
                HOST, self._port, local_addr=(PEOPLE_AT, 0), limit=2**22
            )
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._writers.append(writer)
            await self._enter(reader, writer, token)
            self._tasks.append(asyncio.create_task(self._hear(reader, writer)))
        self._tasks += [asyncio.create_task(self._talk()), asyncio.create_task(self._probe())]

    async def stop(self) -> None:
        """Leave."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)  # what was aborted is closed in the next turn

    def forget(self) -> None:
        """Begin to measure anew."""
        self.delivered, self.probed, self.lost = [], [], []

    async def settle(self) -> None:
        """Wait until everything that was said has been heard, or for as long as anybody would."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                newest = max(self._begun, default=0)
                while min(self._begun, default=newest + 1) <= newest:  # noqa: ASYNC110 - rare, and short
                    await asyncio.sleep(0.02)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        async def hear(what: bytes, times: int = 1) -> None:
            heard = b""
            while heard.count(what) < times:
                if not (more := await asyncio.wait_for(reader.read(65_536), _PATIENCE)):
                    raise ConnectionError(f"an honest person was not let in: {heard[-300:]!r}")
                heard += more

        writer.write(f"GET {say.DIRECT} HTTP/1.1\r\nHost: chat.test\r\n{say.UPGRADE}\r\n".encode())
        await hear(b'0{"sid"')
        writer.write(say.frame("40" + json.dumps({"token": token, "dialect": "native"})))
        await hear(b'40{"sid"')
        for room in self._town.streets:
            writer.write(say.event("join_room", {"roomId": room}, ack=None))
        await hear(b'"room_joined"', len(self._town.streets))

    def _waited(self) -> Waits:
        server, own = self._processes
        return server.waited, own.waited, server.looped

    def _delay(self, begun: float, waits: Waits) -> Delay:
        """What has gone by since then. Both may wait at the same time, so that only the longer wait is taken off."""
        whole = time.perf_counter() - begun
        server, own, ran = (now - then for now, then in zip(self._waited(), waits, strict=True))
        return Delay(begun, whole, max(whole - max(server, own), 0.0), ran)

    async def _talk(self) -> None:
        started, number = time.perf_counter(), 0
        people, streets = len(self._writers), self._town.streets
        while True:
            number += 1
            await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))
            room = streets[number // people % len(streets)]
            said = say.event("send_message", {"roomId": room, "content": f"tick {number}"}, ack=None)
            self._begun[number] = _Tick(time.perf_counter(), self._waited(), people)
            if not self._writers[number % people].is_closing():
                self._writers[number % people].write(said)

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest = b""
        while data := await reader.read(65_536):
            if _PING in data:
                writer.write(say.frame("3"))
            rest, end = rest + data, 0
            for found in _SAID.finditer(rest):
                end = found.end()
                if (tick := self._begun.get(int(found[1]))) is not None:
                    self.delivered.append(self._delay(tick.at, tick.waits))
                    tick.missing -= 1
                    if not tick.missing:
                        del self._begun[int(found[1])]
            rest = rest[end:][-_TAIL:]
        writer.close()
        self.lost.append("a connection of a resident ended")

    async def _probe(self) -> None:
        while True:
            begun, waits = time.perf_counter(), self._waited()
            try:
                async with asyncio.timeout(_PATIENCE):
                    reader, writer = await asyncio.open_connection(
                        HOST, self._port, local_addr=(PROBER_AT, 0)
                    )
                    try:
                        writer.write(_GET)
                        answer = await reader.read()
                    finally:  # also when this task is cancelled
                        writer.transport.abort()
                if b" 200 OK" not in answer[:20]:
                    self.lost.append(f"/health: {answer[:40]!r}")
            except (OSError, TimeoutError) as error:
                self.lost.append(f"/health: {type(error).__name__}")
            self.probed.append(self._delay(begun, waits))
            await asyncio.sleep(_PROBES)
