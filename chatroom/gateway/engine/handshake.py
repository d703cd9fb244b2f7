"""The HTTP request that opened a connection, as the application may see it."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# They say how this one request travelled, nothing about who sent it; leaving them out saves 1 kB a connection.
_TRANSPORT_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "cache-control",
        "connection",
        "content-length",
        "pragma",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-version",
        "upgrade",
    }
)


@dataclass(frozen=True, slots=True)
class Handshake:
    """`headers` has lower-case names; `address` and `secure` have passed the trusted proxies."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    address: str
    secure: bool
    path: str


def read_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name; a repeated one is joined by commas (RFC 9110, 5.2).

    `Cookie` by semicolons: HTTP/2 splits it, and not every proxy puts it together again (RFC 9113, 8.2.3).
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name = sys.intern(raw_name.decode("latin-1").lower())
        value = raw_value.decode("latin-1")
        if name in headers:
            value = headers[name] + ("; " if name == "cookie" else ", ") + value
        headers[name] = value
    return headers


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that a Handshake keeps for the life of its connection."""
    return {name: value for name, value in headers.items() if name not in _TRANSPORT_HEADERS}
