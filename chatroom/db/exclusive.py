"""One server for one SQLite file: what it remembers of it would be stale beside another that writes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatroom.db.access import Unavailable
from chatroom.db.url import parse


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Keep a database for this process; on PostgreSQL and MySQL, which many nodes share, do nothing.

    The lock is the kernel's (`flock` on a file beside the database), so it ends with the process however that ends.
    Raises Unavailable when another process holds it.
    """
    target = parse(url)
    if target.dialect != "sqlite":
        yield
        return
    place = Path(target.url.database or "").resolve()
    try:
        lock = os.open(f"{place}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"{place}.lock: {error.strerror}") from error
    try:
        _take(lock, place)
        os.truncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def _take(lock: int, place: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise Unavailable(f"another server uses {place} (process {process}); stop it first") from None
    except OSError as error:  # a file system without locks
        raise Unavailable(f"{place} cannot be locked: {error.strerror}") from error
