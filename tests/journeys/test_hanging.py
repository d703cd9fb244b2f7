"""Told to stop while the database has silently gone: the process ends all the same, and soon."""

import asyncio
import time

import httpx2
import pytest

from chatroom.exits import CUT_SHORT
from tests.journeys.conftest import Serve
from tests.processes import MariaDb, PostgreSql
from tests.swallower import Swallower


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
async def test_a_server_whose_database_is_silently_gone_ends_within_5_s_of_its_drain(
    prepare: Serve, kind: str, request: pytest.FixtureRequest
) -> None:
    private: PostgreSql | MariaDb = request.getfixturevalue(kind)
    async with Swallower(private.port) as way:
        server = prepare(DATABASE_URL=way.url(request.getfixturevalue(f"{kind}_url")), DRAIN_SECONDS="1")
        await asyncio.to_thread(server.start)
        async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
            person = {"name": "Ana", "email": "ana@example.org", "password": "correct horse"}
            made = (await client.post("/api/auth/register", json=person)).json()
            own = {"Authorization": f"Bearer {made['token']}"}
            await asyncio.gather(*(client.get("/api/rooms", headers=own) for _ in range(8)))
            way.swallow(gone=True)
            waiting = [
                asyncio.create_task(client.post("/api/rooms", json={"name": "Tea"}, headers=own)),
                asyncio.create_task(client.get("/api/v1/users/me", headers=own)),
            ]
            await asyncio.sleep(0.2)
            began = time.monotonic()
            assert await asyncio.to_thread(server.stop, 20) in (0, CUT_SHORT)
            assert time.monotonic() - began < 1 + 5 + 1
            await asyncio.gather(*waiting, return_exceptions=True)
