"""The way to a CSRF token; `http` sets the cookie and asks for the token back."""

from chatroom.core.context import Context
from chatroom.core.csrf import CsrfTokens
from chatroom.features.auth.types import CsrfToken


async def issue(ctx: Context) -> CsrfToken:
    """Get a CSRF token; browsers also keep it as the readable cookie `csrfToken`, and get the one that they have."""
    return CsrfToken(csrf_token=ctx.port(CsrfTokens).issue(ctx.now))
