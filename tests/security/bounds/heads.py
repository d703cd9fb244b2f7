"""Heads, trailers, chunks, bodies and pipelines: HTTP before anybody knows who asks."""

from collections.abc import Callable
from typing import Final

from tests.security.bounds.attack import EVERYBODY, Attack
from tests.security.bounds.engine import DEAF, HOLD, Pause, Script, Until
from tests.security.bounds.say import JSON, chunked, get, head, open_polling, poll, post
from tests.security.bounds.town import Site

_BLOCK: Final = 64 * 1024
_LOGIN: Final = "/api/auth/login"
_LARGE: Final = b"ffff\r\n" + b"x" * 65_535 + b"\r\n"
_GZIP: Final = f"{JSON}Content-Encoding: gzip\r\n"
_DONE: Final = Until(rb"HTTP/1\.1 \d\d\d")


def _endless(begin: bytes, more: bytes) -> Callable[[Site], Script]:
    """Begin, and go on with the same for ever."""

    def script(_: Site) -> Script:
        yield begin
        block = more * (_BLOCK // len(more))
        while True:
            yield block

    return script


def _trickle(begin: bytes, more: bytes) -> Callable[[Site], Script]:
    """Begin, and go on with a little each second."""

    def script(_: Site) -> Script:
        yield begin
        while True:
            yield Pause(1.0)
            yield more

    return script


def _again(make: Callable[[Site], bytes], times: int = 1) -> Callable[[Site], Script]:
    """A request again and again on one connection, each when the one before it was answered, or `times` at once."""

    def script(site: Site) -> Script:
        while True:
            yield make(site) * times
            yield _DONE

    return script


def _flood(make: Callable[[Site], bytes], *, deaf: bool = False) -> Callable[[Site], Script]:
    """Requests one behind the other, never waiting for an answer."""

    def script(site: Site) -> Script:
        request = make(site)
        block = request * max(_BLOCK // len(request), 1)
        if deaf:
            yield DEAF
        while True:
            yield block

    return script


def _hold(make: Callable[[Site], bytes]) -> Callable[[Site], Script]:
    """Send a part of something and wait."""

    def script(site: Site) -> Script:
        yield make(site)
        yield HOLD

    return script


def _body(method: str, target: str, more: bytes, fields: str = JSON) -> Callable[[Site], Script]:
    """A body that says how long it is, and goes on for ever."""

    def script(site: Site) -> Script:
        yield head(site, method, target, f"{fields}Content-Length: 9999999999\r\n")
        block = more * (_BLOCK // len(more))
        while True:
            yield block

    return script


def _chunks(target: str, begin: bytes, more: bytes) -> Callable[[Site], Script]:
    """A body in chunks that goes on for ever."""

    def script(site: Site) -> Script:
        yield chunked(site, target) + begin
        block = more * max(_BLOCK // len(more), 1)
        while True:
            yield block

    return script


def _behind_a_poll(site: Site) -> Script:
    target = yield from open_polling(site, joined=False)
    yield poll(target)
    block = get(site, "/health") * 500
    while True:
        yield block


_START: Final = b"GET /health HTTP/1.1\r\nHost: chat.test\r\n"
_BIG: Final = "X-Long: " + "x" * 30_000 + "\r\n"
_MANY: Final = "".join(f"x-{number}: y\r\n" for number in range(2_500))
_TLS: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)
_LAST: Final = b"2\r\n{}\r\n0\r\n"
_SIGNED: Final = b"Authorization: Bearer x\r\nX-Forwarded-For: 9.9.9.9\r\n"

HEADS: Final = [
    Attack("head", "a value without an end", _endless(_START + b"X: ", b"x")),
    Attack("head", "fields without an end", _endless(_START, b"x-a: b\r\n")),
    Attack("head", "a field's name without an end", _endless(_START, b"x")),
    Attack("head", "an address without an end", _endless(b"GET /", b"x")),
    Attack("head", "empty lines before it", _endless(b"", b"\r\n")),
    Attack("head", "the hello of TLS", _endless(_TLS, _TLS)),
    Attack("head", "30 kB, answered", _again(lambda site: get(site, "/health", _BIG)), EVERYBODY),
    Attack("head", "2 500 fields, answered", _again(lambda site: get(site, "/api/rooms", _MANY)), EVERYBODY),
    Attack("head", "a byte a second", _trickle(_START + b"x: ", b"x"), lines=4_000),
    Attack("head", "62 kB that never end", _hold(lambda _: _START + b"X: " + b"x" * 62_000), lines=4_000),
]
TRAILERS: Final = [
    Attack("trailer", "fields without an end", _chunks(_LOGIN, _LAST, b"x-a: b\r\n")),
    Attack("trailer", "a value without an end", _chunks(_LOGIN, _LAST + b"X: ", b"x")),
    Attack("trailer", "Authorization without an end", _chunks("/api/rooms", _LAST, _SIGNED)),
    Attack("trailer", "behind a request that is answered", _again(
        lambda site: chunked(site, "/api/rooms") + _LAST + _SIGNED * 20 + b"\r\n"
    ), EVERYBODY),
]  # fmt: skip
CHUNKS: Final = [
    Attack("chunk", "of one byte, without an end", _chunks(_LOGIN, b"", b"1\r\nx\r\n")),
    Attack("chunk", "an extension without an end", _chunks(_LOGIN, b"1;x=", b"x")),
    Attack("chunk", "extensions of 4 kB", _chunks(_LOGIN, b"", b"1;" + b"x" * 4096 + b"\r\ny\r\n")),
    Attack("chunk", "of zeros", _chunks(_LOGIN, b"", b"0")),
    Attack("chunk", "of a terabyte", _chunks(_LOGIN, b"ffffffffff\r\n", b"x")),
    Attack("chunk", "large ones to nowhere (404)", _chunks("/nowhere", b"", _LARGE)),
    Attack("chunk", "large ones, signed in", _chunks("/api/rooms", b"", _LARGE), EVERYBODY),
]  # fmt: skip
_FORM: Final = "Content-Type: application/x-www-form-urlencoded\r\n"
_DEEP: Final = b'{"email":' + b"[" * 32_000 + b"]" * 32_000 + b"}"
_KEYS: Final = b"{" + b",".join(b'"k%d":1' % number for number in range(5_500)) + b"}"
BODIES: Final = [
    Attack("body", "without an end, too large (413)", _body("POST", _LOGIN, b"x")),
    Attack("body", "without an end, not signed in (401)", _body("POST", "/api/rooms", b"x")),
    Attack("body", "without an end, to nowhere (404)", _body("POST", "/nowhere", b"x")),
    Attack("body", "without an end, of a GET", _body("GET", "/health", b"x")),
    Attack("body", "without an end, to a poll", _body("POST", "/socket.io/?EIO=4&transport=polling", b"x")),
    Attack("body", "64 kB that never end", _hold(lambda site: head(
        site, "POST", _LOGIN, f"{JSON}Content-Length: 65536\r\n") + b"x" * 65_000), lines=4_000),
    Attack("body", "100-continue and no body", _hold(lambda site: head(
        site, "POST", _LOGIN, f"{JSON}Content-Length: 10\r\nExpect: 100-continue\r\n")), lines=1_000),
    Attack("body", "JSON 32 000 deep", _again(lambda site: post(site, _LOGIN, _DEEP))),
    Attack("body", "JSON of 5 500 fields", _again(lambda site: post(site, _LOGIN, _KEYS))),
    Attack("body", "JSON with a number of 60 000 digits", _again(lambda site: post(
        site, _LOGIN, b'{"email":' + b"9" * 60_000 + b"}"))),
    Attack("body", "a form of 20 000 fields", _again(lambda site: post(site, _LOGIN, b"a=&" * 20_000, _FORM))),
    Attack("body", "gzip", _again(lambda site: post(site, _LOGIN, b"\x1f\x8b\x08" * 20_000, _GZIP))),
    Attack("body", "multipart", _again(lambda site: post(
        site, _LOGIN, b"--x\r\n\r\n" * 9_000, "Content-Type: multipart/form-data; boundary=x\r\n"))),
]  # fmt: skip


def _history(site: Site) -> bytes:
    return get(site, f"/api/rooms/{site.town.archive}/messages?limit=1")


PIPELINES: Final = [
    Attack("pipeline", "of GET /health", _flood(lambda site: get(site, "/health"))),
    Attack("pipeline", "of GET /health, nothing read", _flood(lambda site: get(site, "/health"), deaf=True)),
    Attack("pipeline", "of newest pages", _flood(_history), EVERYBODY),
    Attack("pipeline", "of newest pages, nothing read", _flood(_history, deaf=True), ("member",)),
    Attack("pipeline", "of POST", _flood(lambda site: post(site, "/api/rooms", b'{"name":"x"}')), EVERYBODY),
    Attack("pipeline", "of 404", _flood(lambda site: get(site, "/x"))),
    Attack("pipeline", "of OPTIONS", _flood(lambda site: head(site, "OPTIONS", "/api/rooms", "Origin: http://x\r\n"))),
    Attack("pipeline", "of the page itself", _flood(lambda site: get(site, "/"), deaf=True)),
    Attack("pipeline", "of openapi.json", _flood(lambda site: get(site, "/openapi.json"), deaf=True)),
    Attack("pipeline", "behind a poll that waits", _behind_a_poll),
]  # fmt: skip

ATTACKS: Final = [*HEADS, *TRAILERS, *CHUNKS, *BODIES, *PIPELINES]
