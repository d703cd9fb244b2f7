"""The port that carries events and orders to every node that has a listener."""

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
    """Carries deliveries and orders to all nodes; none of them answers. The database stays the truth."""

    def publish(self, delivery: Delivery) -> None:
        """Hand on an event. Never blocks, never raises; deliveries of one room leave in the order of the calls."""

    def follow(self, user_id: str, channel: str) -> None:
        """Let a person who has a connection belong to a channel, too."""

    def unfollow(self, user_id: str, channel: str) -> None:
        """End that, and all listening of the person's connections to it."""

    def end_session(self, user_id: str, session_id: str) -> None:
        """Disconnect a person's connections of one session, which has ended; the others stay."""

    def end_user(self, user_id: str, besides: str = "") -> None:
        """Disconnect a person's connections of every session but `besides`: the others have ended."""

    def describe(self, user_id: str, *, username: str, name: str, role: Role) -> None:
        """Let a person's connections speak under this name, with the rights of this role, from now on."""
