"""Cookies and the origin of requests: what both ways in must judge alike."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final, NamedTuple
from urllib.parse import urlsplit

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


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that our own page asks: an Origin that names our host, else Sec-Fetch-Site.

    Browsers send cookies for any page, so a request that a cookie authenticates must pass this (trust.md S11).
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") == "same-origin"
    return bool(urlsplit(origin).netloc) and urlsplit(origin).netloc == headers.get("host")
