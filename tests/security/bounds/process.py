"""What Linux knows of a server process: its memory, the time it ran, and the time for which it waited for a core."""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.journeys.server import ChatServer

TICK: Final = os.sysconf("SC_CLK_TCK")


class PlainServer(ChatServer):
    """The server as it is started by who has read nothing: production, SQLite, every limit as it comes."""

    @property
    def environment(self) -> dict[str, str]:
        world = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        own = {"CHATROOM_DATA": str(self.data), "HOST": "127.0.0.1", "PORT": str(self.port)}
        return {**world, "PYTHONPATH": str(Path(__file__).parents[3]), **own, **self.settings}


class Process:
    """A running process, seen from outside."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        if not (self._folder / "clear_refs").exists():
            pytest.skip("not run: memory and waiting are read from Linux's /proc")

    def forget_peak(self) -> None:
        """Let `peak` begin anew."""
        (self._folder / "clear_refs").write_text("5")

    @property
    def memory(self) -> float:
        """Resident megabytes."""
        return self._status("VmRSS")

    @property
    def peak(self) -> float:
        """The most megabytes since `forget_peak`."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        text = (self._folder / "status").read_text()
        return int(text.partition(f"{name}:")[2].split(None, 1)[0]) / 1024

    @property
    def ran(self) -> float:
        """Seconds for which its threads ran."""
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    @property
    def waited(self) -> float:
        """Seconds for which its first thread, which runs the event loop, could run and had no core.

        On a machine that does something else besides, that is time which the server is not to blame for.
        """
        return self._schedule(1)

    @property
    def looped(self) -> float:
        """Seconds for which that thread ran."""
        return self._schedule(0)

    def _schedule(self, field: int) -> float:
        return int((self._folder / "schedstat").read_text().split()[field]) / 1e9
