"""Where the time goes: `python -m bench.profile` writes three profiles by py-spy into docs/performance/profile.md.

`python -m bench.profile engine handshakes` prints those that are named instead.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench import report
from bench.contenders import Contenders
from bench.measure import spread
from chatroom.bench.crowd import Shape
from chatroom.bench.load import Load, NotRun

_SECONDS: Final = 4
_TOP: Final = 10
_CHAT: Final = {"size": 200, "seconds": _SECONDS + 1.5}
_CROWD: Final = {**_CHAT, "clients": 1000, "rooms": 100, "senders": 1000}
_EIGHTS: Final = {**_CHAT, "clients": 256, "senders": 256}
_SLOTS: Final = {"clients": 32, "seconds": _SECONDS + 1.5}


class Profiled(NamedTuple):
    """A load and the server that it is put on."""

    title: str
    contender: str
    mode: str
    people: str
    flags: Mapping[str, Any]


def _ours(
    key: str, title: str, people: str, flags: Mapping[str, Any], mode: str = "chat"
) -> dict[str, Profiled]:
    return {
        f"{key}{end}": Profiled(title.format(database), name, mode, people, flags)
        for end, name, database in (("", "sqlite", "SQLite"), ("-postgresql", "postgresql", "PostgreSQL"))
    }


RUNS: Final[dict[str, Profiled]] = {
    "engine": Profiled("The engine alone: 100 rooms of 10, all send", "engine", "chat", "", _CROWD),
    "engine-pace": Profiled(
        "The engine alone: 100 rooms of 10, 2 000 messages/s", "engine", "chat", "", {**_CROWD, "rate": 2000}
    ),
    **_ours(
        "fanout",
        "Fan-out: {}, 1 000 receivers, 16 messages in flight",
        "hall",
        {**_CHAT, "clients": 1000, "window": 16},
    ),
    **_ours("rooms", "100 rooms of 10, all send, {}", "tens", _CROWD),
    **_ours("pace", "100 rooms of 10, 2 000 messages/s, {}", "tens", {**_CROWD, "rate": 2000}),
    **_ours("lone", "Durable send: {}, one sender in a room of 8", "eights", {**_CHAT, "clients": 8}),
    **_ours("durable", "Durable send: {}, 256 senders in rooms of 8", "eights", _EIGHTS),
    **_ours(
        "history",
        "History: {}, the newest page, one connection",
        "history-10000",
        {"seconds": _SECONDS + 1.5},
        "http",
    ),
    "handshakes": Profiled(
        "Connections with the token check, SQLite", "sqlite", "handshakes", "idle", _SLOTS
    ),
}
WRITTEN: Final = ("fanout", "durable", "history")


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
    parser.add_argument("run", nargs="*", help=f"of {', '.join(RUNS)}; printed, not written")
    asked = parser.parse_args().run
    if unknown := set(asked) - set(RUNS):
        parser.error(f"there is no {', '.join(unknown)}")
    try:
        tables = profile(asked or WRITTEN)
    except NotRun as error:
        print(f"not run: {error}")
        return
    text = "\n\n".join(f"**{RUNS[name].title}**\n\n{found}" for name, found in tables.items())
    if not asked:
        report.fill({"profiles": text})
    print(text)


def profile(runs: Sequence[str]) -> dict[str, str]:
    """Put each load on its server and return the tables of the busiest functions. Raises NotRun."""
    tables = {}
    with tempfile.TemporaryDirectory(prefix="chatroom-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        contenders = Contenders(folder, Shape())
        try:
            load = Load(folder)
            for run in runs:
                _, contender, mode, people, flags = RUNS[run]
                server = contenders.start(contender, pinned=False)
                if people:
                    file = contenders.people(contender) / f"{people}.txt"
                    flags = {**flags, "people": spread(file) if people == "tens" else file}
                process = load.start(mode, server.port, server.pid, warm=1.5, **flags)
                if mode == "chat" and process.stderr is not None:
                    process.stderr.readline()
                tables[run] = table(_record(server.pid, folder))
                process.communicate(timeout=60)
                server.stop()
        finally:
            contenders.close()
    return tables


if __name__ == "__main__":
    main()
