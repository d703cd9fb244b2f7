"""A way to a server that stops carrying bytes without a word, as a router or a firewall that forgets a connection."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit


class Swallower:
    """Listens on loopback and passes everything on to a port, until it is told to swallow."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.count = 0
        """How many connections came."""
        self._swallowed = 0
        self.is_gone = False
        """Whether the connections to come are swallowed as well."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    def url(self, url: str) -> str:
        """The same address by this way."""
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{self.port}"))

    def swallow(self, *, gone: bool = False) -> None:
        """Carry nothing more on the connections there are, nor on later ones when the server is `gone`."""
        self._swallowed = self.count
        self.is_gone = gone

    async def ended(self) -> None:
        """Wait until every connection has been closed by both ends."""
        async with asyncio.timeout(10):
            await asyncio.gather(*self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, back]
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._carry(source, target, self.count))
            self._tasks.add(task)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, number: int) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if number > self._swallowed and not self.is_gone:
                    target.write(data)
        if number > self._swallowed and not self.is_gone:
            target.close()
