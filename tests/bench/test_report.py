import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench import plots, report
from bench.bars import BARS, compare, judge
from bench.contenders import ROOT
from bench.measure import summarize
from bench.report import bar_table, pictures


def run_of(engine: float, node: float) -> dict[str, Any]:
    found = {"engine": {"deliveries": [engine] * 3}, "socketio": {"deliveries": [node] * 3}}
    return {
        "scenarios": {
            "fanout-16": {"figure": "deliveries", "contenders": found, "skipped": {"limit": "no C"}}
        }
    }


def test_a_bar_is_met_or_missed_by_the_ratio_of_the_medians() -> None:
    assert judge(run_of(1500, 100))[0].met is True
    assert judge(run_of(1400, 100))[0].met is False


def test_what_was_not_measured_says_why() -> None:
    limit = next(found for found in judge(run_of(1, 1)) if found.bar.peer == "limit")
    assert (limit.met, limit.why) == (None, "no C")


def test_the_seeds_stack_counts_with_the_better_of_its_pools() -> None:
    rates = {"postgresql": 400.0, "seeds": 50.0, "seeds-large": 100.0}
    found = {name: {"messages": [rate] * 3} for name, rate in rates.items()}
    record = {"figure": "messages", "contenders": found, "skipped": {}}
    verdicts = judge({"scenarios": {"durable-32": record}})
    assert next(v.ratio for v in verdicts if v.bar.scenario == "durable-32" and v.ratio) == 4.0


def test_the_seeds_stack_counts_with_the_pool_that_answers_sooner() -> None:
    late = {"postgresql": 10.0, "seeds": 80.0, "seeds-large": 100.0}
    found = {name: {"messages": [1.0] * 3, "ack_us.p99": [p99] * 3} for name, p99 in late.items()}
    verdicts = judge(
        {"scenarios": {"durable-256": {"figure": "messages", "contenders": found, "skipped": {}}}}
    )
    assert next(v.ratio for v in verdicts if v.bar.figure == "ack_us.p99") == 0.125


def test_a_ratio_that_fell_by_a_quarter_is_named_and_one_that_fell_by_a_tenth_is_not() -> None:
    stored = run_of(2000, 100)
    named = {f"{BARS[0].text}: 20 -> 15": "fanout-16"}
    assert compare(run_of(1500, 100), stored).worse == named
    assert compare(run_of(1800, 100), stored).worse == {}
    assert compare(run_of(750, 50), stored).worse == named


def test_a_server_that_broke_its_word_is_named_and_one_that_could_not_be_run_is_not_compared() -> None:
    now = run_of(2000, 100)
    record = now["scenarios"]["fanout-16"]
    del record["contenders"]["engine"]
    record["skipped"]["engine"] = "lost: 3"
    assert compare(now, run_of(2000, 100)).apart[BARS[0].text] == "lost: 3"
    record["failed"] = ["engine"]
    assert compare(now, run_of(2000, 100)).worse == {f"{BARS[0].text}: 20 -> lost: 3": "fanout-16"}


def test_figures_that_are_no_ratios_are_compared_on_the_same_machine_only() -> None:
    record = {"figure": "handshakes", "contenders": {"engine": {"handshakes": [3000.0] * 3}}, "skipped": {}}
    stored_record = {**record, "contenders": {"engine": {"handshakes": [6000.0] * 3}}}
    now = {"machine": {"cpu": "slow", "cores": 2}, "scenarios": {"handshakes": record}}
    stored = {"machine": {"cpu": "slow", "cores": 2}, "scenarios": {"handshakes": stored_record}}
    name = "handshakes/s, engine alone"
    assert list(compare(now, stored).worse) == [f"{name}: 6e+03 -> 3e+03"]
    elsewhere = {**stored, "machine": {"cpu": "fast", "cores": 2}}
    assert compare(now, elsewhere).worse == {}
    assert compare(now, elsewhere).apart[name] == "another machine than the stored"


def test_rounds_become_medians_with_their_spread() -> None:
    rounds = [{"deliveries": rate, "delay_us": {"p99": 5.0}} for rate in (3.0, 9.0, 4.0)]
    assert summarize(rounds) == {"deliveries": [4.0, 3.0, 9.0], "delay_us.p99": [5.0, 5.0, 5.0]}


def test_the_table_has_a_line_for_every_bar() -> None:
    assert bar_table(judge(run_of(1500, 100))).count("\n") == len(BARS) + 1


def test_plots_are_drawn_from_whatever_was_measured() -> None:
    for drawing in pictures(run_of(1500, 100)).values():
        assert ET.fromstring(drawing).tag.endswith("svg")  # noqa: S314 - our own text


def _heights(drawing: str) -> list[float]:
    return [float(found) for found in re.findall(r'<rect x=.* height="([\d.]+)"', drawing)]


def test_bars_are_as_long_as_their_values_and_the_plot_says_what_each_group_is_drawn_to() -> None:
    series = [plots.Bars("a", "#000000", [100.0, 5.0]), plots.Bars("b", "#ffffff", [25.0, None])]
    drawing = plots.bars("Title", "apples/s", ["one", "two"], series)
    first, other, second = _heights(drawing)
    assert second == pytest.approx(first)
    assert other == pytest.approx(first / 4, abs=0.1)
    assert "apples/s; each group has its own scale from zero" in drawing


@pytest.mark.parametrize("most", [0.3, 7.0, 99.0, 310.0, 2_806_780.0])
def test_lines_start_at_zero_and_say_what_is_logarithmic(most: float) -> None:
    drawing = plots.lines(
        "T", "MB", "connections", [plots.Line("a", "#000000", [(10, most / 2), (1000, most)])]
    )
    half, whole = (float(y) for y in re.findall(r'cy="([\d.]+)"', drawing))
    zero = float(re.findall(r'y1="([\d.]+)"', drawing)[0])
    assert zero - whole == pytest.approx(2 * (zero - half), abs=0.2)
    assert 54 <= whole < 200
    assert ">0</text>" in drawing
    assert "connections (logarithmic)" in drawing


BARS_SETTLED = {
    "100 rooms of 10, all send, to the C limit": (0.45, True),
    "CPU at 4\u202f000 messages/s, to Node": (0.75, False),
    "p99 at 4\u202f000 messages/s, to the C limit": (2.5, False),
    "the whole product's fan-out, to our engine": (0.65, True),
}


def test_the_settled_bars_are_the_ones_that_are_judged() -> None:
    judged = {bar.text: (bar.factor, bar.least) for bar in BARS}
    assert {text: judged[text] for text in BARS_SETTLED} == BARS_SETTLED


def test_the_pages_are_what_the_stored_run_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    docs = shutil.copytree(ROOT / "docs", tmp_path / "docs")
    moved = {page: tmp_path / page.relative_to(ROOT) for page in report.WRITTEN}
    monkeypatch.setattr(report, "PICTURES", docs / "performance")
    monkeypatch.setattr(report, "WRITTEN", tuple(moved.values()))
    report.write(json.loads((ROOT / "bench/results/latest.json").read_text()))
    for page, again in moved.items():
        assert page.read_text() == again.read_text(), page.name
    for drawing in (docs / "performance").glob("*.svg"):
        assert (ROOT / "docs/performance" / drawing.name).read_text() == drawing.read_text()


def test_the_page_of_results_is_one_page() -> None:
    assert len(report.PAGE.read_text().split()) < 1_500
