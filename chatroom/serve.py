"""`chatroom serve`: migrate, listen, drain."""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import structlog
import uvicorn
import uvloop

from chatroom import logging, startup
from chatroom.app import build
from chatroom.db import Database
from chatroom.db.durability import weak_settings
from chatroom.db.exclusive import hold
from chatroom.db.migrate import upgrade
from chatroom.exits import BadSetting, CommandError
from chatroom.features import tables
from chatroom.gateway.uvicorn import protocols
from chatroom.settings import Settings

_BACKLOG = 4096  # connections of a reconnect storm that wait to be accepted
# Seconds after which a busy loop lets another thread run. The one that commits needs that twice for each batch: beside
# 19 000 pages a second the p99 of an answer is 16 ms with Python's 5 ms, 13 ms with this, and nothing else gets dearer.
_SWITCH = 0.0005
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
    """Open every port that the settings ask for: all serve everything (contract C09). Raises `CommandError`."""
    for port, name in {settings.port: "PORT", **settings.more_ports}.items():
        found = port
        for number, host in enumerate(settings.hosts):
            try:
                listener = _open(host, found)
            except OSError as error:
                nowhere = isinstance(error, socket.gaierror) or error.errno in _NOWHERE
                if nowhere and number:  # the other family of the same wish, which this machine lacks
                    continue
                code = error.errno or 0  # negative where a name cannot be resolved
                reason = os.strerror(code) if code > 0 else error.strerror
                why = f"port {port} of {host} cannot be listened on: {reason}"
                raise CommandError("HOST" if nowhere else name, why) from None
            found = found or listener.getsockname()[1]  # port 0: the first address chooses
            yield listener


def _open(host: str, port: int) -> socket.socket:
    """Listen on one address of one family; a name goes by its IPv4 address, else by the one it has."""
    if ":" in host:
        return socket.create_server((host, port), family=socket.AF_INET6, backlog=_BACKLOG)
    return socket.create_server((host, port), backlog=_BACKLOG)


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
        timeout_graceful_shutdown=round(settings.drain_seconds) + 1,
        **protocols(app.sockets, shortcut=app.lean),
    )
    try:
        await _check_durability(settings, app.db)
        await app.start()
        _spare_the_collector()
        sys.setswitchinterval(_SWITCH)
        port = listeners[0].getsockname()[1]
        await _Server(config, startup.address(settings, port)).serve(listeners)
    finally:
        await app.close()


def _spare_the_collector() -> None:
    """Leave what stands after the start out of every collection, and look at the long-lived rest rarely.

    With 10 000 connections full collections made the longest loop turn 197 ms, without them it is 26 ms (measured by
    `python -m bench --only big`); little here is garbage in a circle.
    """
    gc.collect()
    gc.freeze()
    # In small steps: of 0.5-3 ms while 10 000 connections open; with 10 000 objects in each they took 3-10 ms.
    gc.set_threshold(2_000, 1, 50_000)


class _Server(uvicorn.Server):
    """uvicorn, which would raise the signal again after its own shutdown and so cut ours short."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and only then say so: whoever reads the address may connect, or ask to stop, at once."""
        await super().startup(sockets)
        print(self._address, flush=True)  # noqa: T201

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
