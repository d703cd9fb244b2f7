"""Where the time goes: `python -m bench.profile fanout durable history` prints the top ten of each, by py-spy."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

from bench.contenders import Contenders
from chatroom.bench.crowd import Shape
from chatroom.bench.load import Load, NotRun

_SECONDS: Final = 4
_TOP: Final = 10
_CHAT: Final = {"size": 200, "seconds": _SECONDS + 1.5}
RUNS: Final[dict[str, tuple[str, str, str, dict[str, Any]]]] = {
    "engine": ("engine", "chat", "", {**_CHAT, "clients": 1000, "rooms": 100, "senders": 1000}),
    "fanout": ("sqlite", "chat", "hall", {**_CHAT, "clients": 1000, "window": 16}),
    "durable": ("sqlite", "chat", "eights", {**_CHAT, "clients": 256, "senders": 256}),
    "durable-postgresql": ("postgresql", "chat", "eights", {**_CHAT, "clients": 256, "senders": 256}),
    "history": ("sqlite", "http", "history-10000", {"seconds": _SECONDS + 1.5}),
    "history-postgresql": ("postgresql", "http", "history-10000", {"seconds": _SECONDS + 1.5}),
    "handshakes": ("sqlite", "handshakes", "idle", {"clients": 32, "seconds": _SECONDS + 1.5}),
}
"""Contender, mode, people and flags of each."""


def _record(pid: int, folder: Path) -> list[str]:
    """The stacks that py-spy saw, outermost first, with their counts."""
    program = shutil.which("py-spy") or shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if program is None:
        raise NotRun("py-spy is not installed")
    file = folder / "stacks"
    command = [
        program,
        "record",
        "--pid",
        str(pid),
        "--duration",
        str(_SECONDS),
        "--rate",
        "400",
        "--function",
    ]
    done = subprocess.run(
        [*command, "--format", "raw", "--output", str(file)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotRun(f"py-spy: {done.stderr[-200:]}")
    return file.read_text().splitlines()


def table(stacks: list[str]) -> str:
    """The functions that take most of the time, with those they call (all) and without (own)."""
    own: Counter[str] = Counter()
    everything: Counter[str] = Counter()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        own[frames[-1]] += int(count)
        for frame in set(frames):
            everything[frame] += int(count)
    total = own.total()
    rows = [
        f"| `{name}` | {count / total:.1%} | {everything[name] / total:.1%} |"
        for name, count in own.most_common(_TOP)
    ]
    return "\n".join(["| function | own | all |", "| --- | --- | --- |", *rows])


def main() -> None:
    """Profile what was asked for."""
    parser = argparse.ArgumentParser(prog="bench.profile")
    parser.add_argument("run", nargs="+", choices=RUNS)
    with tempfile.TemporaryDirectory(prefix="chatroom-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        contenders = Contenders(folder, Shape())
        try:
            load = Load(folder)
            for run in parser.parse_args().run:
                contender, mode, people, flags = RUNS[run]
                server = contenders.start(contender, pinned=False)
                if people:
                    flags = {**flags, "people": contenders.people(contender) / f"{people}.txt"}
                process = load.start(mode, server.port, server.pid, warm=1.5, **flags)
                if mode == "chat" and process.stderr is not None:
                    process.stderr.readline()
                print(f"\n{run}\n{table(_record(server.pid, folder))}", flush=True)
                process.communicate(timeout=60)
                server.stop()
        except NotRun as error:
            print(f"not run: {error}")
        finally:
            contenders.close()


if __name__ == "__main__":
    main()
