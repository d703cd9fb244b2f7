"""Clients of seeds S0 and S1, as their documents write them: no token, no acknowledgement, nothing but emit and on."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import requests
import socketio

from tests.journeys.voices import node, node_environment
from tests.journeys.waiting import until

SCRIPT = Path(__file__).parent / "page.cjs"


class Page(ABC):
    """What every page can do; `heard` holds [event, *arguments]."""

    def __init__(self) -> None:
        self.heard: list[list[Any]] = []

    async def hears(self, event: str, *values: Any) -> None:
        """Wait until it has heard just these values under this name, in this order."""
        told = [[event, value] for value in values]
        await until(f"{event} {values}", lambda: len(self.said(event)) >= len(told))
        assert self.said(event) == told

    def said(self, event: str) -> list[list[Any]]:
        """What it heard under a name."""
        return [each for each in self.heard if each[0] == event]

    @abstractmethod
    async def open(self, url: str) -> "Page":
        """Open it: it has connected."""

    @abstractmethod
    async def emit(self, event: str, *args: Any) -> None:
        """Emit an event, as a page does: without asking for an answer."""

    @abstractmethod
    async def close(self) -> None:
        """Close it."""


class NodePage(Page):
    """npm socket.io-client."""

    async def open(self, url: str) -> "NodePage":
        self._process = await asyncio.create_subprocess_exec(
            node(),
            str(SCRIPT),
            url,
            env=node_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        await until("connect", lambda: self.said("connect"))
        return self

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self.heard.append(json.loads(line))

    async def emit(self, event: str, *args: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([event, *args]).encode() + b"\n")
        await self._process.stdin.drain()

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 10)
        await self._reading


class AsyncPage(Page):
    """python-socketio's AsyncClient."""

    async def open(self, url: str) -> "AsyncPage":
        self._client = socketio.AsyncClient()
        self._client.on("*", lambda event, *args: self.heard.append([event, *args]))
        await self._client.connect(url, wait_timeout=10)
        return self

    async def emit(self, event: str, *args: Any) -> None:
        await self._client.emit(event, args)

    async def close(self) -> None:
        await self._client.disconnect()


class SyncPage(Page):
    """python-socketio's Client."""

    async def open(self, url: str) -> "SyncPage":
        self._session = requests.Session()
        self._client = socketio.Client(http_session=self._session)
        self._client.on("*", lambda event, *args: self.heard.append([event, *args]))
        await asyncio.to_thread(self._client.connect, url, wait_timeout=10)
        return self

    async def emit(self, event: str, *args: Any) -> None:
        await asyncio.to_thread(self._client.emit, event, args)

    async def close(self) -> None:
        await asyncio.to_thread(self._client.disconnect)
        self._session.close()


KINDS: dict[str, type[Page]] = {"node": NodePage, "async": AsyncPage, "sync": SyncPage}
Opened = Callable[[str], Awaitable[Page]]
