"""Rate limits: named in one table, counted by ports. Messages have a limiter of their own (ADR 0016)."""

from typing import Final, NamedTuple, Protocol

from chatroom.core.errors import CATALOGUE, Problem


class Limiter(Protocol):
    """Counts hits in moving windows, at once: for messages."""

    def hit(self, limit: str, key: str) -> float | None:
        """Count one hit; None when it is within the limit, else the seconds until the next one would be."""

    def give_back(self, limit: str, key: str) -> None:
        """Take the newest hit back: what it was for was not done."""


MESSAGES: Final = "messages.send"
"""The limit of stored messages, by person and room."""
LIMITS: Final = frozenset({MESSAGES})

_SLOWER: Final = CATALOGUE["rate_limited"].message
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class Bucket(NamedTuple):
    """At most `hits` in any `seconds` for one key; `says` refuses the next one."""

    hits: int
    seconds: float
    says: str = _SLOWER
    vital: bool = False
    """Refused when nobody can count it: else whoever takes the counter away may guess passwords."""


BUCKETS: Final[dict[str, Bucket]] = {
    "root": Bucket(100, MINUTE),  # seed S0
    "api": Bucket(60, MINUTE),  # seed S1
    "v1": Bucket(100, 15 * MINUTE),  # seed S3
    "web": Bucket(300, MINUTE),  # what our own pages ask for, on any surface
}
"""Those of the surfaces. Importing `chatroom.features` adds the `limits` that slices declare.

The figures and sentences of the seeds (docs/dialects.md); `RATE_LIMITS` and `RATE_LIMIT_*` change the figures."""


class Quota(NamedTuple):
    """What is left of a bucket; `limit` is 0 where nothing is counted."""

    limit: int
    remaining: int
    reset_after: float
    """Seconds until the oldest hit is forgotten, which makes room for one more."""
    allowed: bool


UNCOUNTED: Final = Quota(0, 0, 0.0, allowed=True)


class TooMany(Problem):
    """A hit that a bucket refused."""

    def __init__(self, bucket: str, quota: Quota) -> None:
        super().__init__("rate_limited", BUCKETS[bucket].says, retry_after=quota.reset_after)
        self.quota = quota


class RateLimiter(Protocol):
    """Counts hits in moving windows, by the bucket's name and a key (a user's id, `address_key` of an address...).

    A vital bucket raises `Problem("unavailable")` when it cannot be counted.
    """

    async def hit(self, bucket: str, key: str) -> Quota:
        """Count one hit. One that is not allowed does not count."""

    async def peek(self, bucket: str, key: str) -> Quota:
        """Tell whether a hit would be allowed."""

    async def take_back(self, bucket: str, key: str) -> None:
        """Take the newest hit of a key back: what it was counted for was not done, or went well."""

    async def forget(self, bucket: str, key: str) -> None:
        """Take all hits of a key back.

        So failures are limited without a race: hit before the attempt, forget after one that succeeds.
        """

    async def close(self) -> None:
        """Let go of what it holds."""


async def spend_all(limiter: RateLimiter, *hits: tuple[str, str]) -> None:
    """Count one hit in each of these (bucket, key), or in none of them. Raises what `spend` raises."""
    counted: list[tuple[str, str]] = []
    try:
        for bucket, key in hits:
            await spend(limiter, bucket, key)
            counted.append((bucket, key))
    except Problem:
        for bucket, key in counted:
            await limiter.take_back(bucket, key)
        raise


async def spend(limiter: RateLimiter, bucket: str, key: str) -> Quota:
    """Count one hit. Raises `TooMany`, or `Problem("unavailable")` for a vital bucket that cannot be counted."""
    quota = await limiter.hit(bucket, key)
    if not quota.allowed:
        raise TooMany(bucket, quota)
    return quota
