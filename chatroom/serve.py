"""`chatroom serve`: migrate, listen, drain."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator

import structlog
import uvicorn
import uvloop

from chatroom import logging
from chatroom.app import build
from chatroom.db import Unavailable
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.gateway.uvicorn import protocols
from chatroom.settings import Settings

UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h
_BACKLOG = 4096  # connections of a reconnect storm that wait to be accepted
_log = structlog.get_logger("chatroom")


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. Returns 0 after a clean drain, 69 without a database or a free port."""
    logging.configure(settings.log_level, readable=settings.mode != "production")
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        listener = socket.create_server((settings.host, settings.port), backlog=_BACKLOG)
    except OSError as error:
        _log.error("port.unavailable", setting="PORT", port=settings.port, reason=error.strerror)
        return UNAVAILABLE
    with listener:
        try:
            upgrade(settings.database, tables)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(settings, listener))
        except Unavailable as error:
            _log.error("database.unavailable", setting="DATABASE_URL", reason=str(error))
            return UNAVAILABLE
    return 0


async def _serve(settings: Settings, listener: socket.socket) -> None:
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
        **protocols(app.sockets),
    )
    try:
        await app.start()
        _spare_the_collector()
        port = listener.getsockname()[1]
        print(f"Chatroom is at {settings.public_url or f'http://localhost:{port}'}", flush=True)  # noqa: T201
        await _Server(config).serve([listener])
    finally:
        await app.close()


def _spare_the_collector() -> None:
    """Leave what stands after the start out of every collection, and look at the long-lived rest rarely.

    With 10 000 connections full collections made the longest loop turn 197 ms, without them it is 26 ms (measured by
    `python -m bench --only big`); little here is garbage in a circle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1000)


class _Server(uvicorn.Server):
    """uvicorn, which would raise the signal again after its own shutdown and so cut ours short."""

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
