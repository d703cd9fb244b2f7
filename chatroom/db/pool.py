"""Taking a connection out of a pool, ending its transaction, giving it back: to the end, whatever happens meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.db.access import Unavailable
from chatroom.db.liveness import cut
from chatroom.db.refusals import known_undone, refusal, refusing


async def checkout(engine: AsyncEngine) -> AsyncConnection:
    """Take a connection. Raises Unavailable."""
    with refusing():
        return await engine.connect()


async def commit(connection: AsyncConnection, after: Callable[[], None] | None) -> None:
    """Commit, tell `after`, give the connection back. Raises Conflict, Unavailable."""
    try:
        await connection.commit()
    except (SQLAlchemyError, OSError) as error:
        refused = refusal(error)
        if isinstance(refused, Unavailable):
            refused.outcome_unknown = not known_undone(error)
            await discard(connection)
        await roll_back(connection)
        if refused is None:
            raise
        raise refused from error
    try:
        if after is not None:
            after()
    finally:
        await give_back(connection)


async def roll_back(connection: AsyncConnection) -> None:
    """Undo, and give the connection back."""
    try:
        await connection.rollback()
    except (SQLAlchemyError, OSError):
        # The server rolls back by itself when the connection goes; a connection in doubt is not used again.
        await discard(connection)
    await give_back(connection)


async def discard(connection: AsyncConnection) -> None:
    """Cut a connection that is lost or in doubt; the next statement on it opens another one."""
    with suppress(SQLAlchemyError, OSError):
        if not connection.invalidated:
            cut((await connection.get_raw_connection()).driver_connection)
            await connection.invalidate()


async def give_back(connection: AsyncConnection) -> None:
    """Return a connection to its pool; a broken one is thrown away."""
    with suppress(SQLAlchemyError, OSError):
        await connection.close()


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end even if the task is cancelled meanwhile; the cancellation is raised then.

    Half a COMMIT would leave the caller without an answer and the pool with a connection in doubt.
    """
    cancelled: asyncio.CancelledError | None = None
    task = asyncio.ensure_future(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()
        raise cancelled
    task.result()
