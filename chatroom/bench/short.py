"""`chatroom bench`: a minute with a server of its own, on loopback, in a temporary folder.

Server and load share the machine, so a real server, whose clients are elsewhere, carries more.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chatroom.bench.crowd import Shape, fill
from chatroom.bench.load import Load
from chatroom.bench.process import Server, clean_up_when_told_to_end, product

_SHAPE: Final = Shape(people=1500, hall=500, tens=0, eights=32, listed=0, cold=0)
_SIZE: Final = 200


@dataclass(frozen=True)
class Step:
    """One line of the table; `late` names the histogram whose p50 and p99 are shown."""

    title: str
    mode: str
    people: str
    figure: str
    unit: str
    late: str
    flags: dict[str, Any] = field(default_factory=dict)


def _send(senders: int) -> Step:
    flags = {"clients": max(8, senders), "senders": senders, "size": _SIZE}
    title = f"messages stored, {senders} at once"
    return Step(title, "chat", "eights", "messages", "messages/s", "ack_us", flags)


_HALL: Final = {"clients": 500, "window": 16, "size": _SIZE}
_MANY: Final = {"clients": 1000, "warm": 0.5, "seconds": 1.0}
_SLOTS: Final = {"clients": 10_000, "opening": 32}
_PAGE: Final = {"word": '"content":', "words": 50}
STEPS: Final = [
    _send(1),
    _send(32),
    _send(256),
    Step("one room of 500, all hear all", "chat", "hall", "deliveries", "deliveries/s", "delay_us", _HALL),
    Step("newest page of a history", "http", "history-10000", "requests", "pages/s", "delay_us", _PAGE),
    Step("connections with the token check", "handshakes", "idle", "handshakes", "connections/s", "delay_us", _SLOTS),
    Step("memory of 1\u202f000 idle connections", "idle", "idle", "kb_each", "kB each", "", _MANY),
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What a step found: the figure and two times in milliseconds, or why it was not run."""

    title: str
    value: float | None
    unit: str
    p50_ms: float | None
    p99_ms: float | None
    not_run: str = ""


def run() -> Iterator[Line]:
    """Measure step after step. Raises `load.NotRun` when this machine cannot."""
    with tempfile.TemporaryDirectory(prefix="chatroom-bench-") as name:
        folder = Path(name)
        cores = sorted(os.sched_getaffinity(0))
        load = Load(folder, cores[-1] if len(cores) > 1 else None)
        url = f"sqlite:///{folder}/chatroom.db"
        fill(folder, url, _SHAPE)
        for step in STEPS:
            server = product(folder, url)
            try:
                yield _line(step, _measure(load, server, folder, step))
            except RuntimeError as error:
                yield Line(step.title, None, step.unit, None, None, str(error))
            finally:
                server.stop()


def _measure(load: Load, server: Server, folder: Path, step: Step) -> dict[str, Any]:
    people = folder / f"{step.people}.txt"
    return load.run(step.mode, server.port, server.pid, people=people, **step.flags)


def _line(step: Step, found: dict[str, Any]) -> Line:
    late = found.get(step.late)
    times = (late["p50"] / 1000, late["p99"] / 1000) if late else (None, None)
    return Line(step.title, found[step.figure], step.unit, *times)


def show(*, as_json: bool) -> None:
    """Measure with a progress bar on standard error, then print a table or JSON. Raises `load.NotRun`."""
    clean_up_when_told_to_end()
    lines = []
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("measuring", total=len(STEPS))
        for line in run():
            lines.append(line)
            progress.advance(task)
    if as_json:
        print(msgspec.json.encode(lines).decode())
        return
    table = Table(box=None, pad_edge=False)
    for title in ("", "", "", "p50 ms", "p99 ms"):
        table.add_column(title, justify="right" if len(table.columns) in {1, 3, 4} else "left")
    for line in lines:
        value = f"not run: {line.not_run}" if line.value is None else f"{line.value:,.0f}"
        table.add_row(line.title, value, line.unit, _time(line.p50_ms), _time(line.p99_ms))
    Console().print(table)


def _time(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
