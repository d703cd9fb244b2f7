"""What rooms needs from above and outside."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from chatroom.db import Reader


class LastMessages(Protocol):
    """The newest message of each room, in wire form; rooms without one are absent. Messages stand above rooms."""

    async def __call__(self, reader: Reader, rooms: Iterable[str]) -> Mapping[str, Any]:
        """Look them up."""


class Site(NamedTuple):
    """Where people reach this server: the public URL without a trailing slash; empty when it is not known."""

    url: str


class AdHocLounges(NamedTuple):
    """Whether entering a lounge that does not exist opens it (`COMPAT_ADHOC_LOUNGES`)."""

    allowed: bool
