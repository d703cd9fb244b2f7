"""What auth needs from outside."""

from typing import Protocol


class PasswordHasher(Protocol):
    """Hashes passwords slowly, off the event loop, a bounded number at a time.

    Both calls raise `Problem("busy")` when too many are waiting.
    """

    async def hash(self, password: bytes) -> str:
        """Hash a password of at most 72 bytes."""

    async def verify(self, password: bytes, hashed: str | None) -> bool:
        """Compare; with `None` (no such person) take the same time and say no."""

    def is_outdated(self, hashed: str) -> bool:
        """Whether the cost has changed since."""
