"""Opening a database by its URL; one class for the three kinds."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from chatroom.db.access import Engine, Reader, Transaction
from chatroom.db.url import parse


class Database:
    """The database of this process. Open it once, in the event loop that uses it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect = engine.dialect
        """`sqlite`, `postgresql` or `mysql` (MariaDB too)."""
        self.writers = engine.writers
        """How many transactions of messages gain by being stored at once: SQLite stores one after the other."""

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Connect to `sqlite:////path`, `postgresql://…` or `mysql://…`.

        Raises ValueError for a URL of another kind and Unavailable when the database cannot be reached.
        """
        # Each is imported only where it is used: SQLAlchemy's asyncio is a fifteenth of a start.
        target = parse(url)
        if target.dialect == "sqlite":
            from chatroom.db import sqlite  # noqa: PLC0415

            return cls(sqlite.connect(target))
        from chatroom.db import server  # noqa: PLC0415

        return cls(await server.connect(target))

    def begin(
        self, after: Callable[[], None] | None = None, *, single: bool = False
    ) -> AbstractAsyncContextManager[Transaction]:
        """Open a write transaction: committed on leaving the block, rolled back on an exception.

        `after` is called once, synchronously, right after the commit; on SQLite before the next transaction
        may start, so that what it publishes leaves in commit order. It is called even if the task was
        cancelled while the commit was under way, because then the change is stored.
        A `single` transaction runs one statement at the most, so that PostgreSQL needs one round trip for it
        instead of three; an exception in the block after that statement does not undo it.
        Raises Unavailable on entering (database away or locked for 5 s) and on leaving (commit failed).
        """
        return self._engine.begin(after, single=single)

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Open a reader. It never sees an uncommitted change. Raises Unavailable."""
        return self._engine.read()

    def version(self) -> int | None:
        """A number that is another one as soon as anybody has committed anything, by whatever process.

        So what was read after it was told is as it was for as long as it is told again. None where only a statement
        that waits can tell (all but SQLite). Raises Unavailable.
        """
        return self._engine.version()

    async def check(self) -> None:
        """Raise Unavailable unless a write would succeed."""
        await self._engine.check()

    async def close(self) -> None:
        """Give back every connection; transactions still open fail."""
        await self._engine.close()
