"""The port between the deeds of this node and the listeners of all nodes."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from chatroom.core.audience import Audience
from chatroom.core.principal import Role


class Delivery(NamedTuple):
    """An event on its way: already encoded, once for all who hear it."""

    to: Audience
    event: str
    payload: bytes
    ephemeral: bool


class Broker(Protocol):
    """Carries deliveries and orders to every node that has a listener. The database stays the truth (decision 6)."""

    ends: int
    """How often sessions have ended or people changed: who was proven before the last time may be out since."""

    def publish(self, delivery: Delivery) -> None:
        """Hand on an event. Never blocks, never raises; deliveries of one room leave in the order of the calls."""

    def subscribe(self, connection_id: str, channel: str) -> bool:
        """Let a connection listen to a channel from now on.

        True when it is its person's first listener there. Unknown connections are ignored: they have gone.
        """

    def unsubscribe(self, connection_id: str, channel: str) -> bool:
        """End that. True when it was its person's last listener there."""

    def belong(self, user_id: str, channels: Iterable[str]) -> None:
        """Let a person's connections, present and future ones, hear these channels: all that the person belongs to."""

    def belongs(self, user_id: str) -> tuple[str, ...] | None:
        """The channels that a person belongs to; None when nobody has said so since they came."""

    def here(self, channel: str, after: str, count: int) -> list[str]:
        """At most `count` people who belong to a channel and have a connection, in order of their ids, after one."""

    def is_here(self, channel: str, user_id: str) -> bool:
        """Whether somebody who belongs to a channel has a connection."""

    def follow(self, user_id: str, channel: str) -> None:
        """Let a person who has a connection belong to a channel, too."""

    def unfollow(self, user_id: str, channel: str) -> bool:
        """End that, and all listening of the person's connections to it. True when it was heard."""

    def end_session(self, user_id: str, session_id: str) -> None:
        """Disconnect a person's connections of one session, which has ended; the others stay."""

    def end_user(self, user_id: str, besides: str = "") -> None:
        """Disconnect a person's connections of every session but `besides`: the others have ended."""

    def describe(self, user_id: str, *, username: str, name: str, role: Role) -> None:
        """Let a person's connections speak under this name, with the rights of this role, from now on."""

    def sessions_of(self, user_id: str) -> frozenset[str]:
        """The sessions under which a person has connections to this node; `""` for one without a session."""

    def channels_of(self, user_id: str) -> frozenset[str]:
        """The channels to which connections of a person to this node listen."""

    def listeners(self, channel: str) -> int:
        """How many connections of this node listen to a channel."""

    def listens(self, connection_id: str, channel: str) -> bool:
        """Tell whether a connection of this node listens to a channel."""
