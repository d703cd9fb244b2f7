"""Clients that can say what no library would."""

import asyncio
import base64
import json
import ssl
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from websockets.speedups import apply_mask

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def request_bytes(method: str, target: str, body: bytes = b"", /, **headers: str) -> bytes:
    """Return an HTTP/1.1 request; header names use underscores."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def http(port: int, method: str, target: str, body: bytes = b"", /, **headers: str) -> Answer:
    """Send one request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request_bytes(method, target, body, **headers))
        async with asyncio.timeout(10):
            return parse_answer(await reader.read())
    finally:
        writer.close()


def parse_answer(raw: bytes) -> Answer:
    """Parse a whole HTTP answer."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(chunk for chunk in body.split(b"\r\n")[1::2])
    return Answer(int(first.split()[1]), headers, body)


class Polling:
    """A polling client."""

    def __init__(self, port: int, sid: str) -> None:
        self.port = port
        self.sid = sid
        self.target = f"/socket.io/?EIO=4&transport=polling&sid={sid}"

    @classmethod
    async def open(cls, port: int, **headers: str) -> Self:
        answer = await http(port, "GET", "/socket.io/?EIO=4&transport=polling", **headers)
        assert answer.status == 200, answer
        return cls(port, json.loads(answer.body[1:])["sid"])

    async def get(self, **headers: str) -> Answer:
        return await http(self.port, "GET", self.target, **headers)

    async def post(self, body: bytes, **headers: str) -> Answer:
        return await http(self.port, "POST", self.target, body, **headers)

    async def join(self) -> None:
        assert (await self.post(b"40")).body == b"ok"
        assert (await self.get()).body.startswith(b'40{"sid":')


def masked(payload: bytes, first: int = 0x81, mask: bytes = b"\x11\x22\x33\x44") -> bytes:
    """Return a client's frame."""
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    return head + mask + apply_mask(payload, mask)


UPGRADE_HEADERS = {
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": base64.b64encode(b"0123456789abcdef").decode(),
}


_DIRECT = "EIO=4&transport=websocket"


class WebSocket:
    """A WebSocket client that sends whatever bytes it is given."""

    writers: ClassVar[list[asyncio.StreamWriter]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.writers.append(writer)
        self.opened: dict[str, Any] = {}

    @classmethod
    async def open(
        cls,
        port: int,
        query: str = _DIRECT,
        tls: ssl.SSLContext | None = None,
        /,
        **headers: str,
    ) -> Self:
        """Open a WebSocket; with no sid in the query, take the open packet as well."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22, ssl=tls)
        request = request_bytes("GET", f"/socket.io/?{query}", **{**UPGRADE_HEADERS, **headers})
        writer.write(request.replace(b"Connection: close", b"Connection: Upgrade"))
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            writer.close()
            raise ConnectionError(head.decode() + (await reader.read()).decode())
        made = cls(reader, writer)
        if "sid=" not in query:
            made.opened = json.loads((await made.text())[1:])
        return made

    @classmethod
    async def joined(
        cls, port: int, auth: str = "", namespace: str = "", *, tls: ssl.SSLContext | None = None
    ) -> Self:
        """Open a WebSocket and join a namespace."""
        made = await cls.open(port, _DIRECT, tls)
        made.send(f"40{namespace}{auth}")
        answer = await made.text()
        assert answer.startswith("40"), answer
        return made

    def send(self, text: str) -> None:
        self.writer.write(masked(text.encode()))

    def send_binary(self, data: bytes) -> None:
        self.writer.write(masked(data, 0x82))

    async def frame(self, seconds: float = 5) -> tuple[int, bytes]:
        """Return opcode and payload of the next frame; (0, b"") at the end of the stream."""
        async with asyncio.timeout(seconds):
            try:
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    size = int.from_bytes(await self.reader.readexactly(2), "big")
                elif size == 127:
                    size = int.from_bytes(await self.reader.readexactly(8), "big")
                return first & 15, await self.reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0, b""

    async def text(self, seconds: float = 5) -> str:
        """Return the next text that is no ping; answers pings."""
        while True:
            opcode, payload = await self.frame(seconds)
            if payload == b"2" and opcode == TEXT:
                self.send("3")
            elif opcode == TEXT:
                return payload.decode()
            else:
                raise ConnectionError((opcode, payload))

    async def closed(self, seconds: float = 5) -> int:
        """Wait for the close frame and the end; return the close code, 0 when the line was cut."""
        code = 0
        async with asyncio.timeout(seconds):
            while True:
                opcode, payload = await self.frame(seconds)
                if opcode == CLOSE:
                    code = int.from_bytes(payload[:2], "big")
                elif opcode == 0:
                    self.writer.close()
                    return code

    def abort(self) -> None:
        self.writer.transport.abort()
