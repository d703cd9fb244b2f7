"""How many files, and with them connections, this process may have open."""

import resource
from typing import Final

import structlog

_MOST: Final = 1_048_576  # where no limit is set: what Linux allows a process at most, by default
_FEW: Final = 4_096  # files of which 3 500 connections are left
_OURS: Final = 64  # files for database, log and the like
_log = structlog.get_logger("chatroom.gateway")


def raise_limit() -> int:
    """Raise the limit of open files as far as this process may, and say so; return how many connections fit.

    An eighth of the files is kept for what requests open: a download that is under way is a connection and a file.
    """
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    now = _MOST if most == resource.RLIM_INFINITY else most
    if now > before != resource.RLIM_INFINITY:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))
        except (OSError, ValueError):  # a system with a lower limit of its own
            now = before
    connections = now - max(_OURS, now // 8)
    note = {"hint": "ulimit -n, or LimitNOFILE of systemd, allows more"} if now < _FEW else {}
    _log.info("files.limit", before=before, now=now, connections=connections, **note)
    return connections
