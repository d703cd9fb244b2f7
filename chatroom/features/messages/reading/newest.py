"""Cache of newest pages as JSON text: what many ask for at the same time is read once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from chatroom.core.schema import Written, encode
from chatroom.features.log.types import Head
from chatroom.features.messages.types import HistoryPage

_PAGES: Final = 256  # of some 30 kB
_LONG: Final = 128 * 1024  # bytes of a page that is not kept: a hundred of the longest messages make 12 MB
AGE: Final = 0.5
"""Seconds that a name is believed, and that a newest page is that was made with it: a person's new name takes no seq of
the rooms where they have spoken, and must be seen within a second."""


class _Page(NamedTuple):
    """A newest page as JSON text, and until when it may be given out."""

    head: Head
    text: asyncio.Future[Written]
    until: float


class NewestPages:
    """Newest pages, each as good as the head it was read at, for `AGE` seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._pages: OrderedDict[tuple[str, int], _Page] = OrderedDict()

    async def text(
        self, room_id: str, limit: int, head: Head, read: Callable[[], Awaitable[HistoryPage]]
    ) -> Written:
        """Return the newest page at `head` as JSON text; those who want the same page wait for one `read` of it."""
        key, now = (room_id, limit), self._clock()
        page = self._pages.get(key)
        if page is None or page.head != head or now >= page.until:
            page = self._begin(key, _Page(head, asyncio.ensure_future(_written(read)), now + AGE))
        if page.text.done():
            return page.text.result()
        return await asyncio.shield(page.text)  # whoever goes away leaves it to the others

    def _begin(self, key: tuple[str, int], page: _Page) -> _Page:
        """Keep a page that is being read, and what comes of it if that will do."""
        self._pages[key] = page
        self._pages.move_to_end(key)
        if len(self._pages) > _PAGES:
            self._pages.popitem(last=False)

        def look(text: asyncio.Future[Written]) -> None:
            if not _will_do(text) and self._pages.get(key) is page:
                del self._pages[key]

        page.text.add_done_callback(look)
        return page


def _will_do(text: asyncio.Future[Written]) -> bool:
    """Whether a page has been read and is of a size to keep."""
    return not text.cancelled() and text.exception() is None and len(text.result().text) <= _LONG


async def _written(read: Callable[[], Awaitable[HistoryPage]]) -> Written:
    return Written(encode(await read()))
