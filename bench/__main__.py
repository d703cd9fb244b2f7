"""`make bench`: Chatroom and its peers side by side on loopback, in under 15 minutes.

python -m bench [--only fanout latency ...] [--short] [--seconds 780] [--json FILE]
python -m bench --check      a short run, compared with the stored ratios: names what got worse by more than 20 %
python -m bench --report     write docs/performance.md anew from bench/results/latest.json
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
from pathlib import Path
from typing import Any, Final

from bench import big_room, report, storm
from bench.bars import judge, worse
from bench.contenders import ROOT, Contenders
from bench.measure import Bench
from bench.scenarios import FAMILIES, LENGTHS
from chatroom.bench.crowd import Shape
from chatroom.bench.load import Load, NotRun

LATEST: Final = ROOT / "bench" / "results" / "latest.json"
_ALONE: Final = {"big": ("big-room", big_room.run), "storm": ("storm", storm.run)}
"""Measurements of our product alone."""
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


def run(families: list[str], *, seconds: float, short: bool) -> dict[str, Any]:
    """Measure these families and return the results. Raises NotRun without a C compiler."""
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
                if family in _ALONE:
                    scenario_name, measure = _ALONE[family]
                    results["scenarios"][scenario_name] = bench.alone(scenario_name, measure)
                for scenario in FAMILIES.get(family, ()):
                    results["scenarios"][scenario.name] = bench.run(scenario)
        finally:
            contenders.close()
    results["took_s"] = round(time.monotonic() - began)
    return results


def main() -> int:
    """Read the flags, do what they say."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="+", choices=_ALL, default=_ALL)
    parser.add_argument("--short", action="store_true", help="one round of half the time, barred peers only")
    parser.add_argument("--seconds", type=float, default=780.0, help="start nothing later than this")
    parser.add_argument(
        "--json", type=Path, help="write the results here instead of bench/results/latest.json"
    )
    parser.add_argument("--check", action="store_true", help="compare with the stored ratios, store nothing")
    parser.add_argument("--report", action="store_true", help="only write docs/performance.md anew")
    flags = parser.parse_args()
    if flags.report:
        report.write(json.loads(LATEST.read_text()))
        return 0
    if flags.check:  # no bar is on growth
        flags.only = [family for family in flags.only if family != "growth"]
    try:
        results = run(flags.only, seconds=flags.seconds, short=flags.short or flags.check)
    except NotRun as error:
        print(f"not run: {error}")
        return 0
    print("\n" + report.bar_table(judge(results)))
    print(f"took {results['took_s']} s at load {results['machine']['busy']}")
    if flags.check:
        if not LATEST.exists():
            print("nothing is stored to compare with: run `make bench`")
            return 1
        named = worse(results, json.loads(LATEST.read_text()))
        print("worse by more than 20 %: " + ("; ".join(named) or "nothing"))
        return 1 if named else 0
    if flags.only == _ALL or flags.json:
        report.store(results, flags.json or LATEST)
    return 0


if __name__ == "__main__":
    sys.exit(main())
