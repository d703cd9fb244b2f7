"""The rules by which an Engine.IO request is admitted, before any transport sees it."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

_MAX_PARAMETERS = 64
_CONTROL = frozenset(map(chr, range(32))) - {"\t"} | {"\x7f"}


class Refusal(Enum):
    """Why a request is refused: HTTP status, code and message of the JSON body."""

    TRANSPORT_UNKNOWN = (400, 0, "Transport unknown")
    SESSION_UNKNOWN = (400, 1, "Session ID unknown")
    BAD_METHOD = (400, 2, "Bad handshake method")
    BAD_REQUEST = (400, 3, "Bad request")
    FORBIDDEN = (403, 4, "Forbidden")
    UNSUPPORTED_VERSION = (400, 5, "Unsupported protocol version")
    TOO_LARGE = (413, 3, "Payload too large")
    TOO_MANY = (429, 4, "Too many connections")
    UNAVAILABLE = (503, 4, "Server is restarting")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def message(self) -> str:
        """The text of the body."""
        return self.value[2]

    @property
    def body(self) -> bytes:
        """The JSON body."""
        return msgspec.json.encode({"code": self.value[1], "message": self.value[2]})


class Request(NamedTuple):
    """What the rules look at; `websocket` = the request asks for the WebSocket upgrade."""

    method: str
    query: Mapping[str, str]
    origin: str
    websocket: bool


def parse_query(query: bytes) -> dict[str, str]:
    """Return the first value of each parameter; at most 64 parameters, else nothing."""
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def verify(request: Request, transport_of_session: str | None) -> Refusal | None:
    """Return why `request` is refused, or None; `transport_of_session` is None when its sid is not known.

    The order of the checks is that of the reference server. A session that is on `websocket` takes no more
    polling requests; a second WebSocket for it is accepted and closed, as there.
    """
    query = request.query
    transport = query.get("transport")
    if transport not in ("polling", "websocket"):
        return Refusal.TRANSPORT_UNKNOWN
    if not _CONTROL.isdisjoint(request.origin) or (transport == "polling" and request.websocket):
        return Refusal.BAD_REQUEST
    if "sid" in query:
        if transport_of_session is None:
            return Refusal.SESSION_UNKNOWN
        if not request.websocket and "websocket" in (transport, transport_of_session):
            return Refusal.BAD_REQUEST
        return None
    if query.get("EIO") != "4":
        return Refusal.UNSUPPORTED_VERSION
    if request.method != "GET":
        return Refusal.BAD_METHOD
    if transport == "websocket" and not request.websocket:
        return Refusal.BAD_REQUEST
    return None
