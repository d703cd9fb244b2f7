"""`python -m chatroom serve` as a real process: started, stopped, killed, started again on the same port."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 40
FAULT = re.compile(
    r"^.*(?:Traceback \(|\[error|\[critical|Task was destroyed|never awaited|Exception ignored).*$",
    re.MULTILINE,
)


def quiet_port() -> int:
    """A free port below the range from which clients get theirs: it is still free after a restart."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class ChatServer:
    """One server with a data folder and a port of its own. What it logged stays readable after its end."""

    command: tuple[str, ...] = ("-m", "chatroom", "serve")
    """What Python runs."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = quiet_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The settings, over what this process has of the world, without any setting that it has itself."""
        world = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        own = {
            "PYTHONPATH": str(ROOT),
            "CHATROOM_ENV": "test",
            "CHATROOM_DATA": str(self.data),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "BCRYPT_ROUNDS": "4",
            "PRESENCE_GRACE_MS": "200",
            "DRAIN_SECONDS": "5",
        }
        return {**world, **own, **self.settings}

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the process and do not wait for it."""
        with (self.folder / "out").open("wb") as out, (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                cwd=self.folder,
                env=self.environment,
            )
        return self.process

    def start(self) -> None:
        """Start it and wait until it has printed its URL."""
        process = self.spawn()
        deadline = time.monotonic() + START_SECONDS
        while "Chatroom is at http" not in (self.folder / "out").read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"the server did not start: {self.log[-2000:]}")
            time.sleep(0.02)

    def stop(self, within: float = 15) -> int:
        """Send SIGTERM and return the exit code."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        return process.wait(within)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        process = self._running()
        process.kill()
        process.wait(10)

    def end(self) -> None:
        """Make sure that nothing is left running."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            pytest.fail("the server was never started")
        return self.process

    @property
    def log(self) -> str:
        """Everything it logged, over all its lives."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def faults(self) -> list[str]:
        """The lines of its log that must never be there."""
        return FAULT.findall(self.log)
