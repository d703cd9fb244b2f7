"""Frames, control frames and packets: what a WebSocket and a polling session can be sent."""

import json
from collections.abc import Callable
from typing import Final

from tests.security.bounds.attack import EVERYBODY, Attack
from tests.security.bounds.engine import DEAF, HOLD, Script, Until
from tests.security.bounds.say import (
    UPGRADE,
    frame,
    join,
    open_polling,
    open_socket,
)
from tests.security.bounds.town import Site

_BLOCK: Final = 64 * 1024


def _flood(block: bytes, *, deaf: bool = False) -> Callable[[Site], Script]:
    """Join, and send the same for ever."""
    whole = block * max(_BLOCK // len(block), 1)

    def script(site: Site) -> Script:
        yield from join(site)
        if deaf:
            yield DEAF
        while True:
            yield whole

    return script


def _once(block: bytes) -> Callable[[Site], Script]:
    """Join, send something once, wait to be closed, and come again."""

    def script(site: Site) -> Script:
        yield from join(site)
        yield block
        yield HOLD

    return script


def _open_and(block: bytes, *, more: bytes = b"") -> Callable[[Site], Script]:
    """Open a WebSocket, join nothing, send something, and go on with more."""

    def script(_: Site) -> Script:
        yield from open_socket()
        yield block
        while more:
            yield more
        yield HOLD

    return script


def _elsewhere(target: str) -> Callable[[Site], Script]:
    """A WebSocket of another path: sends what a stock stack would keep."""

    def script(_: Site) -> Script:
        path = f"{target}?EIO=4&transport=websocket"
        yield f"GET {path} HTTP/1.1\r\nHost: chat.test\r\n{UPGRADE}\r\n".encode()
        yield Until(rb"HTTP/1\.1 101")
        yield frame(b"", 0x82, declared=16_000_000)
        while True:
            yield bytes(_BLOCK)

    return script


def _connect_and_leave(site: Site) -> Script:
    yield from open_socket()
    pair = frame("40" + json.dumps({"token": site.token()} if site.token() else {})) + frame("41")
    while True:
        yield pair * 16


def _leave_and_stay(site: Site) -> Script:
    yield from join(site)
    yield frame("41")
    yield HOLD


def _never_upgraded(site: Site) -> Script:
    target = yield from open_polling(site, joined=False)
    path = target.replace("transport=polling", "transport=websocket")
    yield f"GET {path} HTTP/1.1\r\nHost: chat.test\r\n{UPGRADE}\r\n".encode()
    yield Until(rb"HTTP/1\.1 101")
    probe = frame("2probe") * 2_000
    while True:
        yield probe


FRAMES: Final = [
    Attack("frame", "fragments of one byte", _flood(frame("4", 1) + frame("x", 0) * 900), EVERYBODY),
    Attack("frame", "fragments without an end", _open_and(frame("4", 1), more=frame("x" * 60, 0) * 1_000)),
    Attack("frame", "a terabyte declared", _once(frame(b"", declared=2**40) + bytes(65_000))),
    Attack("frame", "64 kB that never end, not joined", _open_and(
        frame(b"", declared=65_000) + bytes(64_000)), lines=2_000),
    Attack("frame", "64 kB that never end, joined", _once(frame(b"", declared=65_000) + bytes(64_000)),
        EVERYBODY, lines=1_000),
    Attack("frame", "not masked", _once(b"\x81\x02" + b"4x")),
    Attack("frame", "compressed", _once(frame("4x", 0xC1))),
    Attack("frame", "empty", _flood(frame("")), EVERYBODY),
    Attack("frame", "binary", _flood(frame(b"x" * 100, 0x82))),
    Attack("frame", "16 MB to /socket%2Eio/", _elsewhere("/socket%2Eio/")),
    Attack("frame", "16 MB to //socket.io/", _elsewhere("//socket.io/")),
    Attack("frame", "16 MB to /socket.io/../socket.io/", _elsewhere("/socket.io/../socket.io/")),
    Attack("frame", "16 MB to /ws", _elsewhere("/ws")),
    Attack("frame", "16 MB to /socket.io", _elsewhere("/socket.io")),
]  # fmt: skip
CONTROL: Final = [
    Attack("control frame", "pings", _flood(frame("", 0x89)), EVERYBODY),
    Attack("control frame", "pings of 125 bytes, nothing read", _flood(frame("x" * 125, 0x89), deaf=True),
        EVERYBODY),
    Attack("control frame", "pongs", _flood(frame("", 0x8A)), EVERYBODY),
    Attack("control frame", "pings before joining", _open_and(b"", more=frame("x" * 125, 0x89) * 500)),
    Attack("control frame", "close, and go on", _once(frame(b"\x03\xe8", 0x88) + frame("4x") * 1_000)),
]  # fmt: skip


def _packet(text: str, times: int = 1) -> Callable[[Site], Script]:
    return _flood(frame(text) * times)


_NESTED: Final = '42["typing",' + "[" * 60 + "]" * 60 + "]"
PACKETS: Final = [
    Attack("packet", "Engine.IO pongs", _packet("3"), EVERYBODY),
    Attack("packet", "Engine.IO pings", _packet("2")),
    Attack("packet", "Engine.IO noops", _packet("6")),
    Attack("packet", "an upgrade that never comes", _never_upgraded),
    Attack("packet", "pongs before joining", _open_and(b"", more=frame("3") * 2_000)),
    Attack("packet", "CONNECT to unknown namespaces", _packet("40/x,"), EVERYBODY),
    Attack("packet", "CONNECT and DISCONNECT", _connect_and_leave, EVERYBODY),
    Attack("packet", "left, and still there", _leave_and_stay, EVERYBODY, lines=2_000),
    Attack("packet", "attachments that never come", _once(frame('4510-["x",{"_placeholder":true,"num":0}]'))),
    Attack("packet", "JSON 60 deep", _packet(_NESTED), EVERYBODY),
    Attack("packet", "numbers of 100 digits", _packet(f'42["typing",{"9" * 100}]'), EVERYBODY),
    Attack("packet", "64 kB of small values", _packet('42["typing",[' + "1," * 30_000 + "1]]"), EVERYBODY),
    Attack("ack", "that nobody asked for", _packet("431[]"), EVERYBODY),
    Attack("ack", "with 60 kB", _packet("431[" + "1," * 30_000 + "1]")),
]
ATTACKS: Final = [*FRAMES, *CONTROL, *PACKETS]
