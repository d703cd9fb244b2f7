"""The whole product with a watch on its event loop: `python watched.py <file>`.

It appends the longest turn of every half second, in milliseconds, to the file. The watch keeps the loop turning, so
it is for this measurement only.
"""

import asyncio
import sys
import time
from pathlib import Path

import uvloop

from chatroom.serve import run
from chatroom.settings import Settings

_WINDOW = 0.5


class Watch:
    """Times the turns of a loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, path: Path) -> None:
        """Watch `loop` from its first turn on."""
        self._loop = loop
        self._path = path
        self._last = self._since = time.perf_counter()
        self._longest = 0.0
        loop.call_soon(self._turn)

    def _turn(self) -> None:
        now = time.perf_counter()
        self._longest = max(self._longest, now - self._last)
        if now - self._since > _WINDOW:
            with self._path.open("a") as file:
                file.write(f"{self._longest * 1000:.3f}\n")
            self._longest = 0.0
            self._since = now = time.perf_counter()
        self._last = now
        self._loop.call_soon(self._turn)


def _watched(path: Path) -> uvloop.Loop:
    loop = _new()
    Watch(loop, path)
    return loop


if __name__ == "__main__":
    _new = uvloop.new_event_loop
    uvloop.new_event_loop = lambda: _watched(Path(sys.argv[1]))
    run(Settings())
