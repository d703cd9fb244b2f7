"""How a server ends: in time, though clients, the database or its own event loop do not answer."""

import contextlib
import signal
import socket
import threading
import time
from pathlib import Path

from tests.journeys.conftest import Serve
from tests.journeys.people import register
from tests.journeys.test_listening import health, line, long_room
from tests.processes import PostgreSql


def test_a_client_that_takes_nothing_leaves_no_traceback_and_does_not_hold_the_end_up(serve: Serve) -> None:
    server = serve(MESSAGE_RATE_LIMIT="0", DRAIN_SECONDS="1")
    ana, room = long_room(server)
    request = f"GET /api/rooms/{room}/messages?limit=100 HTTP/1.1\r\nHost: chat.test\r\nCookie: a=b\r\n"
    with contextlib.ExitStack() as held:
        for _ in range(3):
            wire = held.enter_context(line(server, room=4096))
            wire.sendall(f"{request}Authorization: Bearer {ana.token}\r\n\r\n".encode() * 3)
            wire.recv(1, socket.MSG_PEEK)  # the answer has begun
        wire = held.enter_context(line(server))
        wire.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: chat.test\r\nContent-Length: 50\r\n\r\n")
        assert health("127.0.0.1", server.port) == 200  # asked later, so the others have been read
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 1 + 5
    assert server.faults == []


class SilentLine:
    """A way to a database that carries everything until it is told to carry nothing any more."""

    def __init__(self, port: int) -> None:
        self.silent = False
        self._to = port
        self._wires: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                theirs = socket.create_connection(("127.0.0.1", self._to))
                self._wires += ours, theirs
                for pair in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if not self.silent:
                    target.sendall(data)
            if not self.silent:
                target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for wire in (self._listener, *self._wires):
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()


def test_a_database_that_has_silently_gone_does_not_hold_the_end_up(
    serve: Serve, postgresql: PostgreSql, postgresql_url: str
) -> None:
    way = SilentLine(postgresql.port)
    server = serve(
        DATABASE_URL=postgresql_url.replace(f":{postgresql.port}", f":{way.port}"), DRAIN_SECONDS="1"
    )
    ana = register(server.url, "Ana")
    room = ana.create_room()["id"]
    way.silent = True
    request = (
        f"POST /api/rooms/{room}/messages HTTP/1.1\r\nHost: chat.test\r\nContent-Type: application/json\r\n"
    )
    body = '{"content":"lost"}'
    with line(server) as wire:
        head = f"{request}Authorization: Bearer {ana.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        wire.sendall((head + body).encode())
        assert health("127.0.0.1", server.port) == 200  # asked later, so the message has been read
        started = time.monotonic()
        code = server.stop(within=20)
        assert time.monotonic() - started < 1 + 5 + 1  # one for a busy machine
    assert code in (0, 75)
    way.close()


def test_an_event_loop_that_hangs_does_not_hold_the_end_up(prepare: Serve, tmp_path: Path) -> None:
    held = tmp_path / "hang.py"
    held.write_text(
        "import asyncio, time, chatroom.app\n"
        "close = chatroom.app.App.close\n"
        "async def hang(self):\n    time.sleep(60)\n"
        "chatroom.app.App.close = hang\n"
        "from chatroom.cli import main\nmain()\n"
    )
    server = prepare(DRAIN_SECONDS="0.5")
    server.command = (str(held), "serve")
    server.start()
    started = time.monotonic()
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 75
    assert time.monotonic() - started < 0.5 + 5 + 1
    assert "drain.cut_short" in server.log
