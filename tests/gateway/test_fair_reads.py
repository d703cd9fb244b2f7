"""Whose request is read in which turn of the event loop."""

import asyncio
import weakref
from dataclasses import dataclass

from chatroom.gateway.ways.fair_reads import FairReads


@dataclass(eq=False)
class Reader:
    address: str
    told: list[tuple[int, str]]
    turns: "Turns"
    is_proxy: bool = False

    def go_on(self) -> None:
        self.told.append((self.turns.number, self.address))


class Turns:
    """Counts the turns of the loop."""

    number = 0

    async def pass_by(self, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)
            self.number += 1


async def served(readers: list[tuple[str, bool]], most: int = 8) -> list[tuple[int, str]]:
    """In which turn each reader was served, the one in which all asked being 0."""
    turns, told = Turns(), list[tuple[int, str]]()
    reads = FairReads(asyncio.get_running_loop(), most)
    for address, is_proxy in readers:
        reader = Reader(address, told, turns, is_proxy)
        if reads.take(reader):
            reader.go_on()
    turns.number = 1
    await turns.pass_by(len(readers) + 2)
    return told


async def test_one_address_is_read_twice_in_a_turn_however_many_connections_it_has() -> None:
    told = await served([("mallory", False)] * 7)
    assert [turn for turn, _ in told] == [0, 0, 1, 1, 2, 2, 3]


async def test_somebody_else_is_read_at_once_beside_an_address_that_waits() -> None:
    told = await served([*[("mallory", False)] * 20, ("ana", False), ("bo", False)])
    assert [turn for turn, name in told if name in ("ana", "bo")] == [0, 0]


async def test_a_turn_has_so_many_reads_for_all_addresses_in_rotation() -> None:
    told = await served([(f"person {number % 12}", False) for number in range(36)])
    first = [name for turn, name in told if turn == told[0][0]]
    assert len(first) == 8
    assert [name for _, name in told[:12]] == [f"person {number}" for number in range(12)]


async def test_a_proxy_stands_for_many_people_and_has_all_that_nobody_else_wants() -> None:
    told = await served([("proxy", True)] * 16)
    assert max(turn for turn, _ in told) <= 1


async def test_nothing_is_lost() -> None:
    asked = [(f"person {number % 5}", False) for number in range(200)]
    told = await served(asked)
    assert sorted(name for _, name in told) == sorted(name for name, _ in asked)


async def test_without_a_limit_everybody_is_read_at_once() -> None:
    assert {turn for turn, _ in await served([("ana", False)] * 50, most=0)} == {0}


async def test_who_has_ended_waits_no_more() -> None:
    turns, told = Turns(), list[tuple[int, str]]()
    reads = FairReads(asyncio.get_running_loop(), 8)
    readers = [Reader("mallory", told, turns) for _ in range(1_000)]
    waiting = [reader for reader in readers if not reads.take(reader)]
    assert len(waiting) == 998
    for reader in readers[:-1]:
        reads.forget(reader)
    there = weakref.ref(readers[500])
    del readers[:-1], reader, waiting
    assert there() is None
    await turns.pass_by(2)
    assert len(told) == 1
