"""How often: the bucket of a request, and who it counts for."""

from typing import Final

from starlette.requests import Request

from chatroom.core.addresses import address_key
from chatroom.core.limits import RateLimiter, spend
from chatroom.core.operation import Operation
from chatroom.core.origins import Page
from chatroom.core.principal import Principal
from chatroom.http.dialects import Dialect

_OWN: Final = {
    "messages.history": "history",
    "presence.heartbeat": "heartbeat",
}
"""Operations with a bucket of their own on every surface, so that reading back does not use up the rest."""
_PROOFS: Final = frozenset({"auth.sign_in", "auth.register", "auth.recover", "auth.replace_password"})
"""Where passwords and codes are tried: no more often for a page of ours than for a script that says it is one."""
_NEVER: Final = frozenset({"auth.logout"})
"""Operations that are not counted: whoever is over the limit may still sign out."""


async def count(
    request: Request, limiter: RateLimiter, dialect: Dialect, op: Operation, who: Principal
) -> None:
    """Count a request for the signed-in person, else for the address.

    Our own pages ask for more than a script that talks to one seed's surface; what they say of themselves can be
    forged, and lifts 60 a minute to 300, no more, and nothing where somebody proves who they are. Raises `TooMany`.
    """
    if op.name in _NEVER:
        return
    ours = request.scope["page"] is Page.OURS and op.may not in _PROOFS
    bucket = _OWN.get(op.name) or ("web" if ours else dialect.name)
    request.scope["quota"] = await spend(limiter, bucket, who.id or client_key(request))


def client_key(request: Request) -> str:
    """What limits count an unknown client by."""
    return address_key(request.client.host if request.client else "")
