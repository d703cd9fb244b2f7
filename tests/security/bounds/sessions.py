"""Polls and connections: how many sessions, and what each may keep waiting."""

from collections.abc import Callable
from typing import Final

from tests.security.bounds.attack import EVERYBODY, Attack
from tests.security.bounds.engine import DEAF, HOLD, Pause, Script, Until
from tests.security.bounds.say import DIRECT, POLLING, event, join, open_polling, open_socket, packets, poll
from tests.security.bounds.town import Site


def _double_poll(site: Site) -> Script:
    target = yield from open_polling(site)
    while True:
        yield poll(target) * 100


def _post_flood(site: Site) -> Script:
    target = yield from open_polling(site)
    body = packets(target, "\x1e".join(['42["typing",{}]'] * 100))
    while True:
        yield body
        yield Until(rb"HTTP/1\.1 \d\d\d")


def _many_packets(site: Site) -> Script:
    target = yield from open_polling(site, joined=False)
    yield packets(target, "\x1e".join(["3"] * 32_000))
    yield Until(rb"HTTP/1\.1 \d\d\d")


def _asked(site: Site, times: int) -> str:
    return "\x1e".join(['421["get_room_users",{"roomId":"' + site.town.hall + '"}]'] * times)


def _unfetched(site: Site) -> Script:
    """Ask for much, and let the session stand."""
    target = yield from open_polling(site)
    yield packets(target, _asked(site, 20))
    yield HOLD


def _left_behind(site: Site) -> Script:
    """Ask for much, be closed for a flood, and begin anew: what was asked for waits for its last GET."""
    target = yield from open_polling(site)
    yield packets(target, _asked(site, 20))
    yield Until(rb"\r\n\r\nok")
    yield packets(target, "\x1e".join(['421["x"]'] * 200))
    yield Until(rb"HTTP/1\.1 \d\d\d")


def _unread_polls(site: Site) -> Script:
    target = yield from open_polling(site)
    yield DEAF
    while True:
        yield packets(target, _asked(site, 20)) + poll(target)
        yield Pause(0.05)


def _handshakes(_: Site) -> Script:
    yield f"GET {POLLING} HTTP/1.1\r\nHost: chat.test\r\n\r\n".encode()
    yield Until(rb"HTTP/1\.1 \d\d\d")


def _half_post(site: Site) -> Script:
    target = yield from open_polling(site)
    yield (
        f"POST {target} HTTP/1.1\r\nHost: chat.test\r\nContent-Type: text/plain\r\nContent-Length: 65000\r\n\r\n"
    ).encode() + b"4" * 64_000
    yield HOLD


def _held_poll(site: Site) -> Script:
    target = yield from open_polling(site)
    yield poll(target)
    yield HOLD


POLLS: Final = [
    Attack("poll", "a hundred GETs at once", _double_poll, EVERYBODY),
    Attack("poll", "POSTs", _post_flood, EVERYBODY),
    Attack("poll", "POSTs of 32 000 packets", _many_packets),
    Attack("poll", "POSTs of 64 kB that never end", _half_post, EVERYBODY, lines=1_000),
    Attack("poll", "answers that nobody fetches", _unfetched, EVERYBODY, lines=1_500),
    Attack("poll", "answers that nobody fetches, of sessions that end", _left_behind, EVERYBODY, lines=100),
    Attack("poll", "answers that nobody reads", _unread_polls, EVERYBODY, lines=200, window=4096),
    Attack("poll", "sessions that are opened and left", _handshakes, lines=50),
    Attack("poll", "polls that wait", _held_poll, EVERYBODY, lines=1_000),
]


def _idle(target: str) -> Callable[[Site], Script]:
    def script(_: Site) -> Script:
        yield from open_socket(target)
        yield HOLD

    return script


def _joined_idle(site: Site) -> Script:
    yield from join(site)
    yield HOLD


def _collector(site: Site) -> Script:
    """Somebody who is in a thousand rooms."""
    site.tokens = [site.town.collector]
    yield from join(site)
    yield HOLD


def _nothing(_: Site) -> Script:
    yield HOLD


def _churn(_: Site) -> Script:
    yield b"GET /health HTTP/1.1\r\nHost: chat.test\r\n\r\n"
    yield Until(rb"HTTP/1\.1 \d\d\d")


def _come_and_go(site: Site) -> Script:
    yield from join(site)


def _hang_up(_: Site) -> Script:
    yield b"G"


def _queued(site: Site) -> Script:
    """Fill the inbox of each connection while the first event is worked on."""
    yield from join(site)
    points = [{"roomId": site.town.archive, "epoch": site.town.epoch, "lastSeq": 0}] * 200
    while True:
        yield event("resume", points) + event("typing", "x" * 60_000) * 4
        yield Pause(1.0)


def _deaf(site: Site) -> Script:
    """Ask for answers and take none."""
    yield from join(site)
    yield DEAF
    ask = event("get_room_users", {"roomId": site.town.hall}) * 64
    while True:
        yield ask


CONNECTIONS: Final = [
    Attack("connection", "10 000 that say nothing", _nothing, lines=10_000),
    Attack("connection", "opened and closed", _hang_up, lines=50),
    Attack("connection", "a request each", _churn, lines=50),
    Attack("connection", "WebSockets that do not join", _idle(DIRECT), lines=3_000),
    Attack("connection", "WebSockets that join and wait", _joined_idle, (*EVERYBODY, "guest"), lines=3_000),
    Attack("connection", "WebSockets of somebody in 1 000 rooms", _collector, ("member",), lines=500),
    Attack("connection", "WebSockets that join and go", _come_and_go, EVERYBODY, lines=50),
    Attack(
        "connection",
        "WebSockets that read nothing they asked for",
        _deaf,
        EVERYBODY,
        lines=1_500,
        window=4096,
    ),
    Attack("connection", "large events behind a slow one", _queued, EVERYBODY, lines=1_000),
]
ATTACKS: Final = [*POLLS, *CONNECTIONS]
