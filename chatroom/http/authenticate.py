"""Bearer token or cookie -> principal."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from chatroom.core.context import Context
from chatroom.core.cookies import ACCESS
from chatroom.core.credentials import bearer, first_good
from chatroom.core.principal import OUTSIDER, Principal
from chatroom.http.cookies import Cookies
from chatroom.http.csrf import refuse_foreign_pages

Authenticate = Callable[[Context, str], Awaitable[Principal]]


async def who_asks(
    request: Request, ctx: Context, authenticate: Authenticate, cookies: Callable[[Request], Cookies]
) -> Principal:
    """Return who asks; an outsider without a token. Raises `Problem` for a token that is not good.

    A cookie does not count for a foreign page, and leaves `by_cookie` in the scope: it needs a CSRF token too.
    """
    headers = request.headers
    if token := bearer(", ".join(headers.getlist("authorization"))):  # two lines are one list (RFC 9110, 5.3)
        return await authenticate(ctx, token)
    tokens = cookies(request).tokens(ACCESS) if "cookie" in headers else []
    if not tokens:
        return OUTSIDER
    refuse_foreign_pages(request, by_cookie=True)
    who = await first_good(tokens, lambda token: authenticate(ctx, token))
    request.scope["by_cookie"] = True
    return who
