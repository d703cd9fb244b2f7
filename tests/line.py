"""A line to a database server that misbehaves when it is told to."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Line:
    """A line to a database that can be cut, or be slow, after a request has arrived and before its answer has."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._words: list[bytes] = []
        self._go_on: asyncio.Event | None = None
        self.cuts = 0
        self.holds = 0

    def cut_after(self, *words: bytes) -> None:
        """Swallow the next answer to what holds these words, one after the other, and cut that connection."""
        self._words, self._go_on = [*words], None

    def hold_after(self, *words: bytes) -> asyncio.Event:
        """Keep the next answer to such a request back until the event is set that this returns."""
        self._words, self._go_on = [*words], asyncio.Event()
        return self._go_on

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        armed = False

        async def ask() -> None:
            nonlocal armed
            while data := await reader.read(65_536):
                at = 0
                while self._words and (found := data.find(self._words[0], at)) >= 0:
                    at = found + len(self._words.pop(0))
                    armed = not self._words
                ours.write(data)

        async def answer() -> None:
            nonlocal armed
            while data := await theirs.read(65_536):
                if armed and self._go_on is None:
                    self.cuts += 1
                    return
                if armed and self._go_on is not None:
                    armed = False
                    self.holds += 1
                    await self._go_on.wait()
                writer.write(data)

        ways = [asyncio.create_task(ask()), asyncio.create_task(answer())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            writer.transport.abort()
            ours.transport.abort()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the database of a URL, and the URL that leads through it."""
    found = re.search(r"127\.0\.0\.1:(\d+)", url)
    assert found is not None
    line = Line(int(found[1]))
    proxy = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    async with proxy:
        yield line, url.replace(found[0], f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
