"""CSRF tokens: a page that may read our cookies proves it by sending one back (seed S1, trust.md W2)."""

import hashlib
import hmac
import secrets
from typing import Final

SECONDS: Final = 24 * 3600
"""How long a browser keeps one."""
_LABEL: Final = b"chatroom/csrf/1"
_RANDOM: Final = 16


class CsrfTokens:
    """Makes and reads tokens: an HMAC over the session and a random part, so that none can be planted."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _LABEL, "sha256")

    def issue(self, session_id: str) -> str:
        """Return a token for a session; `""` is everybody who has none."""
        return self._sign(session_id, secrets.token_hex(_RANDOM))

    def is_good(self, session_id: str, token: str) -> bool:
        """Whether a token is one of ours for this session. Any text may be asked about."""
        _, _, random = token.partition(".")
        return hmac.compare_digest(self._sign(session_id, random).encode(), token.encode())

    def _sign(self, session_id: str, random: str) -> str:
        signed = hmac.new(self._key, f"{session_id}!{random}".encode(), hashlib.sha256).hexdigest()
        return f"{signed}.{random}"
