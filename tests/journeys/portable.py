"""Serve the whole product as plain ASGI under hypercorn: `python -m tests.journeys.portable`, settings as usual."""

import asyncio
import signal
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from chatroom import logging
from chatroom.app import build
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.settings import Settings


async def main(settings: Settings) -> None:
    """Serve until SIGTERM."""
    app = await build(settings)
    await app.start()
    config = Config()
    config.bind = [f"{settings.hosts[0]}:{settings.port}"]
    config.graceful_timeout = 2.0
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    asgi: Any = app.asgi
    print(f"Chatroom is at http://127.0.0.1:{settings.port}", flush=True)
    await serve(asgi, config, shutdown_trigger=stopping.wait)
    await app.close()


if __name__ == "__main__":
    given = Settings()
    logging.configure("info", readable=True)
    given.data.mkdir(parents=True, exist_ok=True)
    upgrade(given.database, tables)
    asyncio.run(main(given))
