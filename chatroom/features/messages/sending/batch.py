"""A batch of sends: what each becomes, decided in order before anything is written."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from chatroom.core import ids
from chatroom.core.errors import Problem
from chatroom.core.limits import MESSAGES, Limiter
from chatroom.core.principal import Principal
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
        """Of new messages. `seq` is the place of each among those of its room, 1 for the first."""
        self.counts: dict[str, int] = {}
        """How many each room gets."""
        self.said: list[MessageReceived] = []
        self.strangers: list[Entry] = []
        self._fresh: list[tuple[Entry, dict[str, Any]]] = []
        self._repeated: list[tuple[Entry, Key]] = []
        self._answers: list[tuple[Entry, MessageReceived | Problem]] = []
        self._repeats: list[Entry] = []
        self._now = now

    def decide(
        self,
        entries: Iterable[Entry],
        known: Callable[[str, str], bool],
        stored: Mapping[Key, MessageReceived],
    ) -> None:
        """Decide each entry in order. `known` says whether somebody may send to a room, `stored` what was said."""
        fresh: set[Key] = set()
        for entry in entries:
            room_id, key = entry.cmd.room_id, entry.key
            if not known(room_id, entry.who.id):
                self.strangers.append(entry)
            elif key and key in stored:
                self._repeats.append(entry)
                self._answers.append((entry, _again(entry, stored[key])))
            elif key and key in fresh:
                self._repeats.append(entry)
                self._repeated.append((entry, key))
            else:
                place = self.counts[room_id] = self.counts.get(room_id, 0) + 1
                row = _row(entry, place, self._now)
                self.rows.append(row)
                self._fresh.append((entry, row))
                if key:
                    fresh.add(key)

    def number(self, before: Mapping[str, int], epochs: Mapping[str, str]) -> None:
        """Write the messages of the rooms that moved, numbered on from where these stood before; forget the others."""
        said: dict[Key, MessageReceived] = {}
        for entry, row in self._fresh:
            room_id = entry.cmd.room_id
            if room_id in before:
                seq, who = before[room_id] + row["seq"], entry.who
                stored = MessageRow(**{**row, "seq": seq}, username=who.username, name=who.name)
                message = view(stored, epochs[room_id])
                self.said.append(message)
                self._answers.append((entry, message))
                if key := entry.key:
                    said[key] = message
        self._answers += [(entry, _again(entry, said[key])) for entry, key in self._repeated if key in said]
        self._repeats = [entry for entry in self._repeats if entry.cmd.room_id in before]

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


def _row(entry: Entry, place: int, now: int) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "seq": place,
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
