"""`RateLimiter` in Redis, for all nodes together."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

import structlog
from limits.aio.storage import RedisStorage
from limits.errors import StorageError

from chatroom.core.errors import Problem
from chatroom.core.limits import Bucket, Quota, RateLimiter

_PATIENCE: Final = 0.25  # seconds that a request waits for Redis, twice when a connection died
_RETRY: Final = 1.0  # seconds without Redis after it failed, so that not every request waits for it
_log = structlog.get_logger("chatroom")

T = TypeVar("T")


class RedisRates:
    """Moving windows that all nodes share. While Redis is away vital buckets refuse and others count `locally`."""

    def __init__(self, url: str, buckets: Mapping[str, Bucket], locally: RateLimiter) -> None:
        """Raises `limits.errors.ConfigurationError` without the library redis."""
        self._buckets = buckets
        self._locally = locally
        self._away_until = 0.0
        self._windows = RedisStorage(
            f"async+{url}",
            implementation="redispy",
            key_prefix="rl",
            wrap_exceptions=True,
            socket_keepalive=True,
            socket_connect_timeout=_PATIENCE,
        )

    async def hit(self, bucket: str, key: str) -> Quota:
        async def count() -> Quota:
            most, seconds, *_ = self._buckets[bucket]
            name = _name(bucket, key)
            allowed = await self._windows.acquire_entry(name, most, round(seconds))
            return (await self._look(bucket, name))._replace(allowed=allowed)

        return await self._ask(bucket, count, lambda: self._locally.hit(bucket, key))

    async def peek(self, bucket: str, key: str) -> Quota:
        return await self._ask(
            bucket, lambda: self._look(bucket, _name(bucket, key)), lambda: self._locally.peek(bucket, key)
        )

    async def take_back(self, bucket: str, key: str) -> None:
        async def pop() -> None:
            bridge = self._windows.bridge
            # The library keeps a window as a list, the newest first, and has no call for this.
            await bridge.get_connection().lpop(bridge.prefixed_key(_name(bucket, key)))  # type: ignore[attr-defined]

        await self._ask(bucket, pop, lambda: self._locally.take_back(bucket, key))

    async def forget(self, bucket: str, key: str) -> None:
        await self._ask(
            bucket,
            lambda: self._windows.clear(_name(bucket, key)),
            lambda: self._locally.forget(bucket, key),
        )

    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_RETRY):
                await self._windows.bridge.get_connection().aclose()  # type: ignore[attr-defined]

    async def _look(self, bucket: str, name: str) -> Quota:
        most, seconds, *_ = self._buckets[bucket]
        # The library keeps wall-clock times, so that nodes agree.
        oldest, count = await self._windows.get_moving_window(name, most, round(seconds))
        return Quota(most, max(0, most - count), max(0.0, oldest + seconds - time.time()), count < most)

    async def _ask(
        self, bucket: str, shared: Callable[[], Awaitable[T]], local: Callable[[], Awaitable[T]]
    ) -> T:
        if time.monotonic() >= self._away_until:
            for is_last in (False, True):
                try:
                    async with asyncio.timeout(_PATIENCE):
                        return await shared()
                except (StorageError, TimeoutError) as error:
                    # What was idle may have died without a word; a new connection knows whether Redis is there.
                    await self._forget_connections()
                    if is_last:
                        self._away_until = time.monotonic() + _RETRY
                        _log.error("redis.unavailable", setting="REDIS_URL", reason=type(error).__name__)
        if self._buckets[bucket].vital:
            raise Problem("unavailable", retry_after=_RETRY)
        return await local()

    async def _forget_connections(self) -> None:
        pool = self._windows.bridge.get_connection().connection_pool  # type: ignore[attr-defined]
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await pool.disconnect(inuse_connections=False)


def _name(bucket: str, key: str) -> str:
    """What Redis may see of a key: telephone numbers and addresses are nobody's business there."""
    return f"{bucket}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
