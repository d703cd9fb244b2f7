"""Counters of one socket server: plain integers, read by the metrics page."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stats:
    """What happened since the start; `polling` and `websocket` are the connections that are open now."""

    polling: int = 0
    websocket: int = 0
    handshakes: Counter[str] = field(default_factory=Counter)  # by outcome: "ok" or the reason of the refusal
    closes: Counter[str] = field(default_factory=Counter)  # by reason
    upgrades: int = 0
    upgrades_failed: int = 0
    messages_in: int = 0
    messages_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    slow_consumers: int = 0
    drops: int = 0  # ephemeral frames not sent because their receiver was behind
    limited: int = 0  # inbound events dropped by the rate limit
    errors: int = 0  # exceptions of the application
