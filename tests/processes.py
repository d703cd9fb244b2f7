"""Private PostgreSQL, MariaDB and Redis: own folders, own ports, ended by process id."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import pytest

START_SECONDS = 30
# Everybody else is let in by name alone.
_BY_PASSWORD = "host all listener,nobody 127.0.0.1/32 scram-sha-256\n"


class Server(ABC):
    """One server process in a folder of its own, which may be killed and started again."""

    user = ""
    """The account it runs as when the tests run as root, which PostgreSQL and MariaDB refuse to be."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chatroom-test-", dir="/tmp"))
        self.port = free_port()
        self.account = self.user if os.geteuid() == 0 and self.user else None
        if self.account:
            shutil.chown(self.folder, self.account)
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What to run in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes work."""

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.account,
                group=pwd.getpwnam(self.account).pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"{self.command()[0]} did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, children too, as a power cut of the process would."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait(START_SECONDS)
            self.process = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and its children; PostgreSQL's have process groups of their own."""
        if self.process is not None:
            for process in (self.process.pid, *children(self.process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)

    def discard(self) -> None:
        """End it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, *command: str, secure: bool = True) -> str:
        """Run a program as the server's account; return what it prints. Fails loudly when `secure`."""
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=self.folder,
            user=self.account,
        )
        if secure and done.returncode:
            pytest.fail(f"{command[0]} failed: {done.stderr[-2000:]}")
        return done.stdout


class PostgreSql(Server):
    """A private PostgreSQL cluster on loopback."""

    user = "postgres"

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        programs = found[-1].parent if found else Path(shutil.which("initdb") or "/nowhere/initdb").parent
        if not (programs / "postgres").exists():
            pytest.skip("not run: PostgreSQL is not installed")
        super().__init__()
        self.programs = programs
        options = ("-A", "trust", "-U", "chatroom", "-N", "-E", "UTF8")
        self.call(f"{programs}/initdb", "-D", f"{self.folder}/data", *options)
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text(f"{_BY_PASSWORD}{rules.read_text()}")
        self.start()

    def command(self) -> Sequence[str]:
        # Without fsync: the tests kill processes, not power, and the kernel keeps what a process wrote.
        settings = ("fsync=off", "full_page_writes=off", "max_connections=200", "listen_addresses=127.0.0.1")
        options = [part for setting in settings for part in ("-c", setting)]
        place = ["-D", f"{self.folder}/data", "-k", str(self.folder), "-p", str(self.port)]
        return [f"{self.programs}/postgres", *place, *options]

    def answers(self) -> bool:
        return "accepting" in self.call(f"{self.programs}/pg_isready", *self._where(), secure=False)

    def _where(self) -> list[str]:
        return ["-h", str(self.folder), "-p", str(self.port), "-U", "chatroom"]

    def sql(self, command: str) -> None:
        self.call(f"{self.programs}/psql", *self._where(), "-d", "postgres", "-qc", command)

    def url(self, database: str) -> str:
        return f"postgresql://chatroom@127.0.0.1:{self.port}/{database}?schema=public"

    def drop(self, database: str) -> None:
        self.sql(f"DROP DATABASE {database} WITH (FORCE)")


class MariaDb(Server):
    """A private MariaDB on loopback."""

    user = "mysql"

    def __init__(self) -> None:
        programs = {name: shutil.which(name) for name in ("mariadb-install-db", "mariadbd", "mariadb")}
        programs["mariadbd"] = programs["mariadbd"] or shutil.which("/usr/sbin/mariadbd")
        missing = [name for name, path in programs.items() if path is None]
        if missing:
            pytest.skip(f"not run: {', '.join(missing)} is not installed")
        super().__init__()
        self.programs = programs
        self.call(
            f"{programs['mariadb-install-db']}",
            "--no-defaults",
            f"--datadir={self.folder}/data",
            f"--tmpdir={self.folder}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            "--innodb-log-file-size=16M",
        )
        self.start()

    def command(self) -> Sequence[str]:
        return [
            f"{self.programs['mariadbd']}",
            "--no-defaults",
            f"--datadir={self.folder}/data",
            f"--tmpdir={self.folder}",
            f"--socket={self.folder}/socket",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=16M",
            "--max-connections=200",
            # The schema must not fast_get on the server's defaults: give it the ones of an old installation.
            "--character-set-server=latin1",
            "--collation-server=latin1_swedish_ci",
        ]

    def answers(self) -> bool:
        return "1" in self._client("SELECT 1", secure=False)

    def _client(self, command: str, *, secure: bool = True) -> str:
        where = ["--no-defaults", f"--socket={self.folder}/socket", "-uroot"]
        return self.call(f"{self.programs['mariadb']}", *where, "-e", command, secure=secure)

    def sql(self, command: str) -> None:
        self._client(command)

    def rows(self, query: str) -> list[str]:
        """The lines that a query answers, without the heading."""
        return self._client(query).splitlines()[1:]

    def url(self, database: str) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/{database}?connection_limit=16"

    def drop(self, database: str) -> None:
        self.sql(f"DROP DATABASE {database}")


class PgBouncer(Server):
    """A pooler in front of a PostgreSQL that lends a connection for one transaction."""

    user = "postgres"

    def __init__(self, behind: PostgreSql) -> None:
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        if not Path(program).exists():
            pytest.skip("not run: PgBouncer is not installed")
        super().__init__()
        self.program = program
        (self.folder / "users").write_text('"chatroom" ""\n')
        (self.folder / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={behind.port}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {self.folder}/users\n"
            "pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 100\n"
        )
        self.start()

    def command(self) -> Sequence[str]:
        return [self.program, f"{self.folder}/ini"]

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def url(self, database: str) -> str:
        return f"postgresql://chatroom@127.0.0.1:{self.port}/{database}?pgbouncer=true&connection_limit=16"


class Redis(Server):
    """A private Redis that keeps nothing."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("not run: Redis is not installed")
        super().__init__()
        self.program = program
        self.start()

    def command(self) -> Sequence[str]:
        return [
            self.program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as wire:
                wire.sendall(b"PING\r\n")
                return wire.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"


def children(parent: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name, which may hold spaces, come the state and the parent.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def free_port() -> int:
    """A port of loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
