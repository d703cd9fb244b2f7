"""A token bucket in one number: the time at which the bucket would be full again."""

MAX_STRIKES = 60
STRIKE_WINDOW = 10.0
_ROUNDING = 1e-6  # seconds; sums of steps on a clock that has run for weeks are off by up to 1e-9


class Rate:
    """`per_second` on average, `burst` at once; `per_second` 0 admits everything."""

    __slots__ = ("_slack", "_step", "off")

    def __init__(self, per_second: float, burst: float) -> None:
        """Compute the spacing once for all buckets that share this rate."""
        self.off = per_second <= 0
        self._step = 0.0 if self.off else 1 / per_second
        self._slack = self._step * max(burst, 1)

    def take(self, full_at: float, now: float, amount: float = 1) -> float:
        """Return the new `full_at`, or a negative number: minus the seconds until `amount` fits."""
        if self.off:
            return full_at
        after = max(full_at, now) + self._step * amount
        excess = after - now - self._slack
        return after if excess <= _ROUNDING or full_at <= now else -max(excess, 1e-3)


class Meter:
    """What one connection may send: events and bytes, and how often it was told no."""

    __slots__ = ("_byte_rate", "_bytes_full_at", "_event_rate", "_events_full_at", "_since", "_strikes")

    def __init__(self, event_rate: Rate, byte_rate: Rate) -> None:
        """Start with full buckets."""
        self._event_rate = event_rate
        self._byte_rate = byte_rate
        self._events_full_at = self._bytes_full_at = 0.0
        self._strikes = 0
        self._since = 0.0

    @property
    def exhausted(self) -> bool:
        """Whether the patience with this connection is: more than 60 refusals within 10 seconds."""
        return self._strikes > MAX_STRIKES

    def wait(self, now: float, size: int) -> float:
        """Return the seconds until an event of `size` bytes would be admitted; nothing is accounted."""
        events = self._event_rate.take(self._events_full_at, now)
        weight = self._byte_rate.take(self._bytes_full_at, now, size)
        return max(0.0, -min(events, weight))

    def take(self, now: float, size: int) -> float:
        """Account one event of `size` bytes; return 0, or the seconds to wait when it is refused."""
        events = self._event_rate.take(self._events_full_at, now)
        weight = self._byte_rate.take(self._bytes_full_at, now, size)
        if events >= 0 and weight >= 0:
            self._events_full_at, self._bytes_full_at = events, weight
            return 0.0
        if now - self._since > STRIKE_WINDOW:
            self._strikes, self._since = 0, now
        self._strikes += 1
        return -min(events, weight)
