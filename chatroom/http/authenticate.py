"""Bearer token or cookie -> principal; and the cookie that keeps a browser signed in."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from chatroom.core.context import Context
from chatroom.core.cookies import ACCESS, REFRESH, Kept
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


def add_refresh_token(request: Request, fields: dict[str, Any]) -> None:
    """Put the refresh token of the cookie into an input that does not hold one."""
    if cookie := request.cookies.get(REFRESH):
        fields.setdefault("refreshToken", cookie)


def keep_signed_in(response: Response, kept: Kept, *, secure: bool) -> None:
    """Set or delete the cookies of a session. The caller has checked whose page asks.

    The refresh token goes back to where it is exchanged and nowhere else (trust.md A16).
    """
    cookies: list[tuple[str, str, int, str, Literal["lax", "strict"]]] = [
        (ACCESS, kept.access, kept.access_seconds, "/", "lax"),
        (REFRESH, kept.refresh, kept.refresh_seconds, "/api/auth", "strict"),
    ]
    for name, token, age, path, same in cookies:
        if token:
            response.set_cookie(name, token, age, path=path, secure=secure, httponly=True, samesite=same)
        else:
            response.delete_cookie(name, path, secure=secure, httponly=True, samesite=same)


def is_secure(request: Request, site: str) -> bool:
    """Cookies are `Secure` unless the site is plain http on loopback (contract 0).

    The public URL says which it is: behind a proxy that ends TLS and asks for `localhost`, a request looks like plain
    http on loopback. Where nobody said it, the request tells.
    """
    asked = request.url
    return site.startswith("https:") or not (asked.scheme == "http" and asked.hostname in _LOOPBACK)
