"""Where presence is kept while people are here."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from chatroom.core.principal import Principal

Gone = Callable[[Sequence[Principal]], Coroutine[Any, Any, None]]


class PresenceBoard(Protocol):
    """Counts connections per person."""

    def arrive(self, user_id: str) -> bool:
        """Count one connection more. True when the person was away before (a pending departure is called off)."""

    def depart(self, who: Principal, gone: Gone) -> None:
        """Count one less. After the last, and a grace in which a reload comes back, `gone` is awaited.

        Those who go together are given to one call of it, the calls one after the other.
        """

    def is_online(self, user_id: str) -> bool:
        """Whether a person has a connection, or is within the grace."""


class TypingBoard(Protocol):
    """Who is typing where."""

    def start(self, room_id: str, user_id: str, ended: Callable[[], None]) -> bool:
        """Note it; `ended` is called when nothing renews it in time. True when others should be told (again)."""

    def stop(self, room_id: str, user_id: str) -> bool:
        """Forget it. True when the person was typing."""

    def stop_all(self, user_id: str) -> list[str]:
        """Forget everything of a person and return the rooms they were typing in."""
