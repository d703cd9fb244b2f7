"""`make bench`: Chatroom and its peers side by side on loopback, in under 15 minutes.

python -m bench [--only fanout latency ...] [--short] [--seconds 780] [--json FILE]
python -m bench --check      a short run, compared with the stored ratios: names what got worse by more than 20 %,
                             after measuring that once more in full
python -m bench --report     write the pages of performance anew from bench/results/latest.json
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from bench import big_room, report, storm
from bench.bars import compare, judge
from bench.contenders import ROOT, Contenders
from bench.measure import Alone, Bench
from bench.scenarios import FAMILIES, LENGTHS
from chatroom.bench.crowd import Shape
from chatroom.bench.load import Load, NotRun
from chatroom.bench.process import clean_up_when_told_to_end

LATEST: Final = ROOT / "bench" / "results" / "latest.json"
_ROOM: Final = "2 messages/s to 10\u202f000 connections of one room"
_STORM: Final = "10\u202f000 connections are cut and come back, 64 people talk on"
_ALONE: Final = {
    "big": Alone("big-room", _ROOM, "turn_ms", "watched", big_room.measure),
    "storm": Alone("storm", _STORM, "talk_p99_ms", "sqlite", storm.measure),
}
_ALL: Final = [*(family for family in FAMILIES if family != "growth"), *_ALONE, "growth"]
"""What carries no bar comes last, should the time run out."""


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "busy": round(os.getloadavg()[0], 2),
    }


def run(
    families: list[str], *, seconds: float, short: bool, only: Collection[str] | None = None
) -> dict[str, Any]:
    """Measure these families, or of them the scenarios `only`, and return the results.

    Raises NotRun without a C compiler.
    """
    began = time.monotonic()
    results: dict[str, Any] = {
        "commit": _commit(),
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "short": short,
        "scenarios": {},
    }
    histories = LENGTHS if "growth" in families else LENGTHS[:1]
    with tempfile.TemporaryDirectory(prefix="chatroom-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else when we are root
        cores = sorted(os.sched_getaffinity(0))
        load = Load(folder, cores[1] if len(cores) > 1 else None)
        contenders = Contenders(folder, Shape(histories=histories))
        bench = Bench(contenders, load, seconds=seconds, short=short)
        try:
            for family in families:
                if family in _ALONE and (only is None or _ALONE[family].name in only):
                    results["scenarios"][_ALONE[family].name] = bench.alone(_ALONE[family])
                for scenario in FAMILIES.get(family, ()):
                    if only is None or scenario.name in only:
                        results["scenarios"][scenario.name] = bench.run(scenario)
        finally:
            contenders.close()
    results["took_s"] = round(time.monotonic() - began)
    return results


def check(results: dict[str, Any], stored: dict[str, Any], families: list[str], seconds: float) -> int:
    """Say what is worse in `results` than `stored`; 1 if anything is.

    What seems to be is measured again in full, while there are `seconds`, before it is named.
    """
    seeming = set(compare(results, stored).worse.values())
    if seeming:
        print(f"\nonce more, in full: {', '.join(sorted(seeming))}")
        again = run(families, seconds=seconds, short=False, only=seeming)
        for name, record in again["scenarios"].items():
            if (
                record["contenders"] or record["failed"]
            ):  # else the time was over, and the first finding stands
                results["scenarios"][name] = record
    found = compare(results, stored)
    for text, why in found.apart.items():
        print(f"not compared: {text}: {why}")
    print("worse by more than 20 %: " + ("; ".join(found.worse) or "nothing"))
    return 1 if found.worse else 0


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="+", choices=_ALL, default=_ALL)
    parser.add_argument("--short", action="store_true", help="one round of half the time, barred peers only")
    parser.add_argument("--seconds", type=float, default=780.0, help="start nothing later than this")
    parser.add_argument(
        "--json", type=Path, help="write the results here instead of bench/results/latest.json"
    )
    parser.add_argument("--check", action="store_true", help="compare with the stored ratios, store nothing")
    parser.add_argument("--against", type=Path, default=LATEST, help="the stored run to compare with")
    parser.add_argument("--report", action="store_true", help="only write the pages of performance anew")
    return parser.parse_args()


def main() -> int:
    """Do what the flags say. 1: something got worse, or nothing could be run."""
    flags = _flags()
    if flags.report:
        report.write(json.loads(LATEST.read_text()))
        return 0
    if flags.check and not flags.against.exists():
        print("nothing is stored to compare with: run `make bench`")
        return 1
    if flags.check:  # no bar is on growth
        flags.only = [family for family in flags.only if family != "growth"]
    results = run(flags.only, seconds=flags.seconds, short=flags.short or flags.check)
    print("\n" + report.bar_table(judge(results)))
    print(f"took {results['took_s']} s at load {results['machine']['busy']}")
    if flags.check:
        return check(results, json.loads(flags.against.read_text()), flags.only, flags.seconds)
    if flags.only == _ALL or flags.json:
        report.store(results, flags.json or LATEST)
    return 0


if __name__ == "__main__":
    clean_up_when_told_to_end()
    try:
        code = main()
    except NotRun as reason:
        code = 1
        print(f"not run: {reason}")
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
