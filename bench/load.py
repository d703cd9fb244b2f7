"""A lean Socket.IO client over WebSocket, so that the server and not the load is what gets measured."""

import asyncio
import base64
import json
import os
import struct
from collections.abc import Callable
from typing import Any

_TEXT, _PING, _CLOSE = 0x81, b"2", b"41"


class Client(asyncio.Protocol):
    """One connection. Counts events, answers pings, resolves acknowledgements; reads nothing else."""

    def __init__(self, host: str, token: str) -> None:
        self.received = 0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._host, self._token = host, token
        self._buffer = bytearray()
        self._upgraded = False
        self._acks: dict[int, Callable[[bytes], None]] = {}
        self._next = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream transport is needed")
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take whole frames off the buffer."""
        self._buffer += data
        if not self._upgraded:
            head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.ready.set_exception(ConnectionError(head.decode()))
                return
            self._upgraded, self._buffer = True, bytearray(rest)
        self._frames()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        for waiting in (self.closed, self.ready):
            if not waiting.done():
                waiting.set_exception(ConnectionError("the server closed the connection"))
                waiting.exception()  # somebody may not be looking

    def _frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                size, start = (
                    struct.unpack_from("!H", buffer, at + 2)[0] if len(buffer) >= at + 4 else 1 << 40,
                    at + 4,
                )
            elif size == 127:
                size, start = (
                    struct.unpack_from("!Q", buffer, at + 2)[0] if len(buffer) >= at + 10 else 1 << 40,
                    at + 10,
                )
            if len(buffer) < start + size:
                break
            self._packet(buffer, start, start + size)
            at = start + size
        del buffer[:at]

    def _packet(self, buffer: bytearray, start: int, end: int) -> None:
        kind = bytes(buffer[start : start + 2])
        if kind == b"42":
            self.received += 1
        elif kind == b"43":
            packet = bytes(buffer[start + 2 : end])
            number, _, answer = packet.partition(b"[")
            self._acks.pop(int(number))(answer[:-1])
        elif kind[:1] == _PING:
            self._write(b"3")
        elif kind[:1] == b"0":
            self._write(b"40" + json.dumps({"token": self._token}).encode())
        elif kind == b"40" and not self.ready.done():
            self.ready.set_result(None)
        elif kind == b"44" and not self.ready.done():
            self.ready.set_exception(ConnectionError(bytes(buffer[start:end]).decode()))

    def _write(self, packet: bytes) -> None:
        """Send a masked frame; the mask of zeros is legal and costs nothing to apply."""
        size = len(packet)
        head = (
            struct.pack("!BB", _TEXT, 0x80 | size) if size < 126 else struct.pack("!BBH", _TEXT, 0xFE, size)
        )
        self._transport.write(head + b"\0\0\0\0" + packet)

    def ask(self, event: str, payload: dict[str, Any], answered: Callable[[bytes], None]) -> None:
        """Emit an event; `answered` gets the acknowledgement's JSON."""
        self._next += 1
        self._acks[self._next] = answered
        self._write(f"42{self._next}".encode() + json.dumps([event, payload], separators=(",", ":")).encode())

    async def call(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Emit an event and wait for its data. Raises RuntimeError when it is refused."""
        found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.ask(event, payload, found.set_result)
        answer: dict[str, Any] = json.loads(await found)
        if not answer["ok"]:
            raise RuntimeError(f"{event}: {answer['error']}")
        data: dict[str, Any] = answer["data"]
        return data

    def close(self) -> None:
        """Leave."""
        self._transport.close()


async def connect(host: str, port: int, token: str) -> Client:
    """Connect and wait until the namespace is joined. Raises ConnectionError."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Client(f"{host}:{port}", token), host, port)
    await client.ready
    return client
