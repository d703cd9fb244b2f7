"""What users tells the slices above."""

from chatroom.core.signals import Signal


class ShutOut(Signal, frozen=True, kw_only=True):
    """A person may no longer sign in."""

    user_id: str


class Departing(Signal, frozen=True, kw_only=True):
    """The time of `tx.who` is up: what they said stays, and nothing else."""
