"""Run scenarios: all contenders in turn, round after round, so that a slow minute of the machine hits all of them."""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.contenders import TITLES, Contenders
from bench.scenarios import Scenario
from chatroom.bench.load import Load, NotRun
from chatroom.bench.process import HOST, Server

_LATE: Final = "out of time"
FAILURES: Final = (RuntimeError, OSError, subprocess.SubprocessError)
"""What a server or a tool that breaks raises; the run goes on without it."""
_PAGES: Final = 200  # pages that are asked for in turn
_NEAR: Final = 2  # of them that the far ones leave out


def _numbers(found: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for name, value in found.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{name}.")
        else:
            yield prefix + name, float(value)


def summarize(rounds: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Median, least and greatest of every figure."""
    columns: dict[str, list[float]] = {}
    for found in rounds:
        for name, value in _numbers(found):
            columns.setdefault(name, []).append(value)
    return {name: [statistics.median(seen), min(seen), max(seen)] for name, seen in columns.items()}


def _get(server: Server, token: str, path: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"http://{HOST}:{server.port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def walk_back(server: Server, newest: Path, older: Path) -> None:
    """Write the file of a room's pages back from the newest, found by following the cursors.

    Another file leaves out the first of them: what nobody has scrolled to is in no memory. Raises RuntimeError on a bad
    page.
    """
    token, room, path = newest.read_text().partition("\n")[0].split()
    lines = [f"{token} {room} {path}\n"]
    cursor = None
    while len(lines) < _PAGES:
        page = _get(server, token, path if cursor is None else f"{path}&cursor={cursor}")
        if len(page["messages"]) != 50:
            raise RuntimeError(f"{path} gave {len(page['messages'])} messages and not 50")
        if cursor is not None:
            lines.append(f"{token} {room} {path}&cursor={cursor}\n")
        cursor = page["nextCursor"]
        if cursor is None:
            break
    older.write_text("".join(lines))
    older.with_name(older.name.replace("older", "far")).write_text("".join(lines[_NEAR:]))


@dataclass(frozen=True)
class Alone:
    """A measurement of our product that has no peers."""

    name: str
    title: str
    figure: str
    contender: str
    measure: Callable[[Contenders, Load], dict[str, list[float]]]
    """Returns median, least and greatest of each figure; raises NotRun or one of FAILURES."""


def _fail(record: dict[str, Any], name: str, error: Exception) -> None:
    record["skipped"][name] = str(error)
    record["failed"].append(name)


class Bench:
    """Measures scenarios until the time is over."""

    def __init__(self, contenders: Contenders, load: Load, *, seconds: float, short: bool) -> None:
        """Spend at most `seconds`; `short` runs measure once, for half the time."""
        self._contenders = contenders
        self._load = load
        self._begun = time.monotonic()
        self._seconds = seconds
        self._short = short

    def run(self, scenario: Scenario) -> dict[str, Any]:
        """Measure one scenario and return its record; what was skipped says why."""
        record = self._begin(scenario)
        skipped: dict[str, str] = record["skipped"]
        servers: dict[str, Server] = {}
        rounds: dict[str, list[dict[str, Any]]] = {}
        try:
            for turn in range(1 if self._short else scenario.rounds):
                # To and fro, so that nobody is always measured after the same other one.
                for name in scenario.contenders[:: -1 if turn % 2 else 1]:
                    if name in skipped or (name in scenario.once and (turn or self._short)):
                        continue
                    _tell(f"  round {turn + 1}, {TITLES[name]} ...")
                    try:
                        rounds.setdefault(name, []).append(self._once(scenario, name, servers))
                    except NotRun as error:
                        skipped[name] = str(error)
                    except FAILURES as error:
                        _fail(record, name, error)
        finally:
            for server in servers.values():
                server.stop()
        for name, found in rounds.items():
            if found and name not in record["failed"]:
                record["contenders"][name] = summarize(found)
                record["rounds"][name] = len(found)
        _print(record)
        return record

    def alone(self, what: Alone) -> dict[str, Any]:
        """Make a measurement that has no peers and return its record."""
        record = self._begin(what)
        try:
            if self._spent() > self._seconds:
                raise NotRun(_LATE)
            record["contenders"][what.contender] = what.measure(self._contenders, self._load)
            record["rounds"][what.contender] = 1
        except NotRun as error:
            record["skipped"][what.contender] = str(error)
        except FAILURES as error:
            _fail(record, what.contender, error)
        _print(record)
        return record

    def _begin(self, what: Scenario | Alone) -> dict[str, Any]:
        print(f"\n[{self._spent():.0f} s] {what.name}: {what.title}", flush=True)
        empty: dict[str, Any] = {"contenders": {}, "rounds": {}, "skipped": {}, "failed": []}
        return {"title": what.title, "figure": what.figure, **empty}

    def _spent(self) -> float:
        return time.monotonic() - self._begun

    def _once(self, scenario: Scenario, name: str, servers: dict[str, Server]) -> dict[str, Any]:
        if self._spent() > self._seconds:
            raise NotRun(_LATE)
        if scenario.fresh and name in servers:
            servers.pop(name).stop()
        if name not in servers:
            servers[name] = self._contenders.start(name, pinned=scenario.pinned)
        server = servers[name]
        flags = dict(scenario.flags)
        folder = self._contenders.people(name)
        if scenario.people and folder.is_dir():
            flags["people"] = file = folder / f"{scenario.people}.txt"
            if scenario.people == "tens":
                flags["people"] = spread(file)
            kind, _, length = scenario.people.partition("-")
            if kind in ("older", "far") and not file.exists():
                walk_back(server, folder / f"history-{length}.txt", folder / f"older-{length}.txt")
            if scenario.mode == "http":
                flags["clients"] = max(flags["window"], file.read_text().count("\n"))
                _repeat(file, flags["clients"])
        if self._short:
            flags["seconds"] = flags["seconds"] / 2
        self._contenders.settle()
        before = self._contenders.stored(name)
        try:
            found = self._load.run(scenario.mode, server.port, server.pid, pinned=scenario.pinned, **flags)
        finally:
            if scenario.fresh:
                servers.pop(name).stop()
        if scenario.mode == "chat" and before is not None:
            must_be_stored(found["sent"], before, self._contenders.stored(name))
        return found


def must_be_stored(sent: int, before: int, after: int | None) -> None:
    """Compare what was sent and answered with what the database has more of. Raises RuntimeError."""
    if after != before + sent:
        raise RuntimeError(f"of {sent} messages {(after or 0) - before} are in the database")


def spread(file: Path) -> Path:
    """Write the people of a file one of each room after the other, as the generator makes people of its own.

    At a fixed rate they speak in this order; ten of one room in a row would be stored as one batch of one room.
    """
    rooms: dict[str, list[str]] = {}
    for line in file.read_text().splitlines(keepends=True):
        rooms.setdefault(line.split()[1], []).append(line)
    written = file.with_name(f"{file.stem}-spread.txt")
    written.write_text("".join(line for lines in zip(*rooms.values(), strict=True) for line in lines))
    return written


def _repeat(file: Path, count: int) -> None:
    """Make a file of paths as long as there are connections."""
    lines = file.read_text().splitlines(keepends=True)
    if len(lines) < count:
        file.write_text("".join(lines[at % len(lines)] for at in range(count)))


def _tell(text: str) -> None:
    """Show what is under way, to people only: a line that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}\r", end="", file=sys.stderr, flush=True)


def _print(record: dict[str, Any]) -> None:
    figure = record["figure"]
    for name, found in record["contenders"].items():
        middle, low, high = found[figure]
        more = [f"{key} {found[key][0]:,.1f}" for key in _BESIDE if key in found and key != figure]
        print(
            f"  {TITLES[name]:32} {figure} {middle:,.1f} ({low:,.1f}-{high:,.1f})  {'  '.join(more)}",
            flush=True,
        )
    for name, reason in record["skipped"].items():
        print(f"  {TITLES[name]:32} not run: {reason}", flush=True)


_BESIDE: Final = (
    "delay_us.p50", "delay_us.p99", "delay_us.p999", "ack_us.p99", "late_us.p99", "cpu", "load_cpu", "rss_before_kb",
    "rss_kb", "other_max_ms", "delivery_max_ms", "back_s", "cpu_us_each",
)  # fmt: skip
