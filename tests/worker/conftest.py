"""A database with the table of jobs."""

import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from chatroom.db import Database
from chatroom.db import jobs as rows


@pytest.fixture
async def db(database: Database) -> Database:
    """A database with the table of jobs."""
    async with database.begin() as tx:
        await tx.run(CreateTable(rows.jobs))
        for index in rows.jobs.indexes:
            await tx.run(CreateIndex(index))
    return database
