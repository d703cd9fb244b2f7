"""The migrations give just the tables that the slices declare."""

import chatroom.features  # noqa: F401 - declares the tables
from chatroom.db import metadata, migrate


def test_the_migrations_give_just_the_tables_of_the_slices(database_url: str) -> None:
    migrate.upgrade(database_url, metadata)
    migrate.check(database_url, metadata)
