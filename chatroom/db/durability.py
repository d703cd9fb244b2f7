"""Whether a committed transaction outlives a loss of power."""

from typing import Final

from sqlalchemy import Executable, text

from chatroom.db.database import Database

_ASKED: Final[dict[str, dict[str, tuple[Executable, frozenset[str]]]]] = {
    "sqlite": {},  # the connection itself sets synchronous=FULL
    "postgresql": {
        "synchronous_commit": (text("SHOW synchronous_commit"), frozenset({"on", "remote_apply"})),
        "fsync": (text("SHOW fsync"), frozenset({"on"})),
    },
    "mysql": {
        "innodb_flush_log_at_trx_commit": (
            text("SELECT @@GLOBAL.innodb_flush_log_at_trx_commit"),
            frozenset({"1"}),
        ),
    },
}
"""Setting -> how it is read, and the values that keep what was acknowledged."""


async def weak_settings(db: Database) -> list[str]:
    """Name the database's settings that may lose an acknowledged message, as `name=value`. Raises Unavailable."""
    async with db.read() as reader:
        found = {name: str(await reader.scalar(asked)) for name, (asked, _) in _ASKED[db.dialect].items()}
    return [f"{name}={value}" for name, value in found.items() if value not in _ASKED[db.dialect][name][1]]
