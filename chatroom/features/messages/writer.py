"""The group-committing writer: all sends that queued up during one commit share the next one.

It takes what is there at once and never waits for more: a batching window costs latency and wins nothing
(realtime.md A). Every send is checked on its own; one refused entry never harms its neighbours.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from chatroom.core import audience, ids
from chatroom.core.context import Context, Kernel
from chatroom.core.errors import Problem
from chatroom.core.principal import SYSTEM, Principal
from chatroom.db import Conflict
from chatroom.features.log import service as log
from chatroom.features.log.types import Head
from chatroom.features.messages import rules, store
from chatroom.features.messages.store import Key
from chatroom.features.messages.types import MessageReceived, MessageRow, SendMessage
from chatroom.features.messages.view import view
from chatroom.features.rooms import service as rooms

_BATCH: Final = 256
_QUEUE: Final = 20_000  # about a second of work; beyond it the honest answer is `busy`


class Entry(NamedTuple):
    """A send that waits for its commit; `content` is clean."""

    who: Principal
    cmd: SendMessage
    content: str
    done: asyncio.Future[MessageReceived]

    @property
    def key(self) -> Key | None:
        """What recognises a retry, when the client gave an id."""
        cmd = self.cmd
        return (cmd.room_id, self.who.id, cmd.client_msg_id) if cmd.client_msg_id else None


class MessageWriter:
    """One per process. `put` from the event loop; `idle` waits for an empty queue."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._queue: deque[Entry] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, who: Principal, cmd: SendMessage) -> asyncio.Future[MessageReceived]:
        """Queue a send; the Future resolves after its commit, in the order of the calls.

        Raises `Problem("bad_input" | "busy")` at once; the Future raises `Problem("room_not_found" |
        "not_a_member" | "message_conflict" | "unavailable")`.
        """
        content = rules.clean_content(cmd.content)
        if len(self._queue) >= _QUEUE:
            raise Problem("busy", retry_after=1)
        done: asyncio.Future[MessageReceived] = asyncio.get_running_loop().create_future()
        self._queue.append(Entry(who, cmd, content, done))
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="messages.writer")
        return done

    async def idle(self) -> None:
        """Return when everything queued has been answered."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]
                await self._commit(batch)
        finally:
            self._task = None

    async def _commit(self, batch: Sequence[Entry]) -> None:
        """Store a batch and answer every entry of it, whatever happens."""
        try:
            try:
                await self._store(batch, look_for_repeats=False)
            except Conflict:  # somebody repeats an id: rare, so only then is it worth a query
                await self._store(batch, look_for_repeats=True)
        except Problem as problem:
            _refuse(batch, problem)
            if problem.code == "unavailable":  # nobody waits for a timeout of their own, up to 20 s per batch
                _refuse(self._queue, problem)
                self._queue.clear()
        except Exception as error:  # noqa: BLE001 - the senders must hear of it; then it is the loop's to report
            _refuse(batch, Problem("internal"))
            asyncio.get_running_loop().call_exception_handler(
                {"message": "messages.writer failed", "exception": error}
            )

    async def _store(self, batch: Sequence[Entry], *, look_for_repeats: bool) -> None:
        ctx = Context(self._kernel, SYSTEM)
        outcome = _Outcome()
        async with ctx.begin() as tx:
            heads = await log.lock(tx, {entry.cmd.room_id for entry in batch})
            members = await rooms.memberships(tx.db, {(e.cmd.room_id, e.who.id) for e in batch})
            stored: dict[Key, MessageRow] = {}
            if look_for_repeats:
                stored = await store.find_repeats(tx.db, {e.key for e in batch if e.key})
            outcome.number(batch, heads, members, stored, ctx.now)
            if outcome.rows:
                await store.add_all(tx.db, outcome.rows)
                await log.advance(tx, outcome.moved)
            # Answers before events: both join the same write to the sender's connection.
            tx.after(outcome.resolve)
            for message in outcome.said:
                tx.emit(message, to=audience.room(message.room_id))
        for entry in outcome.strangers:
            await self._explain(ctx, entry)

    async def _explain(self, ctx: Context, entry: Entry) -> None:
        """Tell a non-member what the room is to them: closed, or not there at all."""
        try:
            async with ctx.read() as reader:
                await rooms.must_be_member(reader, entry.cmd.room_id, entry.who.id)
            _refuse(
                [entry], Problem("unavailable", retry_after=1)
            )  # a member since this moment: the next try works
        except Problem as problem:
            _refuse([entry], problem)


class _Outcome:
    """What becomes of a batch: rows to insert, heads to move, answers to give after the commit."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.moved: dict[str, int] = {}
        self.said: list[MessageReceived] = []
        self.strangers: list[Entry] = []
        self._answers: list[tuple[Entry, MessageReceived | Problem]] = []

    def number(
        self,
        batch: Sequence[Entry],
        heads: dict[str, Head],
        members: set[tuple[str, str]],
        stored: dict[Key, MessageRow],
        now: int,
    ) -> None:
        """Decide each entry in order and give the new ones their room's next seq."""
        fresh: dict[Key, tuple[MessageRow, MessageReceived]] = {}
        for entry in batch:
            cmd, key = entry.cmd, entry.key
            head = heads.get(cmd.room_id)
            if head is None or (cmd.room_id, entry.who.id) not in members:
                self.strangers.append(entry)
                continue
            if key and (key in stored or key in fresh):
                self._answers.append((entry, _again(entry, stored.get(key), fresh.get(key), head.epoch)))
                continue
            seq = self.moved.get(cmd.room_id, head.seq) + 1
            self.moved[cmd.room_id] = seq
            row = _row(entry, seq, now)
            message = view(row, head.epoch)
            if key:
                fresh[key] = (row, message)
            self.rows.append(
                {name: value for name, value in row._asdict().items() if name not in _NOT_STORED}
            )
            self.said.append(message)
            self._answers.append((entry, message))

    def resolve(self) -> None:
        """Answer the senders: everything is committed."""
        for entry, answer in self._answers:
            if entry.done.done():  # cancelled: its connection has gone
                continue
            if isinstance(answer, Problem):
                entry.done.set_exception(answer)
            else:
                entry.done.set_result(answer)


_NOT_STORED: Final = frozenset({"username", "name"})


def _row(entry: Entry, seq: int, now: int) -> MessageRow:
    return MessageRow(
        id=ids.new(),
        seq=seq,
        room_id=entry.cmd.room_id,
        sender_id=entry.who.id,
        content=entry.content,
        message_type=rules.message_type(entry.cmd.message_type),
        created_at=now,
        client_msg_id=entry.cmd.client_msg_id,
        username=entry.who.username,
        name=entry.who.name,
    )


def _again(
    entry: Entry, stored: MessageRow | None, fresh: tuple[MessageRow, MessageReceived] | None, epoch: str
) -> MessageReceived | Problem:
    """The first answer of a repeated send, or the refusal of one that says something else."""
    first = stored or (fresh[0] if fresh else None)
    if first is None:
        return Problem("internal")
    try:
        rules.must_repeat(first, entry.cmd)
    except Problem as problem:
        return problem
    return view(first, epoch)


def _refuse(batch: Iterable[Entry], problem: Problem) -> None:
    for entry in batch:
        if not entry.done.done():
            entry.done.set_exception(problem)
