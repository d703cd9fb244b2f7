"""Events, pages, lists and sign-ins: what costs the server more than it costs who asks."""

from collections.abc import Callable
from typing import Any, Final

from tests.security.bounds.attack import EVERYBODY, SIGNED_IN, Attack
from tests.security.bounds.engine import DEAF, Pause, Script, Until
from tests.security.bounds.say import event, get, join, post, post_json
from tests.security.bounds.town import Site

_ALL: Final = (*EVERYBODY, "guest")
_ANSWER: Final = Until(rb"HTTP/1\.1 \d\d\d")


def _points(site: Site) -> list[dict[str, Any]]:
    """The same room two hundred times, everything in it missed."""
    return [{"roomId": site.town.archive, "epoch": site.town.epoch, "lastSeq": 0}] * 200


def _enter(site: Site) -> Script:
    """Join, and listen to the hall."""
    yield from join(site)
    yield event("join_room", {"roomId": site.town.hall}, ack=None)
    yield Until(rb'"room_joined"|"code"')


def _events(make: Callable[[Site], bytes], *, times: int = 1) -> Callable[[Site], Script]:
    """Enter, and send events without waiting for answers."""

    def script(site: Site) -> Script:
        yield from _enter(site)
        while True:
            yield b"".join([make(site) for _ in range(times)])

    return script


def _paced(make: Callable[[Site], bytes], gap: float) -> Callable[[Site], Script]:
    """Enter, and send an event again and again, no sooner than the limits of a connection allow."""

    def script(site: Site) -> Script:
        yield from _enter(site)
        while True:
            yield make(site)
            yield Pause(gap)

    return script


def _resumed_at_once(site: Site) -> Script:
    yield from join(site, resume=_points(site))
    yield Pause(0.3)


def _resume(site: Site) -> bytes:
    return event("resume", _points(site))


def _resume_one(site: Site) -> bytes:
    return event("resume", _points(site)[:1])


def _resume_market(site: Site) -> bytes:
    rooms = site.town.market[:200]
    return event("resume", [{"roomId": room, "epoch": "x", "lastSeq": 0} for room in rooms])


def _typing(site: Site) -> bytes:
    flip = {"roomId": site.town.hall, "isTyping": bool(site.number() % 2)}
    return event("typing", flip, ack=None)


def _in_and_out(site: Site) -> bytes:
    room = {"roomId": site.town.hall}
    return event("join_room", room, ack=None) + event("leave_room", room, ack=None)


def _around(site: Site) -> bytes:
    return event("join_room", {"roomId": site.town.market[site.number() % len(site.town.market)]}, ack=None)


def _users(site: Site) -> bytes:
    return event("get_room_users", {"roomId": site.town.hall})


def _read_mark(site: Site) -> bytes:
    return event("mark_read", {"roomId": site.town.archive, "seq": site.number() % 600 + 1})


def _same_again(site: Site) -> bytes:
    fields = {"roomId": site.town.hall, "content": "x", "clientMsgId": "always"}
    return event("send_message", fields)


def _say(site: Site) -> bytes:
    room = site.town.market[site.number() % len(site.town.market)]
    return event("send_message", {"roomId": room, "content": "x" * 8_000})


def _lounge(site: Site) -> bytes:
    return event("join-lounge", f"Nobody's {site.number()}")


EVENTS: Final = [
    Attack("event", "resume of one room 200 times", _events(_resume), _ALL),
    Attack("event", "resume of one room 200 times, at the limit", _paced(_resume, 0.1), _ALL),
    Attack("event", "resume of one room, at the limit", _paced(_resume_one, 0.035), _ALL),
    Attack("event", "resume of 200 rooms", _paced(_resume_market, 0.07), EVERYBODY),
    Attack("event", "resume in the handshake", _resumed_at_once, _ALL),
    Attack("event", "typing", _events(_typing, times=50), EVERYBODY, lines=20),
    Attack("event", "typing, at the limit", _paced(_typing, 0.035), EVERYBODY, lines=20),
    Attack("event", "join and leave", _events(_in_and_out, times=50), EVERYBODY, lines=20),
    Attack("event", "join and leave, at the limit", _paced(_in_and_out, 0.07), EVERYBODY, lines=20),
    Attack("event", "join a thousand rooms", _paced(_around, 0.035), EVERYBODY, lines=20),
    Attack("event", "members of a room of 2 000", _events(_users, times=50), EVERYBODY),
    Attack("event", "members of a room of 2 000, at the limit", _paced(_users, 0.035), EVERYBODY, lines=20),
    Attack("event", "heartbeat", _paced(lambda _: event("heartbeat"), 0.035), EVERYBODY, lines=20),
    Attack("event", "mark_read", _paced(_read_mark, 0.035), EVERYBODY, lines=20),
    Attack("event", "without a meaning", _events(lambda _: event("x"), times=500), EVERYBODY),
    Attack("event", "60 kB without a meaning", _events(lambda _: event("x", "y" * 60_000))),
    Attack("event", "the same message again", _paced(_same_again, 0.035), EVERYBODY, lines=20),
    Attack("event", "long messages to many rooms", _paced(_say, 0.035), EVERYBODY, lines=20),
    Attack("event", "new lounges", _paced(_lounge, 0.035), EVERYBODY, lines=20),
    Attack("event", "forged tokens", _paced(lambda _: event("auth_refresh", "x." * 500), 0.035), lines=20),
]  # fmt: skip


def _ask(make: Callable[[Site], bytes], times: int = 1) -> Callable[[Site], Script]:
    """Ask again as soon as there is an answer."""

    def script(site: Site) -> Script:
        while True:
            yield make(site) * times
            yield _ANSWER

    return script


def _unread(make: Callable[[Site], bytes]) -> Callable[[Site], Script]:
    """Ask once and read nothing."""

    def script(site: Site) -> Script:
        yield DEAF
        yield make(site)
        yield Pause(3600)

    return script


def _longest(site: Site) -> bytes:
    return get(site, f"/api/rooms/{site.town.archive}/messages?limit=100")


def _older(site: Site) -> bytes:
    return get(site, f"/api/rooms/{site.town.archive}/messages?limit=100&after={site.number() % 500}")


def _guessed(site: Site) -> bytes:
    return get(site, f"/api/rooms/{site.town.archive}/messages?cursor=b{site.number():032x}")


def _listed(site: Site) -> bytes:
    return get(site, "/api/rooms?scope=all")


def _paged(site: Site) -> bytes:
    return get(site, f"/api/v1/rooms?scope=public&limit={10 ** site.number() % 10**40}&cursor={'x' * 400}")


def _members(site: Site) -> bytes:
    return get(site, f"/api/rooms/{site.town.hall}/users")


def _client(site: Site) -> bytes:
    return get(site, "/")


def _openapi(site: Site) -> bytes:
    return get(site, "/openapi.json")


PAGES: Final = [
    Attack("page", "the longest page, nothing read", _unread(_longest), SIGNED_IN, lines=400, window=4096),
    Attack("page", "entries, nothing read", _unread(_older), SIGNED_IN, lines=400, window=4096),
    Attack("page", "all rooms, nothing read", _unread(_listed), SIGNED_IN, lines=400, window=4096),
    Attack("page", "all members, nothing read", _unread(_members), ("member",), lines=400, window=4096),
    Attack("page", "the web client, nothing read", _unread(_client), lines=1_000, window=4096),
    Attack("page", "openapi.json, nothing read", _unread(_openapi), lines=1_000, window=4096),
    Attack("page", "the longest page", _ask(_longest), SIGNED_IN),
    Attack("page", "entries", _ask(_older), SIGNED_IN),
    Attack("page", "cursors that were guessed", _ask(_guessed), EVERYBODY),
    Attack("page", "all rooms", _ask(_listed), EVERYBODY),
    Attack("page", "rooms with senseless limits", _ask(_paged), EVERYBODY),
    Attack("page", "all lounges", _ask(lambda site: get(site, "/lounges")), EVERYBODY),
    Attack("page", "all members of a room of 2 000", _ask(_members), EVERYBODY),
    Attack("page", "whether it is ready", _ask(lambda site: get(site, "/readyz"))),
    Attack("page", "the web client", _ask(lambda site: get(site, "/", "Accept-Encoding: gzip\r\n"))),
    Attack("page", "new rooms", _ask(lambda site: post_json(site, "/api/rooms", name="x")), SIGNED_IN),
    Attack("page", "invites that were guessed", _ask(lambda site: post_json(
        site, "/api/v1/rooms/join", inviteCode=f"{site.number():022d}")), SIGNED_IN),
]  # fmt: skip


def _sign(path: str, **fields: str) -> Callable[[Site], Script]:
    """Sign in or up, each time as somebody else: `#` is a number."""

    def make(site: Site) -> bytes:
        number = str(site.number())
        return post_json(site, path, **{name: value.replace("#", number) for name, value in fields.items()})

    return _ask(make)


_PASSWORD: Final = "a wrong password #"
SIGN_INS: Final = [
    Attack("sign-in", "as anybody", _sign("/api/auth/login", email="n#@example.org", password=_PASSWORD), lines=100),
    Attack("sign-in", "as one person", _sign("/api/auth/login", email="a@example.org", password=_PASSWORD), lines=100),
    Attack("sign-in", "with 64 kB", _ask(lambda site: post(
        site, "/api/auth/login", b'{"email":"a@example.org","password":"' + b"x" * 65_000 + b'"}')), lines=20),
    Attack("sign-in", "new accounts", _sign(
        "/api/auth/register", name="N #", email="n#@example.org", password="long enough #"), lines=100),
    Attack("sign-in", "new accounts by phone", _sign(
        "/api/auth/signup", phoneNumber="+4915112345#", firstName="N"), lines=100),
    Attack("sign-in", "forgotten passwords", _sign("/api/v1/auth/password/forgot", email="n#@example.org"), lines=100),
    Attack("sign-in", "resets", _sign(
        "/api/v1/auth/password/reset", email="n#@example.org", code="12345#", newPassword="long enough #"), lines=100),
    Attack("sign-in", "guests", _sign("/api/auth/guest"), lines=100),
    Attack("sign-in", "forged refresh tokens", _sign("/api/v1/auth/refresh", refreshToken="x#"), lines=100),
    Attack("sign-in", "forged access tokens", _ask(lambda site: get(
        site, "/api/users/me", "Authorization: Bearer " + "e30." * 5_000 + f"{site.number()}\r\n")), lines=20),
    Attack("sign-in", "old passwords", _sign(
        "/api/v1/users/me/password", currentPassword=_PASSWORD, newPassword="long enough #"), ("member",), lines=100),
]  # fmt: skip

ATTACKS: Final = [*EVENTS, *PAGES, *SIGN_INS]
