"""A few at a time for each key."""

import asyncio

from chatroom.core.gates import Gates


async def test_each_key_has_its_own_places_and_none_is_kept() -> None:
    gates = Gates(2)
    inside: list[str] = []
    leave = asyncio.Event()

    async def visit(key: str) -> None:
        async with gates.enter(key):
            inside.append(key)
            await leave.wait()

    visits = [asyncio.create_task(visit(key)) for key in ("a", "a", "a", "b")]
    await asyncio.sleep(0)
    assert inside == ["a", "a", "b"]
    visits[2].cancel()
    leave.set()
    await asyncio.gather(*visits, return_exceptions=True)
    assert inside == ["a", "a", "b"]
    assert not len(gates)
