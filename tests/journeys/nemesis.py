"""Kill the server under load, again and again, and check that it kept every promise.

`python -m tests.journeys.nemesis --kills 20 --database sqlite` prints the figures; it exits with 1 when one is bad.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.journeys.history import History, check, place
from tests.journeys.people import Person, register
from tests.journeys.server import ChatServer
from tests.journeys.waiting import until
from tests.journeys.writer import Writer
from tests.processes import MariaDb, PostgreSql
from tests.servers import fresh

WRITERS: Final = 4
ROOMS: Final = 3
SETTLE_SECONDS: Final = 30
Nemesis = Callable[[random.Random], Awaitable[None]]


@dataclass
class Outcome:
    """The figures of one run."""

    kills: int
    seconds: float = 0.0
    sent: int = 0
    answered: int = 0
    at_kill: list[int] = field(default_factory=list)
    """Sends in flight at each kill."""
    refusals: int = 0
    reconnects: int = 0
    runs: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = [fault.partition(":")[0] for fault in self.broken]
        return "\n".join(
            [
                f"kills {self.kills}, seconds {self.seconds:.0f}",
                f"sent {self.sent}, answered {self.answered}, in flight at the kills {self.at_kill}",
                f"refused for a moment {self.refusals}, connections {self.reconnects}, live runs {self.runs}",
                f"answered messages lost {kinds.count('lost')}, duplicates {kinds.count('duplicate')}",
                f"logs with holes {kinds.count('hole')}, all broken promises {len(kinds)}",
                *self.broken[:20],
            ]
        )


class Load:
    """Writers at work against a running server."""

    def __init__(self, server: ChatServer, seed: int) -> None:
        self.server = server
        self.history = History()
        self._random = random.Random(seed)
        self._people: list[Person] = [register(server.url, f"Writer{number}") for number in range(WRITERS)]
        self._rooms: list[str] = [
            self._people[0].create_room(f"Room {number}")["id"] for number in range(ROOMS)
        ]
        self.writers = [
            Writer(person, self._rooms, self.history, seed + number)
            for number, person in enumerate(self._people)
        ]

    async def bear(self, kills: int, strike: Nemesis) -> Outcome:
        """Write while `strike` hits `kills` times, let everything settle, read all logs, check."""
        outcome = Outcome(kills)
        started = time.monotonic()
        enough = asyncio.Event()
        for writer in self.writers:
            await writer.open()
        writing = [asyncio.create_task(writer.write(enough)) for writer in self.writers]
        for _ in range(kills):
            await self._answers(1)
            await asyncio.sleep(
                self._random.uniform(0.05, 1.5)
            )  # at any moment: this is no waiting for anything
            outcome.at_kill.append(sum(len(writer.unanswered) for writer in self.writers))
            await strike(self._random)
        await self._answers(100)
        enough.set()
        _, silent = await asyncio.wait(writing, timeout=SETTLE_SECONDS)
        self.history.faults += [f"silence: {task.get_name()} waits for answers" for task in silent]
        for task in silent:
            task.cancel()
        await self._read_everything()
        for writer in self.writers:
            await writer.close()
        outcome.seconds = time.monotonic() - started
        outcome.sent = len(self.history.sent)
        outcome.answered = self._acked()
        outcome.refusals = sum(writer.refusals for writer in self.writers)
        outcome.reconnects = sum(writer.connects for writer in self.writers)
        outcome.runs = sum(1 for _, _, run in self.history.runs if run)
        outcome.broken = await asyncio.to_thread(check, self.history)
        return outcome

    async def _answers(self, more: int) -> None:
        enough = self._acked() + more
        await until(f"{more} more answers", lambda: self._acked() >= enough, 30)

    def _acked(self) -> int:
        return sum(writer.answered for writer in self.writers)

    async def _read_everything(self) -> None:
        """The logs over HTTP, and what every listener has put together, live and by resume."""
        for room in self._rooms:
            log = self.history.logs[room] = await asyncio.to_thread(self._people[-1].read_log, room)
            for writer in self.writers:
                self.history.readings.append((writer.person.name, room, await writer.read(room, len(log))))
            other = await asyncio.to_thread(self._people[0].read_log, room)
            self.history.readings.append(("reading again", room, [place(entry) for entry in other]))


def restart(server: ChatServer, *, gently: bool = False) -> Nemesis:
    """End the server process, by kill -9 or gently by SIGTERM, and start a new one at once."""

    async def strike(_: random.Random) -> None:
        if gently:
            code = await asyncio.to_thread(server.stop)
            assert code == 0, f"SIGTERM ended with {code}"
        else:
            server.kill()
        await asyncio.to_thread(server.start)

    return strike


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database of a kind; the empty string means the server's own SQLite file."""
    if kind == "sqlite":
        yield ""
        return
    private = PostgreSql() if kind == "postgresql" else MariaDb()
    try:
        yield from fresh(private)
    finally:
        private.discard()


async def run(folder: Path, url: str, kills: int, seed: int, *, gently: bool = False) -> Outcome:
    """Start a server on a database and end it `kills` times, by kill -9 or gently by SIGTERM."""
    server = ChatServer(folder, MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off", DATABASE_URL=url)
    await asyncio.to_thread(server.start)
    try:
        load = await asyncio.to_thread(Load, server, seed)
        outcome = await load.bear(kills, restart(server, gently=gently))
    finally:
        server.end()
    outcome.broken += [f"log: {line}" for line in server.faults]
    return outcome


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "mariadb"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--gently", action="store_true", help="SIGTERM instead of kill -9")
    given = parser.parse_args()
    print(f"database {given.database}, seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="chatroom-nemesis-") as folder, database(given.database) as url:
        outcome = asyncio.run(run(Path(folder), url, given.kills, given.seed, gently=given.gently))
    print(outcome)
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main())
