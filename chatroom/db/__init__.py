"""SQL and nothing else: the same transactions, types and upserts on SQLite, PostgreSQL and MySQL/MariaDB."""

from chatroom.db import jobs, rechecks
from chatroom.db.access import Conflict, Counter, Moves, Params, Reader, Row, Transaction, Unavailable
from chatroom.db.database import Database
from chatroom.db.metadata import metadata

__all__ = [
    "Conflict",
    "Counter",
    "Database",
    "Moves",
    "Params",
    "Reader",
    "Row",
    "Transaction",
    "Unavailable",
    "jobs",
    "metadata",
    "rechecks",
]
