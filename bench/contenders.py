"""The servers that are measured, by name: what they need, how they start."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Final

from bench.postgres import PostgreSql
from bench.seeds import SECRET, Filler
from chatroom.bench import crowd
from chatroom.bench.load import NotRun, build
from chatroom.bench.process import Server, environment, product
from hatch_build import node_folder, pnpm

PEERS: Final = Path(__file__).parent / "peers"
ROOT: Final = Path(__file__).parent.parent
_STORED: Final = "SELECT count(*) FROM messages"
TITLES: Final = {
    "engine": "Chatroom, engine alone",
    "sqlite": "Chatroom on SQLite",
    "postgresql": "Chatroom on PostgreSQL",
    "socketio": "Node socket.io",
    "seeds": "the seeds' stack, pool of 10",
    "seeds-large": "the seeds' stack, pool of 20",
    "pysocketio": "python-socketio on uvicorn",
    "limit": "bare C, the limit",
    "watched": "Chatroom on SQLite, watched",
}


class Contenders:
    """Builds and starts servers; what several of them need is made once, at first use."""

    def __init__(self, folder: Path, shape: crowd.Shape) -> None:
        """Keep everything in `folder`."""
        self._folder = folder
        self._shape = shape
        self._missing: dict[str, NotRun] = {}
        cores = sorted(os.sched_getaffinity(0))
        self.core = cores[0] if len(cores) > 1 else None
        self._start: dict[str, Callable[[int | None], Server]] = {
            "engine": lambda core: self._python("engine.py", core),
            "sqlite": lambda core: product(self.people("sqlite"), self._sqlite, core=core),
            "postgresql": lambda core: product(self.people("postgresql"), self._postgresql, core=core),
            "socketio": lambda core: self._node("socketio.mjs", {}, core),
            "seeds": lambda core: self._seeds_stack(10, core),
            "seeds-large": lambda core: self._seeds_stack(20, core),
            "pysocketio": lambda core: self._python("pysocketio.py", core),
            "limit": lambda core: Server([str(self._limit), "{port}"], core=core),
            "watched": self._watched,
        }

    def start(self, name: str, *, pinned: bool) -> Server:
        """Start a server, on a core of its own when `pinned`. Raises NotRun or RuntimeError."""
        if name in self._missing:
            raise self._missing[name]
        try:
            return self._start[name](self.core if pinned else None)
        except NotRun as error:
            self._missing[name] = error
            raise

    def people(self, name: str) -> Path:
        """The folder of the people files of a server that knows people."""
        return self._folder / ("seeds" if name.startswith("seeds") else name)

    def stored(self, name: str) -> int | None:
        """How many messages are in the database of a server, as the database says; None for one without."""
        match name:
            case "sqlite":
                with closing(sqlite3.connect(self.people("sqlite") / "chatroom.db")) as database:
                    return int(database.execute(_STORED).fetchone()[0])
            case "postgresql":
                return int(self._cluster.run("chatroom", _STORED))
            case "seeds" | "seeds-large":
                return int(self._cluster.run("seeds", _STORED))
            case _:
                return None

    def settle(self) -> None:
        """Let databases do their housekeeping before something is measured."""
        if "_cluster" in self.__dict__:
            self._cluster.settle()
        os.sync()

    def close(self) -> None:
        """End the databases."""
        if "_cluster" in self.__dict__:
            self._cluster.stop()

    # What is made once.

    @cached_property
    def _limit(self) -> Path:
        return build([PEERS / "limit.c"], self._folder / "limit")

    @cached_property
    def _cluster(self) -> PostgreSql:
        return PostgreSql(self._folder / "cluster")

    @cached_property
    def _node_program(self) -> Path:
        asked, there = PEERS / "pnpm-lock.yaml", PEERS / "node_modules" / ".pnpm" / "lock.yaml"
        try:
            if not there.is_file() or there.read_bytes() != asked.read_bytes():
                pnpm(PEERS, "install", "--frozen-lockfile", "--silent")
            return node_folder() / "node"
        except SystemExit as error:
            raise NotRun(str(error)) from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotRun(f"the peers' npm packages could not be installed: {error}") from error

    @cached_property
    def _sqlite(self) -> str:
        folder = self.people("sqlite")
        url = f"sqlite:///{folder}/chatroom.db"
        crowd.fill(folder, url, self._shape)
        return url

    @cached_property
    def _postgresql(self) -> str:
        url = self._cluster.create("chatroom")
        crowd.fill(self.people("postgresql"), url, self._shape)
        return url

    @cached_property
    def _seeds(self) -> str:
        url = self._cluster.create("seeds")
        Filler(self._cluster, "seeds", self.people("seeds")).fill(self._shape)
        return url

    # How they start.

    def _python(self, script: str, core: int | None) -> Server:
        command = [sys.executable, str(PEERS / script), "{port}"]
        return Server(command, environment={"PYTHONPATH": str(ROOT)}, core=core)

    def _watched(self, core: int | None) -> Server:
        folder = self.people("sqlite")
        command = [sys.executable, str(PEERS / "watched.py"), str(folder / "turns")]
        return Server(command, environment=environment(folder, self._sqlite), core=core)

    def _node(self, script: str, environment: dict[str, str], core: int | None) -> Server:
        command = [str(self._node_program), str(PEERS / script), "{port}"]
        return Server(command, environment={"NODE_ENV": "production", **environment}, core=core)

    def _seeds_stack(self, pool: int, core: int | None) -> Server:
        settings = {"JWT_SECRET": SECRET, "MESSAGE_RATE_LIMIT": "0", "POOL": str(pool)}
        return self._node("seeds.mjs", {"DATABASE_URL": self._seeds, **settings}, core)
