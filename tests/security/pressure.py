"""A server under attack, looked at from outside: the memory of its process, and how long somebody else waits.

Run as a program (`python -m tests.security.pressure PORT`) it asks for `/health` until its input ends: a process of its
own, because the one that attacks is too busy to measure.
"""

import http.client
import json
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.journeys.server import ROOT, ChatServer

MEMORY = 80.0
"""Megabytes that one address may cost the server, whatever it does."""
WAIT = 0.25
"""Seconds that anybody else's `/health` may take meanwhile."""
_PAUSE = 0.02


class Pressure:
    """Watches a server while the block runs: `memory` in MB above the start, at its highest; `wait` in seconds."""

    def __init__(self, server: ChatServer) -> None:
        self._server = server
        self.memory = 0.0
        self.wait = 0.0
        self.asked = 0
        self._late = 0.0

    def __enter__(self) -> Self:
        (self._folder / "clear_refs").write_text("5")  # the highest point is from now on
        self._before = self._read("VmRSS")
        command = [sys.executable, "-m", "tests.security.pressure", str(self._server.port)]
        self._watch = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._watch.stdout is not None
        assert self._watch.stdout.readline() == b"ready\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        said: dict[str, Any] = json.loads(self._watch.communicate(timeout=60)[0])
        self.wait, self.asked, self._late = said["wait"], said["asked"], said["late"]
        self.memory = (self._read("VmHWM") - self._before) / 1024

    def check(self, what: str) -> None:
        """Print what was measured, and fail when it is above the bars."""
        waited = (
            f"/health at most {self.wait * 1000:.0f} ms of {self.asked} (the machine {self._late * 1000:.0f})"
        )
        print(f"{what}: {self.memory:.1f} MB more, {waited}")
        assert self.asked > 0
        assert self.memory <= MEMORY
        # Where a process that only sleeps is woken late, one that works waits for several of these delays.
        assert self.wait <= WAIT + 5 * self._late

    @property
    def _folder(self) -> Path:
        assert self._server.process is not None
        return Path("/proc", str(self._server.process.pid))

    def _read(self, name: str) -> int:
        found = re.search(rf"{name}:\s+(\d+) kB", (self._folder / "status").read_text())
        assert found is not None
        return int(found[1])


def watch(port: int) -> dict[str, float]:
    """Ask for `/health` until the input ends; the longest wait, the number of answers, the latest wake-up."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    longest, asked, late = 0.0, 0, 0.0
    slept = time.monotonic()
    while not select.select([sys.stdin], [], [], _PAUSE)[0]:
        started = time.monotonic()
        late = max(late, started - slept - _PAUSE)
        line.request("GET", "/health")
        answer = line.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise ConnectionError(answer.status)
        slept = time.monotonic()
        longest, asked = max(longest, slept - started), asked + 1
    return {"wait": longest, "asked": asked, "late": late}


if __name__ == "__main__":
    print("ready", flush=True)
    print(json.dumps(watch(int(sys.argv[1]))))
