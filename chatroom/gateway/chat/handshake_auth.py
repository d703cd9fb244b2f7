"""Who a new connection is, and in which dialect it is spoken to (docs/dialects.md)."""

from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, NamedTuple

from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Kernel, Origin
from chatroom.core.cookies import ACCESS, port_of, read_cookies
from chatroom.core.credentials import bare, bearer, first_good
from chatroom.core.errors import Problem
from chatroom.core.origins import Origins, Page
from chatroom.core.principal import OUTSIDER, Principal
from chatroom.features.auth.anonymous import anonymous
from chatroom.features.rooms.ports import Site
from chatroom.gateway.chat import dialects
from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.engine.client import Client
from chatroom.gateway.engine.handshake import Handshake

Authenticate = Callable[[Context, str], Awaitable[Principal]]


class Anonymous(NamedTuple):
    """Whether sockets without a token become guests, and how many of one address may be here; 0 is any number."""

    allowed: bool = True
    per_address: int = 100


class Entrance:
    """Lets connections in, and counts those that come without a token."""

    def __init__(self, kernel: Kernel, authenticate: Authenticate, rule: Anonymous) -> None:
        self._kernel = kernel
        self._authenticate = authenticate
        self._rule = rule
        self._guests: Counter[str] = Counter()

    async def admit(self, client: Client, fields: dict[str, Any]) -> ChatConnection:
        """Return the connection of a connection. Raises `Problem` for a token that is not good.

        Where nothing says who it is a guest comes in, who is written for seed S1 until an event shows another one. A
        cookie names a person and no dialect; a browser sends it unasked, so that a stale one keeps nobody out but
        the clients that say how they want to be spoken to, or that they come as a member (`auth.as`).
        """
        shake = client.handshake
        origin = Origin(shake.address, shake.headers.get("user-agent", ""))
        ctx = Context(self._kernel, OUTSIDER, origin=origin)
        wish = dialects.wished(fields.get("dialect"), shake.query.get("dialect"))
        token = _token(shake, fields)
        if token is not None:
            who: Principal | None = await self._authenticate(ctx, token)
        else:
            member = fields.get("as") == _MEMBER
            who = await self._by_cookie(shake, ctx, sure=member or wish is not None)
            if who is None and member:
                raise Problem("unauthorized")
        usual = dialects.GLOBAL if token is None else dialects.ROOMS
        return ChatConnection(
            client,
            who or self._guest(origin),
            wish or usual,
            decided=wish is not None,
            origin=origin,
        )

    async def _by_cookie(self, shake: Handshake, ctx: Context, *, sure: bool) -> Principal | None:
        site: Site = self._kernel.ports[Site]
        port = port_of(site.url, shake.headers.get("host", ""))
        found = read_cookies(shake.headers.get("cookie", ""), ACCESS, port)
        if not found:
            return None
        try:
            origins: Origins = self._kernel.ports[Origins]
            if origins.page(shake.headers, secure=shake.secure) is not Page.OURS:
                raise Problem("bad_origin")
            return await first_good((token for _, token in found), partial(self._authenticate, ctx))
        except Problem as problem:
            if sure or problem.retryable or not self._rule.allowed:
                raise
            return None

    def _guest(self, origin: Origin) -> Principal:
        if not self._rule.allowed:
            raise Problem("unauthorized")
        if self._rule.per_address and self._guests[address_key(origin.address)] >= self._rule.per_address:
            raise Problem("rate_limited", "Too many guests come from your address.")
        return anonymous()

    def came(self, connection: ChatConnection) -> None:
        """Count a connection that has been let in."""
        if connection.anonymous:
            self._guests[connection.anonymous] += 1

    def went(self, connection: ChatConnection) -> None:
        """Count one less."""
        if connection.anonymous:
            self._guests[connection.anonymous] -= 1
            if not self._guests[connection.anonymous]:
                del self._guests[connection.anonymous]


_MEMBER: Final = "member"
"""What `auth.as` says of a client that wants to be refused rather than taken for a guest."""
_NONE: Final = (None, "")


def _token(shake: Handshake, fields: dict[str, Any]) -> str | None:
    """Find the token that the client itself gives. Raises `Problem("invalid_token")` for what is no text."""
    named = (
        fields.get("token"),
        fields.get("tempSessionToken"),
        bearer(shake.headers.get("authorization", "")),
        shake.query.get("token"),
    )
    candidate = next((each for each in named if each not in _NONE), None)
    if candidate is None:
        return None
    if not isinstance(candidate, str):
        raise Problem("invalid_token")
    return bare(candidate)
