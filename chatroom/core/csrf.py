"""CSRF tokens: a page that may read our cookies proves it by sending one back, whoever is signed in.

Seed S1 fetches one once and goes on sending it after sign-in and refresh, so a token belongs to the browser that holds
it as a cookie, not to a session, and a browser keeps its token until that expires. A page of another site neither reads
the cookie nor sets our header; what it could plant from a neighbouring host is no use to it without both.
"""

import hmac
import secrets
from collections.abc import Iterable
from typing import Final

SECONDS: Final = 24 * 3600
"""How long one is good."""
_LABEL: Final = b"chatroom/csrf/1"
_LENGTH: Final = 64  # hexadecimal digits: 32 bytes, as seed S1 has them
_TIME: Final = 5  # bytes: seconds since 1970
_RANDOM: Final = 11
_MAC: Final = 16
_WORN: Final = 300  # seconds before its end in which a token is not given out again
_LEEWAY: Final = 60  # seconds between the clocks of two nodes
_DIGITS: Final = frozenset("0123456789abcdef")


class CsrfTokens:
    """Makes and reads tokens: the time, a random part, and an HMAC over both, so that none can be made up."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _LABEL, "sha256")

    def issue(self, now: int, kept: Iterable[str] = ()) -> str:
        """Return the token for a browser: the one it has (`kept` are its cookies), or a new one.

        `now` is in epoch milliseconds. Two tabs that ask get the same one, so that neither spoils the other's.
        """
        for token in kept:
            if self.seconds_left(token, now) > _WORN:
                return token
        body = (now // 1000).to_bytes(_TIME) + secrets.token_bytes(_RANDOM)
        return (body + self._sign(body)).hex()

    def seconds_left(self, token: str, now: int) -> int:
        """How long a token is still good; 0 for one that has expired, is none of ours, or is no token at all."""
        if len(token) != _LENGTH or not _DIGITS.issuperset(token):
            return 0
        raw = bytes.fromhex(token)
        body, mac = raw[:-_MAC], raw[-_MAC:]
        age = now // 1000 - int.from_bytes(body[:_TIME])
        if not hmac.compare_digest(self._sign(body), mac) or age < -_LEEWAY:
            return 0
        return max(0, min(SECONDS, SECONDS - age))

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC]
