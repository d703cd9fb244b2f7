"""The port to the connections of this node: who of them listens to which channel. Other nodes have their own."""

from collections.abc import Iterable
from typing import Protocol


class Listeners(Protocol):
    """The connections of this node. What they answer is true of this node only."""

    ends: int
    """How often sessions have ended or people changed: who was proven before the last time may be out since."""

    def subscribe(self, connection_id: str, channel: str) -> bool:
        """Let a connection listen to a channel from now on.

        True when it is its person's first listener there. Unknown connections are ignored: they have gone.
        """

    def unsubscribe(self, connection_id: str, channel: str) -> bool:
        """End that. True when it was its person's last listener there."""

    def listens(self, connection_id: str, channel: str) -> bool:
        """Tell whether a connection listens to a channel."""

    def hears(self, user_id: str, channel: str) -> bool:
        """Tell whether a person has a connection that listens to a channel."""

    def count(self, channel: str) -> int:
        """How many connections listen to a channel."""

    def belong(self, user_id: str, channels: Iterable[str]) -> None:
        """Let a person's connections, present and future ones, hear these channels: all that the person belongs to."""

    def belongs(self, user_id: str) -> tuple[str, ...] | None:
        """The channels that a person belongs to; None when nobody has said so since they came."""

    def here(self, channel: str, after: str, count: int) -> list[str]:
        """At most `count` people who belong to a channel and have a connection, in order of their ids, after one."""

    def is_here(self, channel: str, user_id: str) -> bool:
        """Whether somebody who belongs to a channel has a connection."""

    def sessions_of(self, user_id: str) -> frozenset[str]:
        """The sessions under which a person has connections; `""` for one without a session."""

    def channels_of(self, user_id: str) -> frozenset[str]:
        """The channels to which connections of a person listen."""
