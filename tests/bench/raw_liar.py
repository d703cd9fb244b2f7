"""A server of canned answers, which breaks its word in one way: `python raw_liar.py <port> <lie>`.

It opens a Socket.IO session for whoever asks to upgrade, pings it five times a second, and answers every other request
with a page of two messages. Every twentieth session or page goes wrong.
"""

import asyncio
import itertools
import sys
from asyncio import StreamReader, StreamWriter

UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: %b\r\n\r\n"
)
KEY = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
OPEN = b'0{"sid":"one","upgrades":[],"pingInterval":200,"pingTimeout":200}'
CONNECTED = b'40{"sid":"one"}'
PAGE = b'{"messages":[{"content":"one"},{"content":"two"}]}'

lie = sys.argv[2]
numbers = itertools.count(1)


def page(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def frame(text: bytes) -> bytes:
    return bytes((0x81, len(text))) + text


PAGES = {
    "refuse": page(PAGE, b"503 Busy"),
    "change": page(PAGE.replace(b"two", b"owt")),
    "double": page(PAGE) * 2,
    "hang": b"",
}
STARTS = {
    "refuse": (KEY, OPEN, b'44{"message":"no"}'),
    "accept": (b"another", OPEN, CONNECTED),
    "nobody": (KEY, OPEN, b"40"),
    "hang": (KEY, OPEN, None),
}


async def serve(reader: StreamReader, writer: StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            wrong = next(numbers) % 20 == 0
            if b"Upgrade" in head:
                await session(reader, writer, wrong=wrong)
                break
            answer = PAGES.get(lie, page(PAGE)) if wrong else page(PAGE)
            writer.write(page(b"[]") if lie == "empty" else answer)
            if wrong and lie == "close":
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def session(reader: StreamReader, writer: StreamWriter, *, wrong: bool) -> None:
    honest = (KEY, OPEN, CONNECTED)
    key, opened, connected = STARTS.get(lie, honest) if wrong else honest
    writer.write(UPGRADED % key + frame(opened))
    await reader.readexactly(8)
    if connected:
        writer.write(frame(connected))
    silent = wrong and lie == "silent"
    gone = asyncio.ensure_future(reader.read())
    while not (wrong and lie == "close"):
        done, _ = await asyncio.wait({gone}, timeout=0.2)
        if done:
            return
        if not silent:
            writer.write(frame(b"2"))


async def main() -> None:
    async with await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()


asyncio.run(main())
