"""A person who writes to several rooms through python-socketio, up to 64 sends in flight, and never gives up.

What has no answer is sent again after the reconnection, under the same clientMsgId and in the old order.
"""

import asyncio
import contextlib
import random
import time
from collections import deque
from functools import partial
from typing import Any, Final

import socketio

from chatroom.features.messages.reading.recovery import RESUME_REACH
from tests.journeys.history import History, Place, Sent, place
from tests.journeys.people import Person
from tests.journeys.waiting import until

IN_FLIGHT: Final = 64
RETRY_SECONDS: Final = 0.05
_RETRYABLE: Final = frozenset({"unavailable", "busy"})


class Writer:
    """Writes and listens. `settled` when nothing waits for an answer."""

    def __init__(self, person: Person, rooms: list[str], history: History, seed: int) -> None:
        self.person = person
        self.refusals = 0
        self.connects = 0
        self.answered = 0
        self.known: dict[str, dict[int, Place]] = {room: {} for room in rooms}
        self._complete = dict.fromkeys(rooms, 0)
        self._rooms = rooms
        self._history = history
        self._random = random.Random(seed)
        self._count = 0
        self._epochs: dict[str, str] = {}
        self._waiting: dict[str, Sent] = {}
        self._again: deque[Sent] = deque()
        self._ready = asyncio.Event()
        self._room_for_more = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._runs: dict[str, list[Place]] = {}
        self._client = socketio.AsyncClient(reconnection_delay=0.05, reconnection_delay_max=0.3)
        self._client.on("connect", self._connected)
        self._client.on("disconnect", self._disconnected)
        self._client.on("receive_message", self._hear)
        self._client.on("room_entry", self._hear)

    async def open(self) -> None:
        """Connect; from here on it comes back by itself."""
        auth = {"token": self.person.token}
        await self._client.connect(self.person.url, auth=auth, transports=["websocket"], wait_timeout=10)

    async def close(self) -> None:
        await self._client.disconnect()

    @property
    def settled(self) -> bool:
        return self._ready.is_set() and not self._waiting and not self._again

    @property
    def unanswered(self) -> dict[str, Sent]:
        """What is in flight, by clientMsgId."""
        return self._waiting

    async def write(self, until: asyncio.Event) -> None:
        """Keep up to 64 sends in flight, then see to it that every one is answered."""
        while not (until.is_set() and self.settled):
            await self._ready.wait()
            while self._again and self._ready.is_set():
                await self._send(self._again.popleft())
            if not until.is_set() and len(self._waiting) < IN_FLIGHT:
                await self._send(self._new())
                continue
            self._room_for_more.clear()
            try:
                await asyncio.wait_for(self._room_for_more.wait(), RETRY_SECONDS)
            except TimeoutError:
                continue

    def _new(self) -> Sent:
        self._count += 1
        content = f"{self._count} " + "x" * self._random.randrange(200)
        room = self._random.choice(self._rooms)
        sent = Sent(room, self.person.id, f"m{self._count}", content, self._count, time.monotonic())
        self._history.sent.append(sent)
        return sent

    async def _send(self, sent: Sent) -> None:
        self._waiting[sent.client_msg_id] = sent
        body = {"roomId": sent.room, "content": sent.content, "clientMsgId": sent.client_msg_id}
        try:
            await self._client.emit("send_message", body, callback=partial(self._answered, sent))
        except socketio.exceptions.SocketIOError:  # the connection has just gone: it stays unanswered
            await asyncio.sleep(0)

    def _answered(self, sent: Sent, answer: dict[str, Any]) -> None:
        self._waiting.pop(sent.client_msg_id, None)
        self._room_for_more.set()
        if answer["ok"]:
            self.answered += not sent.answers
            sent.answers.append(place(answer["data"]))
            sent.returned = min(sent.returned, time.monotonic())
        elif answer["error"]["code"] in _RETRYABLE:
            self.refusals += 1
            sent.refused += 1
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._again.append, sent)
        else:
            self._history.faults.append(f"refused: {sent.key} got {answer['error']}")

    def _hear(self, entry: dict[str, Any]) -> None:
        room = entry["roomId"]
        self.known[room][entry["seq"]] = place(entry)
        self._runs[room].append(place(entry))

    def _connected(self) -> None:
        self.connects += 1
        self._runs = {room: [] for room in self._rooms}
        self._history.runs += [(self.person.name, room, run) for room, run in self._runs.items()]
        task = asyncio.create_task(self._come_back(self.connects))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _disconnected(self, *_: Any) -> None:
        self._ready.clear()

    async def _come_back(self, connection: int) -> None:
        """Listen again, read what was missed, send again what was not answered; only then write on."""
        try:
            for room in self._rooms:
                await self._enter(room)
            for sent in list(self._waiting.values()):
                await self._send(sent)
        except (socketio.exceptions.SocketIOError, AssertionError) as error:
            if isinstance(error, AssertionError):
                self._history.faults.append(f"resume: {error}")
            return  # gone again: the next connection does it
        if connection == self.connects:
            self._ready.set()

    async def _enter(self, room: str) -> None:
        """Join a room and read what was missed, page by page."""
        last = self._complete_to(room)
        joined = await self._ask("join_room", {"roomId": room})
        self._epochs.setdefault(room, joined["epoch"])
        more = True
        while more:
            point = {"roomId": room, "epoch": self._epochs[room], "lastSeq": last}
            page = (await self._ask("resume", {"rooms": [point]}))["rooms"][0]
            if "reset" in page:  # others have written more meanwhile than a resume reaches back
                assert page["headSeq"] - last > RESUME_REACH, page
                log = await asyncio.to_thread(self.person.read_log, room)
                self.known[room].update({entry["seq"]: place(entry) for entry in log})
                last = len(log)
                continue
            self.known[room].update({entry["seq"]: place(entry) for entry in page["entries"]})
            last = page["entries"][-1]["seq"] if page["entries"] else last
            more = page["hasMore"]

    def _complete_to(self, room: str) -> int:
        """The seq up to which nothing is missing: live entries may have come before the last resume broke off."""
        seq = self._complete[room]
        while seq + 1 in self.known[room]:
            seq += 1
        self._complete[room] = seq
        return seq

    async def _ask(self, event: str, body: dict[str, Any]) -> Any:
        """Call until the answer is yes; the server may say that it is unavailable for a moment."""
        while True:
            answer = await self._client.call(event, body, timeout=60)
            if answer["ok"]:
                return answer["data"]
            assert answer["error"]["code"] in _RETRYABLE, answer
            await asyncio.sleep(RETRY_SECONDS)

    async def read(self, room: str, count: int) -> list[Place]:
        """What it has put together of a room, live and by resume; waits for `count` entries while they come."""
        known = self.known[room]
        with contextlib.suppress(AssertionError):  # the checker says what is missing
            await until(f"{count} entries", lambda: len(known) >= count)
        return [known[seq] for seq in sorted(known)]
