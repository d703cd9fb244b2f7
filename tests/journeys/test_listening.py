"""How a server listens and lets go: families of addresses, files, connections of one address."""

import contextlib
import http.client
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import Serve
from tests.journeys.people import Person, register
from tests.journeys.server import ChatServer
from tests.security.pressure import Pressure

ATTACKER = "127.0.0.9"


def line(server: ChatServer, source: str = ATTACKER, room: int = 0) -> socket.socket:
    """A connection from an address of loopback, with `room` bytes for what is read."""
    made = socket.socket()
    if room:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    made.settimeout(5)
    made.bind((source, 0))
    made.connect(("127.0.0.1", server.port))
    return made


def health(host: str, port: int) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("host", "reached"),
    [("localhost", ["127.0.0.1", "::1"]), ("::", ["127.0.0.1", "::1"]), ("[::1]", ["::1"])],
)
def test_every_family_of_a_host_is_listened_on(prepare: Serve, host: str, reached: list[str]) -> None:
    with contextlib.closing(socket.socket(socket.AF_INET6)) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("not run: this machine has no IPv6")
    server = prepare(HOST=host)
    server.start()
    assert [health(address, server.port) for address in reached] == [200] * len(reached)
    assert server.stop() == 0


def test_a_host_that_is_not_ours_is_named(prepare: Serve) -> None:
    for host in ("192.0.2.1", "2001:db8::1"):
        server = prepare(HOST=host)
        assert server.spawn().wait(30) == 69
        assert server.log.startswith("chatroom: HOST: ")


def test_an_idle_connection_is_kept_as_long_as_the_setting_says(serve: Serve) -> None:
    server = serve(KEEP_ALIVE_SECONDS="1.5")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/health")
    connection.getresponse().read()
    assert connection.sock is not None
    started = time.monotonic()
    assert connection.sock.recv(1) == b""
    assert 1.2 < time.monotonic() - started < 4
    connection.close()


# Files and connections.


@contextlib.contextmanager
def files(soft: int, hard: int) -> Iterator[None]:
    """Start what is started here with this limit of open files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.prlimit(0, resource.RLIMIT_NOFILE, (soft, before[1]))
    try:
        yield
    finally:
        resource.prlimit(0, resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_of_files_is_raised_to_the_hard_one(prepare: Serve) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    server = prepare()
    with files(1_024, hard):
        server.start()
    assert server.process is not None
    assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE) == (hard, hard)
    assert "files.limit" in server.log
    assert "before=1024" in server.log


def wait_for(event: str, server: ChatServer) -> None:
    """Wait until the log names an event."""
    deadline = time.monotonic() + 10
    while event not in server.log:
        assert time.monotonic() < deadline, server.log[-2000:]
        time.sleep(0.02)


def test_a_server_without_files_goes_on_when_it_has_some_again(serve: Serve) -> None:
    server = serve(RATE_LIMITS="off")
    assert server.process is not None
    used = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
    most = used + 20
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (most, most))
    held = [line(server) for _ in range(60)]
    wait_for("connections.waiting", server)
    for wire in held:
        wire.close()
    deadline = time.monotonic() + 5
    while True:
        with contextlib.suppress(OSError):
            assert health("127.0.0.1", server.port) == 200
            break
        assert time.monotonic() < deadline
    assert server.stop() == 0


@pytest.mark.parametrize("error", ["ENETDOWN", "EPROTO", "EHOSTUNREACH", "EPERM"])
def test_a_connection_that_breaks_before_it_is_accepted_costs_nobody_else(serve: Serve, error: str) -> None:
    server = serve()
    with broken_accepts(server, error, 3):
        assert [health("127.0.0.1", server.port) for _ in range(5)] == [200] * 5
    assert server.stop() == 0
    assert not server.faults


@contextlib.contextmanager
def broken_accepts(server: ChatServer, error: str, count: int) -> Iterator[None]:
    """Let the next accept(2) calls of a server fail with an error, as Linux passes it on from the network."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("not run: strace is not installed")
    assert server.process is not None
    inject = f"inject=accept4:error={error}:when=1..{count}"
    command = [strace, "-f", "-e", "trace=accept4", "-e", inject, "-p", str(server.process.pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        if "attached" not in said:
            pytest.skip(f"not run: this machine does not let strace trace: {said}")
        yield
        tracer.terminate()
        assert tracer.stderr.read().count(f"= -1 {error}") == count


def ask_once(server: ChatServer) -> bytes:
    """Ask on a new connection; return the beginning of the answer."""
    with line(server) as wire:
        wire.sendall(b"GET /health HTTP/1.1\r\nHost: chat.test\r\n\r\n")
        return wire.recv(4096)


def test_one_address_has_so_many_connections_and_idle_ones_make_room(serve: Serve) -> None:
    server = serve()
    with Pressure(server) as pressure, contextlib.ExitStack() as held:
        for _ in range(2_048):
            held.enter_context(line(server)).sendall(b"GET /hea")
        assert health("127.0.0.1", server.port) == 200  # of another address
        deadline = time.monotonic() + 8  # before the first of them has had its time for a head
        while not ask_once(server).startswith(
            b"HTTP/1.1 503"
        ):  # it had not read all: in place of an idle one
            assert time.monotonic() < deadline
            held.enter_context(line(server)).sendall(b"GET /hea")
    pressure.check("2 048 connections")


def test_idle_connections_make_room_for_new_ones(serve: Serve) -> None:
    server = serve()
    with contextlib.ExitStack() as held:
        for _ in range(2_100):
            wire = held.enter_context(line(server))
            wire.sendall(b"GET /health HTTP/1.1\r\nHost: chat.test\r\n\r\n")
            assert wire.recv(4096).startswith(b"HTTP/1.1 200")


# Answers that nobody reads.


def long_room(server: ChatServer) -> tuple[Person, str]:
    """Somebody, and a room of theirs whose newest page has 1.6 MB."""
    ana = register(server.url, "Ana")
    room = ana.create_room()["id"]

    for number in range(50):
        ana.say(room, f"{number}" + 7_900 * "\U0001f427")
    return ana, room


@pytest.mark.parametrize("also", ["", "Cookie: theme=dark\r\n"], ids=["past ASGI", "by ASGI"])
def test_answers_that_nobody_reads_are_cut_off_when_they_are_many(serve: Serve, also: str) -> None:
    server = serve(MESSAGE_RATE_LIMIT="0")
    ana, room = long_room(server)
    head = f"GET /api/rooms/{room}/messages?limit=100 HTTP/1.1\r\nHost: chat.test\r\n{also}"
    request = f"{head}Authorization: Bearer {ana.token}\r\n\r\n".encode()
    with Pressure(server) as pressure, contextlib.ExitStack() as held:
        for _ in range(150):  # 240 MB
            held.enter_context(line(server, room=4096)).sendall(request)
            time.sleep(0.005)  # the pace of the attack
        wait_for("http.cut", server)
    pressure.check("150 pages")
