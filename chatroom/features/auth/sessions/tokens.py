"""Tokens: JWT (RFC 7519), HS256, each naming a revocable session row and the one thing it is good for."""

import json
from typing import Any, Final, Literal, NamedTuple, TypeGuard

import jwt

from chatroom.core import ids
from chatroom.core.errors import Problem
from chatroom.core.secrets import derive
from chatroom.features.auth.ports import TokenKeys
from chatroom.features.auth.records import Session

Use = Literal["access", "s0", "refresh"]

_ISSUER: Final = "chatroom"
_LEEWAY: Final = 30  # seconds between the clocks of two nodes
_REQUIRED: Final = ["iat", "sub", "sid", "jti", "typ", "iss", "aud"]
_LONGEST: Final = 2048  # characters; ours have about 500


class Claims(NamedTuple):
    """Who, through which session, until when (epoch milliseconds), and the how-manieth refresh token."""

    user_id: str
    session_id: str
    expires_at: int | None
    generation: int


class TokenSigner:
    """Signs and reads tokens. Each use has its own key, so that none passes for another.

    Seed S0's tokens are signed with the secret itself, as its document says.
    """

    def __init__(self, given: TokenKeys) -> None:
        self._keys: dict[Use, str | bytes] = {
            "access": given.access or derive(given.secret, "chatroom/access/1"),
            "refresh": given.refresh or derive(given.secret, "chatroom/refresh/1"),
            "s0": given.secret,
        }
        self.seconds = given.seconds

    def access(self, session: Session, now: int, expires_at: int) -> str:
        """Return an access token; times in epoch milliseconds. It tells with which refresh token it came."""
        more = {"exp": expires_at // 1000, "gen": session.generation}
        return self._sign("access", session, now, ids.token(12), more)

    def endless(self, session: Session, now: int) -> str:
        """Return seed S0's token, which has no `exp`: its session row alone says when it ends."""
        return self._sign("s0", session, now, ids.token(12), {})

    def refresh(self, session: Session) -> str:
        """Return the refresh token of a session's present generation: the same one each time it is asked for."""
        more = {"exp": session.expires_at // 1000, "gen": session.generation}
        since = session.rotated_at or session.created_at
        return self._sign("refresh", session, since, f"{session.id}.{session.generation}", more)

    def _sign(self, use: Use, session: Session, at: int, jti: str, more: dict[str, Any]) -> str:
        """Sign; `userId` is the seeds' claim."""
        claims = {
            "sub": session.user_id,
            "userId": session.user_id,
            "sid": session.id,
            "jti": jti,
            "typ": use,
            "iat": at // 1000,
            "iss": _ISSUER,
            "aud": _ISSUER,
            **more,
        }
        return jwt.encode(claims, self._keys[use], algorithm="HS256")

    def read(self, token: str, now: int, *uses: Use) -> Claims:
        """Return the claims of an authentic, living token. Raises `Problem("invalid_token" | "token_expired")`."""
        try:
            use = _said_use(token)
            if use not in uses:
                raise ValueError("for another use")
            claims = jwt.decode(
                token,
                self._keys[use],
                algorithms=["HS256"],
                issuer=_ISSUER,
                audience=_ISSUER,
                # The clock is ours (ctx.now), so that tests and several nodes agree on what time it is.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise Problem("invalid_token") from None
        return _living(claims, use, now)


def _living(claims: dict[str, Any], use: Use, now: int) -> Claims:
    """Check the types and times of signed claims."""
    user_id, session_id, issued = claims["sub"], claims["sid"], claims["iat"]
    expires, generation = claims.get("exp"), claims.get("gen", 0)
    if not (isinstance(user_id, str) and isinstance(session_id, str) and _is_whole(generation)):
        raise Problem("invalid_token")
    if not _is_whole(issued) or issued > now // 1000 + _LEEWAY:
        raise Problem("invalid_token")
    if use == "s0":
        return Claims(user_id, session_id, None, 0)
    if not _is_whole(expires):
        raise Problem("invalid_token")
    if expires + _LEEWAY < now // 1000:
        raise Problem("token_expired")
    return Claims(user_id, session_id, expires * 1000, generation)


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _said_use(token: str) -> Any:
    """Return what an unproven token says it is for; the key of that use must then prove it.

    Raises ValueError for a payload with a name twice: two readers could take it for two people.
    """
    if not token.isascii() or len(token) > _LONGEST:
        raise ValueError("no token of ours")
    _, payload, _ = token.split(".")
    claims = json.loads(jwt.utils.base64url_decode(payload), object_pairs_hook=_each_once)
    return claims.get("typ") if isinstance(claims, dict) else None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
