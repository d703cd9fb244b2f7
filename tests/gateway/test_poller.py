"""Who is served in which turn of the event loop, where sockets have more to do than fits into one."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chatroom.gateway.engine.poller import AVAILABLE, Poller
from tests.gateway.harness import until

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="not run: no epoll on this system")


class Busy:
    """A socket that never reads what arrived, and takes its time over it."""

    def __init__(self, served: list[int], number: int, seconds: float) -> None:
        self.served, self.number, self.seconds = served, number, seconds

    def read(self) -> None:
        self.served.append(self.number)
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            pass

    def act(self, events: int) -> None:
        raise AssertionError(events)

    def fail(self, error: Exception) -> None:
        raise error


@contextmanager
def waiting(count: int, seconds: float) -> Iterator[tuple[Poller, list[int], list[socket.socket]]]:
    """So many sockets that have something to read, each of which takes so long."""
    poller, served = Poller(asyncio.get_running_loop()), list[int]()
    pairs = [socket.socketpair() for _ in range(count)]
    files = [near.fileno() for near, _ in pairs]
    for number, (near, far) in enumerate(pairs):
        far.send(b"x")
        poller.add(near.fileno(), Busy(served, number, seconds))
    try:
        yield poller, served, [near for near, _ in pairs]
    finally:
        for file in files:
            poller.remove(file)
        for pair in pairs:
            for end in pair:
                end.close()


async def test_a_turn_ends_when_reading_has_taken_its_share() -> None:
    with waiting(20, 0.001) as (_, served, _):
        seen = 0
        for _ in range(40):
            await asyncio.sleep(0)
            assert len(served) - seen <= 3
            seen = len(served)
        assert seen > 20


async def test_everybody_is_served_once_before_anybody_twice() -> None:
    with waiting(20, 0.001) as (_, served, _):
        await until(lambda: len(served) >= 60)
        for start in (0, 20, 40):
            assert sorted(served[start : start + 20]) == list(range(20))


async def test_short_reads_are_done_in_one_turn() -> None:
    with waiting(20, 0.0) as (_, served, _):
        await until(lambda: bool(served))
        assert served[:20] == list(range(20))


async def test_who_wants_to_be_read_no_more_is_not_read_in_a_later_turn_either() -> None:
    with waiting(20, 0.001) as (poller, served, sockets):
        await until(lambda: bool(served))
        assert len(served) < 10
        poller.change(sockets[19].fileno(), 0)
        await until(lambda: len(served) >= 60)
        assert set(served) == set(range(19))


async def test_a_file_that_ended_and_is_another_socket_now_is_served_as_that_one() -> None:
    with waiting(20, 0.001) as (poller, served, sockets):
        await until(lambda: bool(served))
        assert len(served) < 10
        file, other = sockets[19].fileno(), list[int]()
        poller.remove(file)
        silent, far = socket.socketpair()
        os.dup2(silent.fileno(), file)
        poller.add(file, Busy(other, 0, 0.0))
        await until(lambda: len(served) >= 60)
        assert (set(served), other) == (set(range(19)), [])
        silent.close()
        far.close()
