"""Access tokens: JWT (RFC 7519), HS256, each naming a revocable session row."""

import json
from typing import Any, NamedTuple

import jwt

from chatroom.core import ids
from chatroom.core.errors import Problem

_ISSUER = "chatroom"
_LEEWAY = 30  # seconds between the clocks of two nodes
_REQUIRED = ["exp", "iat", "sub", "sid", "jti", "typ", "iss", "aud"]


class Claims(NamedTuple):
    """Who, through which session, and until when (epoch milliseconds)."""

    user_id: str
    session_id: str
    expires_at: int


class TokenSigner:
    """Signs and reads access tokens that live `seconds`."""

    def __init__(self, secret: str, seconds: int) -> None:
        self._secret = secret
        self.seconds = seconds

    def sign(self, user_id: str, session_id: str, now: int) -> str:
        """Return a token for a session; `now` in epoch milliseconds. `userId` is the seeds' claim."""
        issued = now // 1000
        return jwt.encode(
            {
                "sub": user_id,
                "userId": user_id,
                "sid": session_id,
                "jti": ids.token(12),
                "typ": "access",
                "iat": issued,
                "exp": issued + self.seconds,
                "iss": _ISSUER,
                "aud": _ISSUER,
            },
            self._secret,
            algorithm="HS256",
        )

    def read(self, token: str, now: int) -> Claims:
        """Return the claims of an authentic, living token. Raises `Problem("invalid_token" | "token_expired")`."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                issuer=_ISSUER,
                audience=_ISSUER,
                # The clock is ours (ctx.now), so that tests and several nodes agree on what time it is.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )
            _refuse_repeats(token)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Problem("invalid_token") from None
        user_id, session_id, expires, issued = (claims[name] for name in ("sub", "sid", "exp", "iat"))
        if claims["typ"] != "access" or not (isinstance(user_id, str) and isinstance(session_id, str)):
            raise Problem("invalid_token")
        if not (isinstance(expires, int) and isinstance(issued, int)) or issued > now // 1000 + _LEEWAY:
            raise Problem("invalid_token")
        if expires + _LEEWAY < now // 1000:
            raise Problem("token_expired")
        return Claims(user_id, session_id, expires * 1000)


def _refuse_repeats(token: str) -> None:
    """Raise ValueError for a payload with a name twice: two readers could take it for two people (trust.md A13)."""
    payload = token.split(".")[1]
    json.loads(jwt.utils.base64url_decode(payload), object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
