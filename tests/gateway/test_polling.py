"""Long-polling: one GET, one POST, payloads, ends, bounds (C4, L1, L6, L10, B6)."""

import asyncio
import gzip
import json

import pytest

from chatroom.gateway.engine.options import Options
from tests.gateway.harness import WAYS, Recorder, running, until
from tests.gateway.raw_clients import UPGRADE_HEADERS, Answer, Polling, http, request_bytes


@pytest.mark.parametrize("way", WAYS)
async def test_packets_travel_both_ways_by_polling(way: str) -> None:
    async with running(way=way) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        posted = await polling.post('421["echo","é"]\x1e42["echo",2]'.encode())
        assert (posted.status, posted.body, posted.headers["content-type"]) == (200, b"ok", "text/html")
        answer = await polling.get()
        assert answer.body.decode() == '431["é"]\x1e42["echoed",2]'
        assert answer.headers["content-type"] == "text/plain; charset=UTF-8"


@pytest.mark.parametrize("way", WAYS)
async def test_no_answer_is_taken_for_something_else_than_it_says(way: str) -> None:
    async with running(way=way) as it:
        for method, query in (("GET", "EIO=4"), ("GET", "EIO=3"), ("POST", "EIO=4"), ("OPTIONS", "EIO=4")):
            answer = await http(it.port, method, f"/socket.io/?{query}&transport=polling")
            assert answer.headers["x-content-type-options"] == "nosniff"


async def test_gzip_that_is_refused_is_not_used() -> None:
    async with running(Options(compress_above=1)) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        for accept, coding in (("gzip;q=0", None), ("identity, *;q=0", None), ("gzip;q=0.1", "gzip")):
            await polling.post(b'42["echo",1]')
            assert (await polling.get(Accept_Encoding=accept)).headers.get("content-encoding") == coding


async def test_a_get_waits_for_what_comes() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        get = asyncio.create_task(polling.get())
        await until(lambda: it.app.clients[0].writable)
        it.app.clients[0].emit("news", 1)
        assert (await get).body == b'42["news",1]'


@pytest.mark.parametrize("way", WAYS)
async def test_no_browser_may_guess_what_kind_of_text_an_answer_is(way: str) -> None:
    async with running(way=way) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        upgrade = "/socket.io/?EIO=3&transport=websocket"
        answers = [
            await polling.post(b'421["echo","<script>"]'),
            await polling.get(),
            await polling.post(b"nonsense"),
            await polling.get(),
            await http(it.port, "GET", "/socket.io/?EIO=4&transport=polling"),
            await http(it.port, "GET", "/socket.io/?EIO=3&transport=polling"),
            await http(it.port, "GET", upgrade, **UPGRADE_HEADERS, Connection="Upgrade"),
        ]
        assert [answer.status for answer in answers] == [200, 200, 400, 400, 200, 400, 400]
        assert {answer.headers.get("x-content-type-options") for answer in answers} == {"nosniff"}


@pytest.mark.parametrize("way", WAYS)
async def test_a_second_get_ends_both_and_the_session(way: str) -> None:
    async with running(way=way) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        first = asyncio.create_task(polling.get())
        await until(lambda: it.app.clients[0].writable)
        second = await polling.get()
        assert (second.status, (await first).status, (await first).body) == (400, 200, b"1")
        assert (await polling.get()).status == 400
        assert it.app.ends == [(it.app.clients[0], "transport error")]


@pytest.mark.parametrize("way", WAYS)
async def test_a_get_that_goes_away_ends_the_session(way: str) -> None:
    async with running(way=way) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        _, writer = await asyncio.open_connection("127.0.0.1", it.port)
        writer.write(request_bytes("GET", polling.target))
        await until(lambda: it.app.clients[0].writable)
        writer.transport.abort()
        await until(lambda: it.app.ends)
        assert it.app.ends[0][1] == "transport close"


async def test_a_close_packet_answers_the_waiting_get_with_noop() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        get = asyncio.create_task(polling.get())
        await until(lambda: it.app.clients[0].writable)
        assert (await polling.post(b"1")).body == b"ok"
        assert (await get).body == b"6"
        assert (await polling.get()).status == 400


async def test_what_a_closed_session_still_has_waits_for_its_next_get() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        it.app.clients[0].emit("last", "word")
        it.app.clients[0].close("forced close")
        assert (await polling.get()).body == b'42["last","word"]\x1e1'
        assert (await polling.get()).status == 400


async def test_server_close_answers_the_waiting_get_at_once() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        get = asyncio.create_task(polling.get())
        await until(lambda: it.app.clients[0].writable)
        it.app.clients[0].close("forced close")
        assert (await get).body == b"1"


async def _post_in_two(polling: Polling, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send all of a POST but its last byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", polling.port)
    writer.write(request_bytes("POST", polling.target, body)[:-1])
    await writer.drain()
    return reader, writer


async def test_a_second_post_while_one_is_read_is_refused_and_ends_the_session() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        _, writer = await _post_in_two(polling, b'42["echo"]')
        link = it.sockets.connections[polling.sid].link
        await until(lambda: getattr(link, "posting", False))
        assert (await polling.post(b"3")).status == 400
        await until(lambda: it.app.ends)
        writer.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_413_while_it_is_read(way: str, announced: bool) -> None:
    async with running(Options(max_payload=10_000), way=way) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        if announced:
            answer = await polling.post(b"4" + b"x" * 10_000)
        else:
            answer = await _chunked(polling, 60, 1_000)
        assert answer.status == 413
        assert (await polling.get()).status == 400


async def _chunked(polling: Polling, chunks: int, size: int) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", polling.port)
    head = f"POST {polling.target} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    chunk = b"%x\r\n%b\r\n" % (size, b"4" * size)
    for _ in range(chunks):
        writer.write(chunk)
    writer.write(b"0\r\n\r\n")
    raw = await reader.read(200)
    writer.transport.abort()
    return Answer(int(raw.split()[1]), {}, raw)


async def test_any_number_of_packets_fits_a_post() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        body = b"\x1e".join(b'42["count",%d]' % number for number in range(5_000))
        assert (await polling.post(body)).body == b"ok"
        assert [args for _, args, _ in it.app.events] == [[number] for number in range(5_000)]


async def test_packets_after_the_first_bad_one_are_not_handled() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        assert (await polling.post(b'42["a"]\x1e4nonsense\x1e42["b"]')).status == 400
        assert [name for name, _, _ in it.app.events] == ["a"]
        await until(lambda: it.app.ends)
        assert it.app.ends[0][1] == "parse error"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "application/octet-stream"},
        {"Content_Encoding": "gzip"},
        {"Content_Encoding": "deflate"},
    ],
)
async def test_octet_streams_and_compressed_bodies_are_refused(headers: dict[str, str]) -> None:
    bomb = gzip.compress(b'42["echo","' + b"x" * 500_000 + b'"]')
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        assert (await polling.post(bomb, **headers)).status == 400
        assert it.app.events == []


async def test_long_answers_are_gzipped_for_those_who_ask() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        await polling.join()
        for asked in (True, False):
            it.app.clients[0].emit("long", "x" * 5_000)
            answer = await (polling.get(Accept_Encoding="gzip, deflate") if asked else polling.get())
            body = gzip.decompress(answer.body) if asked else answer.body
            assert answer.headers.get("content-encoding") == ("gzip" if asked else None)
            assert json.loads(body[2:]) == ["long", "x" * 5_000]


async def test_a_polling_session_without_a_get_dies() -> None:
    async with running(Options(ping_interval=0.2, ping_timeout=0.1)) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        await until(lambda: it.app.ends, 1)
        assert it.app.ends[0][1] == "ping timeout"


async def test_other_methods_on_a_session_are_refused() -> None:
    async with running() as it:
        polling = await Polling.open(it.port)
        assert (await http(it.port, "DELETE", polling.target)).status == 400


async def test_a_post_waits_while_the_application_is_behind() -> None:
    gate = asyncio.Event()

    async def slow(*_: object) -> None:
        await gate.wait()

    async with running(Options(inbound_events=8), app=Recorder(on={"slow": slow})) as it:
        polling = await Polling.open(it.port)
        await polling.join()
        post = asyncio.create_task(polling.post(b"\x1e".join([b'42["slow"]'] * 100)))
        await until(lambda: it.sockets.connections[polling.sid].link.paused)
        assert not post.done()
        gate.set()
        assert (await post).body == b"ok"
        await until(lambda: len(it.app.events) == 100)


async def test_a_python_client_gets_no_more_packets_at_once_than_it_reads() -> None:
    async with running() as it:
        for agent, sizes in (("Python/3.11 aiohttp/3.14", [16, 16, 8]), ("Mozilla/5.0", [40])):
            polling = await Polling.open(it.port, User_Agent=agent)
            await polling.join()
            for number in range(40):
                it.app.clients[-1].emit("n", number)
            bodies = [(await polling.get()).body.split(b"\x1e") for _ in sizes]
            assert [len(body) for body in bodies] == sizes
            assert [packet for body in bodies for packet in body] == [b'42["n",%d]' % n for n in range(40)]
