"""`python -m bench.entries`: what an entry that is no message costs the sends and the newest pages around it.

One person sends in a room of 200 messages, and reads its newest page after each send, on the node that stored it and
on another one; by turns alone, and with one entry about the message before (a reaction, as far as the log can tell)
between two sends. It prints the medians of both in milliseconds and their ratio, on SQLite and, where it is installed,
on PostgreSQL. Half a minute.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.postgres import PostgreSql
from chatroom.app import App, build
from chatroom.bench.load import NotRun
from chatroom.core import ids
from chatroom.core.context import Context
from chatroom.core.dispatch import answer, dispatch
from chatroom.core.principal import SYSTEM, Principal, Role
from chatroom.db.migrate import upgrade
from chatroom.features import operations, tables
from chatroom.features.log import service as log
from chatroom.features.log.types import Effect, EntryKind
from chatroom.features.messages.types import ReadHistory, SendMessage
from chatroom.features.rooms.types import CreateRoom
from chatroom.features.users import service as users
from chatroom.settings import Settings

ROUNDS: Final = 20
SENDS: Final = 40
BEFORE: Final = 200
REACTION: Final = EntryKind("measured", Effect.MESSAGE)


class Cost(NamedTuple):
    """Medians in milliseconds."""

    send: float
    page: float
    page_elsewhere: float
    """On a node that did not store what is new there, which nothing tells it but the database."""


class Talk:
    """One person in one room."""

    def __init__(self, app: App, who: Principal, room_id: str) -> None:
        self._app, self._who, self._room = app, who, room_id

    def _ask(self, name: str, cmd: Any) -> Awaitable[Any]:
        return answer(dispatch(Context(self._app.kernel, self._who), operations[name], lambda: cmd))

    async def send(self) -> Any:
        """Send once; returns the message."""
        return await self._ask("messages.send", SendMessage(room_id=self._room, content="hello " * 8))

    async def read(self) -> None:
        """Read the newest page."""
        await self._ask("messages.history", ReadHistory(room_id=self._room, limit=50))

    def on(self, app: App) -> "Talk":
        """The same on another node."""
        return Talk(app, self._who, self._room)

    async def react(self, message_id: str) -> None:
        """Take a seq of the room for something about a message."""
        async with Context(self._app.kernel, self._who).begin() as tx:
            await log.append(tx, self._room, REACTION, subject=message_id)


async def _timed(work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = await work()
    return 1000 * (time.perf_counter() - began), result


async def _round(talk: Talk, elsewhere: Talk, *, reactions: bool) -> Cost:
    costs = []
    for _ in range(SENDS):
        took, message = await _timed(talk.send)
        if reactions:
            await talk.react(message.id)
        costs.append(Cost(took, (await _timed(talk.read))[0], (await _timed(elsewhere.read))[0]))
    return _median(costs)


async def _open(app: App) -> Talk:
    async with Context(app.kernel, SYSTEM).begin() as tx:
        person = await users.add(tx, f"Person {ids.new()[-6:]}", kind="member")
    who = Principal(id=person.id, role=Role.USER, username=person.username, name=person.name)
    made: Any = await answer(
        dispatch(Context(app.kernel, who), operations["rooms.create"], lambda: CreateRoom(name="Measured"))
    )
    return Talk(app, who, made.id)


async def measure(folder: Path, database: str) -> tuple[Cost, Cost]:
    """Without and with an entry between two sends: the medians over rounds that take turns."""
    upgrade(database, tables)
    given: dict[str, Any] = {"_env_file": None, "mode": "test", "data": folder, "database_url": database}
    nodes = [await build(Settings(**given, message_rate_limit=0, rate_limits="off")) for _ in range(2)]
    for node in nodes:
        await node.start()
    try:
        talk = await _open(nodes[0])
        for _ in range(BEFORE):
            await talk.send()
        both = talk, talk.on(nodes[1])
        rounds = [
            (await _round(*both, reactions=False), await _round(*both, reactions=True)) for _ in range(ROUNDS)
        ]
    finally:
        for node in nodes:
            await node.close()
    alone, beside = zip(*rounds, strict=True)
    return _median(alone), _median(beside)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


def _show(title: str, alone: Cost, beside: Cost) -> None:
    print(f"\n{title + ', ms':<16}{'alone':>9}{'beside':>9}{'ratio':>7}")
    for name, without, with_it in zip(Cost._fields, alone, beside, strict=True):
        print(f"{name:<16}{without:>9.3f}{with_it:>9.3f}{with_it / without:>7.2f}")


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="chatroom-entries-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        own = folder / "sqlite"
        own.mkdir(mode=0o700)
        _show("SQLite", *asyncio.run(measure(own, f"sqlite:///{own}/chatroom.db")))
        try:
            cluster = PostgreSql(folder / "postgresql")
        except NotRun as why:
            print(f"not run: {why}")
            return 1
        try:
            own = folder / "data"
            own.mkdir(mode=0o700)
            _show("PostgreSQL", *asyncio.run(measure(own, cluster.create("entries"))))
        finally:
            cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
