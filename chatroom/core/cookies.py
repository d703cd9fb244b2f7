"""Cookies: what both ways in must read alike."""

from http.cookies import CookieError, SimpleCookie
from typing import Final, NamedTuple

ACCESS: Final = "accessToken"
"""The cookie that holds an access token (seed S1's name)."""

REFRESH: Final = "refreshToken"
"""The cookie that holds a refresh token (seed S1's name)."""


class Kept(NamedTuple):
    """What a browser shall keep: tokens and the seconds they last. An empty token deletes its cookie."""

    access: str = ""
    access_seconds: int = 0
    refresh: str = ""
    refresh_seconds: int = 0


def read_cookie(header: str, name: str) -> str:
    """Return a cookie's value from a Cookie header, or `""`."""
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
