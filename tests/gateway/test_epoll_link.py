"""WebSockets that own their socket, and those below TLS that cannot."""

import asyncio
import datetime as dt
import errno
import ipaddress
import os
import resource
import socket
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.socket_connection import SocketConnection
from chatroom.gateway.ways.asyncio_link import AsyncioLink
from chatroom.gateway.ways.epoll_link import EpollLink
from chatroom.wire.frame import event_frame
from tests.gateway.harness import Running, running, until
from tests.gateway.raw_clients import WebSocket

_SIZE = 50_000  # a frame that loopback takes only in parts
_WAITING = 4_000_000  # bytes: more than the kernel keeps of what nobody reads


def _link(it: Running, at: int = -1) -> object:
    return it.app.clients[at]._connection.link


async def test_what_the_network_does_not_take_at_once_arrives_whole_and_in_order() -> None:
    async with running(Options(hard_limit=2**24)) as it:
        reader = await WebSocket.joined(it.port)
        reader.writer.transport.pause_reading()  # type: ignore[attr-defined]
        link = _link(it)
        assert isinstance(link, EpollLink)
        sent = 0
        while sent * _SIZE < _WAITING:
            it.app.clients[0].push(event_frame("block", b'"%d %b"' % (sent, b"x" * _SIZE)))
            sent += 1
            await asyncio.sleep(0)
        assert link.blocked
        reader.writer.transport.resume_reading()  # type: ignore[attr-defined]
        for number in range(sent):
            assert await reader.text() == f'42["block","{number} {"x" * _SIZE}"]'
        await until(lambda: not link.blocked)
        reader.send('421["echo",1]')
        assert await reader.text() == "431[1]"


async def test_a_goodbye_waits_for_what_was_said_before() -> None:
    async with running(Options(hard_limit=2**24)) as it:
        reader = await WebSocket.joined(it.port)
        reader.writer.transport.pause_reading()  # type: ignore[attr-defined]
        client, sent = it.app.clients[0], 0
        while sent * _SIZE < _WAITING:
            client.push(event_frame("block", b'"%d %b"' % (sent, b"x" * _SIZE)))
            sent += 1
            await asyncio.sleep(0)
        client.close("server shutting down")
        reader.writer.transport.resume_reading()  # type: ignore[attr-defined]
        for number in range(sent):
            assert (await reader.text()).startswith(f'42["block","{number} ')
        assert await reader.closed() == 1012


async def test_a_client_that_resets_while_it_is_not_read_is_gone() -> None:
    async with running(Options(inbound_events=4)) as it:
        stuck = asyncio.get_running_loop().create_future()
        it.app.on["wait"] = lambda *_: stuck
        client = await WebSocket.joined(it.port)
        for _ in range(8):
            client.send('42["wait"]')
        await until(lambda: it.app.clients[0]._connection.link.paused)
        raw: socket.socket = client.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.abort()
        await until(lambda: it.app.ends)
        assert it.app.ends[0][1] == "transport error"
        await until(lambda: not it.sockets.links)
        stuck.set_result(None)


class _Faulty(SocketConnection):
    """A connection with a fault of ours."""

    __slots__ = ()

    def text(self, packet: bytes) -> None:
        if b"fault" in packet:
            raise ZeroDivisionError
        super().text(packet)


async def test_a_fault_of_ours_ends_one_connection_and_is_reported() -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
    async with running(connection_class=_Faulty) as it:
        bad, good = await WebSocket.joined(it.port), await WebSocket.joined(it.port)
        bad.send('42["fault"]')
        good.send('427["echo",2]')
        assert await good.text() == "437[2]"
        assert await bad.closed() == 0
        await until(lambda: len(it.app.ends) == 1)
        assert [type(error) for error in reported] == [ZeroDivisionError]


async def test_who_comes_on_a_file_that_others_have_left_hears_only_what_is_meant_for_them() -> None:
    async with running() as it:
        for number in range(40):
            client = await WebSocket.joined(it.port)
            leaver, told = it.app.clients[-1], f"{number}"
            client.send(f'421["echo","{told}"]')
            assert await client.text() == f'431["{told}"]'
            client.abort()
            leaver.push(event_frame("late", b'"for nobody else"'))
        last = await WebSocket.joined(it.port)
        await until(lambda: len(it.app.ends) == 40)
        last.send('421["echo","alone"]')
        assert await last.text() == '431["alone"]'
        assert len(it.sockets.links) == 1


@pytest.fixture
def few_files() -> Iterator[list[int]]:
    """Files that were opened until no more can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(int(file.name) for file in Path("/proc/self/fd").iterdir()) + 40, hard)
    )
    yield taken
    for file in taken:
        os.close(file)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _take_all(files: list[int]) -> None:
    while True:
        files.append(os.open("/dev/null", os.O_RDONLY))


async def test_without_a_file_for_one_more_the_others_go_on(
    few_files: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    async with running() as it:
        there = await WebSocket.joined(it.port)
        late = await asyncio.open_connection("127.0.0.1", it.port)
        await asyncio.sleep(0)
        there.send('421["echo",1]')
        assert await there.text() == "431[1]"  # by now the late one has been accepted
        with pytest.raises(OSError) as full:
            _take_all(few_files)
        assert full.value.errno == errno.EMFILE
        late[1].write(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        )
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await late[0].readexactly(1)
        late[1].close()
        there.send('422["echo",2]')
        assert await there.text() == "432[2]"
        await until(lambda: len(it.sockets.connections) == 1)
        assert "Too many open files" in caplog.text
        while few_files:
            os.close(few_files.pop())
        again = await WebSocket.joined(it.port)
        again.send('421["echo",3]')
        assert await again.text() == "431[3]"


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """Files of a certificate for 127.0.0.1, as uvicorn calls them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    files = {"ssl_certfile": tmp_path / "cert.pem", "ssl_keyfile": tmp_path / "key.pem"}
    files["ssl_certfile"].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files["ssl_keyfile"].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return {name: str(path) for name, path in files.items()}


async def test_below_tls_the_transport_reads_and_writes(certificate: dict[str, str]) -> None:
    trusting = ssl.create_default_context(cafile=certificate["ssl_certfile"])
    async with running(Options(hard_limit=2**24), config=certificate) as it:
        client = await WebSocket.joined(it.port, tls=trusting)
        assert isinstance(_link(it), AsyncioLink)
        client.send('421["echo","hello"]')
        assert await client.text() == '431["hello"]'
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for number in range(100):
            it.app.clients[0].push(event_frame("block", b'"%d %b"' % (number, b"x" * _SIZE)))
            await asyncio.sleep(0)
        client.writer.transport.resume_reading()  # type: ignore[attr-defined]
        for number in range(100):
            assert await client.text() == f'42["block","{number} {"x" * _SIZE}"]'
        it.app.clients[0].close("server shutting down")
        assert await client.closed() == 1012
        await until(lambda: not it.sockets.links)
