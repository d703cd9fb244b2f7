"""The load generator: C with epoll, so that it is never the bottleneck; built where it runs."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

SOURCES: Final = Path(__file__).parent
_SLACK: Final = 60.0  # seconds beyond the measured ones, for connecting and for the rest to arrive


class NotRun(Exception):
    """Something that this machine lacks; the text says what."""


def compiler() -> str:
    """The system's C compiler. Raises NotRun."""
    found = next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
    if found is None:
        raise NotRun("no C compiler")
    return found


def build(sources: list[Path], program: Path) -> Path:
    """Compile a program and return it. Raises NotRun."""
    command = [compiler(), "-O2", "-o", str(program), *map(str, sources), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise NotRun(f"the C compiler cannot build {program.name}: {done.stderr[:500]}")
    return program


def wait_begun(process: "subprocess.Popen[str]") -> None:
    """Wait until all have joined and the first message leaves. Raises RuntimeError when they cannot."""
    if process.stderr is None or "begun" not in process.stderr.readline():
        raise RuntimeError(f"nobody talks: {process.communicate(timeout=10)[1][-300:]}")


def answer(process: "subprocess.Popen[str]", timeout: float) -> dict[str, Any]:
    """Return what a generator measured; it is over then. Raises RuntimeError as `Load.run` does."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"the load was not done within {timeout:.0f} s") from None
    finally:
        process.kill()
    if process.returncode:
        raise RuntimeError(err.strip()[-500:] or f"the load generator ended with {process.returncode}")
    found: dict[str, Any] = json.loads(out)
    if any(found["errors"].values()):
        raise RuntimeError(f"the server broke its word: {found['errors']} {err.strip()[-300:]}")
    return found


class Load:
    """The built generator. `core` is the one it keeps to, when the machine has several."""

    def __init__(self, folder: Path, core: int | None = None) -> None:
        """Build into `folder`. Raises NotRun."""
        self._program = build(sorted(SOURCES.glob("*.c")), folder / "load")
        self._core = core

    def run(self, mode: str, port: int, pid: int, *, pinned: bool = False, **flags: Any) -> dict[str, Any]:
        """Run one mode (see main.c for the flags) against a server and return what it measured.

        Raises RuntimeError when the server refused, lost, repeated or reordered anything.
        """
        process = self.start(mode, port, pid, pinned=pinned, **flags)
        return answer(process, float(flags.get("seconds", 2)) + _SLACK)

    def start(
        self, mode: str, port: int, pid: int, *, pinned: bool = False, **flags: Any
    ) -> "subprocess.Popen[str]":
        """Start one mode and return its process, which prints JSON when it is done."""
        command = [str(self._program), "--mode", mode, "--port", str(port), "--pid", str(pid)]
        for name, value in flags.items():
            command += [f"--{name}", str(value)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
        )
        if pinned and self._core is not None:
            os.sched_setaffinity(process.pid, {self._core})
        return process
