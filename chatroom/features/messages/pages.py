"""What this node remembers of rooms that are read, as good as the head it was read at (ADR 0018)."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import msgspec

from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.schema import encode
from chatroom.db import Database, Unavailable
from chatroom.features.log.service import HeadReader
from chatroom.features.log.types import Head
from chatroom.features.messages.types import HistoryPage
from chatroom.features.rooms import service as rooms

AGE: Final = 1.0
"""Seconds that a page is kept at most: a person's new name takes no seq of the rooms where they have spoken."""
_ROOMS: Final = 10_000
_PAGES: Final = 256  # of some 30 kB


class _Readers(NamedTuple):
    """Who was seen to be allowed to read a room when its log stood at `head`."""

    head: Head
    people: set[str]


class _Page(NamedTuple):
    """A newest page as JSON text, and until when it may be given out."""

    head: Head
    text: asyncio.Future[msgspec.Raw]
    until: float


class Pages:
    """Readers and newest pages of rooms. One per node.

    Nothing in here is trusted by itself: a head that stands where it stood proves that nobody has left and nothing
    was said, edited or removed, by any node, for each of these takes a seq of the room (ADR 0015).
    """

    def __init__(self, db: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._heads = HeadReader(db)
        self._clock = clock
        self._readers: dict[str, _Readers] = {}
        self._pages: OrderedDict[tuple[str, int], _Page] = OrderedDict()

    async def enter(self, ctx: Context, room_id: str) -> Head:
        """Return where a room stands now, to somebody who may read it.

        Raises `Problem("room_not_found" | "unavailable")`.
        """
        try:
            head = await self._heads.ask(room_id)
        except Unavailable as error:
            raise Problem("unavailable", retry_after=1) from error
        known = self._readers.get(room_id)
        if known is not None and known.head == head and ctx.who.id in known.people:
            return head
        # First the head, then the look: a change in between moves the head, and then this is not believed again.
        async with ctx.read() as reader:
            await rooms.must_read(reader, room_id, ctx.who.id)
        if head is None:
            raise Problem("room_not_found")
        self._learn(room_id, head, ctx.who.id)
        return head

    def _learn(self, room_id: str, head: Head, user_id: str) -> None:
        known = self._readers.get(room_id)
        if known is None or known.head != head:
            if len(self._readers) >= _ROOMS:
                self._readers.clear()
            self._readers[room_id] = known = _Readers(head, set())
        known.people.add(user_id)

    async def newest(
        self, room_id: str, limit: int, head: Head, read: Callable[[], Awaitable[HistoryPage]]
    ) -> msgspec.Raw:
        """Return the newest page at `head` as JSON text; those who want the same page wait for one `read` of it."""
        key, now = (room_id, limit), self._clock()
        page = self._pages.get(key)
        if page is None or page.head != head or now >= page.until:
            page = _Page(head, asyncio.ensure_future(_encoded(read)), now + AGE)
            self._pages[key] = page
            self._pages.move_to_end(key)
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        if page.text.done() and page.text.exception() is None:
            return page.text.result()
        try:
            return await asyncio.shield(page.text)
        except Problem:
            if self._pages.get(key) is page:
                del self._pages[key]
            raise


async def _encoded(read: Callable[[], Awaitable[HistoryPage]]) -> msgspec.Raw:
    return msgspec.Raw(encode(await read()))
