"""The newest messages of rooms as JSON text, written once for all who read it (ADR 0018)."""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from chatroom.core.schema import encode
from chatroom.features.log.types import Head
from chatroom.features.messages.types import MessageReceived

BUDGET: Final = 32 * 1024 * 1024
"""Bytes of all rooms together."""
_ROOM: Final = BUDGET // 3  # some 14 000 messages of the usual length
_OVERHEAD: Final = 230  # bytes that Python adds to a line
_NEWS: Final = 50  # messages of a room that wait for somebody to read them
_NO_NAMES: Final[dict[str, Any]] = {"username": msgspec.UNSET, "name": msgspec.UNSET}
_SEQ = itemgetter(0)


class CachedMessage(NamedTuple):
    """A message as JSON text without its sender's names, which change without a seq of the room."""

    seq: int
    sender: str
    text: bytes
    """The members of the JSON object but for the names, and its end."""

    def with_names(self, names: Mapping[str, bytes]) -> bytes:
        """The whole text again, with what the senders are called now."""
        return names[self.sender] + self.text


def split(message: MessageReceived) -> tuple[CachedMessage, bytes]:
    """Split the wire form of a message into what does not change and the names."""
    unnamed = msgspec.structs.replace(message, **_NO_NAMES)
    cached = CachedMessage(message.seq, message.sender_id, encode(unnamed)[1:])
    return cached, names_of(message.username, message.name)


def names_of(username: str, name: str) -> bytes:
    """The beginning of the JSON object of every message of somebody with these names."""
    return b'{"username":%b,"name":%b,' % (encode(username), encode(name))


class CachedRange:
    """A stretch of a room without gaps: every message with `low` < seq that stood at `head`."""

    def __init__(self, head: Head, low: int, lines: Sequence[CachedMessage]) -> None:
        self.head = head
        self.low = low
        self.lines = list(lines)
        self.size = _size(lines)
        self.news: list[MessageReceived] = []
        """Messages behind the lines, which become text when somebody reads them."""
        self.changed: set[str] = set()
        """Ids of messages that are to be read again."""
        self.version = 0
        """How often one was added to them."""

    def find(self, back: bool, seq: int, count: int, upto: int) -> Sequence[CachedMessage] | None:  # noqa: FBT001 - which way
        """The nearest `count` below a seq, or above it and not above `upto`; None when some may not be here."""
        if not back:
            start = bisect_right(self.lines, seq, key=_SEQ)
            end = bisect_right(self.lines, upto, key=_SEQ)
            return None if seq < self.low else self.lines[start : min(end, start + count)]
        end = bisect_left(self.lines, seq, key=_SEQ)
        start = end - count
        return None if start < 0 and self.low else self.lines[max(start, 0) : end]

    def borders(self, seq: int) -> bool:
        """Whether what stands right below `seq` and is not here would make this stretch longer."""
        return seq > self.low > 0 and self.size < _ROOM


class RoomCache:
    """Stretches of the rooms that were read last, within the budget."""

    def __init__(self) -> None:
        self._rooms: OrderedDict[str, CachedRange] = OrderedDict()
        self.size = 0

    def get(self, room_id: str) -> CachedRange | None:
        """What is remembered of a room."""
        cached = self._rooms.get(room_id)
        if cached is not None:
            self._rooms.move_to_end(room_id)
        return cached

    def begin(self, room_id: str, cached: CachedRange) -> None:
        """Remember the newest messages of a room."""
        self.forget(room_id)
        self._rooms[room_id] = cached
        self._grow(cached.size)

    def forget(self, room_id: str) -> None:
        """Forget a room."""
        cached = self._rooms.pop(room_id, None)
        self.size -= cached.size if cached else 0

    def add_older(self, room_id: str, cached: CachedRange, low: int, lines: Iterable[CachedMessage]) -> None:
        """Make a stretch longer at its older end, down to `low`."""
        more = [line for line in lines if line.seq <= cached.low]
        cached.lines[:0] = more
        cached.low = low
        cached.size += _size(more)
        self._grow(_size(more))

    def add_newer(
        self, room_id: str, cached: CachedRange, head: Head, lines: Sequence[CachedMessage]
    ) -> None:
        """Make a stretch longer at its newer end, up to `head`."""
        self.settle(room_id, cached)
        cached.lines += lines
        cached.head = head
        self._resize(room_id, cached, _size(lines))

    def follow_message(self, message: MessageReceived) -> None:
        """Note what was stored right behind a stretch. It proves by its seq that nothing lies between."""
        room_id = message.room_id
        cached = self._rooms.get(room_id)
        if cached is None or cached.head != (message.epoch, message.seq - 1):
            return
        if len(cached.news) >= _NEWS:  # nobody reads this room
            self.forget(room_id)
            return
        cached.news.append(message)
        cached.head = Head(message.epoch, message.seq)
        self._resize(room_id, cached, len(message.content) + _OVERHEAD)

    def follow_entry(self, room_id: str, head: Head, changed: str | None) -> None:
        """Note an entry that is no message, stored right behind a stretch, and the message that it has changed."""
        cached = self._rooms.get(room_id)
        if cached is None or cached.head != (head.epoch, head.seq - 1):
            return
        cached.head = head
        if changed is not None:
            cached.changed.add(changed)
            cached.version += 1
            if len(cached.changed) > _NEWS:
                self.forget(room_id)

    def settle(self, room_id: str, cached: CachedRange) -> None:
        """Write what was said since as text."""
        if cached.news:
            lines = [split(message)[0] for message in cached.news]
            guessed = sum(len(message.content) + _OVERHEAD for message in cached.news)
            cached.news.clear()
            cached.lines += lines
            if self._rooms.get(room_id) is cached:
                self._resize(room_id, cached, _size(lines) - guessed)

    def patch(self, cached: CachedRange, changed: Iterable[CachedMessage]) -> None:
        """Put messages as they are now in place of what they were."""
        for message in changed:
            place = bisect_left(cached.lines, message.seq, key=_SEQ)
            if place < len(cached.lines) and cached.lines[place].seq == message.seq:
                grown = _size([message]) - _size([cached.lines[place]])
                cached.lines[place] = message
                cached.size += grown
                self._grow(grown)

    def _resize(self, room_id: str, cached: CachedRange, size: int) -> None:
        cached.size += size
        self._grow(size)
        if cached.size > 2 * _ROOM:
            self.forget(room_id)

    def _grow(self, size: int) -> None:
        self.size += size
        while self.size > BUDGET:
            self.forget(next(iter(self._rooms)))


def _size(lines: Iterable[CachedMessage]) -> int:
    return sum(len(line.text) + _OVERHEAD for line in lines)
