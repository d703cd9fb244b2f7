"""Rate limits: named in the operations table, numbered in settings, counted by the `Limiter` port."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from chatroom.core.principal import Principal


class Limiter(Protocol):
    """Counts hits in moving windows."""

    def hit(self, limit: str, key: str) -> float | None:
        """Count one hit; None when it is within the limit, else the seconds until the next one would be."""


def _by_user_and_room(who: Principal, cmd: Any) -> str:
    return f"{who.id}/{cmd.room_id}"


KEYS: Final[dict[str, Callable[[Principal, Any], str]]] = {
    "messages.send": _by_user_and_room,
}
"""What each limit counts by: the person and room for messages (contract C22)."""
