"""What clients saw of a conversation under faults, and the checker that says which promises it breaks.

A send without an answer may be stored once or not at all; an answered one is stored, once, as it was answered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where an entry of a room stands: messages have an id, other entries the empty one."""

    seq: int
    id: str


@dataclass(eq=False)
class Sent:
    """One message as its sender knows it; times in seconds of one monotonic clock."""

    room: str
    sender: str
    client_msg_id: str
    content: str
    order: int
    """Counts the sends of one sender."""
    began: float
    returned: float = inf
    answers: list[Place] = field(default_factory=list)
    refused: int = 0
    """Refusals that allow a retry: from then on the order of sending says nothing about the order of storing."""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.room, self.sender, self.client_msg_id)


@dataclass
class History:
    """All that was seen. `logs` is what the server has in the end; the others are compared with it."""

    sent: list[Sent] = field(default_factory=list)
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    readings: list[tuple[str, str, list[Place]]] = field(default_factory=list)
    """(reader, room, everything this reader has of it)"""
    runs: list[tuple[str, str, list[Place]]] = field(default_factory=list)
    """(listener, room, what one connection heard live)"""
    faults: list[str] = field(default_factory=list)
    """What went wrong while it happened: refusals that allow no retry, silence."""


def place(entry: dict[str, Any]) -> Place:
    """The place of an entry of the wire."""
    return Place(entry["seq"], entry.get("id", ""))


def check(history: History) -> list[str]:
    """Return every broken promise as a sentence that begins with its kind; none for a clean history."""
    found = list(history.faults)
    for checker in (_lost, _duplicates, _dense, _unique, _sender_order, _real_time, _readers, _live):
        found += checker(history)
    return found


def _messages(history: History) -> Iterator[tuple[str, dict[str, Any]]]:
    for room, log in history.logs.items():
        for entry in log:
            if entry["kind"] == "message":
                yield room, entry


def _key(room: str, entry: dict[str, Any]) -> tuple[str, str, str]:
    return (room, entry["senderId"], entry.get("clientMsgId", ""))


def _lost(history: History) -> Iterator[str]:
    """Answered means stored, as it was answered, the same at every retry; and nothing else is stored."""
    stored = {_key(room, entry): entry for room, entry in _messages(history)}
    for sent in history.sent:
        if len(set(sent.answers)) > 1:
            yield f"answers differ: {sent.key} got {sent.answers}"
        entry = stored.get(sent.key)
        if sent.answers and (entry is None or place(entry) != sent.answers[0]):
            yield f"lost: {sent.key} was answered {sent.answers[0]}"
        if entry is not None and entry["content"] != sent.content:
            yield f"changed: {sent.key} says {entry['content']!r}"
    for key in stored.keys() - {sent.key for sent in history.sent}:
        yield f"invented: nobody sent {key}"


def _duplicates(history: History) -> Iterator[str]:
    counted = Counter(_key(room, entry) for room, entry in _messages(history))
    yield from (f"duplicate: {key} is stored {count} times" for key, count in counted.items() if count > 1)


def _dense(history: History) -> Iterator[str]:
    for room, log in history.logs.items():
        seqs = [entry["seq"] for entry in log]
        if seqs != list(range(1, len(log) + 1)):
            odd = [seq for number, seq in enumerate(seqs, 1) if seq != number]
            yield f"hole: the log of {room} is not 1..{len(log)}, first at seq {odd[0]}"


def _unique(history: History) -> Iterator[str]:
    ids = Counter(entry["id"] for _, entry in _messages(history))
    yield from (f"id twice: {name}" for name, count in ids.items() if count > 1)


def _sender_order(history: History) -> Iterator[str]:
    seqs = {_key(room, entry): entry["seq"] for room, entry in _messages(history)}
    last: dict[tuple[str, str], int] = defaultdict(int)
    for sent in sorted(history.sent, key=lambda sent: sent.order):
        seq = seqs.get(sent.key)
        if seq is None or sent.refused:
            continue
        if seq < last[sent.key[:2]]:
            yield f"order of a sender: {sent.key} stands at {seq}, behind a later one"
        last[sent.key[:2]] = max(last[sent.key[:2]], seq)


def _real_time(history: History) -> Iterator[str]:
    """A send that began after another had been answered stands behind it, whoever sent them."""
    sends = {sent.key: sent for sent in history.sent}
    earliest: dict[str, float] = defaultdict(lambda: inf)
    for room, entry in sorted(_messages(history), key=lambda pair: -int(pair[1]["seq"])):
        sent = sends.get(_key(room, entry))
        if sent is None:
            continue
        if earliest[room] < sent.began:
            yield f"order of time: {sent.key} began after a send with a higher seq had been answered"
        earliest[room] = min(earliest[room], sent.returned)


def _readers(history: History) -> Iterator[str]:
    for reader, room, places in history.readings:
        log = [place(entry) for entry in history.logs[room]]
        if places != log:
            odd = next((p for p, q in zip(places, log, strict=False) if p != q), Place(0, ""))
            yield f"readers differ: {reader} has {len(places)} of {len(log)} entries of {room}, odd at {odd.seq}"


def _live(history: History) -> Iterator[str]:
    for listener, room, places in history.runs:
        if not places:
            continue
        first = places[0].seq
        log = [place(entry) for entry in history.logs[room]]
        if places != log[first - 1 : first - 1 + len(places)]:
            yield f"live: what {listener} heard of {room} from seq {first} on is not the log without holes"
