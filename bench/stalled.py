"""`python -m bench.stalled`: how much one client that reads nothing delays the others (B3).

64 people talk in rooms of eight, by turns with and without a member of the first room who has joined and reads nothing
from then on. Each of these must have been cut by the server before its round was over: that happens when the buffers
of both sides and the bound of the server are full, and for nothing else in so short a time. It prints the p99 of the
others' deliveries of every round, both medians, and what the stalled one adds, in per cent.
"""

import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any, Final

from bench.by_turns import by_turns
from bench.contenders import Contenders
from chatroom.bench import crowd
from chatroom.bench.load import Load
from chatroom.bench.process import HOST

ROUNDS: Final = 5
SECONDS: Final = 3.0
PATIENCE: Final = 5.0
TALK: Final = {"clients": 64, "rate": 1000, "size": 2000, "warm": 0.5}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        contenders = Contenders(Path(folder), crowd.Shape())
        try:
            print(
                json.dumps(_measure(contenders, Load(Path(folder), max(os.sched_getaffinity(0)))), indent=2)
            )
        finally:
            contenders.close()


def _measure(contenders: Contenders, load: Load) -> dict[str, Any]:
    server = contenders.start("sqlite", pinned=True)
    people = contenders.people("sqlite") / "eights.txt"

    def talk() -> float:
        flags = {"people": people, "seconds": SECONDS, **TALK}
        heard = load.run("chat", server.port, server.pid, pinned=True, **flags)
        return float(heard["delay_us"]["p99"])

    def talk_beside() -> float:
        stalled = _stall(server.port, people)
        p99 = talk()
        _must_be_cut(stalled)
        return p99

    try:
        return by_turns(ROUNDS, talk, talk_beside)
    finally:
        server.stop()


def _stall(port: int, people: Path) -> socket.socket:
    """Join the first room and never read again. Raises RuntimeError when the server does not let it."""
    token, room = people.read_text().split("\n", 1)[0].split()[:2]
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    # As on a network: for the segments of loopback, 64 kB each, the kernel would keep more than a round can say.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    line.connect((HOST, port))
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %b\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        % HOST.encode()
    )
    line.settimeout(PATIENCE)
    for text, answer in (
        (f'40{{"token":"{token}"}}', b'40{"sid"'),
        (f'42["join_room",{{"roomId":"{room}"}}]', b'42["room_joined"'),
    ):
        line.sendall(_masked(text.encode()))
        heard = b""
        while answer not in heard:
            more = line.recv(4096)
            if not more:
                raise RuntimeError(f"the stalled client was not let in: {heard[-200:]!r}")
            heard += more
    return line


def _must_be_cut(line: socket.socket) -> None:
    """Read what the kernel kept, up to the end. Raises RuntimeError when the server has not ended it by itself."""
    line.settimeout(1.0)
    try:
        while line.recv(65_536):
            continue
    except ConnectionResetError:
        pass
    except TimeoutError:
        raise RuntimeError(
            "the server still holds a client that reads nothing: its buffers were not full"
        ) from None
    finally:
        line.close()


def _masked(text: bytes) -> bytes:
    """A WebSocket frame of a client, masked with zeros."""
    size = len(text)
    length = bytes((0x80 | size,)) if size < 126 else bytes((0x80 | 126,)) + size.to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text


if __name__ == "__main__":
    main()
