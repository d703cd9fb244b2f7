import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.measure import must_be_stored, spread, walk_back
from chatroom.bench.crowd import Shape, fill
from chatroom.bench.load import Load, NotRun
from chatroom.bench.process import Server, product

ROOT = Path(__file__).parents[2]
FEW: dict[str, Any] = {"clients": 20, "rooms": 2, "senders": 4, "window": 4, "seconds": 0.3, "warm": 0.1}


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    try:
        return Load(tmp_path_factory.mktemp("load"))
    except NotRun as reason:
        pytest.skip(f"not run: {reason}")


SMALL = Shape(people=12, hall=10, idle_each=3, tens=1, eights=1, listed=2, cold=3, histories=(150,))


def start(script: str, *arguments: str) -> Server:
    return Server(
        [sys.executable, str(ROOT / script), "{port}", *arguments], environment={"PYTHONPATH": str(ROOT)}
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[Server]:
    server = start("bench/peers/engine.py")
    yield server
    server.stop()


def test_an_honest_server_delivers_every_message_to_every_member(load: Load, engine: Server) -> None:
    found = load.run("chat", engine.port, engine.pid, **FEW)
    assert found["deliveries"] == pytest.approx(found["messages"] * 10, rel=0.2)
    assert found["delay_us"]["p50"] <= found["delay_us"]["p99"] <= found["delay_us"]["max"]


def test_an_open_loop_keeps_its_pace(load: Load, engine: Server) -> None:
    found = load.run("chat", engine.port, engine.pid, **{**FEW, "rate": 200, "seconds": 1.0})
    assert found["messages"] == pytest.approx(200, rel=0.2)


def test_idle_connections_and_handshakes_are_counted(load: Load, engine: Server) -> None:
    idle = load.run("idle", engine.port, engine.pid, clients=50, seconds=0.2, warm=0.1)
    assert idle["rss_kb"] >= idle["rss_before_kb"] > 0
    assert load.run("handshakes", engine.port, engine.pid, clients=4, seconds=0.3)["handshakes"] > 0


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        ("lose", "lost"),
        ("double", "wrong_order"),
        ("hold", "wrong_order"),
        ("mix rooms", "foreign"),
        ("damage", "damaged"),
        ("unanswered", "unmatched"),
        ("answered twice", "unmatched"),
        ("refuse", "refused"),
    ],
)
def test_a_server_that_lies_about_messages_is_found_out(load: Load, lie: str, found: str) -> None:
    server = start("tests/bench/liar.py", lie)
    try:
        with pytest.raises(RuntimeError, match=rf"'{found}': [1-9]"):
            load.run("chat", server.port, server.pid, **{**FEW, "patience": 1})
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("mode", "lie", "found"),
    [
        ("http", "refuse", "'refused': [1-9]"),
        ("http", "change", "'different': [1-9]"),
        ("http", "empty", "'poor': [1-9]"),
        ("http", "double", "'unasked': [1-9]"),
        ("http", "hang", "'unanswered': [1-9]"),
        ("http", "close", "'closed': [1-9]"),
        ("handshakes", "refuse", "the connection was refused"),
        ("handshakes", "accept", "the upgrade was refused"),
        ("handshakes", "nobody", "the connection was refused"),
        ("handshakes", "hang", "'unanswered': [1-9]"),
        ("idle", "silent", "'unheard': [1-9]"),
        ("idle", "close", "'closed': [1-9]"),
        ("idle", "refuse", "the connection was refused"),
    ],
)
def test_a_server_that_lies_about_pages_or_connections_is_found_out(
    load: Load, tmp_path: Path, mode: str, lie: str, found: str
) -> None:
    pages = tmp_path / "pages.txt"
    pages.write_text("token - /page\n" * 37)
    flags: dict[str, dict[str, Any]] = {
        "http": {"people": pages, "clients": 37, "window": 4, "word": '"content":', "words": 2},
        "handshakes": {"clients": 40, "opening": 4},
        "idle": {"clients": 40},
    }
    honest, liar = start("tests/bench/raw_liar.py", "none"), start("tests/bench/raw_liar.py", lie)
    try:
        load.run(mode, honest.port, honest.pid, warm=0.2, seconds=0.4, patience=1, **flags[mode])
        with pytest.raises(RuntimeError, match=found):
            load.run(mode, liar.port, liar.pid, warm=0.2, seconds=0.4, patience=1, **flags[mode])
    finally:
        honest.stop()
        liar.stop()


def test_what_was_answered_and_is_not_in_the_database_is_found_out() -> None:
    must_be_stored(100, before=10, after=110)
    with pytest.raises(RuntimeError, match="of 100 messages 99 are in the database"):
        must_be_stored(100, before=10, after=109)


def test_the_people_of_rooms_speak_one_of_each_room_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "tens.txt"
    file.write_text("a one\nb one\nc two\nd two\n")
    assert spread(file).read_text() == "a one\nc two\nb one\nd two\n"


def test_only_loopback_is_measured_unless_the_host_is_ones_own(load: Load) -> None:
    with pytest.raises(RuntimeError, match="not loopback"):
        load.run("handshakes", 80, 0, host="192.0.2.1")


def test_without_a_c_compiler_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotRun, match="no C compiler"):
        Load(tmp_path)


def test_the_whole_product_is_measured_with_people_of_its_own(load: Load, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chatroom.db"
    fill(tmp_path, url, SMALL)
    server = product(tmp_path, url)
    try:
        sent = load.run(
            "chat", server.port, server.pid, people=tmp_path / "eights.txt", clients=8, senders=4, seconds=0.3
        )
        walk_back(server, tmp_path / "history-150.txt", tmp_path / "older.txt")
        older = load.run(
            "http", server.port, server.pid, people=tmp_path / "older.txt", clients=2, window=2, seconds=0.3
        )
        page = load.run("http", server.port, server.pid, people=tmp_path / "history-150.txt", seconds=0.3)
        counted: dict[str, Any] = {"word": '"createdById":', "words": 2}
        rooms = load.run(
            "http", server.port, server.pid, people=tmp_path / "rooms.txt", seconds=0.3, **counted
        )
        known = load.run(
            "chat", server.port, server.pid, people=tmp_path / "eights.txt", clients=8, ids=1, seconds=0.3
        )
        people: dict[str, Any] = {"people": tmp_path / "idle.txt", "clients": 6, "opening": 2}
        handshakes = load.run("handshakes", server.port, server.pid, seconds=0.3, **people)
    finally:
        server.stop()
    assert sent["messages"] > 0
    assert page["bytes_each"] > 50 * 150
    assert older["bytes_each"] > 50 * 150
    assert rooms["requests"] > 0
    assert known["messages"] > 0
    assert handshakes["handshakes"] > 0
    lines = (tmp_path / "idle.txt").read_text().splitlines()
    assert len(set(lines)) == len(lines) == 6
