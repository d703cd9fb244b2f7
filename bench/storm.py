"""10 000 connections are cut at once and come back, while 64 people go on talking (G5)."""

import os
import time
from typing import Final

from bench.contenders import Contenders
from chatroom.bench.load import Load, answer, wait_begun
from chatroom.bench.process import Server

CONNECTIONS: Final = 10_000
TALK_SECONDS: Final = 12.0
PATIENCE: Final = 45.0
"""Seconds for everything after the server's start; an undisturbed run takes some 20."""


def measure(contenders: Contenders, load: Load) -> dict[str, list[float]]:
    """Cut and measure: how long until all are back, the server's CPU for each, the delays of the talk meanwhile.

    Raises NotRun or RuntimeError.
    """
    server = contenders.start("sqlite", pinned=True)
    end = time.monotonic() + PATIENCE
    people = contenders.people("sqlite")
    idle = {"people": people / "idle.txt", "clients": CONNECTIONS, "warm": 0, "opening": 64}
    talk_flags = {"people": people / "eights.txt", "clients": 64, "rate": 200, "seconds": TALK_SECONDS}
    started = [load.start("idle", server.port, server.pid, pinned=True, seconds=100, **idle)]
    try:
        _until_connected(server, end)
        talk = load.start("chat", server.port, server.pid, pinned=True, **talk_flags)
        started.append(talk)
        wait_begun(talk)
        _tell("they talk; the others are cut", end)
        started[0].kill()
        back = load.start("idle", server.port, server.pid, pinned=True, seconds=1, **idle)
        started.append(back)
        again = answer(back, _left(end))
        _tell(f"all are back after {again['opening_s']:.1f} s", end)
        heard = answer(talk, _left(end))
    finally:
        for process in started:
            process.kill()
        server.stop()
    found = {
        "back_s": again["opening_s"],
        "cpu_us_each": again["opening_cpu_us_each"],
        "talk_p50_ms": heard["delay_us"]["p50"] / 1000,
        "talk_p99_ms": heard["delay_us"]["p99"] / 1000,
        "talk_max_ms": heard["delay_us"]["max"] / 1000,
        "answer_p99_ms": heard["ack_us"]["p99"] / 1000,
    }
    return {name: [value] * 3 for name, value in found.items()}


def _tell(what: str, end: float) -> None:
    print(f"  [{PATIENCE - (end - time.monotonic()):.1f} s] {what}", flush=True)


def _until_connected(server: Server, end: float) -> None:
    while (count := len(os.listdir(f"/proc/{server.pid}/fd"))) < CONNECTIONS:  # noqa: PTH208 - names are enough
        if time.monotonic() > end:
            raise RuntimeError(f"of {CONNECTIONS} connections {count} opened")
        time.sleep(0.1)
    _tell("all are connected", end)


def _left(end: float) -> float:
    return max(end - time.monotonic(), 0.1)
