"""`chatroom serve`: migrate, listen, drain."""

import asyncio
import contextlib
import errno
import gc
import os
import socket
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
import uvicorn
import uvloop

from chatroom import logging, startup
from chatroom.app import build
from chatroom.db import Database
from chatroom.db.durability import weak_settings
from chatroom.db.exclusive import hold
from chatroom.db.migrate import upgrade
from chatroom.exits import CUT_SHORT, BadSetting, CommandError
from chatroom.features import tables
from chatroom.gateway.ways.files import raise_limit
from chatroom.gateway.ways.http_server import HttpServer
from chatroom.gateway.ways.peers import HttpLimits
from chatroom.gateway.ways.uvicorn import protocols
from chatroom.settings import Settings

_BACKLOG = 4096  # connections of a reconnect storm that wait to be accepted
# Seconds after which a thread that waits for the interpreter lock makes the event loop hand it over. The one that
# commits needs it twice for each batch. Its wait begins anew whenever the loop lets go of the lock for a system call,
# so it must be shorter than what lies between two. Beside 8 000 short requests a second the p99 of messages was 150 ms
# with 0.5 ms and 58 ms with 0.1 ms, beside pipelines of pages, and is 17 ms with this; a durable send costs the same.
_SWITCH = 0.00003
_FROM_ONE = 2_048  # connections of one address that speak HTTP: a company behind one, or an attacker
_CLOSE = 4.0  # seconds after the drain in which everything else ends
_LAST_RESORT = 4.5  # and those after which the process ends, whatever hangs
_NOWHERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_log = structlog.get_logger("chatroom")


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, and return after a clean drain.

    Raises `CommandError` without a database or a free port, `BadSetting` for a setting that shows to be bad only
    when it is used.
    """
    logging.configure(settings.log_level, readable=settings.mode != "production")
    with contextlib.ExitStack() as held, settings.database_named():
        prepare(settings.data)
        held.enter_context(hold(settings.database))
        listeners = [held.enter_context(each) for each in _listen(settings)]
        upgrade(settings.database, tables)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, listeners))


def prepare(folder: Path) -> None:
    """Make the folder of database and secrets. Raises `BadSetting` when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise BadSetting("CHATROOM_DATA", "must be a folder that this server may write to")


def _listen(settings: Settings) -> Iterator[socket.socket]:
    """Open every port that the settings ask for: all serve everything. Raises `CommandError`."""
    for port, name in {settings.port: "PORT", **settings.more_ports}.items():
        found = port
        for number, host in enumerate(settings.hosts):
            try:
                listeners = _open(host, found)
            except (OSError, UnicodeError) as error:
                code = getattr(error, "errno", None) or 0  # negative where a name cannot be resolved
                nowhere = code <= 0 or code in _NOWHERE
                if nowhere and number:  # the other family of the same wish, which this machine lacks
                    continue
                reason = os.strerror(code) if code > 0 else getattr(error, "strerror", None) or "no such host"
                why = f"port {port} of {host} cannot be listened on: {reason}"
                raise CommandError("HOST" if nowhere else name, why) from None
            for listener in listeners:
                found = found or listener.getsockname()[1]  # port 0: the first address chooses
                yield listener


def _open(host: str, port: int) -> list[socket.socket]:
    """Listen on every address that a host has; of a name, on those that this machine knows as its own."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    opened: list[socket.socket] = []
    failed: OSError | None = None
    for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
        place = (address[0], opened[0].getsockname()[1], *address[2:]) if opened else address
        try:
            opened.append(socket.create_server(place, family=family, backlog=_BACKLOG))
        except OSError as error:
            if error.errno not in _NOWHERE:
                for listener in opened:
                    listener.close()
                raise
            failed = error
    if failed is not None and not opened:
        raise failed
    return opened


async def _check_durability(settings: Settings, db: Database) -> None:
    """Refuse, in production, a database that may lose what was acknowledged. Raises `BadSetting`."""
    if weak := await weak_settings(db):
        _log.warning("database.forgetful", setting="DATABASE_URL", found=weak)
        if settings.mode == "production":
            raise BadSetting(
                "DATABASE_URL", f"the database may lose acknowledged messages: {', '.join(weak)}"
            )


async def _serve(settings: Settings, listeners: list[socket.socket]) -> None:
    app = await build(settings)
    config = uvicorn.Config(
        app.asgi,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=round(settings.drain_seconds),
        **protocols(app.sockets, shortcut=app.fast_get, limits=_limits(settings)),
    )
    end = _End(settings.drain_seconds)
    try:
        await _check_durability(settings, app.db)
        await app.start()
        _spare_the_collector()
        sys.setswitchinterval(_SWITCH)
        port = listeners[0].getsockname()[1]
        await HttpServer(config, startup.address(settings, port), end.begin).serve(listeners)
    finally:
        await end.finish(app.close())


def _limits(settings: Settings) -> HttpLimits:
    """The bounds of the port; RATE_LIMITS=off lifts those of one address, not what the process can bear."""
    connections = raise_limit()
    limits = HttpLimits(keep_alive=settings.keep_alive_seconds, connections=connections)
    if settings.unlimited:
        return replace(limits, reads=0, requests_per_address=0, held_per_address=limits.held)
    return replace(limits, connections_per_address=min(_FROM_ONE, connections // 2))


class _End:
    """Sees to it that the process ends in time, whatever hangs: a database that is gone, a thread, the event loop."""

    def __init__(self, drain: float) -> None:
        self._drain = drain
        self._began = 0.0

    def begin(self) -> None:
        """Count from now on; at the first signal to stop."""
        self._began = time.monotonic()
        watchdog = threading.Timer(self._drain + _LAST_RESORT, self._cut)
        watchdog.daemon = True
        watchdog.start()

    async def finish(self, closing: Coroutine[Any, Any, None]) -> None:
        """Wait for the end of everything while there is time."""
        spent = time.monotonic() - self._began if self._began else self._drain
        try:
            await asyncio.wait_for(closing, max(self._drain + _CLOSE - spent, 1.0))
        except TimeoutError:
            self._cut()

    def _cut(self) -> None:
        """End at once: what was acknowledged is stored, what was under way is not finished."""
        _log.error("drain.cut_short", setting="DRAIN_SECONDS", seconds=self._drain)
        sys.stdout.flush()
        os._exit(CUT_SHORT)


def _spare_the_collector() -> None:
    """Leave what stands after the start out of every collection, and look at the long-lived rest rarely.

    With 10 000 connections full collections made the longest loop turn 197 ms, without them it is 26 ms (measured by
    `python -m bench --only big`); little here is garbage in a circle.
    """
    gc.collect()
    gc.freeze()
    # In small steps: of 0.5-3 ms while 10 000 connections open; with 10 000 objects in each they took 3-10 ms.
    gc.set_threshold(2_000, 1, 50_000)
