"""Rates by bucket and key: exact windows in memory, shared ones in Redis, and what happens without Redis."""

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator

import pytest

from chatroom.adapters.rates import MemoryRates, NoRates
from chatroom.adapters.redis import RedisRates
from chatroom.core.errors import Problem
from chatroom.core.limits import BUCKETS, Bucket, Quota, TooMany, spend, spend_all
from tests.processes import Redis
from tests.swallower import Swallower

TABLE = {**BUCKETS, "api": Bucket(3, 10), "auth.failed": Bucket(2, 10, "Later.", vital=True)}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_window_moves_with_every_hit() -> None:
    clock = Clock()
    rates = MemoryRates(TABLE, clock)
    for second, remaining in ((0, 2), (4, 1), (8, 0)):
        clock.now = 100.0 + second
        assert await rates.hit("api", "ana") == Quota(3, remaining, 10.0 - second, allowed=True)
    assert await rates.hit("api", "ana") == Quota(3, 0, 2.0, allowed=False)
    assert await rates.peek("api", "ana") == Quota(3, 0, 2.0, allowed=False)
    clock.now = 110.0  # the first has left, the second has not
    assert (await rates.hit("api", "ana")).allowed
    assert not (await rates.hit("api", "ana")).allowed


async def test_keys_and_buckets_are_counted_apart() -> None:
    rates = MemoryRates(TABLE)
    for _ in range(3):
        await rates.hit("api", "ana")
    assert not (await rates.peek("api", "ana")).allowed
    assert (await rates.peek("api", "bob")).remaining == 3
    assert (await rates.peek("v1", "ana")).remaining == BUCKETS["v1"].hits
    await rates.forget("api", "ana")
    assert (await rates.peek("api", "ana")).remaining == 3


async def test_the_newest_hit_can_be_taken_back() -> None:
    clock = Clock()
    rates = MemoryRates(TABLE, clock)
    await rates.hit("api", "ana")
    clock.now += 1
    await rates.hit("api", "ana")
    await rates.take_back("api", "ana")
    await rates.take_back("api", "nobody")
    assert await rates.peek("api", "ana") == Quota(3, 2, 9.0, allowed=True)


async def test_several_buckets_are_counted_together_or_not_at_all() -> None:
    rates = MemoryRates(TABLE)
    for _ in range(2):
        await spend(rates, "auth.failed", "ana")
    with pytest.raises(TooMany):
        await spend_all(rates, ("api", "here"), ("auth.failed", "ana"))
    assert (await rates.peek("api", "here")).remaining == 3


async def test_a_refused_hit_names_the_wait_and_the_sentence_of_the_seed() -> None:
    rates = MemoryRates(BUCKETS)
    for bucket, sentence in (
        ("auth.failed", "Too many authentication attempts. Please try again later."),
        ("api", "Too many requests. Please slow down."),
        ("heartbeat", "Heartbeat rate exceeded."),
    ):
        for _ in range(BUCKETS[bucket].hits):
            await spend(rates, bucket, "k")
        with pytest.raises(TooMany) as refused:
            await spend(rates, bucket, "k")
        assert refused.value.message == sentence
        assert refused.value.code == "rate_limited"
        assert 0 < (refused.value.retry_after or 0) <= BUCKETS[bucket].seconds


async def test_keys_that_nobody_uses_are_forgotten_and_no_thread_is_started() -> None:
    clock, threads = Clock(), threading.active_count()
    rates = MemoryRates(TABLE, clock)
    for number in range(10_000):
        await rates.hit("api", str(number))
    clock.now += 61
    await rates.hit("api", "last")
    assert len(rates._hits) == 1
    assert threading.active_count() <= threads  # fewer: those of the tests before may end meanwhile


async def test_switched_off_nothing_is_counted() -> None:
    rates = NoRates()
    for _ in range(1000):
        assert (await rates.hit("auth.failed", "k")).allowed
    assert (await rates.peek("api", "k")).limit == 0


@pytest.fixture
async def nodes(redis: Redis) -> AsyncIterator[list[RedisRates]]:
    """Two nodes with their rates in Redis; by itself each allows one hit."""
    alone = {name: bucket._replace(hits=1) for name, bucket in TABLE.items()}
    pair = [RedisRates(redis.url(), TABLE, MemoryRates(alone)) for _ in range(2)]
    yield pair
    for node in pair:
        await node.close()


async def test_nodes_count_together_in_redis(nodes: list[RedisRates]) -> None:
    one, two = nodes
    key = f"nodes {time.monotonic()}"
    answers = [await rates.hit("api", key) for rates in (one, two, one, two)]
    assert [quota.allowed for quota in answers] == [True, True, True, False]
    assert [quota.remaining for quota in answers] == [2, 1, 0, 0]
    assert 9 < answers[-1].reset_after <= 10
    assert not (await one.peek("api", key)).allowed
    await two.take_back("api", key)
    assert (await one.peek("api", key)).remaining == 1
    await two.forget("api", key)
    assert (await one.peek("api", key)).remaining == 3


async def test_fifty_at_once_are_counted_exactly(
    nodes: list[RedisRates], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "chatroom.adapters.redis._PATIENCE", 30.0
    )  # a busy machine is not a Redis that is away
    key = f"fifty {time.monotonic()}"
    answers = await asyncio.gather(*(nodes[n % 2].hit("api", key) for n in range(50)))
    assert sum(quota.allowed for quota in answers) == 3


async def test_redis_never_sees_a_number_or_an_address(nodes: list[RedisRates]) -> None:
    rates = nodes[0]
    await rates.hit("sms.number", "+441234567890")
    keys = await rates._windows.bridge.get_connection().keys("*")  # type: ignore[attr-defined]
    assert any(key.startswith(b"rl:sms.number:") for key in keys)
    assert not any(b"441234567890" in key for key in keys)


async def test_without_redis_vital_buckets_refuse_and_others_count_strictly(
    redis: Redis, nodes: list[RedisRates]
) -> None:
    rates = nodes[0]
    key = f"lost {time.monotonic()}"
    assert (await rates.hit("api", key)).allowed
    redis.signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(Problem) as refused:
            await rates.hit("auth.failed", key)
        assert (refused.value.code, refused.value.retry_after) == ("unavailable", 1)
        assert [(await rates.hit("api", key)).allowed for _ in range(2)] == [True, False]
        assert time.monotonic() - started < 1  # one wait, not one for each
    finally:
        redis.signal(signal.SIGCONT)
    await asyncio.sleep(1.1)  # the second in which it is not asked
    assert (await rates.hit("auth.failed", key)).allowed
    assert (await rates.peek("api", key)).limit == 3


async def test_a_connection_to_redis_that_died_silently_costs_no_request(redis: Redis) -> None:
    async with Swallower(redis.port) as way:
        rates = RedisRates(f"redis://127.0.0.1:{way.port}/0", TABLE, MemoryRates(TABLE))
        try:
            await asyncio.gather(*(rates.hit("auth.failed", f"idle{number}") for number in range(4)))
            for number in range(3):
                way.swallow()
                assert (await rates.hit("auth.failed", f"next{number}")).allowed
        finally:
            await rates.close()
