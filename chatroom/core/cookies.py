"""Cookies: their names, and the one reader of the Cookie header that REST and sockets share."""

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

ACCESS: Final = "accessToken"
"""The cookie that holds an access token (seed S1's name)."""

REFRESH: Final = "refreshToken"
"""The cookie that holds a refresh token (seed S1's name)."""

CSRF: Final = "csrfToken"
"""The cookie that holds a CSRF token (seed S1's name)."""

_PORT: Final = re.compile(r":([0-9]{1,5})$", re.ASCII)
_USUAL_PORTS: Final = frozenset({"80", "443"})
_CANDIDATES: Final = (
    4  # values of one name that are tried; a browser rarely has two, a stranger could send hundreds
)


class SessionCookies(NamedTuple):
    """What a browser shall keep: tokens and the seconds they last. An empty token deletes its cookie."""

    access: str = ""
    access_seconds: int = 0
    refresh: str = ""
    refresh_seconds: int = 0


def port_of(site: str, host: str) -> str:
    """Return the port that distinguishes this server's cookies; empty for 80 and 443.

    Browsers share cookies among all ports of a host (RFC 6265, 8.5), so two servers on one host would sign each
    other's people out. `site` is the public URL where it is known, `host` the Host header.
    """
    found = _PORT.search(urlsplit(site).netloc if site else host)
    return found[1] if found and found[1] not in _USUAL_PORTS else ""


def names_of(name: str, port: str) -> tuple[str, ...]:
    """The names under which a cookie is read: the port's own first, then the plain one."""
    return (f"{name}_{port}", name) if port else (name,)


def read_cookies(header: str, name: str, port: str = "") -> list[tuple[str, str]]:
    """Return (name, value) of each distinct value that a Cookie header has under `names_of`, at most four.

    As lenient as RFC 6265, 5.4 asks of servers: pairs are separated by semicolons and nothing else, so a cookie of
    another application on the host, whatever is in it, hides none of ours. One pair of quotes around a value is
    dropped. A name may come twice (from a parent domain or another path): the caller tries each.
    """
    values: dict[str, list[str]] = {each: [] for each in names_of(name, port)}
    for pair in header.split(";"):
        given, equals, value = pair.partition("=")
        found = values.get(given.strip(" \t")) if equals else None
        value = value.strip(" \t")
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if found is not None and value and value not in found:
            found.append(value)
    return [(each, value) for each, found in values.items() for value in found][:_CANDIDATES]
