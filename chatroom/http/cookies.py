"""The cookies of one request, and what its answer does to those of the browser.

Cookies are written under names with the server's port, for browsers share them among the ports of a host. Seed S1's
own routes write S1's names; a refreshed session stays under the names in which it came. Both are read everywhere.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from chatroom.core.cookies import ACCESS, CSRF, REFRESH, SessionCookies, names_of, port_of, read_cookies
from chatroom.logging import warn_once

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_DROPPED: Final = (
    "somebody came by plain http from another machine: their browser drops Secure cookies, so they are signed out at "
    "each reload; set PUBLIC_URL to the address people use, https:// or, inside one network, http://"
)
_SIGN_IN: Final = "/api/auth/signin"
_REFRESH: Final = "/api/auth/refresh"
_SESSION: Final[dict[str, tuple[str, Literal["lax", "strict"]]]] = {
    ACCESS: ("/", "lax"),
    # It goes back to where it is exchanged and nowhere else.
    REFRESH: ("/api/auth", "strict"),
}
"""Cookie -> its path and its SameSite."""


class Cookies:
    """`site` is the public URL, empty when it is not known; `is_ours` tells the tokens that this server signed."""

    def __init__(self, request: Request, site: str, is_ours: Callable[[str], bool]) -> None:
        self._request = request
        self._is_ours = is_ours
        self._header = "; ".join(request.headers.getlist("cookie"))
        self._port = port_of(site, request.headers.get("host", ""))
        self._site = site

    def tokens(self, name: str) -> list[str]:
        """The values that the browser sent under either name of a cookie, in the order in which they count."""
        return [value for _, value in read_cookies(self._header, name, self._port)]

    def refresh_token(self) -> str:
        """The refresh token to exchange: the first one of ours, else the first, so that its refusal says why."""
        found = self.tokens(REFRESH)
        return next((token for token in found if self._is_ours(token)), found[0] if found else "")

    def keep(self, response: Response, kept: SessionCookies) -> None:
        """Set the cookies of a session, or delete them. The caller has checked whose page asks.

        A browser is one person at a time here: the other names' cookies go, but for those that another server on
        this host has signed.
        """
        written = self._port_to_write() if kept.access else None
        for port in dict.fromkeys((self._port, "")):
            if port == written:
                self._write(response, port, kept)
            elif not self._is_anothers(port) and (written is None or self._sent(port)):
                self._write(response, port, SessionCookies())

    def keep_csrf(self, response: Response, token: str, seconds: int, *, everywhere: bool) -> None:
        """Set the cookie that scripts of our own pages read: under the session's name, or under both."""
        names = names_of(CSRF, self._port) if everywhere else names_of(CSRF, self._port_to_write())[:1]
        for name in names:
            response.set_cookie(name, token, max_age=seconds, path="/", secure=self._secure, samesite="lax")

    @cached_property
    def _secure(self) -> bool:
        """Whether what is written is `Secure`; asked for only where a cookie is."""
        return is_secure(self._request, self._site)

    def _port_to_write(self) -> str:
        path = self._request.url.path
        if path == _SIGN_IN:
            return ""
        if path == _REFRESH and self.refresh_token() not in self._of(REFRESH, self._port):
            return ""
        return self._port

    def _write(self, response: Response, port: str, kept: SessionCookies) -> None:
        lives = {ACCESS: (kept.access, kept.access_seconds), REFRESH: (kept.refresh, kept.refresh_seconds)}
        for cookie, (token, age) in lives.items():
            path, same = _SESSION[cookie]
            name = names_of(cookie, port)[0]
            if token:
                response.set_cookie(
                    name, token, age, path=path, secure=self._secure, httponly=True, samesite=same
                )
            else:
                response.delete_cookie(name, path, secure=self._secure, httponly=True, samesite=same)

    def _of(self, cookie: str, port: str) -> list[str]:
        """What was sent under just this name."""
        name = names_of(cookie, port)[0]
        return [value for each, value in read_cookies(self._header, cookie, self._port) if each == name]

    def _sent(self, port: str) -> list[str]:
        return [*self._of(ACCESS, port), *self._of(REFRESH, port)]

    def _is_anothers(self, port: str) -> bool:
        """Whether a session of another server is under these names; a guest's token has no signature that tells."""
        signed = [token for token in self._sent(port) if "." in token]
        return bool(signed) and not any(map(self._is_ours, signed))


def is_secure(request: Request, site: str) -> bool:
    """Cookies are `Secure` unless the site is plain http: on loopback, or where PUBLIC_URL says so.

    The public URL comes first: behind a proxy that ends TLS and asks for `localhost`, a request looks like plain
    http on loopback. Where nobody said it, the request tells; by plain http from another machine the browser then
    drops what it is given, which is said once.
    """
    asked = request.url
    if site.startswith("https:") or asked.scheme == "https":
        return True
    if site.startswith("http:") or asked.hostname in _LOOPBACK:
        return False
    warn_once("cookies.dropped", setting="PUBLIC_URL", note=_DROPPED)
    return True
