"""Queues of sends whose batches are stored side by side: what is said in one room stays in one of them, in order."""

import asyncio
from collections import deque
from collections.abc import Iterable
from itertools import chain
from typing import Final

from chatroom.features.messages.sending.batch import Entry
from chatroom.features.messages.types import MessageReceived

# A batch has a price of its own, so few are not divided: a message of 32 senders costs 43 us of CPU in two lanes and 36
# in one, on PostgreSQL; one of 256 senders costs the same in both.
_CROWD: Final = 64


class Lane:
    """Sends that are stored one batch after the other."""

    __slots__ = ("last", "queue", "rooms", "task", "waiting", "work")

    def __init__(self) -> None:
        self.queue: deque[Entry] = deque()
        self.task: asyncio.Task[None] | None = None
        self.waiting = 0
        """Sends without an answer: those in the queue and those at work."""
        self.rooms: dict[str, int] = {}
        """The same of each room."""
        self.last = 0
        """The size of the last batch."""
        self.work: list[Entry] = []
        """The sends at work."""

    def put(self, entry: Entry) -> None:
        """Take a send in, behind all that were put here before."""
        room_id = entry.cmd.room_id
        self.queue.append(entry)
        self.rooms[room_id] = self.rooms.get(room_id, 0) + 1
        self.waiting += 1

    def take(self, most: int) -> list[Entry]:
        """Take the next batch out of the queue. Its sends wait until they are `answered`."""
        queue = self.queue
        count = min(most, len(queue))
        self.last = count or self.last
        self.work = [queue.popleft() for _ in range(count)]
        return self.work

    def answered(self, entries: Iterable[Entry]) -> None:
        """Let go of sends that were taken: their rooms may be spoken to in another lane."""
        rooms = self.rooms
        self.work = []
        for entry in entries:
            room_id = entry.cmd.room_id
            left = rooms[room_id] - 1
            self.waiting -= 1
            if left:
                rooms[room_id] = left
            else:
                del rooms[room_id]


class Lanes:
    """As many lanes as the database can store in at once; few people share the first."""

    def __init__(self, count: int) -> None:
        self._lanes = [Lane() for _ in range(count)]

    def of(self, room_id: str) -> Lane:
        """Return the lane where this room has something waiting, else the first, or in a crowd the room's own.

        Not the emptiest: people who were answered together shall speak together again: 28 000 a second, not 23 000.
        """
        lanes = self._lanes
        if len(lanes) == 1:
            return lanes[0]
        for lane in lanes:
            if room_id in lane.rooms:
                return lane
        crowd = max(sum([lane.last for lane in lanes]), lanes[0].waiting)
        return lanes[0] if crowd < _CROWD else lanes[hash(room_id) % len(lanes)]

    def unanswered(self, room_id: str, user_id: str) -> list[asyncio.Future[MessageReceived]]:
        """The answers that a person still waits for in a room. Looks at every send that waits there."""
        lanes = [lane for lane in self._lanes if room_id in lane.rooms]
        return [
            entry.done
            for lane in lanes
            for entry in chain(lane.work, lane.queue)
            if entry.cmd.room_id == room_id and entry.who.id == user_id and not entry.done.done()
        ]

    @property
    def waiting(self) -> int:
        """Sends without an answer, in all lanes."""
        return sum(map(_waiting, self._lanes))

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """The lanes at work."""
        return [lane.task for lane in self._lanes if lane.task is not None]


def _waiting(lane: Lane) -> int:
    return lane.waiting
