"""Where presence is kept while people are here."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from chatroom.core.principal import Principal
from chatroom.features.presence.types import Presence

Gone = Callable[[Sequence[Principal]], Coroutine[Any, Any, None]]


class PresenceBoard(Protocol):
    """Counts connections per person, and remembers who has done something when. Instants are epoch milliseconds."""

    def arrive(self, user_id: str) -> bool:
        """Count one connection more. True when the person was away before (a pending departure is called off)."""

    def depart(self, who: Principal, gone: Gone) -> None:
        """Count one less. After the last, and a grace in which a reload comes back, `gone` is awaited.

        Those who go together are given to one call of it, the calls one after the other.
        """

    def touch(self, user_id: str, now: int) -> bool:
        """Note that somebody who is here does something. True when they had been away."""

    def beat(self, user_id: str, now: int) -> bool:
        """Note a sign of life of somebody who may have no connection. True when they were offline."""

    def fall_silent(self, before: int) -> list[str]:
        """Those who are online and have done nothing since an instant; they are away from now on."""

    def lapse(self, before: int) -> dict[str, int]:
        """Those without a connection and without a sign of life since an instant, with the last; they are offline."""

    def presence(self, user_id: str) -> Presence:
        """How a person is here."""

    def is_online(self, user_id: str) -> bool:
        """Whether a person has a connection, is within the grace, or gave a sign of life."""

    async def close(self, within: float) -> None:
        """Let everybody who is leaving leave now, for so many seconds at the most."""


class TypingBoard(Protocol):
    """Who is typing where, on which connection; a person types as long as one of theirs shows it."""

    def start(self, room_id: str, user_id: str, connection_id: str, ended: Callable[[], None]) -> bool:
        """Note it; `ended` is called when nothing renews it in time. True when others should be told (again)."""

    def stop(self, room_id: str, user_id: str, connection_id: str | None) -> bool:
        """Forget what a connection showed, None: all of theirs. True when the person was typing and is no longer."""

    def stop_all(self, user_id: str, connection_id: str) -> list[str]:
        """Forget what a connection showed anywhere; return the rooms where the person is no longer typing."""
