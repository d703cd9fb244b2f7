"""Why the database cannot be used: told in the log once, however many requests ran into it."""

import time
from typing import Final

import structlog

from chatroom.core.errors import Problem
from chatroom.db import Unavailable

_QUIET: Final = 60.0  # seconds until the same reason is told again
_REASONS: Final = 50  # that are remembered: some name a transaction or a process
_told: dict[str, float] = {}
_log = structlog.get_logger("chatroom")


def unavailable(error: Unavailable) -> Problem:
    """Return what the client hears, and tell the host the cause: a full disk, a lock, a server that is away.

    A deadlock is no outage: the client tries again, and the host may want to know.
    """
    reason = str(error)
    now = time.monotonic()
    if now - _told.get(reason, -_QUIET) >= _QUIET:
        if len(_told) >= _REASONS:
            _told.clear()
        _told[reason] = now
        if error.contention:
            _log.info("database.contention", reason=reason)
        else:
            _log.error("database.unavailable", setting="DATABASE_URL", reason=reason)
    return Problem("unavailable", retry_after=1)
