"""What users tells the slices above."""

from chatroom.core.signals import Signal


class Renamed(Signal, frozen=True, kw_only=True):
    """A person goes by another name or handle now."""

    user_id: str
    username: str
    name: str


class ShutOut(Signal, frozen=True, kw_only=True):
    """A person may no longer sign in."""

    user_id: str


class Departing(Signal, frozen=True, kw_only=True):
    """Somebody's time is up, or they are removed: what they said stays, and nothing else."""

    user_id: str
