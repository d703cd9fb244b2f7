"""Pages of other sites: which may talk to us, and for which a cookie counts (docs/security-model.md)."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

ANY: Final = "*"
_GRANT: Final = "access-control-allow-origin"
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)  # a name, RFC 9110, 5.1
_LONGEST: Final = 1024  # characters of a list of names
_PORTS: Final = {"http": 80, "https": 443}
_OURS: Final = frozenset({"same-origin", "none"})  # none: the person's own doing, not a page's


class Page(StrEnum):
    """Whose page a request comes from, as the browser says; only a browser says anything."""

    OURS = "ours"
    FOREIGN = "foreign"
    NOBODYS = "nobody's"


class Origins:
    """What the settings say of other origins. `*` lets any page call, but never with a cookie."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._any = ANY in allowed
        self._listed = allowed - {ANY}

    def may_call(self, origin: str | None, host: str, *, secure: bool) -> bool:
        """Whether a page of `origin` may talk to us at `host`; without an Origin header the client is no browser."""
        return origin is None or self._any or self._is_ours(origin, host, secure=secure)

    def page(self, headers: Mapping[str, str], *, secure: bool) -> Page:
        """Whose page asks: ours or a listed one, a foreign one, or none at all."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None:
            return (
                Page.OURS if self._is_ours(origin, headers.get("host", ""), secure=secure) else Page.FOREIGN
            )
        if site is None:
            return Page.NOBODYS
        return Page.OURS if site in _OURS else Page.FOREIGN

    def cors(self, origin: str | None) -> dict[str, str]:
        """The CORS headers of an answer to `origin`; none when only our own origin is served."""
        granted = {"vary": "Origin"} if self._listed else {}
        if origin is not None and origin in self._listed:
            return {
                "access-control-allow-origin": origin,
                "access-control-allow-credentials": "true",
                **granted,
            }
        return (
            {"access-control-allow-origin": ANY, **granted} if origin is not None and self._any else granted
        )

    def preflight(self, origin: str | None, wanted: str) -> dict[str, str]:
        """The CORS headers of the answer to a preflight that wants to send the headers `wanted`; empty for a refusal.

        Whatever a page wants to send is granted, as the reference server does: what counts is who may call, and a
        list would have to name every header of every tracing library and tunnel.
        """
        granted = self.cors(origin)
        if _GRANT not in granted:
            return {}
        names = [name.strip() for name in wanted[:_LONGEST].split(",")]
        return {
            **granted,
            "vary": "Origin, Access-Control-Request-Headers",
            "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
            "access-control-allow-headers": ", ".join(filter(_HEADER.fullmatch, names)),
            "access-control-max-age": "600",
        }

    def _is_ours(self, origin: str, host: str, *, secure: bool) -> bool:
        return origin in self._listed or _same_origin(origin, host, secure=secure)


def _same_origin(origin: str, host: str, *, secure: bool) -> bool:
    """Compare host and port; where plain HTTP reaches us a proxy may have ended TLS, so https counts too."""
    try:
        theirs = urlsplit(origin)
        ours = urlsplit(f"{theirs.scheme}://{host}")
        default = _PORTS.get(theirs.scheme)
        same_port = (theirs.port or default) == (ours.port or default)
    except ValueError:
        return False
    schemes = ("https",) if secure else ("http", "https")
    return theirs.scheme in schemes and bool(ours.hostname) and theirs.hostname == ours.hostname and same_port
