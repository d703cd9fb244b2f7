"""The group-committing writer: all sends that queued up during one commit share the next one.

It waits for no time to pass: a batching window costs latency and wins nothing. But between two
commits it lets the loop turn, so that those who were answered together may speak together again. Every send is
checked on its own; one refused entry never harms its neighbours, nor does one that the database refuses.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final
from weakref import WeakValueDictionary

from chatroom.core import audience
from chatroom.core.context import Context, Kernel, Tx
from chatroom.core.errors import Problem
from chatroom.core.limits import MESSAGES
from chatroom.core.principal import SYSTEM, Principal
from chatroom.db import Conflict
from chatroom.features.log import service as log
from chatroom.features.log.types import Head
from chatroom.features.messages import rules, store
from chatroom.features.messages.render import view
from chatroom.features.messages.sending.batch import Batch, Entry, limit_key, refuse
from chatroom.features.messages.sending.lanes import Lane, Lanes
from chatroom.features.messages.store import Key
from chatroom.features.messages.types import MessageReceived, MessageRow, SendMessage
from chatroom.features.rooms import service as rooms

_BATCH: Final = 256
_QUEUE: Final = 20_000  # about a second of work; beyond it the honest answer is `busy`
_ROOMS: Final = 10_000
_SENDERS: Final = 100_000  # remembered in all rooms together, some 20 MB
_TURNS: Final = 4  # to write answers and read what they lead to: 32 senders get 17 000 a second, not 14 000


class _Known:
    """Heads as this node last moved them, and senders it has seen to be members then.

    Only a guess: `log.advance_if` proves it. Whatever changes who may send takes a seq of the room, so a head that
    has not moved means that nobody has left. It saves two round trips of three (measured on PostgreSQL: a lone
    sender waits 1 round trip and one sync instead of 6).
    """

    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self.members: dict[str, set[str]] = {}
        self._senders = 0

    def learn(self, heads: dict[str, Head], members: dict[str, set[str]], batch: Batch) -> None:
        """Remember what a transaction that locked these heads, forgotten before, saw and left."""
        if len(self.heads) > _ROOMS or self._senders > _SENDERS:
            self.forget([*self.heads])
        self.heads.update(heads)
        self.members.update(members)
        self._senders += sum(map(len, members.values()))
        self.moved(batch)

    def moved(self, batch: Batch) -> None:
        """Follow the heads that this node has moved."""
        for room_id, (_, seq) in batch.moves.items():
            if room_id in self.heads:
                self.heads[room_id] = Head(self.heads[room_id].epoch, seq)

    def forget(self, room_ids: Iterable[str]) -> dict[str, tuple[Head, set[str]]]:
        """These rooms may not be as we thought. Returns what we thought, which a head that still stands proves."""
        thought = {}
        for room_id in room_ids:
            if room_id in self.heads:
                thought[room_id] = self.heads.pop(room_id), self.members.pop(room_id)
                self._senders -= len(thought[room_id][1])
        return thought

    def strange(self, entries: Sequence[Entry]) -> set[str]:
        """The rooms to which somebody sends whom we have not seen there."""
        members = self.members
        return {e.cmd.room_id for e in entries if e.who.id not in members.get(e.cmd.room_id, ())}


class MessageWriter:
    """One per process. `put` from the event loop; `idle` waits for an empty queue."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._lanes = Lanes(kernel.db.writers)
        self._known = _Known()
        self._told: dict[str, int] = {}  # room -> seq up to which this node has told its messages
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by limit key

    def put(self, who: Principal, cmd: SendMessage) -> asyncio.Future[MessageReceived]:
        """Queue a send; the Future resolves after its commit, those of one room in the order of the calls.

        The limit of messages counts what is stored: a send is counted here, and given back when it is refused or
        turns out to repeat another.
        Raises `Problem("bad_input" | "busy")` at once; the Future raises `Problem("room_not_found" |
        "not_a_member" | "message_conflict" | "rate_limited" | "unavailable")`.
        """
        content = rules.stored_content(cmd)
        if self._lanes.waiting >= _QUEUE:
            raise Problem("busy", retry_after=1)
        key = limit_key(who, cmd)
        if key in self._turns or self._kernel.limiter.hit(MESSAGES, key) is not None:
            return asyncio.ensure_future(self._put_over_limit(who, cmd, content))
        return self._queue(who, cmd, content)

    async def _put_over_limit(self, who: Principal, cmd: SendMessage, content: str) -> MessageReceived:
        """Answer a send above the limit: it passes if one under way does not count; a retry gets its first answer.

        Those of one sender in one room are decided in the order of the calls, or the database's answers would decide
        who gets the room that one of them gave back.
        """
        async with self._turns.setdefault(limit_key(who, cmd), asyncio.Lock()):
            decided = await self._decide_over_limit(who, cmd, content)
        return await decided if isinstance(decided, asyncio.Future) else decided

    async def _decide_over_limit(
        self, who: Principal, cmd: SendMessage, content: str
    ) -> MessageReceived | asyncio.Future[MessageReceived]:
        while True:
            if earlier := self._lanes.unanswered(cmd.room_id, who.id):
                await asyncio.wait(earlier)
            if cmd.client_msg_id and (first := await self._first_answer(who, cmd)):
                return first
            wait = self._kernel.limiter.hit(MESSAGES, limit_key(who, cmd))
            if wait is None:
                return self._queue(who, cmd, content)
            if not earlier:
                raise Problem("rate_limited", retry_after=wait)

    async def _first_answer(self, who: Principal, cmd: SendMessage) -> MessageReceived | None:
        """The answer that this send got before, if it did. Raises `Problem("message_conflict")` for another content."""
        async with Context(self._kernel, SYSTEM).read() as reader:
            await rooms.must_be_member(reader, cmd.room_id, who.id)
            row = await store.find_repeat(reader, (cmd.room_id, who.id, cmd.client_msg_id or ""))
            if row is None:
                return None
            first = view(row, (await log.heads(reader, [cmd.room_id]))[cmd.room_id].epoch)
        rules.must_repeat(first, cmd)
        return first

    def _queue(self, who: Principal, cmd: SendMessage, content: str) -> asyncio.Future[MessageReceived]:
        done: asyncio.Future[MessageReceived] = asyncio.get_running_loop().create_future()
        lane = self._lanes.of(cmd.room_id)
        lane.put(Entry(who, cmd, content, done, self._kernel.limiter))
        if lane.task is None:
            lane.task = asyncio.create_task(self._work(lane), name="messages.writer")
        return done

    async def idle(self) -> None:
        """Return when everything queued has been answered."""
        while tasks := self._lanes.tasks:
            await asyncio.wait(tasks)

    async def _work(self, lane: Lane) -> None:
        try:
            while entries := lane.take(_BATCH):
                try:
                    unavailable = await self._commit(entries)
                finally:
                    lane.answered(entries)
                if unavailable:  # nobody waits for a timeout of their own, up to 20 s per batch
                    refused = lane.take(_QUEUE)
                    refuse(refused, unavailable)
                    lane.answered(refused)
                elif len(entries) > 1:
                    await _let_speak(lane, len(entries))
        finally:
            lane.task = None

    async def _commit(self, entries: Sequence[Entry]) -> Problem | None:
        """Store a batch and answer every entry of it, whatever happens; return why the database is away, if it is.

        A batch that the database refuses as a whole is halved until the entry that it refuses is alone: among 256
        that takes 17 transactions more, and the others are stored in their order.
        """
        try:
            await self._store(entries)
        except Problem as problem:
            refuse(entries, problem)
            return problem if problem.code == "unavailable" else None
        except Exception as error:  # noqa: BLE001 - the senders must hear of it; then it is the loop's to report
            left = _unanswered(entries)  # stored entries have their answers: nothing is stored twice
            if len(left) <= 1:
                _give_up(left, error)
                return None
            for half in (left[: len(left) // 2], left[len(left) // 2 :]):
                if unavailable := await self._commit(half):
                    refuse(left, unavailable)
                    return unavailable
        return None

    async def _store(self, entries: Sequence[Entry]) -> None:
        try:
            left = await self._store_known(entries)
            if left:
                await self._store_locked(left, look_for_repeats=False)
        except Conflict:  # somebody repeats an id: rare, so only then is it worth a query
            await self._store_locked(_unanswered(entries), look_for_repeats=True)

    async def _store_known(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Store the sends to rooms that are still as this node left them; return the others."""
        known = self._known
        strange = known.strange(entries)
        ready = [entry for entry in entries if entry.cmd.room_id not in strange] if strange else entries
        if not ready:
            return entries
        ctx = Context(self._kernel, SYSTEM)
        batch = Batch(ctx.now)
        batch.number(ready, known.heads, known.members, {})
        async with ctx.begin(single=True) as tx:
            moved = await log.advance_if(tx, batch.moves, store.ADD, batch.rows)
            known.forget(batch.moves.keys() - moved)
            batch.keep(moved)
            _publish(tx, batch)
        known.moved(batch)
        self._told.update({room_id: batch.moves[room_id][1] for room_id in moved})
        return [entry for entry in entries if entry.cmd.room_id not in moved]

    async def _store_locked(self, entries: Sequence[Entry], *, look_for_repeats: bool) -> None:
        """Lock the heads of the rooms, see who is a member, store."""
        ctx = Context(self._kernel, SYSTEM)
        batch = Batch(ctx.now)
        thought = self._known.forget({entry.cmd.room_id for entry in entries})
        async with ctx.begin() as tx:
            heads = await log.lock(tx, {entry.cmd.room_id for entry in entries})
            members = await rooms.memberships(tx.db, {(e.cmd.room_id, e.who.id) for e in entries})
            stored: dict[Key, MessageRow] = {}
            if look_for_repeats:
                stored = await store.find_repeats(tx.db, {entry.key for entry in entries if entry.key})
            there: dict[str, set[str]] = {room_id: set() for room_id in heads}
            for room_id, user_id in members:
                there[room_id].add(user_id)
            for room_id, (head, senders) in thought.items():
                if heads.get(room_id) == head:  # or two who speak in turns would take this way each time
                    there[room_id] |= senders
            batch.number(entries, heads, there, stored)
            await self._catch_up(tx, heads)
            if batch.rows:
                await store.add_all(tx.db, batch.rows)
                await log.advance(tx, {room_id: seq for room_id, (_, seq) in batch.moves.items()})
            _publish(tx, batch)
        self._known.learn(heads, there, batch)
        if len(self._told) > _ROOMS:
            self._told.clear()
        self._told.update(
            {room_id: batch.moves.get(room_id, (0, head.seq))[1] for room_id, head in heads.items()}
        )
        for entry in batch.strangers:
            await self._explain(ctx, entry)

    async def _catch_up(self, tx: Tx, heads: dict[str, Head]) -> None:
        """Tell the messages that were stored although their commit seemed to fail, before what follows them."""
        for room_id, head in heads.items():
            told = self._told.get(room_id, head.seq)
            if told < head.seq:
                for row in await store.list_after(tx.db, room_id, told, head.seq, _QUEUE):
                    tx.emit(view(row, head.epoch), to=audience.room(room_id))

    async def _explain(self, ctx: Context, entry: Entry) -> None:
        """Tell a non-member what the room is to them: closed, or not there at all."""
        try:
            async with ctx.read() as reader:
                await rooms.must_be_member(reader, entry.cmd.room_id, entry.who.id)
            # A member since this moment: the next try works.
            refuse([entry], Problem("unavailable", retry_after=1))
        except Problem as problem:
            refuse([entry], problem)


def _unanswered(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if not entry.done.done()]


def _give_up(entries: Sequence[Entry], error: Exception) -> None:
    """Answer the entry that cannot be stored."""
    if isinstance(error, Conflict) and any(entry.key for entry in entries):
        refuse(entries, Problem("message_conflict"))
        return
    refuse(entries, Problem("internal"))
    asyncio.get_running_loop().call_exception_handler(
        {"message": "messages.writer failed", "exception": error}
    )


async def _let_speak(lane: Lane, count: int) -> None:
    """Turn the loop until as many as were answered are back; if nobody comes that takes some 20 us."""
    for _ in range(_TURNS):
        if len(lane.queue) >= count:
            return
        await asyncio.sleep(0)


def _publish(tx: Tx, batch: Batch) -> None:
    """Answers before events: both join the same write to the sender's connection."""
    tx.after(batch.resolve)
    for message in batch.said:
        tx.emit(message, to=audience.room(message.room_id))
