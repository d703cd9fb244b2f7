"""Which driver errors are a Conflict, which are Unavailable, and which are faults of ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chatroom.db.access import Conflict, Unavailable

# Primary result codes of SQLite: PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
_SQLITE_AWAY = {3, 5, 6, 7, 8, 10, 11, 13, 14, 15, 26}
# Extended ones of CONSTRAINT: CHECK, FOREIGNKEY, PRIMARYKEY, UNIQUE, ROWID. NOT NULL is a fault of ours.
_SQLITE_CONFLICT = {275, 787, 1555, 2067, 2579}
# SQLSTATE: connection, rollback, resources, operator intervention, system; lock timeout, read-only. Who we are, no such
# database, no such schema, no right to it: PgBouncer says 08P01 for most of these.
_STATE_AWAY = ("08", "40", "53", "57", "58", "55P03", "25006", "28", "3D", "3F", "42501")
# Unique, foreign key, check, exclusion, restrict. Not 23502, NOT NULL: a fault of ours.
_STATE_CONFLICT = ("23505", "23503", "23514", "23P01", "23001")
# MySQL: too many connections, shutdown, out of disk or memory, lock wait, deadlock, read-only, killed, lost. In the
# first line: who we are, no such database, no right to it.
_MYSQL_AWAY = {
    *(1044, 1045, 1049, 1142, 1143, 1227, 1251, 1275, 1698, 3118, 4151),
    *(1021, 1040, 1041, 1053, 1105, 1114, 1158, 1159, 1160, 1161, 1180, 1203, 1205, 1213, 1290, 1317, 1927),
    *(2002, 2003, 2006, 2013, 2014, 2055),
}
# MySQL: duplicate, the four of foreign keys, check (MySQL, MariaDB).
_MYSQL_CONFLICT = {1022, 1062, 1169, 1216, 1217, 1451, 1452, 1586, 1761, 1762, 3819, 4025}

_STATE_CONTENTION = "40"  # deadlock, failed serialization
_MYSQL_DEADLOCK = 1213

# Below stand what the server said, from here on what the client library noticed.
_MYSQL_CLIENT_ERRORS = 2000


def refusal(error: BaseException) -> Conflict | Unavailable | None:
    """Say what a driver's error means to a caller; None when it is a fault of ours."""
    # A connection that cannot be made again in the middle of a statement comes as a StatementError around an OSError.
    cause = error.orig if isinstance(error, StatementError) and error.orig is not None else error
    text = _sentence(cause)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0)
        if code in _SQLITE_CONFLICT:
            return Conflict(text)
        return Unavailable(text) if code & 0xFF in _SQLITE_AWAY else None
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    number = cause.args[0] if cause.args else None
    state = getattr(cause, "sqlstate", None)
    if isinstance(number, int):
        conflict, away = number in _MYSQL_CONFLICT, number in _MYSQL_AWAY
        contention = number == _MYSQL_DEADLOCK
    else:
        conflict, away = state in _STATE_CONFLICT, isinstance(state, str) and state.startswith(_STATE_AWAY)
        contention = isinstance(state, str) and state.startswith(_STATE_CONTENTION)
    if conflict:
        return Conflict(text)
    if away or lost or isinstance(cause, OSError | PoolTimeout):
        return Unavailable(text, contention=contention)
    return None


def _sentence(cause: BaseException) -> str:
    """What a driver says, without its number; a TimeoutError says nothing."""
    told = cause.args[1] if len(cause.args) > 1 and isinstance(cause.args[0], int) else cause
    return (str(told).strip() or type(cause).__name__).splitlines()[0]


def is_lost(error: BaseException) -> bool:
    """Whether the connection is of no use after this error: gone, or silent for too long."""
    return isinstance(error, OSError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def known_undone(error: BaseException) -> bool:
    """Whether the server itself said that a COMMIT failed; a lost connection says nothing."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return False
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, OSError):
        return False
    number = cause.args[0] if cause.args else None
    if isinstance(number, int):
        return 0 < number < _MYSQL_CLIENT_ERRORS
    return str(getattr(cause, "sqlstate", "")).startswith(("23", "40", "53"))


@contextmanager
def refusing() -> Iterator[None]:
    """Turn driver errors into Conflict or Unavailable."""
    try:
        yield
    except Exception as error:
        refused = refusal(error)
        if refused is None:
            raise
        raise refused from error
