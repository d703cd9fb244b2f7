"""What rooms needs from above and outside."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from chatroom.db import Reader
from chatroom.features.log.types import Head


class LastMessages(Protocol):
    """The newest message of each room, in wire form; rooms without one are absent. Messages stand above rooms."""

    async def __call__(self, reader: Reader, rooms: Mapping[str, Head]) -> Mapping[str, Any]:
        """Look them up in rooms whose logs stand at these heads."""


class Site(NamedTuple):
    """Where people reach this server: the public URL without a trailing slash; empty when it is not known."""

    url: str


class AdHocLounges(NamedTuple):
    """Whether entering a lounge that does not exist opens it (`COMPAT_ADHOC_LOUNGES`)."""

    allowed: bool


class MostRooms(NamedTuple):
    """How many rooms a person may belong to (`MAX_ROOMS`); 0 is any number."""

    most: int
