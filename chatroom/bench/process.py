"""Server processes on free ports of loopback, started for a measurement and ended with it."""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
_START: Final = 30.0  # seconds
_STOP: Final = 20.0


def free_port() -> int:
    """A port of loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _open_many_files() -> None:
    """Let the processes that we start have as many connections as the system allows us."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def clean_up_when_told_to_end() -> None:
    """Let SIGTERM and a closed terminal end this process the way Ctrl-C does: with everything that it started."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


@contextmanager
def _signals_held() -> Iterator[list[int]]:
    """Collect what would end us, so that no process is started that nobody knows of. In the main thread only."""
    held: list[int] = []
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    kept = {number: signal.signal(number, lambda number, _: held.append(number)) for number in ending}
    try:
        yield held
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


class Server:
    """A process that listens on `port`. In `command`, `{port}` stands for it."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, core: int | None = None
    ) -> None:
        """Start it, on one core when `core` is given, and wait until it takes connections. Raises RuntimeError."""
        self.port = free_port()
        _open_many_files()
        words = [word.replace("{port}", str(self.port)) for word in command]
        # Not the settings of whoever runs the bench: each server gets exactly those named here.
        world = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        given = {name: text.replace("{port}", str(self.port)) for name, text in (environment or {}).items()}
        with tempfile.TemporaryFile() as said:
            with _signals_held() as held:
                self._process = subprocess.Popen(
                    words,
                    env={**world, **given},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                )
            self.pid = self._process.pid
            try:
                for number in held:
                    signal.raise_signal(number)
                if core is not None:
                    os.sched_setaffinity(self.pid, {core})
                self._wait()
            except BaseException as error:
                self.stop()
                if not isinstance(error, TimeoutError):
                    raise
                said.seek(0)
                last = said.read().decode(errors="replace").strip().rpartition("\n")[2]
                raise RuntimeError(f"{' '.join(words[:3])} did not start: {last[-300:]}") from None

    def _wait(self) -> None:
        deadline = time.monotonic() + _START
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection((HOST, self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(_STOP)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self._process.kill()
            self._process.wait(_STOP)


def product(folder: Path, database: str, *, core: int | None = None) -> Server:
    """Start the whole product on a database that `crowd.fill` has filled, with its limits lifted."""
    command = [sys.executable, "-m", "chatroom", "serve"]
    return Server(command, environment=environment(folder, database), core=core)


def environment(folder: Path, database: str) -> dict[str, str]:
    """What the product is told."""
    return {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "CHATROOM_DATA": str(folder),
        "DATABASE_URL": database,
        "HOST": HOST,
        "PORT": "{port}",
        "BCRYPT_ROUNDS": "4",
        "CHATROOM_ENV": "test",  # production refuses what follows
        "RATE_LIMITS": "off",
        "DRAIN_SECONDS": "1",
        "LOG_LEVEL": "error",
    }
