"""What is measured. Every scenario is one call of the load generator, made of each contender in turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SIZE: Final = 200  # characters of a message: 250 bytes on the wire of the plain servers
_PLAIN: Final = ("engine", "socketio", "pysocketio", "limit")
_OURS: Final = ("sqlite", "postgresql")
_STACKS: Final = ("sqlite", "postgresql", "seeds", "seeds-large")
PAGES: Final = ("sqlite", "postgresql", "seeds")
_ROOM: Final = '"createdById":'  # once in every room of a list


@dataclass(frozen=True)
class Scenario:
    """One row of the tables. `people` names a file of chatroom.bench.crowd, for the servers that know people."""

    name: str
    title: str
    figure: str
    """What counts, as the load generator calls it; nested names are joined by a dot."""
    contenders: tuple[str, ...]
    mode: str
    flags: Mapping[str, Any] = field(default_factory=dict)
    people: str = ""
    pinned: bool = True
    """The server has one core and the load another. Without it they share all, as with a database they must."""
    fresh: bool = False
    """The server starts anew for each measurement."""
    rounds: int = 3
    once: tuple[str, ...] = ("pysocketio",)
    """Contenders that no bar compares with: the first round is enough for them."""


def _chat(name: str, title: str, contenders: tuple[str, ...], **more: Any) -> Scenario:
    flags = {"size": SIZE, "seconds": 1.5, **more.pop("flags")}
    return Scenario(name, title, more.pop("figure", "deliveries"), contenders, "chat", flags, **more)


def _pages(name: str, title: str, people: str, connections: int, **more: Any) -> Scenario:
    flags = {
        "window": connections,
        "seconds": 1.2,
        "warm": 0.3,
        "words": 50,
        "word": more.pop("word", '"content":'),
    }
    contenders = more.pop("contenders", PAGES)
    return Scenario(name, title, "requests", contenders, "http", flags, people, pinned=False, **more)


_CROWD: Final = {"clients": 1000, "rooms": 100, "senders": 1000}

FAN_OUT: Final = [
    _chat(
        "fanout-16",
        "1 room, 1 000 receivers, 16 messages in flight",
        (*_PLAIN, "sqlite"),
        flags={"clients": 1000, "window": 16},
        people="hall",
    ),
    _chat(
        "fanout-1",
        "the same, 1 message in flight",
        _PLAIN,
        flags={"clients": 1000, "window": 1},
        people="hall",
    ),
    _chat("rooms", "100 rooms of 10, all send", (*_PLAIN, *_OURS), flags=_CROWD, people="tens"),
    _chat("hall", "1 room of 200, all send", _PLAIN, flags={"clients": 200, "senders": 200}),
]
LATENCY: Final = [
    _chat(
        f"latency-{rate}",
        f"100 rooms of 10, {rate:,} messages/s".replace(",", "\u202f"),
        contenders,
        figure="delay_us.p99",
        flags={**_CROWD, "rate": rate, "seconds": 2.5},
        people="tens",
        rounds=rounds,
    )
    for rate, rounds, contenders in (
        (1000, 1, _PLAIN),
        (2000, 3, ("engine", "sqlite", "postgresql", "socketio")),
        (4000, 3, _PLAIN),
    )
]
_HELD: Final = ("engine", "sqlite", "socketio", "pysocketio")
IDLE: Final = [
    Scenario(
        f"idle-{count}",
        f"{count:,} connections".replace(",", "\u202f"),
        "kb_each",
        held,
        "idle",
        {"clients": count, "warm": 1.0, "seconds": seconds, "opening": 32},
        people="idle",
        fresh=True,
        rounds=1,
    )
    # Pings come every 25 s, the first after 12.5 to 25 s; the bar is on the 10 000.
    for count, seconds, held in ((1000, 1.0, _HELD), (5000, 1.0, _HELD), (10_000, 26.0, _HELD[:3]))
]
HANDSHAKES: Final = [
    Scenario(
        "handshakes",
        "connections one after the other, 32 at once, no token twice",
        "handshakes",
        ("engine", "sqlite", "postgresql", "socketio", "seeds", "pysocketio", "limit"),
        "handshakes",
        {"clients": 10_000, "opening": 32, "seconds": 1.5},
        people="idle",
        once=("postgresql", "seeds", "pysocketio", "limit"),
    ),
    Scenario(
        "handshakes-same",
        "the same 32 people again and again",
        "handshakes",
        ("sqlite", "postgresql"),
        "handshakes",
        {"clients": 32, "opening": 32, "seconds": 1.5},
        people="idle",
        rounds=1,
    ),
]
DURABLE: Final = [
    _chat(
        f"durable-{senders}",
        f"stored before the answer, {senders} senders in rooms of 8",
        _STACKS,
        figure="messages",
        flags={"clients": max(8, senders), "senders": senders},
        people="eights",
        pinned=False,
    )
    for senders in (1, 32, 256)
] + [
    _chat(
        "durable-256-ids",
        "the same, each with an id of its client, by which repeats are known",
        ("sqlite", "postgresql", "seeds-large"),
        figure="messages",
        flags={"clients": 256, "senders": 256, "ids": 1},
        people="eights",
        pinned=False,
    )
]
HISTORY: Final = [
    _pages(
        f"{kind}-{connections}",
        f"history, 50 of 10\u202f000, {what}, {connections} connections",
        f"{file}-10000",
        connections,
        rounds=rounds,
    )
    for kind, what, file in (("newest", "newest page", "history"), ("older", "older pages", "older"))
    for connections, rounds in ((1, 1), (32, 3))
] + [
    _pages("far-32", "older pages that nobody has scrolled to, 32 connections", "far-10000", 32, rounds=1),
    _pages("cold-32", "newest pages of 400 rooms by turns, 32 connections", "cold", 32, rounds=1),
    _pages("room-list", "list of 50 rooms, 32 connections", "rooms", 32, rounds=1, word=_ROOM),
    _pages(
        "room-list-full",
        "the same with what ours shows: members, the last message",
        "rooms-full",
        32,
        rounds=1,
        word=_ROOM,
        contenders=("seeds",),
    ),
]
GROWTH: Final = (
    [
        _chat(
            f"members-{count}",
            f"1 room, {count} receivers, 16 in flight",
            ("engine", "socketio"),
            flags={"clients": count, "window": 16, "seconds": 1.0, "warm": 0.3},
            rounds=1,
        )
        for count in (10, 100, 5000)
    ]
    + [
        _chat(
            f"rooms-{count}",
            f"{count} rooms of 10, all send",
            ("engine", "socketio"),
            flags={"clients": count * 10, "rooms": count, "senders": count * 10, "seconds": 1.0, "warm": 0.3},
            rounds=1,
        )
        for count in (1, 10, 500)
    ]
    + [
        _pages(f"length-{kind}-{count}", f"{kind} page of {count}", f"{file}-{count}", 1, rounds=1)
        for kind, file in (("newest", "history"), ("older", "older"))
        for count in (1000, 100_000)
    ]
)
"""Beside what the other families measure: 1 000 members, 100 rooms, 10 000 messages."""
LENGTHS: Final = (10_000, 1000, 100_000)
FAMILIES: Final = {
    "fanout": FAN_OUT,
    "latency": LATENCY,
    "idle": IDLE,
    "handshakes": HANDSHAKES,
    "durable": DURABLE,
    "history": HISTORY,
    "growth": GROWTH,
}
