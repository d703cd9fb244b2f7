"""A connection as the product knows it."""

import asyncio
from typing import Protocol

from chatroom.core.addresses import address_key
from chatroom.core.context import Departed, Origin
from chatroom.core.principal import Principal
from chatroom.gateway.chat.dialects import PLAIN, answer_frame
from chatroom.gateway.engine.client import Client, Disconnected


class Watch(Protocol):
    """Looks after the end of tokens."""

    def put(self, connection: "ChatConnection") -> None:
        """Look at a connection when its token ends, instead of whenever that was to be."""


class ChatConnection:
    """Whose a connection is, its dialect, its channels. It is the `Connection` that slices know.

    `decided`: the dialect will not change any more. `anonymous`: the address of one that came without a token. `due`
    and `warned` belong to the watch over its token.
    """

    __slots__ = (
        "anonymous",
        "channels",
        "client",
        "decided",
        "dialect",
        "due",
        "id",
        "origin",
        "settled",
        "warned",
        "watch",
        "who",
    )

    def __init__(
        self,
        client: Client,
        who: Principal,
        dialect: str,
        *,
        decided: bool = True,
        origin: Origin | None = None,
    ) -> None:
        self.id = client.id
        self.client = client
        self.who = who
        self.origin = origin
        self.anonymous = address_key(origin.address) if origin and who.transient else ""
        self.dialect = dialect
        self.decided = decided
        self.channels: set[str] = set()
        self.settled: asyncio.Future[None] | None = None
        self.watch: Watch | None = None
        self.due = 0
        self.warned = False

    @property
    def quiet(self) -> bool:
        """Whether its client knows no event `error`: it was written for seed S0 or S1 (docs/dialects.md)."""
        return self.decided and self.dialect in PLAIN

    def become(self, who: Principal) -> None:
        self.who = who
        if self.watch is not None:
            self.watch.put(self)

    def tell(self, event: str, payload: bytes) -> None:
        frame = answer_frame(self.dialect, event, payload)
        if frame is not None:
            self.client.give(frame)

    async def drained(self) -> None:
        try:
            await self.client.drain()
        except Disconnected:
            raise Departed from None
