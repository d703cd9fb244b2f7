"""Pages of messages, from the caches of this node as far as the head of the room proves them (ADR 0018, ADR 0035).

How they work together stands in the docstring of the package.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeVar, cast

import msgspec

from chatroom.core import page as cursors
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.outage import unavailable
from chatroom.db import Database, Reader, Unavailable
from chatroom.features.log import service as log
from chatroom.features.log.service import HeadReader
from chatroom.features.log.types import Effect, EntryKind, EntryKinds, Head, LogState
from chatroom.features.messages import store
from chatroom.features.messages.reading.newest import AGE, NewestPages
from chatroom.features.messages.reading.room_cache import (
    CachedMessage,
    CachedRange,
    RoomCache,
    names_of,
    split,
)
from chatroom.features.messages.render import views
from chatroom.features.messages.types import HistoryPage, MessageReceived, MessageRow
from chatroom.features.rooms import service as rooms

_ROOMS: Final = 10_000
_READERS: Final = 10_000  # of one room
_NAMES: Final = 10_000
_GAP: Final = 50  # messages that are added to what is remembered of a room; after more it is read anew

Found = TypeVar("Found", CachedMessage, MessageRow)


class _Readers(NamedTuple):
    """Who was seen to be allowed to read a room, under an epoch and an `access` of its log."""

    epoch: str
    access: int
    people: set[str]


class PageRequest(NamedTuple):
    """A page: at most `limit` messages of a room, backwards from below a seq or forwards from above it."""

    room_id: str
    back: bool
    seq: int
    limit: int


class Pages:
    """Readers and newest pages of rooms. One per node.

    Nothing in here is trusted by itself: a head that stands where it stood proves that nobody has left and nothing
    was said, edited or removed, by any node, for each of these takes a seq of the room (ADR 0015).
    """

    def __init__(self, db: Database, kinds: EntryKinds, clock: Callable[[], float] = time.monotonic) -> None:
        self._kinds = kinds
        self._heads = HeadReader(db)
        self._clock = clock
        self._readers: dict[str, _Readers] = {}
        self._cache = RoomCache()
        self.newest = NewestPages(clock)
        self._names: dict[str, tuple[bytes, float]] = {}

    async def enter(self, ctx: Context, room_id: str) -> Head:
        """Return where a room stands now, to somebody who may read it.

        Raises `Problem("room_not_found" | "unavailable")`.
        """
        try:
            state = await self._heads.ask(room_id)
        except Unavailable as error:
            raise unavailable(error) from error
        known = self._readers.get(room_id)
        if known is not None and state is not None and _still(known, state) and ctx.who.id in known.people:
            return state.head
        # First the head, then the look: a change in between moves the head, and then this is not believed again.
        async with ctx.read() as reader:
            await rooms.must_read(reader, room_id, ctx.who.id)
        if state is None:
            raise Problem("room_not_found")
        self._learn(room_id, state, ctx.who.id)
        return state.head

    def _learn(self, room_id: str, state: LogState, user_id: str) -> None:
        known = self._readers.get(room_id)
        if known is None or not _still(known, state) or len(known.people) >= _READERS:
            if len(self._readers) >= _ROOMS:
                self._readers.clear()
            self._readers[room_id] = known = _Readers(state.head.epoch, state.access, set())
        known.people.add(user_id)

    async def read(self, ctx: Context, asked: PageRequest, head: Head) -> HistoryPage:
        """Read a page of a room that stands at `head`, from memory as far as that proves it."""
        async with ctx.read() as reader:
            cached = await self._at(reader, asked.room_id, head)
            lines = None if cached is None else cached.find(asked.back, asked.seq, asked.limit + 1, head.seq)
            if lines is None:
                rows = await _rows(reader, asked, head)
                if not _goes_on(cached, asked, head):
                    return _page(asked, head, rows, lambda kept: views(kept, head.epoch))
                lines = self._remember(cached, asked, head, rows)
            names = await self._called(reader, {line.sender for line in lines})
        return _page(asked, head, lines, partial(_join, names))

    def follow_messages(self, messages: Iterable[MessageReceived]) -> None:
        """Note messages that this node has stored."""
        for message in messages:
            self._cache.follow_message(message)

    def follow_entry(self, room_id: str, head: Head, kind: EntryKind, subject: str | None) -> None:
        """Note an entry that this node has stored: the port `log.ports.Follower`."""
        if kind.effect is not Effect.MESSAGE:
            self._cache.follow_entry(room_id, head, None)
        elif subject is not None:
            self._cache.follow_entry(room_id, head, subject)

    async def last(self, reader: Reader, heads: Mapping[str, Head]) -> Mapping[str, msgspec.Raw]:
        """The newest message of each room as JSON text: the port `rooms.ports.LastMessages`."""
        found: dict[str, CachedMessage] = {}
        unknown = []
        for room_id, head in heads.items():
            cached = self._cache.get(room_id)
            if cached is None or cached.head != head or cached.changed:
                unknown.append(room_id)
                continue
            self._cache.settle(room_id, cached)
            if cached.lines:
                found[room_id] = cached.lines[-1]
        if unknown:
            rows = await store.list_last(reader, unknown)
            read = {row.room_id: self._split([row], heads[row.room_id]) for row in rows}
            for room_id in unknown:
                self._remember_last(room_id, heads[room_id], read.get(room_id, []))
            found |= {room_id: lines[0] for room_id, lines in read.items()}
        names = await self._called(reader, {line.sender for line in found.values()})
        return {room_id: msgspec.Raw(line.with_names(names)) for room_id, line in found.items()}

    def _remember_last(self, room_id: str, head: Head, lines: Sequence[CachedMessage]) -> None:
        """Begin with the newest message, unless more is remembered or somebody has spoken since that head."""
        cached = self._cache.get(room_id)
        low = lines[0].seq - 1 if lines else 0
        if low < head.seq and (cached is None or len(cached.lines) <= 1):
            self._cache.begin(room_id, CachedRange(head, low, lines))

    async def _at(self, reader: Reader, room_id: str, head: Head) -> CachedRange | None:
        """Return what is remembered of a room, at `head` or later; None when it proves nothing there.

        `reader` has read nothing yet: what is known to have changed by now, it sees.
        """
        cached = self._cache.get(room_id)
        if cached is None:
            return None
        was, version, gap = cached.head, cached.version, head.seq - cached.head.seq
        if was.epoch == head.epoch and 0 < gap <= _GAP:
            rows = await store.list_after(reader, room_id, was.seq, head.seq, gap)
            changed = await self._changed(reader, room_id, was, head, gap - len(rows))
            if self._cache.get(room_id) is not cached:
                return None
            if cached.head != was:  # somebody has been faster
                return (
                    await self._settled(reader, room_id, cached, version) if _covers(cached, head) else None
                )
            if changed is not None:
                self._cache.patch(cached, self._split(changed, head))
                self._cache.add_newer(room_id, cached, head, self._split(rows, head))
                return await self._settled(reader, room_id, cached, version)
        elif _covers(cached, head):
            return await self._settled(reader, room_id, cached, version)
        self._cache.forget(room_id)
        return None

    async def _settled(
        self, reader: Reader, room_id: str, cached: CachedRange, version: int
    ) -> CachedRange | None:
        """Bring what this node itself has stored into a stretch; None when it changes meanwhile."""
        if cached.changed:
            ids = sorted(cached.changed)
            rows = await store.list_these(reader, room_id, ids)
            if cached.version != version:
                return None
            if len(rows) < len(ids):
                self._cache.forget(room_id)
                return None
            self._cache.settle(room_id, cached)
            self._cache.patch(cached, self._split(rows, cached.head))
            cached.changed.clear()
        self._cache.settle(room_id, cached)
        return cached

    async def _changed(
        self, reader: Reader, room_id: str, was: Head, head: Head, others: int
    ) -> Sequence[MessageRow] | None:
        """The messages that the entries since `was` are about, as they are now; `others` of these are no messages.

        None when they cannot be told: some are missing, or what they are about has gone.
        """
        if not others:
            return ()
        entries = await log.after(reader, room_id, was.seq, head, others)
        about = {entry.subject_id for entry in entries if self._kinds.effect(entry.kind) is Effect.MESSAGE}
        named = sorted(message_id for message_id in about if isinstance(message_id, str))
        rows = await store.list_these(reader, room_id, named) if named else ()
        return rows if len(entries) == others and len(rows) == len(about) else None

    def _remember(
        self, cached: CachedRange | None, asked: PageRequest, head: Head, rows: Sequence[MessageRow]
    ) -> Sequence[CachedMessage]:
        """Add a page to memory, unless somebody else has meanwhile."""
        lines = self._split(rows, head)
        low = lines[0].seq - 1 if len(lines) > asked.limit else 0
        now = self._cache.get(asked.room_id)
        if now is None and cached is None:
            self._cache.begin(asked.room_id, CachedRange(head, low, lines))
        elif now is not None and now is cached and cached.head == head and low < cached.low < asked.seq:
            self._cache.add_older(asked.room_id, cached, low, lines)
        return lines

    def _split(self, rows: Iterable[MessageRow], head: Head) -> list[CachedMessage]:
        until, lines = self._clock() + AGE, []
        for message in views(rows, head.epoch):
            line, names = split(message)
            self._names[line.sender] = names, until
            lines.append(line)
        return lines

    async def _called(self, reader: Reader, senders: set[str]) -> dict[str, bytes]:
        """What these people are called, as it was at most `AGE` ago."""
        now = self._clock()
        known = {sender: self._names.get(sender, (b"", 0.0)) for sender in senders}
        if old := [sender for sender, (_, until) in known.items() if now >= until]:
            if len(self._names) > _NAMES:
                self._names.clear()
            for sender, (username, name) in (await store.list_names(reader, old)).items():
                self._names[sender] = known[sender] = names_of(username, name), now + AGE
        return {sender: names for sender, (names, _) in known.items()}


def _still(known: _Readers, state: LogState) -> bool:
    """Whether nothing has changed since that may change who may read the room."""
    return (known.epoch, known.access) == (state.head.epoch, state.access)


def _covers(cached: CachedRange, head: Head) -> bool:
    """Whether a stretch reaches as far as a head, or further."""
    return cached.head.epoch == head.epoch and cached.head.seq >= head.seq


def _goes_on(cached: CachedRange | None, asked: PageRequest, head: Head) -> bool:
    """Whether a page that is not in memory stands where memory ends, or begins."""
    if not asked.back:
        return False
    return asked.seq > head.seq if cached is None else cached.borders(asked.seq)


async def _rows(reader: Reader, asked: PageRequest, head: Head) -> Sequence[MessageRow]:
    """The messages of a page and one more, which tells whether there is another page beyond."""
    room_id, back, seq, limit = asked
    if back:
        return await store.list_before(reader, room_id, seq, limit + 1)
    return await store.list_after(reader, room_id, seq, head.seq, limit + 1)


def _page(
    asked: PageRequest,
    head: Head,
    found: Sequence[Found],
    write: Callable[[Sequence[Found]], list[MessageReceived]],
) -> HistoryPage:
    _, back, seq, limit = asked
    kept, further = found[-limit:] if back else found[:limit], len(found) > limit
    older, newer = (further, seq <= head.seq) if back else (True, further)
    return HistoryPage(
        messages=write(kept),
        next_cursor=cursors.encode("b", kept[0].seq) if kept and older else None,
        prev_cursor=cursors.encode("f", kept[-1].seq) if kept and newer else None,
        has_more=bool(kept) and older,
        epoch=head.epoch,
        head_seq=head.seq,
    )


def _join(names: Mapping[str, bytes], lines: Sequence[CachedMessage]) -> list[MessageReceived]:
    """Write lines as a JSON array, which encodes to itself."""
    text = b",".join([names[sender] + text for _, sender, text in lines])
    return cast("list[MessageReceived]", msgspec.Raw(b"[" + text + b"]"))
