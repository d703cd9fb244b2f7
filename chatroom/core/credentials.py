"""Credentials of a request, read alike by REST and sockets."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from chatroom.core.errors import Problem
from chatroom.core.principal import Principal

_NO_GOOD: Final = frozenset({"invalid_token", "token_expired"})


def bearer(header: str) -> str:
    """Return the bearer token of an Authorization header (RFC 6750), or `""`.

    Other schemes are not ours: a proxy in front may ask for `Basic` or `Digest` and pass the header on. A repeated
    header arrives joined by commas. Raises `Problem("invalid_token")` for two different tokens: which one is meant
    would depend on the reader.
    """
    found = set()
    for credentials in header.split(","):
        scheme, _, token = credentials.strip().partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            found.add(token.strip())
    if len(found) > 1:
        raise Problem("invalid_token")
    return found.pop() if found else ""


def bare(token: str) -> str:
    """Return a token that a client names itself, which may stand behind `Bearer` as in a header."""
    scheme, _, rest = token.strip().partition(" ")
    return (rest if scheme.lower() == "bearer" else token).strip()


async def first_good(tokens: Iterable[str], authenticate: Callable[[str], Awaitable[Principal]]) -> Principal:
    """Return who the first good one of some cookies' tokens speaks for.

    Raises the refusal of the first that has expired, for such a session can be refreshed, else of the first.
    """
    refusals: list[Problem] = []
    for token in tokens:
        try:
            return await authenticate(token)
        except Problem as problem:
            if problem.code not in _NO_GOOD:
                raise
            refusals.append(problem)
    raise max(refusals, key=lambda problem: problem.code == "token_expired")
