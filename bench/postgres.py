"""A private PostgreSQL on loopback as its defaults make it: durable, for what is measured is the commit."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from chatroom.bench.load import NotRun
from chatroom.bench.process import HOST, free_port

_ACCOUNT: Final = "postgres"  # PostgreSQL refuses to run as root
_START: Final = 30.0


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = found[-1] if found else Path(shutil.which("initdb") or "/nowhere/initdb")
    if not (initdb.parent / "postgres").exists():
        raise NotRun("PostgreSQL is not installed")
    return initdb.parent


class PostgreSql:
    """One cluster in `folder`, ended by `stop`."""

    def __init__(self, folder: Path) -> None:
        """Create and start it. Raises NotRun."""
        self._programs = _programs()
        self._account = _ACCOUNT if os.geteuid() == 0 else None
        self._folder = folder
        folder.mkdir(mode=0o755)
        if self._account:
            shutil.chown(folder, self._account)
        self.port = free_port()
        self._call("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "chatroom", "-E", "UTF8")
        place = ["-D", f"{folder}/data", "-k", str(folder), "-p", str(self.port)]
        self._process = subprocess.Popen(
            [
                self._programs / "postgres",
                *place,
                "-c",
                f"listen_addresses={HOST}",
                "-c",
                "max_connections=200",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            user=self._account,
            group=pwd.getpwnam(self._account).pw_gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        deadline = time.monotonic() + _START
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise NotRun("PostgreSQL did not start")
            time.sleep(0.05)

    def _call(self, program: str, *arguments: str, script: str = "") -> str:
        done = subprocess.run(
            [self._programs / program, *arguments],
            input=script,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=self._folder,
            user=self._account,
        )
        if done.returncode:
            raise NotRun(f"PostgreSQL: {program}: {done.stderr.strip()[-300:]}")
        return done.stdout

    def _psql(self, database: str, script: str) -> str:
        where = ("-h", str(self._folder), "-p", str(self.port), "-U", "chatroom", "-d", database)
        return self._call("psql", *where, "-v", "ON_ERROR_STOP=1", "-qAt", script=script)

    def _answers(self) -> bool:
        try:
            return "1" in self._psql("postgres", "SELECT 1")
        except NotRun:
            return False

    def create(self, database: str) -> str:
        """Create a database and return its URL."""
        self._psql("postgres", f"CREATE DATABASE {database}")
        return f"postgresql://chatroom@{HOST}:{self.port}/{database}"

    def run(self, database: str, script: str) -> str:
        """Run SQL and return what it prints. Raises NotRun."""
        return self._psql(database, script)

    def settle(self) -> None:
        """Do now what the server would do in the middle of a measurement: statistics and a checkpoint."""
        self._psql("postgres", "CHECKPOINT")

    def stop(self) -> None:
        """End it, as an administrator would: its children go with it."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_START)
        finally:
            self._process.kill()
