"""A client that speaks Engine.IO by hand, so that it can say what no client would."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp


class Outcome(NamedTuple):
    """What became of a packet: `ack`, `error`, `connected`, `refused`, `closed` (`said` is the code), `silence`."""

    kind: str
    said: Any

    @property
    def is_refusal(self) -> bool:
        """Whether it is a clear no: an ack or an error with a code, a refused CONNECT, or a close."""
        if self.kind == "ack":
            return isinstance(self.said, dict) and not self.said["ok"] and bool(self.said["error"]["code"])
        if self.kind == "error":
            return bool(self.said["code"] and self.said["message"])
        return self.kind in {"refused", "closed"}


class Raw:
    """One websocket."""

    def __init__(self, wire: aiohttp.ClientWebSocketResponse) -> None:
        self.wire = wire

    async def send(self, packet: str | bytes) -> None:
        """Send a packet as it is; a connection that is gone swallows it."""
        with contextlib.suppress(ConnectionError):
            await (self.wire.send_str(packet) if isinstance(packet, str) else self.wire.send_bytes(packet))

    async def outcome(self, within: float = 5) -> Outcome:
        """Wait for the next answer, or for silence; news of others and pings pass by."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                return await self._answer()
        return Outcome("silence", within)

    async def _answer(self) -> Outcome:
        while True:
            message = await self.wire.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                # aiohttp forgets the code when the server does not stay for the answer to its close.
                said = message.data if message.type is aiohttp.WSMsgType.CLOSE else self.wire.close_code
                return Outcome("closed", said)
            if message.data == "2":
                await self.wire.send_str("3")
            elif (found := _read(message.data)) is not None:
                return found

    async def connect(self, token: str) -> Outcome:
        """Join the main namespace."""
        await self.send("40" + json.dumps({"token": token}))
        return await self.outcome()


def _read(packet: str) -> Outcome | None:
    if packet.startswith("43"):
        return Outcome("ack", json.loads(packet[packet.index("[") :])[0])
    if packet.startswith('42["error",'):
        return Outcome("error", json.loads(packet[2:])[1])
    if packet.startswith("44"):
        return Outcome("refused", json.loads(packet[packet.index("{") :]))
    return Outcome("connected", packet) if packet.startswith("40") else None


@asynccontextmanager
async def raw(url: str, query: str = "") -> AsyncIterator[Raw]:
    """Open a websocket of the socket path and read the open packet."""
    address = f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket{query}"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as wire:
        opened = await wire.receive_str()
        assert opened.startswith("0{")
        yield Raw(wire)
