"""The bytes of requests and frames, and how a script gets a socket that has joined."""

import json
from collections.abc import Generator
from typing import Any, Final

from tests.security.bounds.engine import Script, Step, Until
from tests.security.bounds.town import Site

KEY: Final = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
UPGRADE: Final = f"Connection: Upgrade\r\nUpgrade: websocket\r\n{KEY}"
DIRECT: Final = "/socket.io/?EIO=4&transport=websocket"
POLLING: Final = "/socket.io/?EIO=4&transport=polling"
TEXT: Final = 0x81
JSON: Final = "Content-Type: application/json\r\n"


def head(site: Site, method: str, target: str, fields: str = "") -> bytes:
    """A request's head, with the token of whoever asks."""
    token = site.token()
    who = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{method} {target} HTTP/1.1\r\nHost: chat.test\r\n{who}{fields}\r\n".encode()


def get(site: Site, target: str, fields: str = "") -> bytes:
    """A whole GET."""
    return head(site, "GET", target, fields)


def post(site: Site, target: str, body: bytes, fields: str = JSON) -> bytes:
    """A whole POST."""
    return head(site, "POST", target, f"{fields}Content-Length: {len(body)}\r\n") + body


def post_json(site: Site, target: str, **fields: Any) -> bytes:
    """A POST of an object."""
    return post(site, target, json.dumps(fields).encode())


def chunked(site: Site, target: str, fields: str = JSON) -> bytes:
    """The head of a POST whose body comes in chunks."""
    return head(site, "POST", target, f"{fields}Transfer-Encoding: chunked\r\n")


def frame(payload: bytes | str, first: int = TEXT, declared: int | None = None) -> bytes:
    """A client's frame, masked with zeros; `declared` is the length that it gives."""
    data = payload.encode() if isinstance(payload, str) else payload
    size = len(data) if declared is None else declared
    if size < 126:
        length = bytes((0x80 | size,))
    elif size < 65_536:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    return bytes((first,)) + length + bytes(4) + data


def event(name: str, *args: Any, ack: int | None = 1) -> bytes:
    """The frame of one event."""
    return frame(f"42{'' if ack is None else ack}{json.dumps([name, *args])}")


def open_socket(target: str = DIRECT, fields: str = "") -> Script:
    """Open a WebSocket and wait for its first packet."""
    yield f"GET {target} HTTP/1.1\r\nHost: chat.test\r\n{UPGRADE}{fields}\r\n".encode()
    yield Until(rb'0\{"sid":"([^"]+)"')


def join(site: Site, **auth: Any) -> Script:
    """Open a WebSocket and join: with a token as who has it, without as an anonymous guest."""
    yield from open_socket()
    token = site.token()
    fields = {**({"token": token} if token else {}), "dialect": "native", **auth}
    yield frame("40" + json.dumps(fields))
    yield Until(rb'40\{"sid"')


def open_polling(site: Site, *, joined: bool = True) -> Generator[Step, Any, str]:
    """Open a polling session; returns the address of its requests."""
    yield f"GET {POLLING} HTTP/1.1\r\nHost: chat.test\r\n\r\n".encode()
    found = yield Until(rb'"sid":"([^"]+)"[^}]*\}')
    target = f"{POLLING}&sid={found[1].decode()}"
    if joined:
        token = site.token()
        auth = json.dumps({**({"token": token} if token else {}), "dialect": "native"})
        yield packets(target, "40" + auth)
        yield Until(rb"\r\n\r\nok")
        yield poll(target)
        yield Until(rb'40\{"sid":"[^"]+"\}')
    return target


def poll(target: str) -> bytes:
    """The GET of a polling session."""
    return f"GET {target} HTTP/1.1\r\nHost: chat.test\r\n\r\n".encode()


def packets(target: str, body: str) -> bytes:
    """The POST of a polling session."""
    data = body.encode()
    return (
        f"POST {target} HTTP/1.1\r\nHost: chat.test\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    ).encode() + data
