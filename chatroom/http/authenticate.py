"""Bearer token or cookie -> principal; and the cookie that keeps a browser signed in."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from chatroom.core.context import Context
from chatroom.core.cookies import ACCESS, is_same_origin
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER, Principal

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Authenticate = Callable[[Context, str], Awaitable[Principal]]


async def who_asks(request: Request, ctx: Context, authenticate: Authenticate) -> Principal:
    """Return who asks; an outsider without a token. Raises `Problem` for a token that is not good.

    A cookie counts on unsafe methods only when our own page sends it; a Bearer token needs no such proof.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return await authenticate(ctx, token.strip())
    cookie = request.cookies.get(ACCESS)
    if not cookie:
        return OUTSIDER
    if request.method not in _SAFE and not is_same_origin(request.headers):
        raise Problem("bad_origin")
    return await authenticate(ctx, cookie)


def keep_signed_in(request: Request, response: Response, token: str, seconds: int) -> None:
    """Set the access cookie. The caller has checked that our own page asks for it."""
    response.set_cookie(
        ACCESS, token, max_age=seconds, path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def forget(request: Request, response: Response) -> None:
    """Delete the access cookie."""
    response.delete_cookie(ACCESS, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def _is_secure(request: Request) -> bool:
    """Cookies are `Secure` unless the site is plain http on loopback (contract 0)."""
    return not (request.url.scheme == "http" and request.url.hostname in _LOOPBACK)
