"""What the product promises, as figures, and whether a run kept it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

_POOLS: Final = ("seeds", "seeds-large")


@dataclass(frozen=True)
class Bar:
    """Our figure against a peer's (`factor` times it), or against a number when there is no peer."""

    text: str
    scenario: str
    figure: str
    ours: str
    peer: str
    factor: float
    least: bool = True
    """Ours is to be at least the bar; else at most."""


class Verdict(NamedTuple):
    """What became of a bar; `ratio` is our figure over the peer's, or the figure itself."""

    bar: Bar
    ours: float | None
    peer: float | None
    ratio: float | None
    met: bool | None
    why: str


def _durable(ours: str, name: str, factors: tuple[float, float, float]) -> list[Bar]:
    return [
        Bar(
            f"durable send, {name}, {senders} senders",
            f"durable-{senders}",
            "messages",
            ours,
            "seeds",
            factor,
        )
        for senders, factor in zip((1, 32, 256), factors, strict=True)
    ]


def _history(ours: str, name: str) -> list[Bar]:
    rows = (("newest", "requests", 8.0), ("older", "requests", 2.5))
    times = (("newest", "delay_us.p99", 0.25), ("older", "delay_us.p99", 0.5))
    return [
        Bar(f"history, {kind}, 32 connections, {name}", f"{kind}-32", figure, ours, "seeds", factor)
        for kind, figure, factor in rows
    ] + [
        Bar(f"history, {kind}, p99, {name}", f"{kind}-32", figure, ours, "seeds", factor, least=False)
        for kind, figure, factor in times
    ]


def _storing(ours: str, name: str) -> list[Bar]:
    """What storing costs: ours with a database against our engine, which stores nothing, under the same load."""
    pace = f"at 2\u202f000 messages/s, {name}"
    return [
        Bar(f"CPU {pace}, to our engine", "latency-2000", "cpu", ours, "engine", 2, least=False),
        Bar(f"p99 {pace}, us", "latency-2000", "delay_us.p99", ours, "", 2000, least=False),
        Bar(
            f"100 rooms of 10, all send, {name}, to our engine", "rooms", "deliveries", ours, "engine", 0.625
        ),
    ]


_FROM_ENGINE: Final = (
    ("fanout-16", "fan-out, 16 in flight", 15.0),
    ("fanout-1", "fan-out, 1 in flight", 1.5),
    ("rooms", "100 rooms of 10, all send", 9.0),
    ("hall", "1 room of 200, all send", 40.0),
)
_TO_C: Final = [(name, text, 0.45 if name == "rooms" else 0.6) for name, text, _ in _FROM_ENGINE]
_PACE: Final = "at 4\u202f000 messages/s"
BARS: Final = [
    *(Bar(f"{text}, to Node", name, "deliveries", "engine", "socketio", x) for name, text, x in _FROM_ENGINE),
    *(Bar(f"{text}, to the C limit", name, "deliveries", "engine", "limit", x) for name, text, x in _TO_C),
    Bar(f"p99 {_PACE}, to the C limit", "latency-4000", "delay_us.p99", "engine", "limit", 2.5, least=False),
    Bar(f"CPU {_PACE}, to Node", "latency-4000", "cpu", "engine", "socketio", 0.75, least=False),
    Bar("memory before the first connection, MB", "idle-10000", "rss_before_mb", "sqlite", "", 120, least=False),
    Bar("memory of each of 10\u202f000 idle connections, kB", "idle-10000", "kb_each", "sqlite", "", 12, least=False),
    Bar("CPU of 10\u202f000 idle connections, cores", "idle-10000", "cpu", "sqlite", "", 0.10, least=False),
    Bar("handshakes/s, engine alone", "handshakes", "handshakes", "engine", "", 5000),
    Bar("handshakes/s with the token check", "handshakes", "handshakes", "sqlite", "", 2000),
    *_durable("postgresql", "PostgreSQL", (1.3, 4, 6)),
    Bar("p99 of the answer, PostgreSQL, 256", "durable-256", "ack_us.p99", "postgresql", "seeds", 0.25, least=False),
    *_durable("sqlite", "SQLite", (1.5, 3.5, 5)),
    *_history("sqlite", "SQLite"),
    *_history("postgresql", "PostgreSQL"),
    Bar("list of 50 rooms, 32 connections, SQLite", "room-list", "requests", "sqlite", "seeds", 0.6),
    Bar("list of 50 rooms, 32 connections, PostgreSQL", "room-list", "requests", "postgresql", "seeds", 0.6),
    Bar("the whole product's fan-out, to our engine", "fanout-16", "deliveries", "sqlite", "engine", 0.65),
    *_storing("sqlite", "SQLite"),
    *_storing("postgresql", "PostgreSQL"),
    Bar("longest turn in a room of 10\u202f000, ms", "big-room", "turn_ms.max", "watched", "", 5, least=False),
    Bar("longest delay of others meanwhile, ms", "big-room", "other_max_ms", "watched", "", 100, least=False),
    Bar("p99 of a talk while 10\u202f000 come back, ms", "storm", "talk_p99_ms", "sqlite", "", 250, least=False),
]  # fmt: skip


def _figure(record: Mapping[str, Any], name: str, figure: str) -> float | None:
    found = record.get("contenders", {}).get(name)
    if found is None:
        return None
    if figure == "rss_before_mb":
        return float(found["rss_before_kb"][0]) / 1024
    if figure.endswith(".max") and figure not in found:
        return float(found[figure.removesuffix(".max")][2])
    return float(found[figure][0])


def _peer(record: Mapping[str, Any], bar: Bar) -> str:
    """The contender to compare with: of the seeds' stack, the pool that is better in this figure."""
    if bar.peer != "seeds":
        return bar.peer
    there = [name for name in _POOLS if name in record.get("contenders", {})]
    best = max if bar.least else min
    return best(there, key=lambda name: _figure(record, name, bar.figure) or 0, default=bar.peer)


def judge(results: Mapping[str, Any]) -> list[Verdict]:
    """Compare a run with every bar."""
    return [_judge(bar, results.get("scenarios", {}).get(bar.scenario, {})) for bar in BARS]


def _judge(bar: Bar, record: Mapping[str, Any]) -> Verdict:
    peer_name = _peer(record, bar)
    ours = _figure(record, bar.ours, bar.figure)
    peer = _figure(record, peer_name, bar.figure) if bar.peer else None
    if ours is None or (bar.peer and not peer):
        skipped = record.get("skipped", {})
        why = skipped.get(bar.ours) or skipped.get(peer_name) or "not measured"
        return Verdict(bar, ours, peer, None, None, why)
    ratio = ours / peer if peer else ours
    met = ratio >= bar.factor if bar.least else ratio <= bar.factor
    return Verdict(bar, ours, peer, ratio, met, "")


_MEMORY: Final = ("rss_before_mb", "kb_each")
"""Figures that are no ratios but hardly depend on the machine."""


class Comparison(NamedTuple):
    """Two runs: what got worse with the scenario that says so, and what cannot be compared with the reason."""

    worse: dict[str, str]
    apart: dict[str, str]


def compare(now: Mapping[str, Any], stored: Mapping[str, Any], *, by: float = 0.2) -> Comparison:
    """Say what got worse by more than `by`, ratio for ratio, or broke its word where it kept it.

    Scenarios that were not asked for now are left out. A time or a rate that is no ratio says nothing on another
    machine.
    """
    found = Comparison({}, {})
    same = _machine(now) == _machine(stored)
    for new, old in zip(judge(now), judge(stored), strict=True):
        bar = new.bar
        record = now["scenarios"].get(bar.scenario)
        if record is None:
            continue
        if old.ratio and bar.ours in record.get("failed", ()):
            found.worse[f"{bar.text}: {old.ratio:.3g} -> {new.why}"] = bar.scenario
        elif new.ratio is None or not old.ratio:
            found.apart[bar.text] = new.why or old.why
        elif not bar.peer and not same and bar.figure not in _MEMORY:
            found.apart[bar.text] = "another machine than the stored"
        elif new.ratio < old.ratio * (1 - by) if bar.least else new.ratio > old.ratio * (1 + by):
            found.worse[f"{bar.text}: {old.ratio:.3g} -> {new.ratio:.3g}"] = bar.scenario
    return found


def _machine(results: Mapping[str, Any]) -> list[Any]:
    return [results.get("machine", {}).get(name) for name in ("cpu", "cores")]
