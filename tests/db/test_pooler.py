"""PgBouncer in transaction mode: every statement of a product that has lost its session."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatroom.db.migrate import check, upgrade
from chatroom.features import tables
from tests.cast import Clock, do, node, principal, register, room, settings_for
from tests.processes import PgBouncer, PostgreSql


@pytest.fixture
def pooled_url(postgresql: PostgreSql, postgresql_url: str) -> Iterator[str]:
    """The address of an empty database by way of a pooler."""
    pooler = PgBouncer(postgresql)
    yield pooler.url(postgresql_url.rpartition("/")[2].partition("?")[0])
    pooler.discard()


async def test_a_node_works_behind_a_pooler_of_transactions(pooled_url: str, tmp_path: Path) -> None:
    upgrade(pooled_url, tables)
    check(pooled_url, tables)
    async with node(settings_for(pooled_url, tmp_path), Clock()) as app:
        people = [await register(app, f"P{number}") for number in range(4)]
        made = await room(app, people[0], *people[1:])
        whos = [await principal(app, person) for person in people]

        async def talk(number: int) -> None:
            who = whos[number % 4]
            for turn in range(5):
                await do(app, who, "messages.send", roomId=made["id"], content=f"{number}.{turn}")
                await do(app, who, "messages.history", roomId=made["id"])
                await do(app, who, "rooms.list")

        await asyncio.gather(*(talk(number) for number in range(12)))  # more than the pooler has connections
        found = await do(app, whos[0], "messages.history", roomId=made["id"])
        assert found["headSeq"] == 4 + 12 * 5
        await app.db.check()
