"""Tables and plots of docs/performance.md, written anew from a stored run."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import plots
from bench.bars import Verdict, judge
from bench.contenders import ROOT, TITLES
from bench.scenarios import FAMILIES, GROWTH, LENGTHS, Scenario

PAGE: Final = ROOT / "docs" / "performance.md"
PICTURES: Final = ROOT / "docs" / "performance"
Results = Mapping[str, Any]
_SHOWN: Final = {
    "fanout": ("speed", "members", "rooms"),
    "latency": ("late",),
    "idle": ("connections",),
    "durable": ("durable",),
    "history": ("history",),
}
"""The plots above each family's table."""
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
                    [title, TITLES[name], f"not run: {record['skipped'].get(name, '')[:100]}", "", ""]
                )
                continue
            middle, low, high = found[scenario.figure]
            spread = f"{_number(low)} - {_number(high)}"
            beside = ", ".join(text for key, text in _beside(found) if key != scenario.figure)
            rows.append([title, TITLES[name], f"{_number(middle)} {_UNITS[scenario.figure]}", spread, beside])
    return _table(["", "server", "median", "least - greatest", "besides"], rows)


def _alone(results: Results, scenario: str, name: str) -> str:
    """What a measurement without peers found."""
    record = results["scenarios"].get(scenario, {"contenders": {}, "skipped": {name: "not measured"}})
    found = record["contenders"].get(name)
    if found is None:
        return f"Not run: {record['skipped'][name][:200]}."
    rows = [[key.replace("_", " "), *map(_number, values)] for key, values in found.items()]
    return _table(["", "median", "least", "greatest"], rows)


def _beside(found: Mapping[str, list[float]]) -> Iterable[tuple[str, str]]:
    if "rss_before_kb" in found:
        before, after = found["rss_before_kb"][0] / 1024, found["rss_kb"][0] / 1024
        yield "rss", f"{before:.0f} MB before, {after:.0f} MB after"
    for key, text in (("delay_us", "delay"), ("ack_us", "answer")):
        if f"{key}.p50" in found and found[f"{key}.count"][0]:
            middle, late = found[f"{key}.p50"][0], found[f"{key}.p99"][0]
            yield key, f"{text} p50 {_number(middle)} us, p99 {_number(late)} us"
    if "cpu" in found:
        yield "cpu", f"{found['cpu'][0]:.2f} cores"


def _middle(results: Results, scenario: str, name: str, figure: str) -> float | None:
    found = results["scenarios"].get(scenario, {}).get("contenders", {}).get(name)
    return found[figure][0] if found else None


def _series(
    results: Results,
    names: Sequence[str],
    scenario: str,
    counts: Sequence[int],
    figure: str,
    *,
    scale: float = 1,
) -> dict[str, list[tuple[float, float]]]:
    found = {
        TITLES[name]: [
            (float(count), _middle(results, scenario.format(count), name, figure)) for count in counts
        ]
        for name in names
    }
    points = {name: [(x, y * scale) for x, y in seen if y] for name, seen in found.items()}
    return {name: seen for name, seen in points.items() if seen}


def _bars(
    results: Results,
    title: str,
    unit: str,
    *,
    scenarios: Mapping[str, str],
    names: Sequence[str],
    figure: str,
) -> str:
    series = {TITLES[name]: [_middle(results, key, name, figure) for key in scenarios] for name in names}
    return plots.bars(title, unit, list(scenarios.values()), series)


def pictures(results: Results) -> dict[str, str]:
    """Every plot by its file name."""
    peers, stacks = (
        ("engine", "socketio", "pysocketio", "limit"),
        ("sqlite", "postgresql", "seeds", "seeds-large"),
    )
    speed = {"fanout-16": "1 000, 16", "fanout-1": "1 000, 1", "rooms": "100 x 10", "hall": "1 x 200"}
    late = {"latency-1000": "1 000 messages/s", "latency-4000": "4 000 messages/s"}
    stored = {"durable-1": "1 sender", "durable-32": "32", "durable-256": "256"}
    rows = {
        "speed": ("Deliveries to all members of rooms", "deliveries/s", speed, peers, "deliveries"),
        "late": ("From the sender to each member, 99 of 100", "us", late, peers, "delay_us.p99"),
        "durable": ("Messages stored before the answer", "messages/s", stored, stacks, "messages"),
    }
    drawn = {
        name: _bars(results, title, unit, scenarios=scenarios, names=names, figure=figure)
        for name, (title, unit, scenarios, names, figure) in rows.items()
    }
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
    members = _series(results, pair, "members-{}", (10, 100, 1000, 5000), "deliveries")
    rooms = _series(results, pair, "rooms-{}", (1, 10, 100, 500), "deliveries")
    memory = _series(results, held, "idle-{}", (1000, 5000, 10_000), "rss_kb", scale=1 / 1024)
    pages = {
        f"{name}, {kind}": seen
        for kind in ("newest", "older")
        for name, seen in _series(
            results, ("sqlite", "postgresql", "seeds"), f"length-{kind}-{{}}", sorted(LENGTHS), "delay_us.p50"
        ).items()
    }
    return {
        "members": plots.lines("Growth with the members of a room", "deliveries/s", "members", members),
        "rooms": plots.lines("Growth with the rooms of ten, all send", "deliveries/s", "rooms", rooms),
        "connections": plots.lines("Growth with idle connections", "MB", "connections", memory),
        "history": plots.lines("Growth with the length of the history", "us a page", "messages", pages),
    }


def _title(drawing: str) -> str:
    return drawing.partition('aria-label="')[2].partition('"')[0]


def write(results: Results) -> None:
    """Replace what stands between the marks of docs/performance.md, and draw the plots."""
    made = {"about": _about(results), "bars": bar_table(judge(results))}
    made |= {
        name: _family(results, scenarios) for name, scenarios in FAMILIES.items() if scenarios is not GROWTH
    }
    made["big"] = _alone(results, "big-room", "watched")
    made["storm"] = _alone(results, "storm", "sqlite")
    drawn = pictures(results)
    for family, names in _SHOWN.items():
        shown = "\n".join(f"![{_title(drawn[name])}](performance/{name}.svg)" for name in names)
        made[family] = f"{shown}\n\n{made[family]}"
    PICTURES.mkdir(exist_ok=True)
    for name, drawing in drawn.items():
        (PICTURES / f"{name}.svg").write_text(drawing)
    fill(made)
    print(f"wrote {PAGE.relative_to(ROOT)} and {PICTURES.relative_to(ROOT)}/")


def fill(made: Mapping[str, str]) -> None:
    """Replace what stands between the marks of these names in docs/performance.md."""
    text = PAGE.read_text()
    for name, content in made.items():
        before, begin, rest = text.partition(f"<!-- bench: {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if begin and end:
            text = f"{before}{begin}{content}\n{end}{after}"
    PAGE.write_text(text)
