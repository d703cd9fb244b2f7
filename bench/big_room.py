"""A broadcast to 10 000 connections: how long it holds up the loop, and everybody else."""

import json
import statistics
from pathlib import Path
from typing import Any, Final

from bench.contenders import Contenders
from chatroom.bench.load import Load, NotRun

_ROOM: Final = 10_000
_SECONDS: Final = 6.0


def run(contenders: Contenders, load: Load) -> dict[str, Any]:
    """Send two messages a second to the room while somebody asks for /health without pause.

    The figures: the longest turn of the loop in each half second (`turn_ms`: median, least, greatest) and how long
    the other waited.
    """
    title = "2 messages/s to 10\u202f000 connections of one room"
    print(f": {title}", flush=True)
    record: dict[str, Any] = {"title": title, "figure": "turn_ms", "contenders": {}, "skipped": {}}
    try:
        found = _measure(contenders, load)
    except (NotRun, RuntimeError) as error:
        record["skipped"]["watched"] = str(error)
        print(f"  not run: {error}", flush=True)
        return record
    record["contenders"]["watched"] = found
    print("  " + "  ".join(f"{name} {value}" for name, value in found.items()), flush=True)
    return record


def _measure(contenders: Contenders, load: Load) -> dict[str, list[float]]:
    server = contenders.start("watched", pinned=True)
    folder = contenders.people("sqlite")
    turns = folder / "turns"
    probe = folder / "health.txt"
    probe.write_text("- - /health\n")
    file = folder / "big.txt"
    crowd = load.start(
        "chat", server.port, server.pid, pinned=True, people=file, clients=_ROOM, rate=2, seconds=_SECONDS + 1
    )
    try:
        if crowd.stderr is None or "begun" not in crowd.stderr.readline():
            raise RuntimeError(f"the room did not fill: {crowd.communicate(timeout=10)[1][-300:]}")
        before = len(_read(turns))
        asked = load.run("http", server.port, server.pid, people=probe, warm=0.2, seconds=_SECONDS - 1)
        seen = _read(turns)[before:]
        out, err = crowd.communicate(timeout=30)
        if crowd.returncode:
            raise RuntimeError(err.strip()[-300:])
        heard = json.loads(out)
        if any(heard["errors"].values()):
            raise RuntimeError(f"the server broke its word: {heard['errors']}")
    finally:
        crowd.kill()
        server.stop()
    return {
        "turn_ms": [statistics.median(seen), min(seen), max(seen)],
        "other_p99_ms": [asked["delay_us"]["p99"] / 1000] * 3,
        "other_max_ms": [asked["delay_us"]["max"] / 1000] * 3,
        "delivery_p99_ms": [heard["delay_us"]["p99"] / 1000] * 3,
        "delivery_max_ms": [heard["delay_us"]["max"] / 1000] * 3,
    }


def _read(turns: Path) -> list[float]:
    return [float(line) for line in turns.read_text().split()] if turns.exists() else []
