"""What auth needs from outside."""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class PasswordHasher(Protocol):
    """Hashes passwords slowly, off the event loop, a bounded number at a time.

    `lane` is who asks (`address_key` of the client): lanes take turns, so that nobody waits for another's flood. Both
    calls raise `Problem("busy")` when too many are waiting.
    """

    async def hash(self, password: bytes, lane: str = "") -> str:
        """Hash a password of at most 72 bytes."""

    async def verify(self, password: bytes, hashed: str | None, lane: str = "") -> bool:
        """Compare; with `None` (no such person) take the same time and say no."""

    def is_outdated(self, hashed: str) -> bool:
        """Whether the cost has changed since."""

    def close(self) -> None:
        """Let go of its threads; whoever still waits is told to come back."""


class SmsSender(Protocol):
    """Sends short messages to phones. Only jobs call `send`: it may take seconds."""

    def check(self) -> None:
        """Raise `Problem("sms_unavailable")` when this server cannot send any."""

    async def send(self, number: str, text: str) -> None:
        """Send to a number in E.164. Raises `NotSent`, without the number or the text in its message."""


class Mailer(Protocol):
    """Sends letters. Only jobs call `send`: it may take seconds."""

    def check(self) -> None:
        """Raise `Problem("mail_unavailable")` when this server cannot send any."""

    async def send(self, address: str, subject: str, text: str) -> None:
        """Send to an e-mail address. Raises `NotSent`, without the address or the text in its message."""


class NotSent(Exception):
    """Whoever should carry a message did not take it; the job tries again."""


@dataclass(frozen=True)
class TokenKeys:
    """What tokens are signed with; a key that is empty is derived from `secret`."""

    secret: str = field(repr=False)
    seconds: int
    """How long an access token lives where its route does not say otherwise."""
    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


class AuthOptions(NamedTuple):
    """How this server is told to behave."""

    strict: bool = False
    """Never tell whether somebody has an account, even where a seed's text does (STRICT_ENUM)."""
    derived: bool = False
    """First passwords by seed S1's formula (COMPAT_DERIVED_PASSWORD; development and test only)."""
    country: str = ""
    """Whose numbers are written without a country (DEFAULT_COUNTRY)."""
