"""Cross-site requests: what a cookie may do, and the token that proves whose page asks (docs/security-model.md)."""

import hmac
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request

from chatroom.core.csrf import CsrfTokens
from chatroom.core.errors import Problem
from chatroom.core.origins import Page
from chatroom.http.bodies import Fields

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SEEDS_OWN: Final = frozenset(
    f"/api/auth/{name}"
    for name in ("csrf", "signup", "signin", "guest", "change-password", "refresh", "logout")
)
"""Seed S1 asks for no token here; a foreign page is refused all the same."""


def refuse_foreign_pages(request: Request, *, by_cookie: bool) -> None:
    """Refuse a page that is not ours where a cookie speaks for the person, or where one will be set.

    A cookie reads for a foreign page only what that page cannot see (no Origin header: a link, a picture). Raises
    `Problem("bad_origin")`.
    """
    if request.scope["page"] is not Page.FOREIGN:
        return
    unsafe = request.method not in _SAFE
    if (by_cookie and (unsafe or "origin" in request.headers)) or request.url.path in _SEEDS_OWN:
        raise Problem("bad_origin")


def check(request: Request, fields: Fields, kept: Sequence[str], tokens: CsrfTokens, now: int) -> None:
    """Check the token of an unsafe request that a cookie authenticated; `kept` is what its cookies hold.

    `now` is in epoch milliseconds. Raises `Problem`, 403.
    """
    if request.method in _SAFE or request.url.path in _SEEDS_OWN:
        return
    headers = request.headers
    given = headers.get("x-csrf-token") or headers.get("x-csrf") or fields.csrf
    if not given or not kept:
        raise Problem("csrf_missing")
    if not isinstance(given, str) or not any(
        hmac.compare_digest(given.encode(), each.encode()) for each in kept
    ):
        raise Problem("csrf_invalid")
    if not tokens.seconds_left(given, now):  # the same in both places, but not from us or too old
        raise Problem("csrf_failed")
