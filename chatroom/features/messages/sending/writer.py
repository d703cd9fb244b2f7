"""The group-committing writer: all sends that queued up during one commit share the next one.

Theory of operation. `put` counts a send against its limit and queues it in a `Lane`; each lane stores one batch after
the other, and all sends of one room are in one lane, so that they are stored in the order of the calls. There is no
batching window: a batch is what has come during the commit before. Between two commits the loop turns a few times, so
that those who were answered together are together again in the next batch.

A batch is stored in one of two ways:
- *known* (`_store_known`): for rooms and senders in the cache `KnownRooms`. One statement moves the heads whose
  `access` is as the cache has it and inserts the messages, numbered on from the heads (ADR 0035). A room whose
  `access` has moved is left for the other way: the statement did nothing there.
- *locked* (`_store_locked`): locks the heads, reads who is a member, looks for repeats when there was a conflict,
  stores, and fills the cache.
A unique index finds a repeated `clientMsgId`: the conflict rolls the batch back and sends it the second way.

After the commit, in the order of the log (`core/commit_order.py`): answers, events, what this node has told
(`log.Told`) and what the cache of the room follows. Where a head stood further than what was told, the messages
between are read and told first: another node's, or those of a commit that seemed to fail.

What can go wrong: a batch that the database refuses is halved until the refused entry is alone; where the database is
away, all that wait are refused at once, instead of each after its own timeout; a cancelled caller changes nothing,
its message is stored. No entry stays without an answer.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from chatroom.core import audience
from chatroom.core.context import Context, Kernel, Tx
from chatroom.core.errors import Problem
from chatroom.core.limits import MESSAGES
from chatroom.core.principal import SYSTEM, Principal
from chatroom.db import Conflict, Reader
from chatroom.features.log import service as log
from chatroom.features.messages import rules, store
from chatroom.features.messages.reading.history import Pages
from chatroom.features.messages.render import view
from chatroom.features.messages.sending.batch import Batch, Entry, limit_key, refuse
from chatroom.features.messages.sending.known_rooms import KnownRooms, Room
from chatroom.features.messages.sending.lanes import Lane, Lanes
from chatroom.features.messages.store import Key
from chatroom.features.messages.types import MessageReceived, SendMessage
from chatroom.features.rooms import service as rooms

_BATCH: Final = 256
_QUEUE: Final = 20_000  # about a second of work; beyond it the honest answer is `busy`
_TURNS: Final = 4  # to write answers and read what they lead to: 32 senders get 17 000 a second, not 14 000


class MessageWriter:
    """One per process. `put` from the event loop; `idle` waits for an empty queue."""

    def __init__(self, kernel: Kernel, told: log.Told) -> None:
        self._kernel = kernel
        self._lanes = Lanes(kernel.db.writers)
        self._known = KnownRooms()
        self._told = told
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
        strange = {e.cmd.room_id for e in entries if not known.lets(e.cmd.room_id, e.who.id)}
        ready = [entry for entry in entries if entry.cmd.room_id not in strange] if strange else entries
        if not ready:
            return entries
        ctx = Context(self._kernel, SYSTEM)
        batch = Batch(ctx.now)
        batch.decide(ready, known.lets, {})
        guesses = {room_id: (known[room_id].access, count) for room_id, count in batch.counts.items()}
        epochs = {room_id: known[room_id].epoch for room_id in guesses}
        async with ctx.begin(single=True) as tx:
            before = await log.advance_if(tx, guesses, store.ADD, batch.rows)
            known.forget(guesses.keys() - before.keys())
            if behind := self._behind(before):
                async with ctx.read() as reader:  # the transaction is of one statement
                    await self._catch_up(tx, reader, behind, epochs)
            batch.number(before, epochs)
            self._publish(tx, batch, before)
        return [entry for entry in entries if entry.cmd.room_id not in before]

    async def _store_locked(self, entries: Sequence[Entry], *, look_for_repeats: bool) -> None:
        """Lock the heads of the rooms, see who is a member, store."""
        ctx = Context(self._kernel, SYSTEM)
        batch = Batch(ctx.now)
        thought = self._known.forget({entry.cmd.room_id for entry in entries})
        async with ctx.begin() as tx:
            states = await log.lock(tx, {entry.cmd.room_id for entry in entries})
            seen = {room_id: Room(state.head.epoch, state.access, set()) for room_id, state in states.items()}
            epochs = {room_id: room.epoch for room_id, room in seen.items()}
            for room_id, user_id in await rooms.memberships(
                tx.db, {(e.cmd.room_id, e.who.id) for e in entries}
            ):
                seen[room_id].members.add(user_id)
            for room_id, room in thought.items():
                if room_id in seen and room[:2] == seen[room_id][:2]:
                    # Or two who speak in turns would take this way each time.
                    seen[room_id].members.update(room.members)
            stored: dict[Key, MessageReceived] = {}
            if look_for_repeats:
                found = await store.find_repeats(tx.db, {entry.key for entry in entries if entry.key})
                stored = {key: view(row, epochs[key[0]]) for key, row in found.items() if key[0] in epochs}
            batch.decide(entries, lambda room, user: room in seen and user in seen[room].members, stored)
            before = {room_id: state.head.seq for room_id, state in states.items()}
            await self._catch_up(tx, tx.db, self._behind(before), epochs)
            if batch.rows:
                rows = [{**row, "seq": before[row["room_id"]] + row["seq"]} for row in batch.rows]
                await store.add_all(tx.db, rows)
                await log.advance(tx, {room: before[room] + count for room, count in batch.counts.items()})
            batch.number(before, epochs)
            self._publish(tx, batch, before)
        self._known.learn(seen)
        for entry in batch.strangers:
            await self._explain(ctx, entry)

    def _behind(self, before: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """Rooms with entries that this node was not told of: room -> (told up to, where it stood)."""
        behind = {}
        for room_id, seq in before.items():
            told = self._told.upto(room_id, seq)
            if told < seq:
                behind[room_id] = told, seq
        return behind

    async def _catch_up(
        self, tx: Tx, reader: Reader, behind: Mapping[str, tuple[int, int]], epochs: Mapping[str, str]
    ) -> None:
        """Tell what this node was not told of, before what follows it.

        Messages of another node, or those that were stored although their commit seemed to fail.
        """
        for room_id, (told, seq) in behind.items():
            for row in await store.list_after(reader, room_id, told, seq, _QUEUE):
                tx.emit(view(row, epochs[room_id]), to=audience.room(room_id))

    def _publish(self, tx: Tx, batch: Batch, before: Mapping[str, int]) -> None:
        """Answers before events: both join the same write to the sender's connection."""
        tx.after(batch.resolve)
        for message in batch.said:
            tx.emit(message, to=audience.room(message.room_id))
        upto = {room_id: seq + batch.counts.get(room_id, 0) for room_id, seq in before.items()}
        tx.after(partial(self._told.note, upto))
        tx.after(partial(tx.ctx.port(Pages).follow_messages, batch.said))

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
