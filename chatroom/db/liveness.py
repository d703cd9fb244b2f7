"""Connections that died while nobody used them, found before anything is sent on them.

A server closes a connection that was idle too long, a restart or a router forgets it. Where the end was told, the
transport knows. Where it was not, the kernel finds out (keepalive, user timeout), and a connection that was idle for
a second is asked first, which costs a round trip; a busy node never asks.
"""

import asyncio
import socket
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

WAIT_SECONDS: Final = 5
"""The longest single wait: for a connection, for an answer, for the kernel to give a silent peer up."""
IDLE_SECONDS: Final = 1.0
"""Idle for longer, a connection is asked whether it lives."""
ASK_SECONDS: Final = 2.0
"""How long the answer may take."""
CLOSE_SECONDS: Final = 1.0
"""How long connections may take to say good-bye, all of them together."""

_KEEPALIVE: Final = (
    (socket.TCP_KEEPIDLE, 10),
    (socket.TCP_KEEPINTVL, 2),
    (socket.TCP_KEEPCNT, 3),
    (socket.TCP_USER_TIMEOUT, WAIT_SECONDS * 1000),
)


def guard(driver: Any) -> None:
    """Let the kernel find out that the peer of a new connection is gone; `driver` is asyncpg's or asyncmy's."""
    wire = driver._transport.get_extra_info("socket")  # noqa: SLF001 - neither has a public way to its socket
    if wire is None or wire.family == socket.AF_UNIX:
        return
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        wire.setsockopt(socket.IPPROTO_TCP, option, value)


def is_closed(driver: Any) -> bool:
    """Whether the peer has closed a connection, or we have."""
    transport = driver._transport  # noqa: SLF001 - see `guard`
    return transport is None or bool(transport.is_closing())


def was_idle(used: float) -> bool:
    """Whether a connection last used at this instant of the monotonic clock should be asked before it is used."""
    return time.monotonic() - used > IDLE_SECONDS


async def answers(driver: Any) -> bool:
    """Whether a connection still leads to the server."""
    if is_closed(driver):
        return False
    ask = driver.ping() if hasattr(driver, "ping") else driver.execute("SELECT 1")
    try:
        await asyncio.wait_for(ask, ASK_SECONDS)
    except Exception:  # noqa: BLE001 - whatever it says, it is not an answer
        return False
    return True


def cut(driver: Any) -> None:
    """End a connection at once, whatever it is doing."""
    with suppress(Exception):
        if transport := driver._transport:  # noqa: SLF001 - see `guard`
            transport.abort()


async def close_all(drivers: Collection[Any]) -> None:
    """End connections together: those that do not say good-bye in time are cut."""
    if drivers:
        byes = [asyncio.ensure_future(_bye(driver)) for driver in drivers]
        await asyncio.wait(byes, timeout=CLOSE_SECONDS)
        for driver in drivers:
            cut(driver)
        await asyncio.wait(byes, timeout=CLOSE_SECONDS)


async def _bye(driver: Any) -> None:
    with suppress(Exception):
        await (driver.ensure_closed() if hasattr(driver, "ensure_closed") else driver.close())


def watch(engine: AsyncEngine) -> set[Any]:
    """Guard all connections of an engine and look at each before it is lent; return the set of the open ones."""
    opened: set[Any] = set()
    doubted = 0.0  # connections that were opened before this instant are cut, not closed

    @event.listens_for(engine.sync_engine, "connect")
    def begin(connection: Any, record: Any) -> None:
        guard(connection.driver_connection)
        opened.add(connection.driver_connection)
        record.info["opened"] = record.info["used"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "close")
    def end(connection: Any, record: Any) -> None:
        opened.discard(connection.driver_connection)
        if record.info["opened"] < doubted:
            cut(connection.driver_connection)

    @event.listens_for(engine.sync_engine, "checkin")
    def back(_: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def lend(connection: Any, record: Any, _: Any) -> None:
        nonlocal doubted
        driver = connection.driver_connection
        if is_closed(driver) or (was_idle(record.info["used"]) and not await_only(answers(driver))):
            cut(driver)
            doubted = time.monotonic()
            lost = DisconnectionError("it died while it was idle")
            lost.invalidate_pool = True  # what was opened before it is as old, and as dead
            raise lost

    return opened
