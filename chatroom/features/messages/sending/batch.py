"""A batch of sends: what each becomes, decided in order before anything is written."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chatroom.core import ids
from chatroom.core.errors import Problem
from chatroom.core.limits import MESSAGES, Limiter
from chatroom.core.principal import Principal
from chatroom.features.log.types import Head
from chatroom.features.messages import rules
from chatroom.features.messages.render import view
from chatroom.features.messages.store import Key
from chatroom.features.messages.types import MessageReceived, MessageRow, SendMessage


class Entry(NamedTuple):
    """A send that waits for its commit; `content` is clean. It has been counted by `limiter`."""

    who: Principal
    cmd: SendMessage
    content: str
    done: asyncio.Future[MessageReceived]
    limiter: Limiter

    @property
    def key(self) -> Key | None:
        """What recognises a retry, when the client gave an id."""
        cmd = self.cmd
        return (cmd.room_id, self.who.id, cmd.client_msg_id) if cmd.client_msg_id else None

    def uncount(self) -> None:
        """Take it back from the limit, which counts what is stored."""
        self.limiter.give_back(MESSAGES, limit_key(self.who, self.cmd))


def limit_key(who: Principal, cmd: SendMessage) -> str:
    """What messages are counted by: the person and the room."""
    return f"{who.id}/{cmd.room_id}"


class Batch:
    """What becomes of some entries: rows to insert, heads to move, answers to give after the commit."""

    def __init__(self, now: int) -> None:
        self.rows: list[dict[str, Any]] = []
        self.moves: dict[str, tuple[int, int]] = {}
        """Room -> (seq before, seq after)."""
        self.said: list[MessageReceived] = []
        self.strangers: list[Entry] = []
        self._answers: list[tuple[Entry, MessageReceived | Problem]] = []
        self._repeats: list[Entry] = []
        self._now = now

    def number(
        self,
        entries: Sequence[Entry],
        heads: Mapping[str, Head],
        members: Mapping[str, Collection[str]],
        stored: Mapping[Key, MessageRow],
    ) -> None:
        """Decide each entry in order and give the new ones their room's next seq."""
        fresh: dict[Key, MessageReceived] = {}
        for entry in entries:
            room_id, key = entry.cmd.room_id, entry.key
            head = heads.get(room_id)
            if head is None or entry.who.id not in members.get(room_id, ()):
                self.strangers.append(entry)
                continue
            if key and (key in stored or key in fresh):
                first = view(stored[key], head.epoch) if key in stored else fresh[key]
                self._answers.append((entry, _again(entry, first)))
                self._repeats.append(entry)
                continue
            before, last = self.moves.get(room_id, (head.seq, head.seq))
            self.moves[room_id] = (before, last + 1)
            row = _row(entry, last + 1, self._now)
            self.rows.append(row)
            message = view(MessageRow(**row, username=entry.who.username, name=entry.who.name), head.epoch)
            if key:
                fresh[key] = message
            self.said.append(message)
            self._answers.append((entry, message))

    def keep(self, rooms: Collection[str]) -> None:
        """Forget what was decided for other rooms: their heads had moved on."""
        if len(rooms) < len(self.moves):
            self.said = [message for message in self.said if message.room_id in rooms]
            self._answers = [answer for answer in self._answers if answer[0].cmd.room_id in rooms]
            self._repeats = [entry for entry in self._repeats if entry.cmd.room_id in rooms]

    def resolve(self) -> None:
        """Answer the senders: everything is committed."""
        for entry in self._repeats:
            entry.uncount()
        for entry, answer in self._answers:
            if entry.done.done():  # cancelled: its connection has gone
                continue
            if isinstance(answer, Problem):
                entry.done.set_exception(answer)
            else:
                entry.done.set_result(answer)


def _row(entry: Entry, seq: int, now: int) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "seq": seq,
        "room_id": entry.cmd.room_id,
        "sender_id": entry.who.id,
        "content": entry.content,
        "message_type": rules.stored_type(entry.cmd),
        "original_type": rules.original_type(entry.cmd.message_type),
        "created_at": now,
        "client_msg_id": entry.cmd.client_msg_id,
    }


def _again(entry: Entry, first: MessageReceived) -> MessageReceived | Problem:
    """The first answer of a repeated send, or the refusal of one that says something else."""
    try:
        rules.must_repeat(first, entry.cmd)
    except Problem as problem:
        return problem
    return first


def refuse(entries: Iterable[Entry], problem: Problem) -> None:
    """Answer all that still wait with the same refusal."""
    for entry in entries:
        if not entry.done.done():
            entry.uncount()
            entry.done.set_exception(problem)
