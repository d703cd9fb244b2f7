"""Tables and plots of docs/performance.md and docs/performance/, written anew from a stored run."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import plots
from bench.bars import Verdict, judge
from bench.contenders import ROOT, TITLES
from bench.scenarios import FAMILIES, GROWTH, LENGTHS, PAGES, Scenario

PAGE: Final = ROOT / "docs" / "performance.md"
PICTURES: Final = ROOT / "docs" / "performance"
Results = Mapping[str, Any]
WRITTEN: Final = (PAGE, *(PICTURES / f"{name}.md" for name in ("method", "tables", "profile", "steps")))
_SHOWN: Final = {
    "fanout": ("speed", "members", "rooms"),
    "latency": ("late",),
    "idle": ("connections",),
    "durable": ("durable",),
    "history": ("history",),
}
"""The plots above each family's table; the first of each stands on the page of results, too."""
_COLOURS: Final = {
    "engine": "#0f8f84",
    "sqlite": "#3fa34d",
    "postgresql": "#a3a81f",
    "socketio": "#3b8edb",
    "seeds": "#3b8edb",
    "seeds-large": "#8d72d6",
    "pysocketio": "#dd5566",
    "limit": "#c08a1e",
}
"""Ours are green everywhere."""
_UNITS: Final = {
    "deliveries": "deliveries/s",
    "messages": "messages/s",
    "requests": "requests/s",
    "handshakes": "handshakes/s",
    "delay_us.p99": "p99 of the delivery, us",
    "kb_each": "kB each",
}


def store(results: Results, path: Path) -> None:
    """Write a run down."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n")
    print(f"stored in {path}")


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.3g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def bar_table(verdicts: Sequence[Verdict]) -> str:
    """Every bar with what was measured, met or missed."""
    rows = []
    for bar, ours, peer, ratio, met, why in verdicts:
        sign, unit = (">=" if bar.least else "<="), ("x" if bar.peer else "")
        verdict = "met" if met else "**missed**" if met is not None else f"not run: {why[:80]}"
        measured = "-" if ratio is None else f"{ratio:.3g}{unit}"
        rows.append(
            [bar.text, f"{sign} {bar.factor:g}{unit}", measured, _number(ours), _number(peer), verdict]
        )
    return _table(["", "bar", "measured", "ours", "theirs", ""], rows)


def _about(results: Results) -> str:
    machine = results["machine"]
    return (
        f"Commit `{results['commit']}`, {results['at']}, {machine['cores']} cores of {machine['cpu']}, "
        f"{machine['memory_gb']} GB, Linux {machine['kernel']}, Python {machine['python']}; load of the machine "
        f"before the start {machine['busy']}. The whole run took {results['took_s']} s."
    )


def _family(results: Results, scenarios: Sequence[Scenario]) -> str:
    rows = []
    for scenario in scenarios:
        record = results["scenarios"].get(scenario.name, {"contenders": {}, "skipped": {}})
        for name in scenario.contenders:
            found = record["contenders"].get(name)
            title = scenario.title if name == scenario.contenders[0] else ""
            if found is None:
                rows.append(
                    [
                        title,
                        TITLES[name],
                        f"not run: {record['skipped'].get(name, 'not measured')[:100]}",
                        "",
                        "",
                    ]
                )
                continue
            middle, low, high = found[scenario.figure]
            rounds = record.get("rounds", {}).get(name)
            spread = "one round" if rounds == 1 else f"{_number(low)} - {_number(high)}"
            spread += f" of {rounds}" if rounds and rounds > 1 else ""
            beside = ", ".join(text for key, text in _beside(found) if key != scenario.figure)
            rows.append([title, TITLES[name], f"{_number(middle)} {_UNITS[scenario.figure]}", spread, beside])
    return _table(["", "server", "median", "least - greatest", "besides"], rows)


def _alone(results: Results, scenario: str, name: str) -> str:
    """What a measurement without peers found."""
    record = results["scenarios"].get(scenario, {"contenders": {}, "skipped": {name: "not measured"}})
    found = record["contenders"].get(name)
    if found is None:
        return f"Not run: {record['skipped'][name][:200]}."
    rows = [
        [key.replace("_", " "), *map(_number, values if values[1] < values[2] else values[:1]), "", ""][:4]
        for key, values in found.items()
    ]
    return _table(["", "median", "least", "greatest"], rows)


def _beside(found: Mapping[str, list[float]]) -> Iterable[tuple[str, str]]:
    if "rss_before_kb" in found:
        before, after = found["rss_before_kb"][0] / 1024, found["rss_kb"][0] / 1024
        yield "rss", f"{before:.0f} MB before, {after:.0f} MB after"
    for key, text in (("delay_us", "delay"), ("ack_us", "answer")):
        if f"{key}.p50" in found and found[f"{key}.count"][0]:
            times = [f"{part} {_number(found[f'{key}.{part}'][0])}" for part in ("p50", "p99", "p999")]
            yield key, f"{text} {', '.join(times)} us"
    if found.get("late_us.count", [0])[0]:
        yield "late", f"sent late p99 {_number(found['late_us.p99'][0])} us"
    if "cpu" in found:
        load = f", load {found['load_cpu'][0]:.2f}" if "load_cpu" in found else ""
        yield "cpu", f"{found['cpu'][0]:.2f} cores{load}"
    if "bytes_each" in found:
        yield "bytes", f"{_number(found['bytes_each'][0])} bytes"


def _middle(results: Results, scenario: str, name: str, figure: str) -> float | None:
    found = results["scenarios"].get(scenario, {}).get("contenders", {}).get(name)
    return found[figure][0] if found else None


def _lines(
    results: Results,
    names: Sequence[str],
    scenario: str,
    counts: Sequence[int],
    figure: str,
    *,
    scale: float = 1,
) -> list[plots.Line]:
    found = []
    for name in names:
        seen = [(count, _middle(results, scenario.format(count), name, figure)) for count in counts]
        points = [(float(count), value * scale) for count, value in seen if value]
        if points:
            found.append(plots.Line(TITLES[name], _COLOURS[name], points))
    return found


_BARS: Final = (
    (
        "speed",
        "Deliveries to all members of rooms",
        "deliveries/s",
        {
            "fanout-16": "to 1\u202f000, 16 in flight",
            "fanout-1": "to 1\u202f000, 1 in flight",
            "rooms": "100 rooms of 10",
            "hall": "1 room of 200",
        },
        ("engine", "socketio", "pysocketio", "limit"),
        "deliveries",
    ),
    (
        "late",
        "p99 from the sender to each member, 100 rooms of 10",
        "microseconds",
        {"latency-1000": "1\u202f000 messages/s", "latency-4000": "4\u202f000 messages/s"},
        ("engine", "socketio", "limit"),
        "delay_us.p99",
    ),
    (
        "durable",
        "Messages stored before the answer",
        "messages/s",
        {
            "durable-1": "1 sender",
            "durable-32": "32 senders",
            "durable-256": "256 senders",
            "durable-256-ids": "256, with ids",
        },
        ("sqlite", "postgresql", "seeds", "seeds-large"),
        "messages",
    ),
)
"""File, title, unit, groups by scenario, contenders and figure of the charts of bars."""


def pictures(results: Results) -> dict[str, str]:
    """Every plot by its file name."""
    drawn = {}
    for file, title, unit, groups, names, figure in _BARS:
        keys = [key for key in groups if any(_middle(results, key, name, figure) for name in names)]
        series = [
            plots.Bars(TITLES[name], _COLOURS[name], [_middle(results, key, name, figure) for key in keys])
            for name in names
        ]
        drawn[file] = plots.bars(title, unit, [groups[key] for key in keys], series)
    return drawn | _growth(results)


def _elsewhere(results: Results) -> dict[str, Any]:
    """The points of the growth plots that other families have measured, by the names that they have there."""
    names = {"members-1000": "fanout-16", "rooms-100": "rooms"}
    names |= {f"length-{kind}-10000": f"{kind}-1" for kind in ("newest", "older")}
    return {name: results["scenarios"].get(other, {}) for name, other in names.items()}


def _growth(results: Results) -> dict[str, str]:
    """How cost grows with members, rooms, connections and history."""
    pair, held = ("engine", "socketio"), ("engine", "sqlite", "socketio", "pysocketio")
    results = {**results, "scenarios": {**_elsewhere(results), **results["scenarios"]}}
    members = _lines(results, pair, "members-{}", (10, 100, 1000, 5000), "deliveries")
    rooms = _lines(results, pair, "rooms-{}", (1, 10, 100, 500), "deliveries")
    memory = _lines(results, held, "idle-{}", (1000, 5000, 10_000), "rss_kb", scale=1 / 1024)
    pages = [
        line._replace(label=f"{line.label}, {kind}", dashed=kind == "older")
        for kind in ("newest", "older")
        for line in _lines(results, PAGES, f"length-{kind}-{{}}", sorted(LENGTHS), "delay_us.p50")
    ]
    return {
        "members": plots.lines("Growth with the members of a room", "deliveries/s", "members", members),
        "rooms": plots.lines("Growth with the rooms of ten, all send", "deliveries/s", "rooms", rooms),
        "connections": plots.lines("Memory with idle connections", "MB", "connections", memory),
        "history": plots.lines("A page by the length of the history", "microseconds", "messages", pages),
    }


def _title(drawing: str) -> str:
    return drawing.partition('aria-label="')[2].partition('"')[0]


def write(results: Results) -> None:
    """Replace what stands between the marks of the pages, and draw the plots."""
    made = {"about": _about(results), "bars": bar_table(judge(results))}
    made |= {
        name: _family(results, scenarios) for name, scenarios in FAMILIES.items() if scenarios is not GROWTH
    }
    made["big"] = _alone(results, "big-room", "watched")
    made["storm"] = _alone(results, "storm", "sqlite")
    drawn = pictures(results)
    for family, names in _SHOWN.items():
        shown = "\n".join(f"![{_title(drawn[name])}]({name}.svg)" for name in names)
        made[family] = f"{shown}\n\n{made[family]}"
        made[f"plot {family}"] = f"![{_title(drawn[names[0]])}](performance/{names[0]}.svg)"
    PICTURES.mkdir(exist_ok=True)
    for name, drawing in drawn.items():
        (PICTURES / f"{name}.svg").write_text(drawing)
    fill(made)
    print("wrote docs/performance.md and docs/performance/")


def fill(made: Mapping[str, str]) -> None:
    """Replace what stands between the marks of these names, on whichever page they are."""
    for page in WRITTEN:
        text = page.read_text()
        for name, content in made.items():
            before, begin, rest = text.partition(f"<!-- bench: {name} -->\n")
            _, end, after = rest.partition("<!-- end -->")
            if begin and end:
                text = f"{before}{begin}{content}\n{end}{after}"
        page.write_text(text)
