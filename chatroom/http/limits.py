"""How often: the bucket of a request, and who it counts for."""

from starlette.requests import Request

from chatroom.core.addresses import address_key
from chatroom.core.limits import RateLimiter, spend
from chatroom.core.operation import Operation
from chatroom.core.origins import Page
from chatroom.core.principal import Principal
from chatroom.http.dialects import Dialect


async def count(
    request: Request, limiter: RateLimiter, dialect: Dialect, op: Operation, who: Principal
) -> None:
    """Count a request for the signed-in person, else for the address.

    Our own pages ask for more than a script that talks to one seed's surface; what they say of themselves can be
    forged, and lifts 60 a minute to 300, no more, and nothing where somebody proves who they are. Raises `TooMany`.
    """
    if op.bucket is None:
        return
    ours = request.scope["page"] is Page.OURS and not op.may.guessing
    bucket = op.bucket or ("web" if ours else dialect.name)
    request.scope["quota"] = await spend(limiter, bucket, who.id or client_key(request))


def client_key(request: Request) -> str:
    """What limits count an unknown client by."""
    return address_key(request.client.host if request.client else "")
