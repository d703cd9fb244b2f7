"""The table: every attack, and the honest loads to compare with."""

from collections.abc import Callable
from typing import Final

from tests.security.bounds import heads, requests, sessions, sockets
from tests.security.bounds.attack import Attack, title
from tests.security.bounds.engine import Pause, Script, Until
from tests.security.bounds.say import get
from tests.security.bounds.town import Site

ATTACKS: Final = [*heads.ATTACKS, *sockets.ATTACKS, *sessions.ATTACKS, *requests.ATTACKS]
_EACH: Final = 4.0  # pages a second that one honest person reads


def _reading(site: Site) -> Script:
    """Somebody who reads newest pages, at a rate that is theirs to have."""
    token = site.town.crowd[-1 - site.number() % len(site.town.crowd)]
    site.tokens = [token]
    request = get(site, f"/api/rooms/{site.town.hall}/messages?limit=50")
    while True:
        yield request
        yield Until(rb"HTTP/1\.1 \d\d\d")
        yield Pause(1 / _EACH)


def _load(people: int) -> Attack:
    return Attack("honest", f"{people} who read", _reading, lines=people, source="127.0.1.*")


HONEST: Final = [_load(people) for people in (100, 500, 1_000, 1_500, 2_000)]


def rows(wanted: Callable[[Attack], bool] = lambda _: True) -> list[tuple[Attack, str]]:
    """Every attack with everybody who may try it."""
    return [(attack, who) for attack in ATTACKS if wanted(attack) for who in attack.who]


def find(name: str) -> Attack:
    """The attack of a title. Raises KeyError."""
    return {title(attack): attack for attack in (*ATTACKS, *HONEST)}[name]
