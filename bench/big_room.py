"""A broadcast to 10 000 connections: how long it holds up the loop, and everybody else."""

import statistics
from pathlib import Path
from typing import Final

from bench.contenders import Contenders
from chatroom.bench.load import Load, answer, wait_begun

_ROOM: Final = 10_000
_SECONDS: Final = 6.0


def measure(contenders: Contenders, load: Load) -> dict[str, list[float]]:
    """Send two messages a second to the room while somebody asks for /health without pause.

    The figures: the longest turn of the loop in each half second (`turn_ms`: median, least, greatest) and how long
    the other waited. Raises NotRun or RuntimeError.
    """
    server = contenders.start("watched", pinned=True)
    folder = contenders.people("sqlite")
    turns, probe = folder / "turns", folder / "health.txt"
    probe.write_text("- - /health\n")
    flags = {"people": folder / "big.txt", "clients": _ROOM, "rate": 2, "seconds": _SECONDS + 1}
    crowd = load.start("chat", server.port, server.pid, pinned=True, **flags)
    try:
        wait_begun(crowd)
        before = len(_read(turns))
        asked = load.run("http", server.port, server.pid, people=probe, warm=0.2, seconds=_SECONDS - 1)
        seen = _read(turns)[before:]
        heard = answer(crowd, 30)
    finally:
        crowd.kill()
        server.stop()
    times = {
        f"{name}_{key}_ms": found["delay_us"][key] / 1000
        for name, found in (("other", asked), ("delivery", heard))
        for key in ("p99", "max")
    }
    turn = [statistics.median(seen), min(seen), max(seen)]
    return {"turn_ms": turn, **{name: [value] * 3 for name, value in times.items()}}


def _read(turns: Path) -> list[float]:
    return [float(line) for line in turns.read_text().split()] if turns.exists() else []
