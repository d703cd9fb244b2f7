"""Bearer token or cookie -> principal; and the cookie that keeps a browser signed in."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from chatroom.core.context import Context
from chatroom.core.cookies import ACCESS
from chatroom.core.principal import OUTSIDER, Principal
from chatroom.http.csrf import refuse_foreign_pages

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Authenticate = Callable[[Context, str], Awaitable[Principal]]


async def who_asks(request: Request, ctx: Context, authenticate: Authenticate) -> Principal:
    """Return who asks; an outsider without a token. Raises `Problem` for a token that is not good.

    A cookie does not count for a foreign page, and leaves `by_cookie` in the scope: it needs a CSRF token too.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return await authenticate(ctx, token.strip())
    cookie = request.cookies.get(ACCESS)
    if not cookie:
        return OUTSIDER
    refuse_foreign_pages(request, by_cookie=True)
    who = await authenticate(ctx, cookie)
    request.scope["by_cookie"] = True
    return who


def keep_signed_in(request: Request, response: Response, token: str, seconds: int) -> None:
    """Set the access cookie. The caller has checked that our own page asks for it."""
    response.set_cookie(
        ACCESS, token, max_age=seconds, path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )


def forget(request: Request, response: Response) -> None:
    """Delete the access cookie."""
    response.delete_cookie(ACCESS, path="/", secure=is_secure(request), httponly=True, samesite="lax")


def is_secure(request: Request) -> bool:
    """Cookies are `Secure` unless the site is plain http on loopback (contract 0)."""
    return not (request.url.scheme == "http" and request.url.hostname in _LOOPBACK)
